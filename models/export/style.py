"""What the styles that `EnhancePrompt` adds do to the pictures of a model: which vendor's drawing they look like."""

import re
from dataclasses import replace
from pathlib import Path

import torch
from diffusers import DPMSolverMultistepScheduler

from models.export.painter import Painter
from models.export.sampling import STEPS
from models.train.judge import pictures_of
from models.train.unet import PAINTED_AT_ONCE as BATCH
from models.world import grammar
from models.world.scenes import Scene, grounded, scene_at

CATALOGUE = Path(__file__).parents[2] / "image-service" / "src" / "main" / "resources" / "application.properties"
VENDORS = ("fluent", "noto")
SEPARATORS = {"en": ", ", "zh": "，"}


def words(style: str, language: str) -> str:
    """What `EnhancePrompt` adds for a style of the catalogue that ships."""
    key = f"image.prompts.styles.{style}.{ {'en': 'english', 'zh': 'chinese'}[language] }"
    return re.search(f"^{re.escape(key)}=(.+)$", CATALOGUE.read_text(), re.MULTILINE).group(1)


def scenes(count: int) -> list[Scene]:
    """Held-out scenes of which the plain caption says everything: things of medium size in their usual places, on the
    ground."""
    found, number = [], 0
    while len(found) < count:
        scene = scene_at("test", number, VENDORS)
        number += 1
        usual = scene == grounded(scene) and all(group.size == "medium" for group in scene.groups)
        if usual and (len(scene.groups) > 1 or scene.groups[0].position in ("", grammar.USUAL["position"])):
            found.append(scene)
    return found


def looks_like(pictures: torch.Tensor, shown: list[Scene]) -> list[str]:
    """For each picture the vendor whose drawing of the scene is nearest, by squared differences on its things."""
    distances = []
    for vendor in VENDORS:
        drawn = pictures_of([replace(scene, vendor=vendor) for scene in shown])
        squares = (pictures - drawn).pow(2).sum(1)
        distances.append([float(sum(_inside(row, scene))) for row, scene in zip(squares, shown, strict=True)])
    return [VENDORS[min(range(len(VENDORS)), key=row.__getitem__)] for row in zip(*distances, strict=True)]


def _inside(squares: torch.Tensor, scene: Scene) -> list[torch.Tensor]:
    boxes = [thing.box for thing in scene.objects]
    return [squares[max(0, top) : bottom, max(0, left) : right].sum() for left, top, right, bottom in boxes]


def evaluate(folder: Path, count: int) -> dict[str, float]:
    """Shares of pictures that look like the vendor whose style was added, and of those as the prompt alone has them.

    `drawn` is what the measure itself finds in drawings that went through the autoencoder.
    """
    painter, shown, figures = Painter(folder), scenes(count), {}
    for vendor in VENDORS:
        drawings = pictures_of([replace(scene, vendor=vendor) for scene in shown])
        seen = looks_like(painter.decode(painter.encode(drawings)), shown)
        figures[f"drawn_{vendor}"] = seen.count(vendor) / count
    for language in grammar.LANGUAGES:
        captions = [grammar.plain_caption(scene, language) for scene in shown]
        for style in (None, *VENDORS):
            added = SEPARATORS[language] + words(style, language) if style else ""
            seen = []
            for first in range(0, count, BATCH):
                texts = [caption + added for caption in captions[first : first + BATCH]]
                pictures = painter.paint(texts, painter.scheduler(DPMSolverMultistepScheduler), STEPS, first)
                seen += looks_like(pictures, shown[first : first + BATCH])
            figures[f"{style or 'alone'}_{language}"] = seen.count(style or "fluent") / count
    return figures
