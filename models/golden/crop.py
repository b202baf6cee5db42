"""Which part around a mask diffusers enlarges for `padding_mask_crop`: `python -m models.golden.crop`.

`cases` are pictures of `width` x `height` pixels of which the `box` [left, top, right, bottom] is masked; `region` is
that of `VaeImageProcessor.get_crop_region` with so many pixels of `padding`, [left, top, right, bottom]. No tensors.
"""

import random

from diffusers.image_processor import VaeImageProcessor
from PIL import Image

from models.golden.common import write

SIDES = (64, 96, 128, 256)
COUNT = 120


def _case(rng: random.Random) -> dict:
    width, height = rng.choice(SIDES), rng.choice(SIDES)
    left, top = rng.randrange(width), rng.randrange(height)
    box = [left, top, rng.randint(left + 1, width), rng.randint(top + 1, height)]
    padding = rng.choice((0, 0, 4, 16, 32, 300))
    mask = Image.new("L", (width, height))
    mask.paste(255, box)
    region = VaeImageProcessor.get_crop_region(mask, width, height, pad=padding)
    return {"width": width, "height": height, "box": box, "padding": padding, "region": [int(side) for side in region]}


def main() -> None:
    rng = random.Random("crop")
    write("crop", {}, [_case(rng) for _ in range(COUNT)])


if __name__ == "__main__":
    main()
