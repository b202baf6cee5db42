"""Writes `docs/models.md` from the cards of the repository: `python -m models.export.cards`."""

from pathlib import Path

from models.export import manifest_file
from models.export.command import REPOSITORY

PAGE = REPOSITORY.parents[1] / "docs" / "models.md"
HEAD = """# Models

Made from the cards in `models/repository/*/*/model.yaml` by `python -m models.export.cards`; do not edit.
How they are trained, exported and measured stands in `models/README.md`.
"""


def section(folder: Path) -> str:
    """The Markdown section of one model."""
    card = manifest_file.read(folder / "model.yaml")
    size = sum(file.stat().st_size for file in folder.iterdir()) / 1e6
    lines = [f"## {card['name']} {card['version']}", "", card["provenance"], ""]
    lines += ["| task | architecture | artifacts | size | licence |", "|---|---|---|---|---|"]
    artifacts = ", ".join(card["artifacts"])
    lines += [f"| {card['task']} | {card['architecture']} | {artifacts} | {size:.1f} MB | {card['licence']} |", ""]
    if card["quality"]:
        lines += ["| figure | measured | goal | |", "|---|---|---|---|"]
        lines += [_row(figure) for figure in card["quality"]]
        lines += ["", f"Measured by `{card['quality'][0]['command']}`.", ""]
    return "\n".join(lines)


def _row(figure: dict) -> str:
    goal = figure.get("goal")
    verdict = "" if goal is None else "reached" if figure["value"] >= goal else "falls short"
    return f"| {figure['figure']} | {_value(figure['value'], figure)} | {_value(goal, figure)} | {verdict} |"


def _value(value: float | None, figure: dict) -> str:
    if value is None:
        return ""
    return f"{100 * value:.1f} %" if figure["unit"] == "ratio" else f"{value:.2f} {figure['unit']}"


def main() -> None:
    folders = sorted(path.parent for path in REPOSITORY.glob("*/*/model.yaml"))
    PAGE.write_text("\n".join([HEAD, *map(section, folders)]))
    print(f"{PAGE.name}: {len(folders)} models")


if __name__ == "__main__":
    main()
