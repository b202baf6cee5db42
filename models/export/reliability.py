"""Draws how often the answers of sticker-vqa are right at each confidence: `python -m models.export.reliability`."""

from models.train import common  # first: it sets the thread counts

# isort: split

import argparse
from pathlib import Path

import matplotlib

from models.export import manifest_file, vqa
from models.export.command import REPOSITORY
from models.world import questions

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402

PICTURE = REPOSITORY.parents[1] / "docs" / "images" / "vqa-reliability.png"
TITLES = {"test": "training vendors", "unseen": "unseen compositions", "twemoji": "Twemoji, never trained on"}


def draw(folder: Path, count: int) -> None:
    temperature = manifest_file.read(folder / "model.yaml")["parameters"]["temperature"]
    model, trainer = vqa.shipped(folder), vqa.trainer
    figure, axes = plt.subplots(figsize=(5, 4.5))
    axes.plot([0, 1], [0, 1], color="grey", linewidth=1, linestyle="--")
    for name, scenes in trainer.held_out(count).items():
        asked = trainer.asked_about(scenes, questions.TYPES[:-1])
        found = trainer.answered(model, scenes, asked)
        rows = trainer.reliability(found, temperature)
        error = trainer.calibration_error(found, temperature)
        line = axes.plot([sure for sure, _, _ in rows], [right for _, right, _ in rows], linewidth=1)[0]
        areas = [12 + 200 * share for _, _, share in rows]
        label = f"{TITLES[name]}: error {100 * error:.1f} %"
        axes.scatter(*zip(*[row[:2] for row in rows], strict=True), s=areas, color=line.get_color(), label=label)
    axes.set_xlabel("confidence (mean of a tenth)")
    axes.set_ylabel("share of the answers that are right")
    axes.legend(fontsize=7)
    axes.grid(alpha=0.3)
    figure.tight_layout()
    figure.savefig(PICTURE, dpi=80)


def main() -> None:
    parser = argparse.ArgumentParser(description="Draws the reliability of sticker-vqa's confidence.")
    parser.add_argument("--count", type=int, default=200, help="held-out scenes of each kind")
    parser.add_argument("--threads", type=int, default=common.THREADS)
    draw(REPOSITORY / "sticker-vqa" / "1", parser.parse_args().count)
    print(PICTURE.name)


if __name__ == "__main__":
    main()
