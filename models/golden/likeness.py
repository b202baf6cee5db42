"""Pictures of a random folder of Stable unCLIP, from prompts through a prior and like a picture.

`models.golden.checkpoints` writes them beside the others of its folder. Every case is diffusers' own pipeline, with the
prior of another folder put together as its documentation says. `<case>_prior_samples` (steps + 1, E) are the prior's
before its first step and after each, where it is asked; `<case>_image_embeds` (1, E) is what it ends with or what the
image encoder makes of the picture `likeness`, `<case>_text_embeds` (1, 2 E) what the UNet takes of that, and
`<case>_pixels` the picture, uint8 (height, width, 3).
"""

from pathlib import Path
from unittest import mock

import numpy as np
import torch
from diffusers import (
    DDIMScheduler,
    DDPMScheduler,
    PriorTransformer,
    StableUnCLIPImg2ImgPipeline,
    StableUnCLIPPipeline,
    UnCLIPScheduler,
)
from PIL import Image
from transformers import CLIPTextModelWithProjection, CLIPTokenizer

from models.checkpoints import tokenizers
from models.golden.common import FOLDER, asked, write_painted

DEFAULTS = {"negative_prompt": "", "likeness": "", "eta": 0.0, "width": 16, "height": 16, "guidance_scale": 7.5}
CASES = [
    {"name": "castle", "prompt": tokenizers.SENTENCES[0], "seed": 42, "steps": 6},
    {"name": "cats", "prompt": tokenizers.SENTENCES[1], "negative_prompt": "a dog", "seed": 7, "steps": 4, "eta": 0.5},
    {"name": "unguided", "prompt": tokenizers.SENTENCES[2], "seed": 5, "steps": 3, "guidance_scale": 1.0},
    {"name": "like", "prompt": "", "likeness": "scenes/castle-night.png", "seed": 3, "steps": 6},
    {
        "name": "away",
        "prompt": "",
        "likeness": "pictures/scaled.png",
        "negative_prompt": "a dog",
        "seed": 9,
        "steps": 4,
    },
]
CASES[2] |= {"width": 24, "height": 8}


def paint(pipeline: StableUnCLIPPipeline | StableUnCLIPImg2ImgPipeline, case: dict) -> dict[str, torch.Tensor]:
    trail, stages, noised, prepare = [], {}, pipeline.noise_image_embeddings, pipeline.prepare_latents
    given = {"image": Image.open(FOLDER / case["likeness"]).convert("RGB")} if case["likeness"] else {}

    def prepared(*arguments, **named) -> torch.Tensor:
        trail.append(prepare(*arguments, **named))
        return trail[-1]

    def noised_and_kept(image_embeds: torch.Tensor, **noise) -> torch.Tensor:
        stages.update(image_embeds=image_embeds, text_embeds=noised(image_embeds, **noise))
        return stages["text_embeds"]

    kept = {"noise_image_embeddings": noised_and_kept, "prepare_latents": prepared}
    with mock.patch.multiple(pipeline, **kept):
        picture = pipeline(
            width=case["width"],
            height=case["height"],
            **asked(case),
            callback=lambda _step, _timestep, sample: trail.append(sample),
            **given,
        ).images[0]
    samples = [sample for sample in trail if sample.ndim == 2]  # those of the prior; latents have four axes
    stages |= {"prior_samples": torch.cat(samples)} if samples else {}
    return stages | {"pixels": torch.from_numpy(np.array(picture))}


def with_prior(parts: dict, prior: Path) -> StableUnCLIPPipeline:
    """A pipeline that paints with `parts` of Stable unCLIP what the prior of another folder makes of words."""
    text = CLIPTextModelWithProjection.from_pretrained(prior, subfolder="text_encoder", dtype=torch.float32)
    steps = UnCLIPScheduler.from_pretrained(prior, subfolder="prior_scheduler")
    return StableUnCLIPPipeline(
        prior=PriorTransformer.from_pretrained(prior, subfolder="prior", torch_dtype=torch.float32),
        prior_text_encoder=text,
        prior_tokenizer=CLIPTokenizer.from_pretrained(prior, subfolder="tokenizer"),
        prior_scheduler=DDPMScheduler.from_config(steps.config),
        **{key: part for key, part in parts.items() if key not in ("image_encoder", "feature_extractor")},
    )


def stable_unclip(folder: Path, name: str, prior: Path) -> None:
    seeing = StableUnCLIPImg2ImgPipeline.from_pretrained(folder, torch_dtype=torch.float32)
    seeing.scheduler = DDIMScheduler.from_config(seeing.scheduler.config)
    reading = with_prior(seeing.components, prior)
    write_painted(name, [DEFAULTS | case for case in CASES], seeing, reading, paint)
