"""The pictures a scene is put together from, drawn once into one `.npz` cache.

The icon sets come from npm at pinned versions (`fetch_icons`) and stay in the training folder; they are never
committed. Fluent Emoji is MIT, Noto Emoji and Firefox OS Emoji are Apache-2.0, EmojiTwo (once Emoji One), Streamline
Emojis and Twemoji CC-BY-4.0.
"""

import base64
import io
import json
import os
import subprocess
import tarfile
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from models.world.backgrounds import SIZE, VARIANTS, background_svg
from models.world.concepts import BACKGROUNDS, CONCEPTS, EXTRA_VENDORS, VENDORS

ICON_SETS = {
    "fluent": ("@iconify-json/fluent-emoji-flat", "1.2.6"),
    "noto": ("@iconify-json/noto", "1.2.9"),
    "twemoji": ("@iconify-json/twemoji", "1.2.5"),
    "fluent-colour": ("@iconify-json/fluent-emoji", "1.2.7"),
    "noto-blob": ("@iconify-json/noto-v1", "1.2.5"),
    "emojitwo": ("@iconify-json/emojione", "1.2.3"),
    "firefox": ("@iconify-json/fxemoji", "1.2.2"),
    "streamline": ("@iconify-json/streamline-emojis", "1.2.4"),
    "fluent-3d": ("@lobehub/fluent-emoji-3d", "1.1.0"),
}
CREDITS = (
    "Fluent Emoji flat, colour and 3D, MIT; Noto Emoji new and old, Apache-2.0; Firefox OS Emoji, Apache-2.0; EmojiTwo"
    " and Streamline Emojis, CC-BY-4.0"
)
"""Whose drawings the models that look at pictures learn from, for their cards."""

SUBSTITUTE = "noto"  # draws the icons that are younger than a set of `EXTRA_VENDORS`
SPRITE_SIZES = (40, 56, 64, 80, 96)


@dataclass(frozen=True)
class Artwork:
    """Sprites and backgrounds as arrays.

    `sprites[size]` is uint8 (vendor, concept, size, size, 4), colours already multiplied by alpha;
    `backgrounds` is uint8 (background, variant, 128, 128, 3).
    """

    sprites: dict[int, np.ndarray]
    backgrounds: np.ndarray


def train_directory() -> Path:
    """Where checkpoints, caches and logs live: `$FLEET_TRAIN_DIR` or a folder in the user's cache."""
    return Path(os.environ.get("FLEET_TRAIN_DIR", Path.home() / ".cache/multimodal-fleet/train"))


def artwork_path() -> Path:
    """The cache; its name counts the vendors, so that one with fewer is not taken for it."""
    return train_directory() / f"artwork-{len(VENDORS)}.npz"


@cache
def artwork() -> Artwork:
    """The cached artwork; drawn first if this machine has none yet (that needs npm and resvg)."""
    path = artwork_path()
    if not path.exists():
        draw_artwork(path)
    with np.load(path) as arrays:
        return Artwork({size: arrays[f"sprites{size}"] for size in SPRITE_SIZES}, arrays["backgrounds"])


def draw_artwork(path: Path) -> None:
    """Draws every sprite at every size and every background, and writes them to `path` at once or not at all."""
    sheets = {vendor: _icons(vendor) for vendor in VENDORS}
    arrays = {}
    for size in SPRITE_SIZES:
        rows = [[_sprite(_sheet(sheets, vendor, c.icon), c.icon, size) for c in CONCEPTS] for vendor in VENDORS]
        arrays[f"sprites{size}"] = np.array(rows)
    arrays["backgrounds"] = np.array(
        [[_draw(background_svg(b.id, variant), SIZE)[..., :3] for variant in range(VARIANTS)] for b in BACKGROUNDS]
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{os.getpid()}.npz")
    np.savez_compressed(temporary, **arrays)
    temporary.replace(path)


def fetch_icons(vendor: str) -> Path:
    """The folder of the vendor's icon set, unpacked from npm if it is not here yet."""
    package, version = ICON_SETS[vendor]
    folder = train_directory() / "icons" / f"{vendor}-{version}"
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        command = ["npm", "pack", "--silent", f"{package}@{version}"]
        archive = subprocess.run(command, cwd=folder.parent, check=True, capture_output=True, text=True).stdout.strip()
        with tarfile.open(folder.parent / archive) as packed:
            packed.extractall(folder, filter="data")
    return folder / "package"


def _icons(vendor: str) -> dict:
    """The set's icons, with an alias for every concept that it only has under another name of its character."""
    folder = fetch_icons(vendor)
    if not (folder / "icons.json").exists():
        return _rendered_icons(folder)
    sheet = json.loads((folder / "icons.json").read_text())
    aliases = sheet.setdefault("aliases", {})
    for concept in CONCEPTS:
        character = unicodedata.name(concept.emoji[0]).lower().replace(" ", "")
        names = (
            concept.id.replace("-", ""),
            character,
            character.removesuffix("face"),
            character.removesuffix("symbol"),
            *(concept.icon + ending for ending in ("-face", "-1", "-face-1")),
        )
        own = next((name for name in names if name in sheet["icons"]), None)
        if concept.icon not in sheet["icons"] and own:
            aliases.setdefault(concept.icon, {"parent": own})
    return sheet


def _rendered_icons(folder: Path) -> dict:
    """The icons of a set of WebP pictures, which are named by the emoji's code, in the form of an Iconify set."""
    from PIL import Image

    icons, side = {}, max(SPRITE_SIZES)
    for concept in CONCEPTS:
        code = "-".join(f"{ord(character):04x}" for character in concept.emoji)
        file = next(path for path in (folder / "assets").glob(f"{code}*.webp") if path.stem in (code, f"{code}-fe0f"))
        png = io.BytesIO()
        Image.open(file).convert("RGBA").resize((side, side), Image.Resampling.LANCZOS).save(png, "PNG")
        source = f"data:image/png;base64,{base64.b64encode(png.getvalue()).decode()}"
        icons[concept.icon] = {"body": f'<image width="{side}" height="{side}" href="{source}"/>'}
    return {"icons": icons, "aliases": {}, "width": side, "height": side}


def _sheet(sheets: dict, vendor: str, icon: str) -> dict:
    missing = icon not in sheets[vendor]["icons"] and icon not in sheets[vendor]["aliases"]
    return sheets[SUBSTITUTE if missing and vendor in EXTRA_VENDORS else vendor]


def _sprite(sheet: dict, icon: str, size: int) -> np.ndarray:
    while icon not in sheet["icons"]:
        icon = sheet["aliases"][icon]["parent"]
    entry = sheet["icons"][icon]
    width, height = entry.get("width", sheet.get("width", 16)), entry.get("height", sheet.get("height", 16))
    # a square viewport, so that the few icons that are not square are fitted and centred
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'width="{size}" height="{size}" viewBox="0 0 {width} {height}">{entry["body"]}</svg>'
    )
    rgba = _draw(svg, size).astype(np.uint16)
    rgba[..., :3] = rgba[..., :3] * rgba[..., 3:] // 255
    return rgba.astype(np.uint8)


def _draw(svg: str, size: int) -> np.ndarray:
    import resvg_py
    from PIL import Image

    png = bytes(resvg_py.svg_to_bytes(svg_string=svg, width=size, height=size))
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGBA"))
