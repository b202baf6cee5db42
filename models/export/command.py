"""The command line that every exporter has."""

import argparse
from collections.abc import Callable
from pathlib import Path

from models.export import bundle, origin
from models.export.artifact import Model

REPOSITORY = Path(__file__).parents[1] / "repository"


def main(what: str, name: str, card: dict, make: Callable[[origin.Origin], Model]) -> None:
    """Exports a trainer's checkpoint as `name` with `card`, or a Hugging Face folder under its own name."""
    parser = argparse.ArgumentParser(description=f"Exports {what} into a model repository, after checking the export.")
    parser.add_argument("--out", type=Path, default=REPOSITORY, help="model repository to write into")
    parser.add_argument("--from", dest="source", type=Path, help="Hugging Face folder, or latest.pt of the trainer")
    parser.add_argument("--name", help="name of the model; default: the folder's")
    parser.add_argument("--licence", help="licence of the weights; needed with a Hugging Face folder")
    arguments = parser.parse_args()
    source = arguments.source
    if source is None or source.is_file():
        found = origin.of_checkpoint(arguments.name or name, card, source)
    elif not source.is_dir():
        parser.error(f"--from: {source} (expected: a folder or a file)")
    elif not arguments.licence:
        parser.error("--licence: missing (expected: the licence of the weights in the folder)")
    else:
        found = origin.of_folder(source, arguments.name or source.name, arguments.licence)
    bundle.write(make(found), arguments.out)
