"""Exports a Hugging Face folder: `models/export/export.sh <folder> <repository>`.

What lies there is told by its `model_index.json` (a diffusers pipeline) or `config.json` (a model of diffusers or
transformers). The entry appears in the repository when the self-check has passed; a service then needs nothing else.
"""

import argparse
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

import yaml

from models.export import bundle, caption, clip, controlnet, diffusion, origin, parity, text, vqa
from models.export.artifact import Model

EXPORTERS: dict[str, Callable[[origin.Origin], Model]] = {
    "StableDiffusionPipeline": diffusion.make,
    "StableDiffusionInpaintPipeline": diffusion.make,
    "ControlNetModel": controlnet.make,
    "CLIPModel": clip.make,
    "BlipForConditionalGeneration": caption.make,
    "BlipForQuestionAnswering": vqa.make,
    "GPT2LMHeadModel": text.make,
}


def export(
    folder: Path,
    repository: Path,
    name: str | None = None,
    licence: str | None = None,
    choices: origin.Choices = origin.NO_CHOICES,
) -> Path:
    """Writes the entry and returns its folder; without a name it is called as the folder is."""
    make = _exporter(folder)
    _check(make, choices)
    licence = licence or _licence(folder) or "not stated"
    found = origin.of_folder(folder, name or default_name(folder), licence, choices)
    return bundle.write(make(found), repository)


def _exporter(folder: Path) -> Callable[[origin.Origin], Model]:
    kind = _kind(folder)
    if kind not in EXPORTERS:
        raise origin.UnsupportedError(f"{folder}: {kind} (expected: one of {', '.join(EXPORTERS)})")
    return EXPORTERS[kind]


def _check(make: Callable, choices: origin.Choices) -> None:
    """Refuses choices that say nothing about what lies in the folder."""
    if make is not diffusion.make and (choices.lora or choices.controllable):
        raise origin.UnsupportedError("--lora, --controllable: given (expected: only with a diffusers pipeline)")
    if (make is controlnet.make) != (choices.base is not None):
        raise origin.UnsupportedError(
            f"--base: {choices.base} (expected: the model that a ControlNet steers, only there)"
        )


def _kind(folder: Path) -> str | None:
    index, config = folder / "model_index.json", folder / "config.json"
    if index.is_file():
        return json.loads(index.read_text()).get("_class_name")
    if config.is_file():
        said = json.loads(config.read_text())
        return said.get("_class_name") or next(iter(said.get("architectures") or []), None)
    raise origin.UnsupportedError(
        f"{folder}: neither model_index.json nor config.json (expected: a Hugging Face folder)"
    )


def default_name(folder: Path) -> str:
    """Lower-case words joined by hyphens: of the folder or, in Hugging Face's cache, of the model it belongs to."""
    folder = folder.resolve()
    called = folder.parents[1].name.split("--")[-1] if folder.parent.name == "snapshots" else folder.name
    return re.sub(r"[^a-z0-9]+", "-", called.lower()).strip("-")


def _licence(folder: Path) -> str | None:
    """What the model card says between its first two lines of `---`."""
    card = folder / "README.md"
    head = re.match(r"---\n(.*?)\n---", card.read_text()) if card.is_file() else None
    stated = (yaml.safe_load(head[1]) or {}).get("license") if head else None
    return stated if isinstance(stated, str) else None


def main() -> None:
    parser = argparse.ArgumentParser(prog="export.sh", description=__doc__.splitlines()[0].split(":")[0] + ".")
    parser.add_argument("folder", type=Path, help="Hugging Face folder: " + ", ".join(EXPORTERS))
    parser.add_argument("repository", type=Path, help="model repository to write into")
    parser.add_argument("--name", help="name of the model; default: that of the folder")
    parser.add_argument("--licence", help="licence of the weights; default: what the folder's README.md states")
    parser.add_argument("--lora", type=Path, help="LoRA file to merge into a diffusers pipeline")
    parser.add_argument("--lora-scale", type=float, default=1.0, help="how strongly; default: 1")
    parser.add_argument("--controllable", action="store_true", help="let ControlNets steer the UNet of a pipeline")
    parser.add_argument("--base", help="of a ControlNet: name in the repository of the model that it steers")
    parser.add_argument("--conditioning", choices=controlnet.CONDITIONINGS, default="canny", help="of a ControlNet")
    arguments = parser.parse_args()
    chosen = (arguments.lora, arguments.lora_scale, arguments.controllable, arguments.base, arguments.conditioning)
    try:
        export(arguments.folder, arguments.repository, arguments.name, arguments.licence, origin.Choices(*chosen))
    except (origin.UnsupportedError, parity.ParityError, OSError, ValueError) as error:
        sys.exit(f"export: {error}")


if __name__ == "__main__":
    main()
