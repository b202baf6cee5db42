"""The one tokenizer of all embedded models: `train` makes it, `tokenizer` uses it."""
