"""The command line of each exporter, for the checkpoint of its trainer. Folders of others go through `hub`."""

import argparse
from collections.abc import Callable
from pathlib import Path

from models.export import bundle, origin
from models.export.artifact import Model

HALF = "also write graphs that compute in float16, which PyTorch takes on an NVIDIA GPU"
REPOSITORY = Path(__file__).parents[1] / "repository"


def main(what: str, name: str, card: dict, make: Callable[[origin.Origin], Model]) -> None:
    """Exports a trainer's checkpoint as `name` with `card`."""
    parser = argparse.ArgumentParser(description=f"Exports {what} into a model repository, after checking the export.")
    parser.add_argument("--out", type=Path, default=REPOSITORY, help="model repository to write into")
    parser.add_argument("--from", dest="source", type=Path, help="checkpoint of the trainer; default: its latest.pt")
    parser.add_argument("--name", default=name, help="name of the model")
    parser.add_argument("--half", action="store_true", help=HALF)
    arguments = parser.parse_args()
    made = make(origin.of_checkpoint(arguments.name, card, arguments.source))
    bundle.write(made, arguments.out, arguments.half)
