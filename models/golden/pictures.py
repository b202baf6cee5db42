"""Golden pictures: files in the formats that `media` reads, and what Pillow makes of them.

Run from the repository root: `python -m models.golden.pictures`. Writes `models/golden/pictures/`: `<case>.<format>`
is a file to read; `<case>.expected.png` is what it shows (8-bit RGB, first frame, upright, on white) or, for a case
`scaled-<width>x<height>`, what `resize` with BICUBIC makes of `scaled.png`.
"""

import random
from pathlib import Path

from PIL import Image, ImageDraw, ImageOps

FOLDER = Path(__file__).parent / "pictures"
SIZE = (46, 31)
PNG_MODES = ("1", "L", "LA", "P", "RGB", "RGBA")
SCALED_SIZES = ((23, 16), (17, 64), (128, 128), (46, 7), (5, 31))
ORIENTATION_TAG = 0x0112


def scene(with_alpha: bool = False) -> Image.Image:
    """A small drawing with gradients, edges and a little noise, the same at every call."""
    generator = random.Random(5)
    image = Image.new("RGBA", SIZE)
    for x in range(SIZE[0]):
        for y in range(SIZE[1]):
            noise = generator.randrange(12)
            alpha = min(255, x * 8) if with_alpha else 255
            image.putpixel((x, y), (x * 5 + noise, y * 7 + noise, 200 - x * 2 - y + noise, alpha))
    drawing = ImageDraw.Draw(image)
    drawing.ellipse((6, 4, 24, 22), fill=(220, 40, 30, 255))
    drawing.rectangle((30, 12, 42, 26), fill=(20, 60, 200, 128 if with_alpha else 255))
    return image if with_alpha else image.convert("RGB")


def shown(path: Path) -> Image.Image:
    """What a viewer sees on a white page."""
    with Image.open(path) as file:
        image = ImageOps.exif_transpose(file).convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")


def save(name: str, image: Image.Image, **options) -> None:
    """Writes a file to read and, beside it, what it shows."""
    path = FOLDER / name
    image.save(path, **options)
    shown(path).save(FOLDER / f"{path.stem}.expected.png")


def save_pngs() -> None:
    """PNG of each of Pillow's modes, a transparent colour, 16 grey bits and an orientation."""
    for mode in PNG_MODES:
        save(f"png-{mode.lower()}.png", scene(with_alpha=mode.endswith("A")).convert(mode))
    palette = scene().quantize(16)
    save("png-p4-transparent.png", palette, transparency=3)
    save("png-rgb-transparent.png", scene(), transparency=(220, 40, 30))
    save("png-oriented.png", scene(), exif=orientation(6))


def save_jpegs() -> None:
    """Baseline and progressive JPEG, grey and colour, with and without subsampling, in all eight orientations."""
    save("jpeg-444.jpg", scene(), quality=90, subsampling=0)
    save("jpeg-420.jpg", scene(), quality=80, subsampling=2)
    save("jpeg-progressive.jpg", scene(), quality=85, progressive=True)
    save("jpeg-grey.jpg", scene().convert("L"), quality=90)
    for value in range(1, 9):
        save(f"jpeg-oriented-{value}.jpg", scene(), quality=95, subsampling=0, exif=orientation(value))


def save_webps() -> None:
    """WebP lossy and lossless, with and without alpha, animated, oriented."""
    save("webp-lossy.webp", scene(), quality=80)
    save("webp-lossy-alpha.webp", scene(with_alpha=True), quality=80)
    save("webp-lossless.webp", scene(), lossless=True)
    save("webp-lossless-alpha.webp", scene(with_alpha=True), lossless=True, exact=True)
    save("webp-oriented.webp", scene(), lossless=True, exif=orientation(8))
    second = ImageOps.invert(scene())
    save("webp-animated.webp", scene(), lossless=True, save_all=True, append_images=[second], duration=100)


def save_scaled() -> None:
    """One picture at several sizes."""
    scene().save(FOLDER / "scaled.png")
    for width, height in SCALED_SIZES:
        scaled = scene().resize((width, height), Image.Resampling.BICUBIC)
        scaled.save(FOLDER / f"scaled-{width}x{height}.expected.png")


def orientation(value: int) -> Image.Exif:
    """EXIF that holds nothing but the orientation."""
    exif = Image.Exif()
    exif[ORIENTATION_TAG] = value
    return exif


def main() -> None:
    """Writes all golden pictures and prints their size."""
    FOLDER.mkdir(exist_ok=True)
    save_pngs()
    save_jpegs()
    save_webps()
    save_scaled()
    files = list(FOLDER.iterdir())
    print(f"{FOLDER.name}: {len(files)} files, {sum(file.stat().st_size for file in files)} bytes")


if __name__ == "__main__":
    main()
