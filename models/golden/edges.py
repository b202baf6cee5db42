"""Edges as OpenCV's Canny finds them: `python -m models.golden.edges`.

Writes `models/golden/edges/<picture>_<low>_<high>_<aperture>_<l1 or l2>.png`, 8-bit grey: what cv2.Canny makes of the
RGB pixels of a picture of `pictures/` or `scenes/`.
"""

import itertools
import shutil

import cv2
import numpy as np
from PIL import Image

from models.golden.common import FOLDER

EDGES = FOLDER / "edges"
PICTURES = [
    "pictures/png-rgb.png",
    "pictures/scaled-46x7.expected.png",
    "pictures/scaled-5x31.expected.png",
    "pictures/webp-lossy.expected.png",
    "scenes/castle-night.png",
]
THRESHOLDS = {3: [(100, 200), (0, 0), (20.5, 60.25)], 5: [(1000, 3000)], 7: [(8000, 20000)]}


def main() -> None:
    shutil.rmtree(EDGES, ignore_errors=True)
    EDGES.mkdir()
    for file, (aperture, thresholds) in itertools.product(PICTURES, THRESHOLDS.items()):
        pixels = np.array(Image.open(FOLDER / file).convert("RGB"))
        for (low, high), l2 in itertools.product(thresholds, (False, True)):
            edges = cv2.Canny(pixels, low, high, apertureSize=aperture, L2gradient=l2)
            name = f"{file.split('/')[-1].split('.')[0]}_{low}_{high}_{aperture}_{'l2' if l2 else 'l1'}.png"
            Image.fromarray(edges).save(EDGES / name)
    files = list(EDGES.iterdir())
    print(f"{EDGES.name}: {len(files)} files, {sum(file.stat().st_size for file in files)} bytes")


if __name__ == "__main__":
    main()
