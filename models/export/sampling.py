"""How few steps do: what the judge names right in pictures by DPM-Solver++ with 12 steps."""

from pathlib import Path

from diffusers import DPMSolverMultistepScheduler

from models.export.painter import Painter
from models.train import unet

STEPS = 12


def evaluate(folder: Path, count: int) -> dict[str, float]:
    """What `models.train.unet.judged` finds, of the same prompts and first noise as with 30 steps of DDIM."""
    painter = Painter(folder)
    paint = lambda texts, seed: painter.paint(texts, painter.scheduler(DPMSolverMultistepScheduler), STEPS, seed)
    return unet.judged(paint, unet.HELD_OUT_VENDORS, count)
