"""Pictures of a random folder of Karlo's kind, from prompts and like a picture, by diffusers' own pipelines.

`models.golden.checkpoints` writes them beside the others of its folder; text to pictures has the prior of another one.
Beside what `models.golden.likeness` has there are `<case>_latents` (steps + 1, 3, 8, 8), the small pictures before the
first step and after each, and `<case>_super_res_samples` (8, 3, 32, 32) the same of super-resolution; of those where
not all were kept the last alone. The UNet takes `<case>_image_embeds` as they are, which are `<case>_text_embeds` too.
"""

from contextlib import ExitStack
from pathlib import Path
from unittest import mock

import numpy as np
import torch
from diffusers import PriorTransformer, UnCLIPScheduler, UNet2DConditionModel, UNet2DModel
from diffusers.pipelines.deprecated.unclip import UnCLIPImageVariationPipeline, UnCLIPPipeline, UnCLIPTextProjModel
from PIL import Image
from transformers import CLIPImageProcessor, CLIPTextModelWithProjection, CLIPTokenizer, CLIPVisionModelWithProjection

from models.checkpoints import tokenizers
from models.golden.common import FOLDER, write_painted

DEFAULTS = {"prompt": "", "negative_prompt": "", "likeness": "", "eta": 0.0, "width": 32, "height": 32}
DEFAULTS |= {"guidance_scale": 8.0, "all_latents": False}
# The first steps count a rounding error 20,000 times unless the value is clipped: seeds at which no pixel shows it.
CASES = [
    {"name": "castle", "prompt": tokenizers.SENTENCES[0], "seed": 1, "steps": 6, "all_latents": True},
    {"name": "unguided", "prompt": tokenizers.SENTENCES[2], "seed": 5, "steps": 3, "guidance_scale": 1.0},
    {"name": "like", "likeness": "scenes/castle-night.png", "seed": 3, "steps": 5, "all_latents": True},
    {"name": "alike", "likeness": "pictures/scaled.png", "seed": 2**32 - 1, "steps": 2, "guidance_scale": 3.0},
]
STAGES = {"prior": "prior_samples", "decoder": "latents", "super_res": "super_res_samples"}

SHARED = {
    "text_encoder": CLIPTextModelWithProjection,
    "tokenizer": CLIPTokenizer,
    "text_proj": UnCLIPTextProjModel,
    "decoder": UNet2DConditionModel,
    "super_res_first": UNet2DModel,
    "super_res_last": UNet2DModel,
    "decoder_scheduler": UnCLIPScheduler,
    "super_res_scheduler": UnCLIPScheduler,
}
"""The parts of both pipelines; diffusers looks for the class of `text_proj` where it no longer is."""


def paint(pipeline: UnCLIPPipeline | UnCLIPImageVariationPipeline, case: dict) -> dict[str, torch.Tensor]:
    trails, embeddings = {}, []
    prepare, project = pipeline.prepare_latents, pipeline.text_proj.forward

    def prepared(*arguments) -> torch.Tensor:
        latents = prepare(*arguments)
        trails[arguments[-1]] = [latents]  # by the scheduler that steps from them
        return latents

    def projected(image_embeddings: torch.Tensor, **others) -> tuple[torch.Tensor, torch.Tensor]:
        embeddings.append(image_embeddings)
        return project(image_embeddings=image_embeddings, **others)

    def kept(scheduler: UnCLIPScheduler):
        step = scheduler.step

        def stepped(*arguments, **others):
            result = step(*arguments, **others)
            trails[scheduler].append(result.prev_sample)
            return result

        return mock.patch.object(scheduler, "step", stepped)

    schedulers = {
        getattr(pipeline, f"{part}_scheduler"): part for part in STAGES if hasattr(pipeline, part + "_scheduler")
    }
    asked = {"image": Image.open(FOLDER / case["likeness"]).convert("RGB")} if case["likeness"] else {}
    asked |= {} if case["likeness"] else {"prompt": case["prompt"]}
    with ExitStack() as stack:
        stack.enter_context(mock.patch.object(pipeline, "prepare_latents", prepared))
        stack.enter_context(mock.patch.object(pipeline.text_proj, "forward", projected))
        for scheduler in schedulers:
            stack.enter_context(kept(scheduler))
        picture = pipeline(
            **asked,
            decoder_num_inference_steps=case["steps"],
            decoder_guidance_scale=case["guidance_scale"],
            generator=torch.Generator("cpu").manual_seed(case["seed"]),
        ).images[0]
    whole = {STAGES[part]: torch.cat(trails[scheduler]) for scheduler, part in schedulers.items()}
    stages = {name: trail if case["all_latents"] or trail.ndim == 2 else trail[-1:] for name, trail in whole.items()}
    stages |= {"image_embeds": embeddings[0], "text_embeds": embeddings[0]}
    return stages | {"pixels": torch.from_numpy(np.array(picture))}


def karlo(folder: Path, name: str, prior: Path) -> None:
    shared = {part: _loaded(kind, folder, part) for part, kind in SHARED.items()}
    eye = {"image_encoder": CLIPVisionModelWithProjection, "feature_extractor": CLIPImageProcessor}
    seeing = UnCLIPImageVariationPipeline(**shared, **{part: _loaded(kind, folder, part) for part, kind in eye.items()})
    mind = {"prior": PriorTransformer, "prior_scheduler": UnCLIPScheduler}
    reading = UnCLIPPipeline(**shared, **{part: _loaded(kind, prior, part) for part, kind in mind.items()})
    write_painted(name, [DEFAULTS | case for case in CASES], seeing, reading, paint)


def _loaded(kind: type, folder: Path, part: str) -> object:
    found = kind.from_pretrained(folder, subfolder=part)
    return found.float().eval() if isinstance(found, torch.nn.Module) else found
