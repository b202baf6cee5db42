"""Draws the figures in a trainer's `log.jsonl` over its steps, one panel a figure, into `curves.png` beside it.

python -m models.train.plot unet vae judge
"""

import argparse
import json
from pathlib import Path

import matplotlib

from models.world.artwork import train_directory

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402


def read_curves(log: Path) -> dict[str, list[tuple[int, float]]]:
    """Figure name -> (step, value) of every line of the log that has a step and that figure."""
    curves: dict[str, list[tuple[int, float]]] = {}
    for line in log.read_text().splitlines():
        record = json.loads(line)
        step = record.pop("step", None)
        record.pop("time", None)
        for name, value in record.items():
            if step is not None and isinstance(value, float):
                curves.setdefault(name, []).append((step, value))
    return curves


def draw(name: str) -> Path:
    """Draws the curves of the trainer `name` and returns the picture's path."""
    folder = train_directory() / name
    curves = read_curves(folder / "log.jsonl")
    figure, axes = plt.subplots(len(curves), squeeze=False, figsize=(8, 2 * len(curves)), sharex=True)
    for axis, (title, points) in zip(axes[:, 0], curves.items(), strict=True):
        axis.plot(*zip(*points, strict=True), marker=".", markersize=3)
        axis.set_title(title, fontsize=9, loc="left")
        axis.grid(alpha=0.3)
    axes[-1, 0].set_xlabel("step")
    figure.tight_layout()
    figure.savefig(folder / "curves.png", dpi=100)
    plt.close(figure)
    return folder / "curves.png"


def main() -> None:
    parser = argparse.ArgumentParser(description="Draws the curves of trainers.")
    parser.add_argument("names", nargs="+", help="folders under the training directory, such as unet")
    for name in parser.parse_args().names:
        print(draw(name))


if __name__ == "__main__":
    main()
