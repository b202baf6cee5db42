"""Writes `docs/models.md` from the cards of the repository: `python -m models.export.cards`."""

import itertools
import json
from pathlib import Path

from models.checkpoints import FIGURES
from models.export import manifest_file
from models.export.command import REPOSITORY

PAGE = REPOSITORY.parents[1] / "docs" / "models.md"
HEAD = """# Models

Made from the cards in `models/repository/*/*/model.yaml` by `python -m models.export.cards`; do not edit.
How they are trained, exported and measured stands in `models/README.md`.
"""
PICTURES = {
    "sticker-fusion": (
        "fusion-attention.png",
        "Held-out pictures of two objects, bright where the words that name one of them look; the last is by Twemoji.",
        "python -m models.export.attention",
    ),
}
"""What is drawn of a model: a file in docs/images, what it shows, the command that draws it."""
FULL_SIZE_HEAD = """## Real configurations at full size

No weights of others are at hand here, so the way of a real checkpoint is tried with its configuration, its tokenizer
and random weights: exported, served, asked once through gRPC, and compared with diffusers or transformers on the same
folder and seed. Times are seconds of one processor core of a virtual machine (others worked beside, so time by the
clock would say little), with the loading of the model: export with its checks, the library's call with its start, the
service's start with its calibration. Random weights are no easier to compute with than trained ones.
Measured by `models/export/full_size.sh`.
"""


def section(folder: Path) -> str:
    """The Markdown section of one model."""
    card = manifest_file.read(folder / "model.yaml")
    size = sum(file.stat().st_size for file in folder.iterdir()) / 1e6
    lines = [f"## {card['name']} {card['version']}", "", card["provenance"], ""]
    lines += ["| task | architecture | artifacts | size | licence |", "|---|---|---|---|---|"]
    artifacts = ", ".join(card["artifacts"])
    lines += [f"| {card['task']} | {card['architecture']} | {artifacts} | {size:.1f} MB | {card['licence']} |", ""]
    lines += _speed(card)
    for command, figures in itertools.groupby(card["quality"], lambda figure: figure["command"]):
        lines += ["| figure | measured | goal | |", "|---|---|---|---|"]
        lines += [_row(figure) for figure in figures]
        lines += ["", f"Measured by `{command}`.", ""]
    return "\n".join(lines + _picture(card["name"]))


def _picture(model: str) -> list[str]:
    if model not in PICTURES:
        return []
    file, shown, command = PICTURES[model]
    return [f"![{shown}](images/{file})", "", f"{shown} Drawn by `{command}`.", ""]


def _speed(card: dict) -> list[str]:
    """What was measured of engines against one another, nothing where nobody has."""
    measured = {name: spec["milliseconds"]["cpu"] for name, spec in card["artifacts"].items() if "milliseconds" in spec}
    if not measured:
        return []
    engines = ["onnxruntime", "pytorch"]
    lines = ["| a row alone, one thread of a CPU | ONNX Runtime | PyTorch | taken |", "|---|---|---|---|"]
    for name, times in measured.items():
        cells = " | ".join(f"{times[engine]:.2f} ms" for engine in engines)
        dtype = card["artifacts"][name]["graphs"]["onnxruntime"].get("dtype", "float32")
        fastest = min(times, key=times.get)
        lines.append(f"| {name} | {cells} | {fastest}{', ' + dtype if fastest == 'onnxruntime' else ''} |")
    return [*lines, "", f"Measured by `python -m models.export.engines {card['name']}`.", ""]


def _row(figure: dict) -> str:
    goal, limit = figure.get("goal"), figure.get("limit")
    missed = (goal is not None and figure["value"] < goal) or (limit is not None and figure["value"] > limit)
    verdict = "falls short" if missed else "" if goal is limit else "reached"
    goal = _value(goal, figure) if limit is None else f"at most {_value(limit, figure)}"
    return f"| {figure['figure']} | {_value(figure['value'], figure)} | {goal} | {verdict} |"


def _value(value: float | None, figure: dict) -> str:
    if value is None:
        return ""
    return f"{100 * value:.1f} %" if figure["unit"] == "ratio" else f"{value:.2f} {figure['unit']}"


def full_size(figures: dict[str, dict]) -> str:
    """The Markdown section of what `models/export/full_size.sh` has measured."""
    lines = [FULL_SIZE_HEAD, "| | entry | export | its memory | library |", "|---|---|---|---|---|"]
    for one in figures.values():
        made = one["export"]
        cells = [one["draw"]["title"], _gigabytes(made["entry_bytes"]), f"{made['export_seconds']:.0f} s"]
        cells += [_gigabytes(made["export_peak_bytes"]), f"{one['refer']['library_seconds']:.0f} s"]
        lines.append(f"| {' | '.join(cells)} |")
    lines += ["", "| | engine | start | request | memory | difference from the library |", "|---|---|---|---|---|---|"]
    for one in figures.values():
        for engine, found in ((key, one[key]) for key in ("onnxruntime", "pytorch") if key in one):
            times = f"{found['start_seconds']:.0f} s", f"{found['request_seconds']:.1f} s"
            cells = [one["draw"]["title"], engine, *times, _gigabytes(found["peak_bytes"]), found["difference"]]
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


def _gigabytes(count: int) -> str:
    return f"{count / 1e9:.2f} GB"


def main() -> None:
    folders = sorted(path.parent for path in REPOSITORY.glob("*/*/model.yaml"))
    sections = [HEAD, *map(section, folders), full_size(json.loads(FIGURES.read_text()))]
    PAGE.write_text("\n".join(sections))
    print(f"{PAGE.name}: {len(folders)} models")


if __name__ == "__main__":
    main()
