"""How well the UNet of `unet.py` paints into masks: `python -m models.train.inpainting`.

As diffusers' inpainting pipeline can (`padding_mask_crop`), it also paints an enlarged part of the picture around the
mask: things are then of the size and at the place that the UNet draws best.
"""

from models.train import common  # first: it sets the thread counts

# isort: split

import random
from dataclasses import replace

import numpy as np
import torch
from diffusers.image_processor import VaeImageProcessor
from PIL import Image

from models.train import text_encoder as prompts
from models.train import unet as base
from models.train.judge import load_judge, pictures_of, pixels_from, verdicts
from models.train.vae import Decoder, Encoder, load_vae
from models.train.vae import latest as latest_vae
from models.world.grammar import LANGUAGES
from models.world.scenes import scene_at

PADDING = 16
"""Pixels around the mask's box that are enlarged with it."""


def regions_of(masks: torch.Tensor, padding: int) -> list[tuple[int, int, int, int]]:
    """Left, top, right, bottom of the part around each mask float32 (batch, 1, H, W), as diffusers chooses it."""
    pixels = (masks[:, 0] * 255).byte().numpy()
    height, width = masks.shape[-2:]
    return [VaeImageProcessor.get_crop_region(Image.fromarray(one), width, height, pad=padding) for one in pixels]


def enlarged(pictures: torch.Tensor, regions: list, resample: Image.Resampling) -> torch.Tensor:
    """The regions of pictures float32 (batch, 3, H, W) in [-1, 1], each scaled to the size of the whole."""
    return _tensor([one.crop(part).resize(one.size, resample) for one, part in _each(pictures, regions)])


def put_back(made: torch.Tensor, pictures: torch.Tensor, regions: list) -> torch.Tensor:
    """Pictures with what was made of their regions in its place."""
    wholes = []
    for (whole, part), (one, _) in zip(_each(pictures, regions), _each(made, regions), strict=True):
        whole.paste(one.resize((part[2] - part[0], part[3] - part[1]), Image.Resampling.BICUBIC), part[:2])
        wholes.append(whole)
    return _tensor(wholes)


def _each(pictures: torch.Tensor, regions: list):
    return zip([Image.fromarray(row) for row in pixels_from(pictures).numpy()], regions, strict=True)


def _tensor(pictures: list[Image.Image]) -> torch.Tensor:
    return torch.from_numpy(np.stack([np.array(one) for one in pictures])).permute(0, 3, 1, 2) / 127.5 - 1


@torch.no_grad()
def evaluate(unet, text_encoder, autoencoder: tuple[Encoder, Decoder], settings: base.Settings, count: int) -> dict:
    """Shares of pictures in which the judge names the object that was asked for inside the mask.

    The mask is a box around one group of a held-out scene, the prompt names this group alone, and outside of the mask
    the picture's own pixels stay. `_inpainted`: in the whole picture; `_enlarged`: in its part around the mask.
    """
    (encoder, decoder), figures, judge = autoencoder, {}, load_judge()

    def painted(texts: list[str], pictures: torch.Tensor, masks: torch.Tensor, seed: int) -> torch.Tensor:
        given = base.surroundings(encoder, pictures, masks)
        return decoder(base.paint(unet, text_encoder, texts, given, settings.steps, settings.guidance, seed))

    def in_part(texts: list[str], pictures: torch.Tensor, masks: torch.Tensor, seed: int) -> torch.Tensor:
        regions = regions_of(masks, PADDING)
        parts = enlarged(pictures, regions, Image.Resampling.BICUBIC)
        holes = enlarged(masks.expand(-1, 3, -1, -1) * 2 - 1, regions, Image.Resampling.NEAREST)[:, :1]
        return put_back(painted(texts, parts, (holes > 0).float(), seed), pictures, regions)

    for split in ("test", "unseen"):
        scenes = [scene_at(split, number, base.HELD_OUT_VENDORS) for number in range(count)]
        rng = random.Random(f"inpainting/{split}")
        groups = [rng.choice(scene.groups) for scene in scenes]
        masks = torch.cat([base.box_mask(scene, group, 8, rng) for scene, group in zip(scenes, groups, strict=True)])
        shown = [replace(scene, groups=(group,)) for scene, group in zip(scenes, groups, strict=True)]
        for language in LANGUAGES:
            texts = prompts.captions_of(shown, (split, "inpainting"), language)
            right = {"inpainted": 0, "enlarged": 0}
            for first in range(0, count, base.PAINTED_AT_ONCE):
                rows = slice(first, first + base.PAINTED_AT_ONCE)
                pictures = pictures_of(scenes[rows])
                for name, paint in (("inpainted", painted), ("enlarged", in_part)):
                    made = torch.where(masks[rows] > 0.5, paint(texts[rows], pictures, masks[rows], first), pictures)
                    asked = zip(verdicts(judge, made), groups[rows], strict=True)
                    right[name] += sum(group.concept in verdict.objects for verdict, group in asked)
            figures |= {f"{split}_{language}_{name}": round(found / count, 4) for name, found in right.items()}
    return figures


def main() -> None:
    arguments = common.command_line("Measures how the UNet paints into masks.")
    unet, text_encoder, _ = base.load_unet(base.latest())
    settings = base.Settings()
    print(evaluate(unet.to(arguments.device), text_encoder, load_vae(latest_vae()), settings, settings.held_out))


if __name__ == "__main__":
    main()
