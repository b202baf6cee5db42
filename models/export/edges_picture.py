"""Draws what edges change: `python -m models.export.edges_picture` writes `docs/images/edges.png`.

From above: held-out scenes, their edges, pictures of their captions without control, and with it.
"""

import torch

from models.export import controlnet as exporter
from models.export import diffusion
from models.export.command import REPOSITORY
from models.train import controlnet as trainer
from models.train import text_encoder as prompts
from models.train import unet as base
from models.train.judge import pictures_of
from models.world.scenes import scene_at

PICTURE = REPOSITORY.parents[1] / "docs" / "images" / "edges.png"
COUNT = 8
SEED = 1


@torch.no_grad()
def main() -> None:
    settings = base.Settings()
    unet, text_encoder, encoder, decoder = diffusion.shipped(REPOSITORY / exporter.BASE / "1")
    model = exporter.shipped(REPOSITORY / trainer.NAME / "1")
    scenes = [scene_at("test", number, base.HELD_OUT_VENDORS) for number in range(COUNT)]
    texts, pictures = prompts.captions_of(scenes, ("test", "control")), pictures_of(scenes)
    edges = trainer.edges_of(pictures)
    arguments = unet, text_encoder, texts, base.nothing_given(encoder, COUNT), settings.steps, settings.guidance, SEED
    controls = (None, trainer.controlled(model, edges))
    painted = [decoder(base.paint(*arguments, control=control)) for control in controls]
    base.save_grid(torch.cat([pictures, edges * 2 - 1, *painted]), PICTURE, COUNT)
    print(PICTURE.name, *texts, sep="\n")


if __name__ == "__main__":
    main()
