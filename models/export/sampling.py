"""How few steps do: what the judge names right in pictures by DPM-Solver++ with 12 steps and by DDIM with 30."""

from pathlib import Path

from diffusers import DDIMScheduler, DPMSolverMultistepScheduler

from models.export.painter import Painter
from models.train import text_encoder as prompts
from models.train.judge import load_judge, named_right, verdicts
from models.train.sketch import Settings
from models.world import grammar
from models.world.scenes import scene_at

SAMPLERS = {"few": (DPMSolverMultistepScheduler, 12), "many": (DDIMScheduler, 30)}
BATCH = 25


def evaluate(folder: Path, count: int) -> dict[str, float]:
    """Shares of pictures whose whole object set the judge names right, by split, language and sampler, and over all.

    Both samplers have the same prompts and begin with the same noise.
    """
    painter, judge, figures = Painter(folder), load_judge(), {}
    for split in ("test", "unseen"):
        scenes = [scene_at(split, number, Settings().vendors) for number in range(count)]
        for language in grammar.LANGUAGES:
            texts = prompts.captions_of(scenes, (split, "evaluation"), language)
            for name, (kind, steps) in SAMPLERS.items():
                seen = []
                for first in range(0, count, BATCH):
                    scheduler = painter.scheduler(kind)
                    pictures = painter.paint(texts[first : first + BATCH], scheduler, steps, first)
                    seen += verdicts(judge, pictures)
                figures[f"{split}_{language}_{name}"], _ = named_right(seen, scenes)
    kinds = len(figures) // len(SAMPLERS)
    for name in SAMPLERS:
        figures[name] = sum(value for key, value in figures.items() if key.endswith(f"_{name}")) / kinds
    return figures
