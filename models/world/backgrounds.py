"""The ten backgrounds as small SVG pictures; `variant` (0 … 3) moves their parts, so that no place is one picture."""

from collections.abc import Callable

VARIANTS = 4
SIZE = 128


def background_svg(background: str, variant: int) -> str:
    """SVG text of 128 × 128 units of the background with this id."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE} {SIZE}" width="{SIZE}" height="{SIZE}">'
        f"{_DRAW[background](variant)}</svg>"
    )


def _rect(y: float, height: float, fill: str, x: float = 0, width: float = SIZE) -> str:
    return f'<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="{fill}"/>'


def _circle(x: float, y: float, radius: float, fill: str) -> str:
    return f'<circle cx="{x}" cy="{y}" r="{radius}" fill="{fill}"/>'


def _ellipse(x: float, y: float, radius_x: float, radius_y: float, fill: str) -> str:
    return f'<ellipse cx="{x}" cy="{y}" rx="{radius_x}" ry="{radius_y}" fill="{fill}"/>'


def _gradient(top: str, bottom: str, y: float = 0, height: float = SIZE) -> str:
    name = f"g{int(y)}"
    return (
        f'<defs><linearGradient id="{name}" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="{top}"/>'
        f'<stop offset="1" stop-color="{bottom}"/></linearGradient></defs>' + _rect(y, height, f"url(#{name})")
    )


def _night(variant: int) -> str:
    corners = ((12, 12), (116, 14), (64, 7), (28, 30), (98, 34), (8, 56), (120, 62), (40, 10), (88, 10))
    stars = "".join(_circle(x, y, 1.6, "#fff6c8") for x, y in corners[variant % 2 :])
    moon_x = (106, 20, 104, 22)[variant]
    return _gradient("#0b1440", "#2b3a86") + stars + _circle(moon_x, 22, 11, "#ffe9a0") + _rect(116, 12, "#141c3c")


def _snow(variant: int) -> str:
    hill = (32, 96, 20, 108)[variant]
    return _gradient("#cfe4f5", "#eaf4fb") + _ellipse(hill, 92, 80, 22, "#dbe8f2") + _rect(92, 36, "#fbfdff")


def _beach(variant: int) -> str:
    sea = (58, 62, 58, 62)[variant]
    sun = (18, 110, 110, 18)[variant]
    return (
        _rect(0, sea, "#8fd3f4")
        + _circle(sun, 16, 9, "#fff3b0")
        + _rect(sea, 26, "#2e9bd0")
        + _rect(sea + 26, 50, "#f3d9a0")
        + _rect(sea + 24, 4, "#eaf7fb")
    )


def _grass(variant: int) -> str:
    hill = (30, 98, 44, 84)[variant]
    return _rect(0, SIZE, "#bfe6ff") + _ellipse(hill, 84, 90, 26, "#8ccf5f") + _rect(84, 44, "#63b544")


def _desert(variant: int) -> str:
    dune = (26, 102, 40, 88)[variant]
    return _gradient("#f9dfae", "#fbe9c8") + _ellipse(dune, 92, 70, 26, "#e0a458") + _rect(90, 38, "#d38f43")


def _forest(variant: int) -> str:
    shift = (0, 8, 16, 24)[variant]
    trunks = "".join(_rect(0, 100, "#2f5d3a", x=x - 24 + shift, width=10) for x in range(0, 180, 32))
    return _rect(0, SIZE, "#4b8b54") + trunks + _rect(98, 30, "#2c4f2c")


def _sea(variant: int) -> str:
    xs = ((14, 112, 100), (20, 106, 118), (10, 118, 24), (24, 100, 112))[variant]
    bubbles = "".join(
        _circle(x, y, radius, "#7cc7e8") for x, y, radius in zip(xs, (24, 40, 14), (5, 4, 3), strict=True)
    )
    return _gradient("#1c8fc4", "#0b3f7a") + bubbles + _ellipse(64, 128, 90, 14, "#8a7a55")


def _city(variant: int) -> str:
    heights = ((44, 64, 36, 58), (60, 40, 66, 46), (36, 58, 48, 68), (66, 48, 60, 38))[variant]
    towers = "".join(_rect(104 - h, h, "#8a93a6", x=4 + 32 * i, width=24) for i, h in enumerate(heights))
    return _rect(0, SIZE, "#d9dee8") + towers + _rect(104, 24, "#55595f")


def _room(variant: int) -> str:
    window_x = (10, 86, 14, 82)[variant]
    window = _rect(10, 32, "#fffaf0", x=window_x, width=32) + _rect(13, 26, "#a9d8f0", x=window_x + 3, width=26)
    return _rect(0, SIZE, "#f2d5c4") + window + _rect(98, 30, "#a9714b") + _rect(95, 4, "#fff4ea")


def _sunset(variant: int) -> str:
    sun = (64, 48, 80, 64)[variant]
    return _gradient("#6d3b8f", "#ff9a4d", height=100) + _circle(sun, 92, 26, "#ffe07a") + _rect(96, 32, "#3b2350")


_DRAW: dict[str, Callable[[int], str]] = {
    "night": _night,
    "snow": _snow,
    "beach": _beach,
    "grass": _grass,
    "desert": _desert,
    "forest": _forest,
    "sea": _sea,
    "city": _city,
    "room": _room,
    "sunset": _sunset,
}
