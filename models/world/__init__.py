"""The sticker-scene world: what can be in a picture, how it is drawn and how it is split."""
