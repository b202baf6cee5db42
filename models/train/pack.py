"""Packs what a machine without a network needs to train: artwork drawn once, checkpoints to go on from, and the code.

The folder (under 30 MiB with the default contents) is copied there; then, inside it,
`FLEET_TRAIN_DIR=train python -m models.train.unet --device cuda --resume …` works as it does here.

    python -m models.train.pack ../train-pack --checkpoints vae text_encoder
"""

import argparse
import shutil
from pathlib import Path

from models.train.common import load_checkpoint, save_checkpoint
from models.world.artwork import artwork, artwork_path, train_directory

MODELS = Path(__file__).parents[1]
LIMIT_BYTES = 30 * 2**20
LEFT_OUT = shutil.ignore_patterns("__pycache__", "repository", "golden", "export", ".ruff_cache")


def pack(folder: Path, checkpoints: list[str]) -> int:
    """Writes the folder anew and returns its size in bytes; refuses with ValueError if it is beyond the limit."""
    artwork()
    if folder.exists():
        shutil.rmtree(folder)
    shutil.copytree(MODELS, folder / "models", ignore=LEFT_OUT)
    target = folder / "train"
    target.mkdir()
    shutil.copy2(artwork_path(), target)
    for name in checkpoints:
        (target / name).mkdir()
        state = load_checkpoint(train_directory() / name / "latest.pt")
        state.pop("optimizer", None)  # two thirds of the bytes; it starts anew there
        save_checkpoint(state, target / name / "latest.pt")
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    if size > LIMIT_BYTES:
        raise ValueError(f"{folder}: {size} bytes (expected: <= {LIMIT_BYTES}); pack fewer checkpoints")
    return size


def main() -> None:
    parser = argparse.ArgumentParser(description="Packs what training elsewhere needs.")
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--checkpoints", nargs="*", default=["vae", "text_encoder"], help="trainers whose latest.pt goes along"
    )
    arguments = parser.parse_args()
    print(f"{arguments.folder}: {pack(arguments.folder, arguments.checkpoints)} bytes")


if __name__ == "__main__":
    main()
