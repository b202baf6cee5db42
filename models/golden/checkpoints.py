"""Random checkpoints of real kinds, exported, and what diffusers and transformers make of the folders they came from.

`python -m models.golden.checkpoints` draws tiny checkpoints from a fixed seed, exports them into
`models/golden/repository/` as `models.export.hub` exports real ones, and writes `<name>.safetensors` beside it. Every
golden is the library's own pipeline or model with the folder's own tokenizer and picture processor: nothing of the
exporter is in it.
"""

import shutil
import tempfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from diffusers import (
    ControlNetModel,
    DDIMScheduler,
    DiffusionPipeline,
    StableDiffusionControlNetPipeline,
    StableDiffusionInpaintPipeline,
    StableDiffusionPipeline,
)
from PIL import Image
from transformers import (
    BertTokenizer,
    BlipForConditionalGeneration,
    BlipForQuestionAnswering,
    BlipImageProcessor,
    CLIPImageProcessor,
    CLIPModel,
    CLIPTokenizer,
    GPT2LMHeadModel,
    GPT2Tokenizer,
)

from models.checkpoints import folders, tokenizers
from models.export import hub
from models.export.origin import NO_CHOICES, Choices
from models.golden import karlo, likeness, samplers
from models.golden.common import FOLDER, asked, write

REPOSITORY = FOLDER / "repository"
PICTURES = ["pictures/png-rgb.png", "pictures/scaled.png", "scenes/castle-night.png"]
NEW_TOKENS = 20
LONG = "a photo of an astronaut riding a horse in the rain, " * 6 + "with a red umbrella"
TEXTS = [*tokenizers.SENTENCES[:3], "", "Hello, WORLD's  café 猫 123!", LONG]
QUESTIONS = [
    (PICTURES[0], "what is in the old house?"),
    (PICTURES[1], "How many people are walking in the rain with umbrellas, and where is the DOG?"),
    (PICTURES[2], "is there a castle"),
    (PICTURES[2], "?"),
]
DEFAULTS = {"negative_prompt": "", "eta": 0.0, "width": 16, "height": 16, "all_latents": False, "guidance_scale": 7.5}
DIFFUSION = [
    {"name": "castle", "prompt": tokenizers.SENTENCES[0], "seed": 42, "steps": 7, "all_latents": True},
    {"name": "cats", "prompt": tokenizers.SENTENCES[1], "negative_prompt": "a dog", "seed": 7, "steps": 4, "eta": 0.5},
    {"name": "wide", "prompt": LONG, "seed": 2**32 - 1, "steps": 3, "width": 24, "height": 8},
    {"name": "unguided", "prompt": tokenizers.SENTENCES[2], "seed": 0, "steps": 5, "guidance_scale": 1.0},
]
INPAINTING = [
    {"name": "hole", "prompt": tokenizers.SENTENCES[0], "seed": 42, "steps": 6, "all_latents": True},
    {"name": "changed", "prompt": tokenizers.SENTENCES[1], "seed": 7, "steps": 6, "strength": 0.5, "all_latents": True},
    {"name": "wide", "prompt": tokenizers.SENTENCES[2], "seed": 5, "steps": 3, "width": 24, "height": 8, "eta": 0.5},
    {"name": "whole", "prompt": tokenizers.SENTENCES[1], "seed": 3, "steps": 4, "mask": "everywhere"},
]
CONTROLLED = [
    {"name": "edges", "prompt": tokenizers.SENTENCES[0], "seed": 42, "steps": 6, "controls": [{}], "all_latents": True},
    {"name": "part", "prompt": tokenizers.SENTENCES[1], "seed": 7, "steps": 5, "negative_prompt": "a dog", "eta": 0.5},
    {"name": "guessed", "prompt": "", "seed": 9, "steps": 5, "guess_mode": True, "guidance_scale": 3.0},
    {"name": "unguided", "prompt": tokenizers.SENTENCES[2], "seed": 0, "steps": 3, "guess_mode": True},
    {"name": "two", "prompt": tokenizers.SENTENCES[2], "seed": 1, "steps": 5, "width": 24, "height": 8},
]
CONTROLLED[1] |= {"controls": [{"scale": 0.6, "start": 0.2, "end": 0.8}]}
CONTROLLED[2] |= {"controls": [{"scale": 1.4}]}
CONTROLLED[3] |= {"controls": [{}], "guidance_scale": 1.0}
CONTROLLED[4] |= {"controls": [{"scale": 0.5, "end": 0.6}, {"scale": 1.5, "start": 0.3}]}
CONTROL_KEYWORDS = {"scale": "controlnet_conditioning_scale", "start": "control_guidance_start"}
CONTROL_KEYWORDS["end"] = "control_guidance_end"
BASE = "random-stable-diffusion"
UNCHECKED = {"requires_safety_checker": False}


def stable_diffusion(folder: Path, name: str) -> None:
    pipeline = _ready(StableDiffusionPipeline.from_pretrained(folder, torch_dtype=torch.float32))
    _write(name, [DEFAULTS | case for case in DIFFUSION], lambda case: paint(pipeline, case))
    samplers.stable_diffusion(folder, name)


def inpainting(folder: Path, name: str) -> None:
    """`init` and `mask` are the pictures that were given; the latents of the masked one are their mean, not drawn."""
    pipeline = _ready(StableDiffusionInpaintPipeline.from_pretrained(folder, torch_dtype=torch.float32))
    coder, scale = pipeline.vae, pipeline.vae.config.scaling_factor

    def paint_hole(case: dict) -> dict[str, torch.Tensor]:
        size = {"width": case["width"], "height": case["height"]}
        init, mask = (_picture(case, f"{case['name']}/{kind}") for kind in ("init", "mask"))
        if case["mask"] == "everywhere":
            mask = Image.new("RGB", mask.size, "white")
        pixels = pipeline.image_processor.preprocess(init, **size)
        hole = pipeline.mask_processor.preprocess(mask, **size)
        masked = coder.encode(pixels * (hole < 0.5)).latent_dist.mode() * scale
        given = {"image": coder.encode(pixels).latent_dist.mode() * scale, "mask_image": mask}
        given |= {"masked_image_latents": masked, "strength": case["strength"]}
        start = max(case["steps"] - int(case["steps"] * case["strength"]), 0)
        stages = paint(pipeline, case, start, **given)
        cells = torch.nn.functional.interpolate(hole, size=masked.shape[-2:])
        kept = {"init": torch.from_numpy(np.array(init)), "mask": torch.from_numpy(np.array(mask))}
        return stages | kept | {"mask_cells": cells, "masked_image_latents": masked}

    _write(name, [DEFAULTS | {"mask": "drawn", "strength": 1.0} | case for case in INPAINTING], paint_hole)


def control(folder: Path, name: str) -> None:
    """`control_<i>` are the control images that were given; the pipeline's base is the checkpoint beside the folder."""
    network = ControlNetModel.from_pretrained(folder, torch_dtype=torch.float32)
    base = StableDiffusionPipeline.from_pretrained(folder.parent / BASE, torch_dtype=torch.float32)

    def paint_controlled(case: dict) -> dict[str, torch.Tensor]:
        count = len(case["controls"])
        several = [network] * count if count > 1 else network
        pipeline = _ready(StableDiffusionControlNetPipeline(**base.components, controlnet=several, **UNCHECKED))
        images = [_picture(case, f"{case['name']}/{i}") for i in range(count)]
        given = {key: [one[key] for one in case["controls"]] for key in ("scale", "start", "end")}
        given = {CONTROL_KEYWORDS[key]: values if count > 1 else values[0] for key, values in given.items()}
        given |= {"image": images if count > 1 else images[0], "guess_mode": case["guess_mode"]}
        kept = {f"control_{i}": torch.from_numpy(np.array(image)) for i, image in enumerate(images)}
        return paint(pipeline, case, **given) | kept

    cases = [DEFAULTS | {"guess_mode": False} | case for case in CONTROLLED]
    for case in cases:
        case["controls"] = [{"scale": 1.0, "start": 0.0, "end": 1.0} | one for one in case["controls"]]
    _write(name, cases, paint_controlled)


def _ready(pipeline: DiffusionPipeline) -> DiffusionPipeline:
    pipeline.scheduler = DDIMScheduler.from_config(pipeline.scheduler.config)
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def _picture(case: dict, key: str) -> Image.Image:
    """A picture of the case's size, drawn from `key`: values of all kinds, in blocks of 4 pixels."""
    generator = torch.Generator().manual_seed(zlib.crc32(key.encode()))
    blocks = torch.randint(0, 256, (case["height"] // 4, case["width"] // 4, 3), generator=generator).byte()
    return Image.fromarray(np.kron(blocks.numpy(), np.ones((4, 4, 1), np.uint8)))


def _write(name: str, cases: list[dict], stages_of: Callable[[dict], dict[str, torch.Tensor]]) -> None:
    tensors = {}
    for case in cases:
        tensors |= {f"{case['name']}_{stage}": tensor for stage, tensor in stages_of(case).items()}
    write(name, tensors, cases)


def paint(pipeline: DiffusionPipeline, case: dict, start: int = 0, **given) -> dict[str, torch.Tensor]:
    """The stages of one picture; those of text for the negative prompt and the prompt, in that order.

    `start`: the step that is taken first; only from step 0 on do the latents begin with noise alone. `given`: what the
    pipeline takes beyond the prompts.
    """
    prompts = [case["negative_prompt"], case["prompt"]]
    ids = pipeline.tokenizer(prompts, padding="max_length", truncation=True, return_tensors="pt").input_ids
    states = pipeline.text_encoder(ids)
    size = (case["height"] // pipeline.vae_scale_factor, case["width"] // pipeline.vae_scale_factor)
    first = torch.randn(1, 4, *size, generator=torch.Generator("cpu").manual_seed(case["seed"]))
    if start > 0:
        pipeline.scheduler.set_timesteps(case["steps"])
        first = pipeline.scheduler.add_noise(given["image"], first, pipeline.scheduler.timesteps[start])
    trail = [first]

    def keep(_pipeline, _step, _timestep, tensors: dict) -> dict:
        trail.append(tensors["latents"])
        return tensors

    picture = pipeline(
        width=case["width"],
        height=case["height"],
        **asked(case),
        callback_on_step_end=keep,
        **given,
    ).images[0]
    return {
        "latents": torch.cat(trail if case["all_latents"] else trail[-1:]),
        "pixels": torch.from_numpy(np.array(picture)),
        "input_ids": ids,
        "last_hidden_state": states.last_hidden_state,
        "pooler_output": states.pooler_output,
    }


def clip(folder: Path, name: str) -> None:
    model, tokenizer = (
        CLIPModel.from_pretrained(folder, dtype=torch.float32),
        CLIPTokenizer.from_pretrained(folder),
    )
    words = tokenizer(TEXTS, padding="max_length", truncation=True, return_tensors="pt")
    images = [Image.open(FOLDER / file).convert("RGB") for file in PICTURES]
    pixels = CLIPImageProcessor.from_pretrained(folder)(images, return_tensors="pt").pixel_values
    found = model.eval()(**words, pixel_values=pixels)
    tensors = {"input_ids": words.input_ids, "attention_mask": words.attention_mask}
    tensors |= {"text_embeds": found.text_embeds, "image_embeds": found.image_embeds}
    tensors["logits_per_image"] = found.logits_per_image
    cases = [{"kind": "text", "row": row, "text": text} for row, text in enumerate(TEXTS)]
    write(name, tensors, [*cases, *({"kind": "image", "row": row, "file": file} for row, file in enumerate(PICTURES))])


def blip(folder: Path, name: str) -> None:
    model = BlipForConditionalGeneration.from_pretrained(folder, dtype=torch.float32)
    tokenizer = BertTokenizer.from_pretrained(folder)
    tensors, cases = {}, []
    for number, file in enumerate(PICTURES):
        picture = Image.open(FOLDER / file).convert("RGB")
        pixels = BlipImageProcessor.from_pretrained(folder)(picture, return_tensors="pt").pixel_values
        tokens = model.generate(pixel_values=pixels, max_new_tokens=NEW_TOKENS, do_sample=False)[0]
        text = tokenizer.decode(tokens, skip_special_tokens=True)
        tensors[f"picture_{number}_tokens"] = tokens[1:]  # without the one that begins
        tensors[f"picture_{number}_embeds"] = model.vision_model(pixels)[0]
        cases.append({"name": f"picture_{number}", "file": file, "text": text, "max_new_tokens": NEW_TOKENS})
    write(name, tensors, cases)


def blip_vqa(folder: Path, name: str) -> None:
    model = BlipForQuestionAnswering.from_pretrained(folder, dtype=torch.float32)
    tokenizer = BertTokenizer.from_pretrained(folder)
    tensors, cases = {}, []
    for number, (file, question) in enumerate(QUESTIONS):
        picture = Image.open(FOLDER / file).convert("RGB")
        pixels = BlipImageProcessor.from_pretrained(folder)(picture, return_tensors="pt").pixel_values
        words = tokenizer(question, return_tensors="pt")
        tokens = model.generate(**_read(words), pixel_values=pixels, max_new_tokens=NEW_TOKENS, do_sample=False)
        image = model.vision_model(pixels)[0]
        asked = model.text_encoder(**_read(words), encoder_hidden_states=image).last_hidden_state
        logits = model.text_decoder(tokens[:, :-1], encoder_hidden_states=asked).logits
        name_of = f"question_{number}"
        tensors |= {f"{name_of}_ids": words.input_ids, f"{name_of}_embeds": asked, f"{name_of}_tokens": tokens[0, 1:]}
        tensors[f"{name_of}_log_probabilities"] = logits.log_softmax(-1)[0].gather(1, tokens[0, 1:, None])[:, 0]
        # What comes token by token cannot close up the blanks before punctuation.
        text = tokenizer.decode(tokens[0], skip_special_tokens=True, clean_up_tokenization_spaces=False)
        cases.append({"name": name_of, "file": file, "question": question, "text": text})
    write(name, tensors, cases)


def _read(words) -> dict[str, torch.Tensor]:
    return {"input_ids": words.input_ids, "attention_mask": words.attention_mask}


def gpt2(folder: Path, name: str) -> None:
    model = GPT2LMHeadModel.from_pretrained(folder, dtype=torch.float32)
    tokenizer = GPT2Tokenizer.from_pretrained(folder)
    tensors, cases = {}, []
    for number, prompt in enumerate([*tokenizers.SENTENCES[:4], "", "Hello,  café 猫 123!"]):
        ids = tokenizer(prompt, return_tensors="pt").input_ids if prompt else torch.tensor([[tokenizer.bos_token_id]])
        tokens = model.generate(
            ids, attention_mask=torch.ones_like(ids), max_new_tokens=NEW_TOKENS, do_sample=False, pad_token_id=0
        )[0]
        tensors[f"prompt_{number}_tokens"] = tokens[ids.shape[1] :]
        cases.append({"name": f"prompt_{number}", "prompt": prompt, "max_new_tokens": NEW_TOKENS})
    write(name, tensors, cases)


CHOICES = {BASE: Choices(controllable=True), "random-canny": Choices(base=BASE)}
INPAINTING_NAME = f"{BASE}-inpainting"
UNCLIP, KARLO, PRIOR = "random-stable-unclip", "random-karlo", "random-prior"
CHOICES[INPAINTING_NAME] = Choices(controllable=True)  # one UNet for all kinds of rows in one batch
KINDS: dict[str, tuple[Callable, Callable, Callable]] = {
    BASE: (folders.stable_diffusion, tokenizers.tiny_clip, stable_diffusion),
    INPAINTING_NAME: (folders.inpainting, tokenizers.tiny_clip, inpainting),
    "random-canny": (folders.controlnet, tokenizers.tiny_clip, control),
    "random-clip": (folders.clip, tokenizers.tiny_clip, clip),
    "random-blip": (folders.blip, tokenizers.tiny_bert, blip),
    "random-blip-vqa": (folders.blip_vqa, tokenizers.tiny_bert, blip_vqa),
    "random-gpt2": (folders.gpt2, tokenizers.tiny_gpt2, gpt2),
}
UNCLIP_KINDS = {
    UNCLIP: (folders.stable_unclip, likeness.stable_unclip),
    KARLO: (folders.karlo, karlo.karlo),
}
"""Two entries each, with the prior of a folder of its own."""


@torch.no_grad()
def main() -> None:
    shutil.rmtree(REPOSITORY, ignore_errors=True)
    with tempfile.TemporaryDirectory() as temporary:
        for name, (draw, words, golden) in KINDS.items():
            folder = draw(Path(temporary) / name, folders.TINY, words)
            hub.export(folder, REPOSITORY, choices=CHOICES.get(name, NO_CHOICES))
            golden(folder, name)
        prior = folders.prior(Path(temporary) / PRIOR, folders.TINY, tokenizers.tiny_clip)
        for name, (draw, golden) in UNCLIP_KINDS.items():
            folder = draw(Path(temporary) / name, folders.TINY, tokenizers.tiny_clip)
            hub.export(folder, REPOSITORY, choices=Choices(prior=prior))
            golden(folder, f"{name}-likeness", prior)


if __name__ == "__main__":
    main()
