"""Embeddings of sticker-clip as it ships: `python -m models.golden.clip`."""

import torch

from models.export import clip as exporter
from models.golden import scene_pictures as pictures
from models.golden.common import REPOSITORY, write
from models.tokenizer import tokenizer

TEXTS = [
    "a castle under the night sky",
    "一座神秘的古堡在月光下闪闪发光",
    "two cats on a beach",
    "a sticker of a dog",
    "一张苹果的贴纸",
    "",
    "A Red Apple",
    "a rocket in the desert " * 10,
]


@torch.no_grad()
def main() -> None:
    model = exporter.shipped(REPOSITORY / "sticker-clip" / "1")
    text, vision = exporter.TextTower(model, tokenizer.EOS), exporter.VisionTower(model)
    ids, mask = tokenizer.batch(TEXTS)
    images = torch.cat([vision(pictures.pixels(name)) for name in pictures.names()])
    texts = text(ids, mask)
    tensors = {"input_ids": ids, "attention_mask": mask, "text_embeds": texts, "image_embeds": images}
    tensors["logits_per_image"] = model.logit_scale.exp() * images @ texts.T
    cases = [{"kind": "text", "row": row, "text": words} for row, words in enumerate(TEXTS)]
    cases += [{"kind": "image", "row": row, "file": f"scenes/{n}.png"} for row, n in enumerate(pictures.names())]
    write("clip", tensors, cases)


if __name__ == "__main__":
    main()
