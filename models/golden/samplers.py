"""Pictures of a random Stable Diffusion folder by every noise scheduler, from noise and from a picture.

`models.golden.checkpoints` writes them beside the others of its folder. Every case is diffusers' own pipeline.
`<case>_latents` are the latents before the first and after each step that is taken, `<case>_pixels` uint8 (height,
width, 3). From a picture, diffusers draws its latents around the encoder's mean; the fleet takes the mean, so the
pipelines are given that.
"""

from pathlib import Path

import numpy as np
import torch
from diffusers import (
    DDIMScheduler,
    DPMSolverMultistepScheduler,
    EulerAncestralDiscreteScheduler,
    EulerDiscreteScheduler,
    StableDiffusionImg2ImgPipeline,
    StableDiffusionPipeline,
)
from PIL import Image

from models.golden.common import FOLDER, asked, write

SCHEDULERS = {
    "ddim": DDIMScheduler,
    "euler": EulerDiscreteScheduler,
    "euler_ancestral": EulerAncestralDiscreteScheduler,
    "dpm_solver_pp_2m": DPMSolverMultistepScheduler,
}
DEFAULTS = {"prompt": "a castle at night", "negative_prompt": "", "seed": 3, "steps": 5, "eta": 0.0}
DEFAULTS |= {"guidance_scale": 7.5, "width": 16, "height": 16, "all_latents": True}
CASES = [{"name": kind, "scheduler": kind} for kind in SCHEDULERS if kind != "ddim"]
CASES += [
    {"name": f"{kind}_from_picture", "scheduler": kind, "init_image": "scenes/castle-night.png", "strength": 0.6}
    for kind in SCHEDULERS
]
CASES[-1] |= {"strength": 0.7, "steps": 10}
CASES[3] |= {"eta": 0.5, "width": 24}


def paint(text_to_image: StableDiffusionPipeline, case: dict) -> dict[str, torch.Tensor]:
    """Latents before the first and after each step that is taken, and the picture."""
    scheduler = SCHEDULERS[case["scheduler"]].from_config(text_to_image.scheduler.config)
    from_picture = "init_image" in case
    kind = StableDiffusionImg2ImgPipeline if from_picture else StableDiffusionPipeline
    pipeline = kind(**text_to_image.components | {"scheduler": scheduler}, requires_safety_checker=False)
    pipeline.set_progress_bar_config(disable=True)
    trail = []
    prepare = pipeline.prepare_latents

    def prepare_and_keep(*arguments, **named) -> torch.Tensor:
        trail.append(prepare(*arguments, **named))
        return trail[-1]

    def keep(_pipeline, _step, _timestep, tensors: dict) -> dict:
        trail.append(tensors["latents"])
        return tensors

    pipeline.prepare_latents = prepare_and_keep
    size = {"width": case["width"], "height": case["height"]}
    start = {"image": mean_latents(pipeline, case), "strength": case["strength"]} if from_picture else size
    picture = pipeline(
        **asked(case),
        callback_on_step_end=keep,
        **start,
    ).images[0]
    return {"latents": torch.cat(trail), "pixels": torch.from_numpy(np.array(picture))}


def mean_latents(pipeline: StableDiffusionImg2ImgPipeline, case: dict) -> torch.Tensor:
    return pipeline.vae.encode(picture_of(case)).latent_dist.mode() * pipeline.vae.config.scaling_factor


def picture_of(case: dict) -> torch.Tensor:
    """The init image of a case at its size, float32 (1, 3, height, width) in [-1, 1]."""
    picture = Image.open(FOLDER / case["init_image"]).convert("RGB")
    picture = picture.resize((case["width"], case["height"]), Image.Resampling.BICUBIC)
    return torch.from_numpy(np.array(picture)).permute(2, 0, 1)[None] / 127.5 - 1


def stable_diffusion(folder: Path, name: str) -> None:
    """Writes `<name>-samplers.safetensors` for the checkpoint in `folder`."""
    pipeline = StableDiffusionPipeline.from_pretrained(folder, torch_dtype=torch.float32)
    cases = [DEFAULTS | case for case in CASES]
    tensors = {}
    for case in cases:
        tensors |= {f"{case['name']}_{stage}": tensor for stage, tensor in paint(pipeline, case).items()}
    write(f"{name}-samplers", tensors, cases)
