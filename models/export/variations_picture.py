"""Draws what becomes of an image embedding: `python -m models.export.variations_picture`.

Writes `docs/images/variations.png`: held-out scenes on the left, three variations of each beside them.
"""

import torch

from models.export import diffusion
from models.export import unclip as exporter
from models.export.command import REPOSITORY
from models.train import clip, unet
from models.train import unclip as trainer
from models.train.judge import pictures_of
from models.world.concepts import TRAIN_VENDORS
from models.world.scenes import scene_at

PICTURE = REPOSITORY.parents[1] / "docs" / "images" / "variations.png"
SCENES = (0, 3, 5, 7)
SEEDS = (1, 2, 3)


@torch.no_grad()
def main() -> None:
    _, projection, _ = exporter.shipped(REPOSITORY / trainer.NAME / "1")
    model, text_encoder, encoder, decoder = diffusion.shipped(REPOSITORY / exporter.BASE / "1")
    pictures = pictures_of([scene_at("test", number, TRAIN_VENDORS) for number in SCENES])
    embeddings, given = clip.image_features(clip.committed(), pictures), unet.nothing_given(encoder, len(SCENES))
    varied = [decoder(trainer.vary(projection, model, text_encoder, given, embeddings, seed)) for seed in SEEDS]
    columns = 1 + len(SEEDS)
    unet.save_grid(torch.stack([pictures, *varied], 1).flatten(0, 1), PICTURE, columns)
    print(PICTURE.name)


if __name__ == "__main__":
    main()
