"""Draws where sticker-fusion's words look: `python -m models.export.attention`.

Held-out pictures of two objects, in three compositions that are never trained on and drawn by Twemoji, which is not
either. A picture is bright where the words of a caption that name one of its objects look, mean of their attention.
"""

import models.train.common  # noqa: F401 (first: it sets one thread)

# isort: split

import random
from pathlib import Path

import matplotlib
import numpy as np
import torch
import torch.nn.functional as F

from models.export import fusion
from models.export.command import REPOSITORY
from models.train.fusion import GRID, patch_states, token_states, told
from models.train.judge import pictures_of
from models.world.concepts import CONCEPT_INDEX, TRAIN_VENDORS, UNSEEN_VENDOR
from models.world.scenes import SIZE, Scene, render, scene_at

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402

PICTURE = REPOSITORY.parents[1] / "docs" / "images" / "fusion-attention.png"
TWO_OBJECTS = {(1, 1): 1}
LANGUAGES = ("en", "zh", "en", "zh")
DARKEST = 0.15


def looks(model: torch.nn.Module, clip: torch.nn.Module, scene: Scene, language: str) -> dict[str, np.ndarray]:
    """For each object of the scene how brightly its words look at each pixel, 0 to 1, float32 (128, 128, 1)."""
    ids, mask, words = told([scene], random.Random(0), language)
    weights = model(token_states(clip, ids, mask), mask, patch_states(clip, pictures_of([scene])))[1][0]
    found = {}
    for concept in scene.counts:
        patches = weights[words[0] == CONCEPT_INDEX[concept]].mean(0).view(1, 1, GRID, GRID)
        smooth = F.interpolate(patches, (SIZE, SIZE), mode="bicubic").clamp_min(0)[0, 0]
        found[concept] = (smooth / smooth.max()).numpy()[..., None]
    return found


@torch.no_grad()
def draw(folder: Path) -> None:
    model, clip = fusion.shipped(folder)
    scenes = [scene_at("unseen", number, TRAIN_VENDORS, TWO_OBJECTS) for number in range(len(LANGUAGES) - 1)]
    scenes.append(scene_at("test", 0, (UNSEEN_VENDOR,), TWO_OBJECTS))
    figure, axes = plt.subplots(2, len(scenes), figsize=(8, 4.4))
    for column, scene, language in zip(axes.T, scenes, LANGUAGES, strict=True):
        for axis, (concept, bright) in zip(column, looks(model, clip, scene, language).items(), strict=True):
            axis.imshow((render(scene) * (DARKEST + (1 - DARKEST) * bright)).astype(np.uint8))
            axis.set_title(f"{concept}, {language}", fontsize=9)
            axis.axis("off")
    figure.tight_layout()
    figure.savefig(PICTURE, dpi=70)


if __name__ == "__main__":
    draw(REPOSITORY / "sticker-fusion" / "1")
    print(PICTURE.name)
