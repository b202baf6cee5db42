"""How few steps do: what the judge names right in pictures by DPM-Solver++ with 12 steps."""

from pathlib import Path

from diffusers import DPMSolverMultistepScheduler

from models.export.painter import Painter
from models.train import text_encoder as prompts
from models.train.judge import load_judge, named_right, verdicts
from models.train.sketch import Settings
from models.world import grammar
from models.world.scenes import scene_at

STEPS = 12
BATCH = 25


def evaluate(folder: Path, count: int) -> dict[str, float]:
    """Shares of pictures whose whole object set the judge names right, by split and language.

    Prompts and first noise are those of `models.train.unet.evaluate`, which takes 30 steps of DDIM.
    """
    painter, judge, figures = Painter(folder), load_judge(), {}
    for split in ("test", "unseen"):
        scenes = [scene_at(split, number, Settings().vendors) for number in range(count)]
        for language in grammar.LANGUAGES:
            texts = prompts.captions_of(scenes, (split, "evaluation"), language)
            seen = []
            for first in range(0, count, BATCH):
                scheduler = painter.scheduler(DPMSolverMultistepScheduler)
                seen += verdicts(judge, painter.paint(texts[first : first + BATCH], scheduler, STEPS, first))
            figures[f"{split}_{language}"], _ = named_right(seen, scenes)
    return figures
