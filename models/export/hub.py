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

from models.export import (
    bundle,
    caption,
    clip,
    command,
    controlnet,
    diffusion,
    karlo,
    origin,
    parity,
    text,
    unclip,
    vqa,
)
from models.export.artifact import Model

EXPORTERS: dict[str, tuple[Callable[[origin.Origin], Model], ...]] = {
    "StableDiffusionPipeline": (diffusion.make,),
    "StableDiffusionInpaintPipeline": (diffusion.make,),
    "StableUnCLIPPipeline": (diffusion.make, unclip.make),
    "StableUnCLIPImg2ImgPipeline": (diffusion.make, unclip.make),
    "UnCLIPPipeline": (karlo.decoder, karlo.likeness),
    "UnCLIPImageVariationPipeline": (karlo.decoder, karlo.likeness),
    "ControlNetModel": (controlnet.make,),
    "CLIPModel": (clip.make,),
    "BlipForConditionalGeneration": (caption.make,),
    "BlipForQuestionAnswering": (vqa.make,),
    "GPT2LMHeadModel": (text.make,),
}
"""What makes the entries of a folder, one each."""


def export(
    folder: Path,
    repository: Path,
    name: str | None = None,
    licence: str | None = None,
    choices: origin.Choices = origin.NO_CHOICES,
    halves: bool = False,
) -> Path:
    """Writes the entries and returns the folder of the first; without a name that is called as `folder` is."""
    makers = _makers(folder)
    _check(makers, choices)
    licence = licence or _licence(folder) or "not stated"
    found = origin.of_folder(folder, name or default_name(folder), licence, choices)
    for make in makers[1:]:
        make(found)  # for what it may refuse, before anything is written
    # Made one by one: no more than the weights of one have to be in memory.
    return [bundle.write(make(found), repository, halves) for make in makers][0]


def _makers(folder: Path) -> tuple[Callable[[origin.Origin], Model], ...]:
    kind = _kind(folder)
    if kind not in EXPORTERS:
        raise origin.UnsupportedError(f"{folder}: {kind} (expected: one of {', '.join(EXPORTERS)})")
    return EXPORTERS[kind]


def _check(makers: tuple[Callable, ...], choices: origin.Choices) -> None:
    """Refuses choices that say nothing about what lies in the folder."""
    if diffusion.make not in makers and (choices.lora or choices.controllable):
        raise origin.UnsupportedError("--lora, --controllable: given (expected: only with a diffusers pipeline)")
    if (controlnet.make in makers) != (choices.base is not None):
        raise origin.UnsupportedError(
            f"--base: {choices.base} (expected: the model that a ControlNet steers, only there)"
        )
    if not {unclip.make, karlo.likeness} & set(makers) and choices.prior:
        raise origin.UnsupportedError(f"--prior: {choices.prior} (expected: only with a pipeline of unCLIP)")


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
    parser.add_argument("--prior", type=Path, help="of unCLIP: folder with a prior, such as Karlo's")
    parser.add_argument("--half", action="store_true", help=command.HALF)
    arguments = parser.parse_args()
    chosen = (arguments.lora, arguments.lora_scale, arguments.controllable, arguments.base, arguments.conditioning)
    chosen += (arguments.prior,)
    try:
        choices = origin.Choices(*chosen)
        export(
            arguments.folder, arguments.repository, arguments.name, arguments.licence, choices, halves=arguments.half
        )
    except (origin.UnsupportedError, parity.ParityError, OSError, ValueError) as error:
        sys.exit(f"export: {error}")


if __name__ == "__main__":
    main()
