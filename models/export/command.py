"""The command line that every exporter has."""

import argparse
from collections.abc import Callable
from pathlib import Path

from models.export import bundle
from models.export.artifact import Model

REPOSITORY = Path(__file__).parents[1] / "repository"


def main(what: str, make: Callable[[Path | None], Model]) -> None:
    """Exports `make(source)`: `--from` a Hugging Face folder or a trainer's checkpoint, by default the latest one."""
    parser = argparse.ArgumentParser(description=f"Exports {what} into a model repository, after checking the export.")
    parser.add_argument("--out", type=Path, default=REPOSITORY, help="model repository to write into")
    parser.add_argument("--from", dest="source", type=Path, help="Hugging Face folder, or latest.pt of the trainer")
    arguments = parser.parse_args()
    bundle.write(make(arguments.source), arguments.out)
