"""Pictures of sticker-diffusion as it ships, with diffusers' own scheduler: `python -m models.golden.diffusion`.

A row without the prompt (the negative prompt, "" by default) and a row with it go through the UNet together, in that
order; no part of the picture is given. First noise and the noise of each step (eta above zero) come from one CPU
generator, as in diffusers' pipelines. `<case>_latents` are the latents before the first and after each step
(steps + 1, C, h, w) where the case says so, else the last ones alone; `<case>_pixels` are uint8 (height, width, 3):
round((image + 1) * 127.5).
"""

import torch
from diffusers import DDIMScheduler

from models.export import diffusion as exporter
from models.export import manifest_file
from models.golden.common import REPOSITORY, write
from models.tokenizer import tokenizer
from models.train import unet as trainer

CASES = [
    {"name": "castle", "prompt": "a castle under the night sky", "seed": 42, "steps": 30, "all_latents": True},
    {"name": "cat", "prompt": "一只猫在雪地上", "negative_prompt": "a dog", "seed": 7, "steps": 12, "eta": 0.5},
    {"name": "wide", "prompt": "two cats on a beach", "seed": 2**32 - 1, "steps": 4, "width": 192, "height": 128},
]
DEFAULTS = {"negative_prompt": "", "eta": 0.0, "width": 128, "height": 128, "all_latents": False}
DEFAULTS["guidance_scale"] = 3.0
FOLDER = REPOSITORY / "sticker-diffusion" / "1"


def paint(case: dict, models: tuple, parameters: dict) -> dict[str, torch.Tensor]:
    unet, text, encoder, decoder = models
    ids, _ = tokenizer.batch([case["negative_prompt"], case["prompt"]])
    states, pooled = exporter.TextEncoder(text, tokenizer.EOS)(ids)
    scheduler = DDIMScheduler(**{key: parameters[key] for key in exporter.SCHEDULER_KEYS}, clip_sample=False)
    scheduler.set_timesteps(case["steps"])
    generator = torch.Generator("cpu").manual_seed(case["seed"])
    factor = parameters["downscale_factor"]
    shape = (1, parameters["latent_channels"], case["height"] // factor, case["width"] // factor)
    latents = torch.randn(shape, generator=generator)
    sides = case["height"], case["width"]
    given = trainer.surroundings(encoder, torch.zeros(2, 3, *sides), torch.ones(2, 1, *sides))
    trail = [latents]
    for timestep in scheduler.timesteps:
        seen = {"class_labels": pooled, "mask": given.mask, "masked_image_latents": given.latents}
        prediction = unet(torch.cat([latents] * 2), timestep, states, **seen).sample
        without, told = prediction.chunk(2)
        guided = without + case["guidance_scale"] * (told - without)
        latents = scheduler.step(guided, timestep, latents, eta=case["eta"], generator=generator).prev_sample
        trail.append(latents)
    pixels = ((decoder(latents)[0] + 1) * 127.5).round().clamp(0, 255).to(torch.uint8).permute(1, 2, 0)
    name = case["name"]
    return {
        f"{name}_latents": torch.cat(trail if case["all_latents"] else trail[-1:]),
        f"{name}_pixels": pixels,
        f"{name}_input_ids": ids,
        f"{name}_last_hidden_state": states,
        f"{name}_pooler_output": pooled,
    }


@torch.no_grad()
def main() -> None:
    models = exporter.shipped(FOLDER)
    parameters = manifest_file.read(FOLDER / "model.yaml")["parameters"]
    cases = [DEFAULTS | case for case in CASES]
    tensors = {}
    for case in cases:
        tensors |= paint(case, models, parameters)
    write("diffusion", tensors, cases)


if __name__ == "__main__":
    main()
