"""Pictures of sticker-diffusion as it ships, with diffusers' own scheduler: `python -m models.golden.diffusion`.

A row without the prompt (the negative prompt, "" by default) and a row with it go through the UNet together, in that
order. First noise and the noise of each step (eta above zero) come from one CPU generator, as in diffusers' pipelines.
`<case>_latents` are the latents before the first and after each step (steps + 1, C, h, w) where the case says so, else
the last ones alone; `<case>_pixels` are uint8 (height, width, 3): round((image + 1) * 127.5). A case that paints into a
picture has that and its mask too (`<case>_init`, `<case>_mask`).
"""

import numpy as np
import torch
from diffusers import DDIMScheduler, SchedulerMixin
from PIL import Image, ImageDraw

from models.export import diffusion as exporter
from models.export import manifest_file
from models.golden.common import FOLDER as GOLDENS
from models.golden.common import REPOSITORY, write
from models.tokenizer import tokenizer
from models.train.judge import pixels_from
from models.train.unet import Control, Surroundings, surroundings

CASES = [
    {"name": "castle", "prompt": "a castle under the night sky", "seed": 42, "steps": 30, "all_latents": True},
    {"name": "cat", "prompt": "一只猫在雪地上", "negative_prompt": "a dog", "seed": 7, "steps": 12, "eta": 0.5},
    {"name": "wide", "prompt": "two cats on a beach", "seed": 2**32 - 1, "steps": 4, "width": 192, "height": 128},
    {"name": "hole", "prompt": "a dog", "seed": 3, "steps": 6, "mask": "drawn", "strength": 1.0},
]
PICTURE, BOX = "scenes/castle-night.png", (30, 20, 98, 110)
DEFAULTS = {"negative_prompt": "", "eta": 0.0, "width": 128, "height": 128, "all_latents": False}
DEFAULTS["guidance_scale"] = 3.0
FOLDER = REPOSITORY / "sticker-diffusion" / "1"


def paint(
    case: dict, models: tuple, parameters: dict, given: Surroundings, control: Control | None = None
) -> dict[str, torch.Tensor]:
    """The stages of one picture; `control` gives what is added to its sketch, as `models.train.controlnet` does."""
    unet, text, _, decoder = models
    ids, _ = tokenizer.batch([case["negative_prompt"], case["prompt"]])
    states, pooled = exporter.TextEncoder(text, tokenizer.EOS)(ids)
    scheduler = DDIMScheduler(**{key: parameters[key] for key in exporter.SCHEDULER_KEYS}, clip_sample=False)
    scheduler.set_timesteps(case["steps"])
    generator = torch.Generator("cpu").manual_seed(case["seed"])
    factor = parameters["downscale_factor"]
    shape = (1, parameters["latent_channels"], case["height"] // factor, case["width"] // factor)
    latents, drawing = torch.randn(shape, generator=generator), {"eta": case["eta"], "generator": generator}
    scale, timesteps = case["guidance_scale"], scheduler.timesteps
    trail = denoised(unet, (states, pooled), given, scheduler, timesteps, latents, scale, control, **drawing)
    name = case["name"]
    return {
        f"{name}_latents": torch.cat(trail if case["all_latents"] else trail[-1:]),
        f"{name}_pixels": pixels_of(decoder(trail[-1])),
        f"{name}_input_ids": ids,
        f"{name}_last_hidden_state": states,
        f"{name}_pooler_output": pooled,
    }


def denoised(
    unet,
    conditions: tuple[torch.Tensor, torch.Tensor],
    given: Surroundings,
    scheduler: SchedulerMixin,
    timesteps: torch.Tensor,
    latents: torch.Tensor,
    guidance: float,
    control: Control | None = None,
    **drawing,
) -> list[torch.Tensor]:
    """The latents of one picture before the first and after each of the steps; `drawing` is what each step takes."""
    trail, (mask, masked), (states, pooled) = [latents], given.repeated(2), conditions
    seen = {"class_labels": pooled, "mask": mask, "masked_image_latents": masked}
    if control:
        seen["sketch_residual"] = control(pooled)
    for timestep in timesteps:
        both, times = scheduler.scale_model_input(torch.cat([latents] * 2), timestep), timestep.long().expand(2)
        without, told = unet(both, times, states, **seen).sample.chunk(2)
        latents = scheduler.step(without + guidance * (told - without), timestep, latents, **drawing).prev_sample
        trail.append(latents)
    return trail


def pixels_of(pictures: torch.Tensor) -> torch.Tensor:
    """Uint8 (height, width, 3) of the one picture (1, 3, height, width) in [-1, 1]."""
    return pixels_from(pictures)[0]


def everything(case: dict, encoder: torch.nn.Module) -> Surroundings:
    """For a picture that is painted whole."""
    size = (case["height"], case["width"])
    return surroundings(encoder, torch.zeros(1, 3, *size), torch.ones(1, 1, *size))


def hole(encoder: torch.nn.Module) -> tuple[Surroundings, dict[str, torch.Tensor]]:
    """A box in a picture, and both as they are given."""
    picture = Image.open(GOLDENS / PICTURE).convert("RGB")
    mask = Image.new("RGB", picture.size)
    ImageDraw.Draw(mask).rectangle(BOX, fill="white")
    init, white = (torch.from_numpy(np.array(image)) for image in (picture, mask))
    pixels = init.permute(2, 0, 1)[None] / 127.5 - 1
    masks = (white.permute(2, 0, 1)[None, :1] > 127).float()
    return surroundings(encoder, pixels, masks), {"init": init, "mask": white}


@torch.no_grad()
def main() -> None:
    models = exporter.shipped(FOLDER)
    parameters = manifest_file.read(FOLDER / "model.yaml")["parameters"]
    cases = [DEFAULTS | case for case in CASES]
    tensors = {}
    for case in cases:
        given, kept = hole(models[2]) if "mask" in case else (everything(case, models[2]), {})
        tensors |= paint(case, models, parameters, given)
        tensors |= {f"{case['name']}_{stage}": tensor for stage, tensor in kept.items()}
    write("diffusion", tensors, cases)


if __name__ == "__main__":
    main()
