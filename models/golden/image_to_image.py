"""Pictures that sticker-diffusion makes from a picture, by every scheduler: `python -m models.golden.image_to_image`.

As `models.golden.samplers`, but of the model that ships, whose UNet no pipeline of diffusers can call: the loop is
written out here, its schedulers are diffusers'. `<case>_latents` are the latents before the first and after each step
that is taken, `<case>_pixels` uint8 (height, width, 3).
"""

import inspect

import torch

from models.export import diffusion as exporter
from models.export import manifest_file
from models.golden.common import write
from models.golden.diffusion import FOLDER, denoised, everything, pixels_of
from models.golden.samplers import SCHEDULERS, picture_of
from models.tokenizer import tokenizer

DEFAULTS = {"prompt": "一只猫在雪地上", "negative_prompt": "a dog", "seed": 4, "steps": 6, "eta": 0.0}
DEFAULTS |= {"guidance_scale": 3.0, "width": 64, "height": 64, "all_latents": True}
DEFAULTS |= {"init_image": "scenes/castle-night.png", "strength": 0.5}
CASES = [{"name": kind, "scheduler": kind} for kind in SCHEDULERS]


def paint(case: dict, models: tuple, parameters: dict) -> dict[str, torch.Tensor]:
    unet, text, encoder, decoder = models
    ids, _ = tokenizer.batch([case["negative_prompt"], case["prompt"]])
    states, pooled = exporter.TextEncoder(text, tokenizer.EOS)(ids)
    scheduler = _scheduler(case, parameters)
    first = case["steps"] - int(case["steps"] * case["strength"])
    timesteps = scheduler.timesteps[first:]
    if hasattr(scheduler, "set_begin_index"):
        scheduler.set_begin_index(first)
    generator = torch.Generator("cpu").manual_seed(case["seed"])
    original = encoder(picture_of(case))
    noise = torch.randn(original.shape, generator=generator)
    latents = scheduler.add_noise(original, noise, timesteps[:1])
    drawing = {"generator": generator} if "generator" in inspect.signature(scheduler.step).parameters else {}
    given, scale = everything(case, encoder), case["guidance_scale"]
    trail = denoised(unet, (states, pooled), given, scheduler, timesteps, latents, scale, **drawing)
    return {f"{case['name']}_latents": torch.cat(trail), f"{case['name']}_pixels": pixels_of(decoder(trail[-1]))}


def _scheduler(case: dict, parameters: dict):
    kind = SCHEDULERS[case["scheduler"]]
    known = inspect.signature(kind.__init__).parameters
    settings = {key: parameters[key] for key in exporter.SCHEDULER_KEYS} | {"clip_sample": False}
    scheduler = kind(**{key: value for key, value in settings.items() if key in known})
    scheduler.set_timesteps(case["steps"])
    return scheduler


@torch.no_grad()
def main() -> None:
    models = exporter.shipped(FOLDER)
    parameters = manifest_file.read(FOLDER / "model.yaml")["parameters"]
    cases = [DEFAULTS | case for case in CASES]
    tensors = {}
    for case in cases:
        tensors |= paint(case, models, parameters)
    write("image_to_image", tensors, cases)


if __name__ == "__main__":
    main()
