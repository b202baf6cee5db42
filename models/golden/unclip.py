"""Pictures that shall be like something, by sticker-unclip and sticker-diffusion: `python -m models.golden.unclip`.

With diffusers' own schedulers and PriorTransformer. All noise of a case is of one CPU generator, the prior's first.
`<case>_prior_samples` (steps + 1, E) are the prior's samples before the first and after each step, where it is asked,
`<case>_image_embeds` (1, E) what it makes of the last one or the image encoder of the picture `likeness`,
`<case>_text_embeds` (1, D) the pooled state that is painted from; `<case>_latents` and `<case>_pixels` are those of
`models.golden.diffusion`.
"""

from itertools import zip_longest

import numpy as np
import torch
import torch.nn.functional as F
from diffusers import DDIMScheduler, UnCLIPScheduler
from PIL import Image

from models.export import diffusion, manifest_file
from models.export import unclip as exporter
from models.golden import diffusion as pictures
from models.golden.common import FOLDER, REPOSITORY, write
from models.tokenizer import tokenizer
from models.train import unclip as trainer

NAME = trainer.NAME
CASES = [
    {"name": "castle", "prompt": "a castle under the night sky", "seed": 42, "steps": 6, "all_latents": True},
    {"name": "cat", "prompt": "一只猫在雪地上", "negative_prompt": "a dog", "seed": 7, "steps": 5, "eta": 0.5},
    {"name": "like", "prompt": "", "likeness": pictures.PICTURE, "seed": 3, "steps": 6},
]


def embedded(case: dict, models: tuple, text: torch.nn.Module, generator: torch.Generator) -> dict[str, torch.Tensor]:
    """The embedding of a case, and what led to it."""
    tower, _, prior = models
    if case["likeness"]:
        picture = torch.from_numpy(np.array(Image.open(FOLDER / case["likeness"]).convert("RGB")))
        return {"image_embeds": tower(picture.permute(2, 0, 1)[None] / 127.5 - 1)}
    ids, _ = tokenizer.batch([case["prompt"]])
    states, pooled = diffusion.TextEncoder(text, tokenizer.EOS)(ids)
    settings, scheduler = trainer.Settings(), UnCLIPScheduler(**trainer.SCHEDULER)
    scheduler.set_timesteps(settings.steps)
    trail = [torch.randn(1, prior.config.embedding_dim, generator=generator)]
    for timestep, following in zip_longest(scheduler.timesteps, scheduler.timesteps[1:]):
        predicted = prior(trail[-1], timestep, pooled, states, trainer.text_mask(ids)).predicted_image_embedding
        trail.append(scheduler.step(predicted, timestep, trail[-1], following, generator).prev_sample)
    embedding = F.normalize(prior.post_process_latents(trail[-1]), dim=-1)
    return {"prior_samples": torch.cat(trail), "image_embeds": embedding}


def paint(case: dict, models: tuple, painters: tuple, parameters: dict) -> dict[str, torch.Tensor]:
    unet, text, encoder, decoder = painters
    generator = torch.Generator("cpu").manual_seed(case["seed"])
    stages = embedded(case, models, text, generator)
    stages["text_embeds"] = exporter.ImageProjection(models[1])(stages["image_embeds"])
    states, pooled = diffusion.TextEncoder(text, tokenizer.EOS)(tokenizer.batch([case["negative_prompt"], ""])[0])
    conditions = states, torch.cat([pooled[:1], stages["text_embeds"]])
    scheduler = DDIMScheduler(**{key: parameters[key] for key in diffusion.SCHEDULER_KEYS}, clip_sample=False)
    scheduler.set_timesteps(case["steps"])
    factor = parameters["downscale_factor"]
    shape = (1, parameters["latent_channels"], case["height"] // factor, case["width"] // factor)
    latents, given = torch.randn(shape, generator=generator), pictures.everything(case, encoder)
    drawing = {"eta": case["eta"], "generator": generator}
    arguments = (scheduler, scheduler.timesteps, latents, case["guidance_scale"])
    trail = pictures.denoised(unet, conditions, given, *arguments, **drawing)
    stages["latents"] = torch.cat(trail if case["all_latents"] else trail[-1:])
    stages["pixels"] = pictures.pixels_of(decoder(trail[-1]))
    return {f"{case['name']}_{stage}": tensor for stage, tensor in stages.items()}


@torch.no_grad()
def main() -> None:
    models, painters = exporter.shipped(REPOSITORY / NAME / "1"), diffusion.shipped(pictures.FOLDER)
    parameters = manifest_file.read(pictures.FOLDER / "model.yaml")["parameters"]
    cases, tensors = [pictures.DEFAULTS | {"likeness": ""} | case for case in CASES], {}
    for case in cases:
        tensors |= paint(case, models, painters, parameters)
    write(NAME, tensors, cases)


if __name__ == "__main__":
    main()
