"""Draws the losses and the held-out figures in a trainer's `log.jsonl` over its steps, into `<name>-curves.png`.

python -m models.train.plot unet clip caption --out docs/images
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


def draw(name: str, out: Path) -> Path:
    """Draws the curves of the trainer `name` into `out` and returns the picture's path.

    Losses are named in one word, held-out figures in several: test_en_objects.
    """
    curves = read_curves(train_directory() / name / "log.jsonl")
    figure, axes = plt.subplots(2, figsize=(8, 7), sharex=True)
    for title, points in sorted(curves.items()):
        axis = axes[1] if "_" in title else axes[0]
        axis.plot(*zip(*points, strict=True), label=title, linewidth=1, marker="." if "_" in title else "")
    axes[0].set_title(f"{name}: losses of training", fontsize=9, loc="left")
    axes[0].set_yscale("log")
    axes[1].set_title("held-out figures", fontsize=9, loc="left")
    axes[1].set_xlabel("step")
    for axis in axes:
        axis.grid(alpha=0.3)
        axis.legend(fontsize=7)
    figure.tight_layout()
    path = out / f"{name}-curves.png"
    figure.savefig(path, dpi=80)
    plt.close(figure)
    return path


def main() -> None:
    parser = argparse.ArgumentParser(description="Draws the curves of trainers.")
    parser.add_argument("names", nargs="+", help="folders under the training directory, such as unet")
    parser.add_argument("--out", type=Path, default=train_directory(), help="folder of the pictures")
    arguments = parser.parse_args()
    for name in arguments.names:
        print(draw(name, arguments.out))


if __name__ == "__main__":
    main()
