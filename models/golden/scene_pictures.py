"""The scenes that goldens look at: `python -m models.golden.scene_pictures` renders them; goldens read the PNGs."""

from pathlib import Path

import numpy as np
import torch
from PIL import Image

from models.world.scenes import compose, render

FOLDER = Path(__file__).with_name("scenes")
SCENES = {
    "castle-night": ("night", "fluent", {"castle": 1}),
    "cats-beach": ("beach", "noto", {"cat": 2}),
    "apple-dog-grass": ("grass", "fluent", {"red-apple": 1, "dog": 1}),
    "rocket-desert-unseen-vendor": ("desert", "twemoji", {"rocket": 1}),
}


def names() -> list[str]:
    return list(SCENES)


def pixels(name: str) -> torch.Tensor:
    """float32 (1, 3, 128, 128) in [-1, 1]: value / 255, less 0.5, over 0.5."""
    picture = np.asarray(Image.open(FOLDER / f"{name}.png").convert("RGB"))
    return (torch.from_numpy(picture.copy()).permute(2, 0, 1).float() / 255 - 0.5)[None] / 0.5


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name, (background, vendor, concepts) in SCENES.items():
        Image.fromarray(render(compose(background, vendor, concepts))).save(FOLDER / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
