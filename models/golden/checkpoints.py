"""Random checkpoints of real kinds, exported, and what diffusers and transformers make of the folders they came from.

`python -m models.golden.checkpoints` draws tiny checkpoints from a fixed seed, exports them into
`models/golden/repository/` as `models.export.hub` exports real ones, and writes `<name>.safetensors` beside it. Every
golden is the library's own pipeline or model with the folder's own tokenizer and picture processor: nothing of the
exporter is in it.
"""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from diffusers import DDIMScheduler, StableDiffusionPipeline
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
from models.golden.common import FOLDER, write

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


def stable_diffusion(folder: Path, name: str) -> None:
    pipeline = StableDiffusionPipeline.from_pretrained(folder, torch_dtype=torch.float32)
    pipeline.scheduler = DDIMScheduler.from_config(pipeline.scheduler.config)
    pipeline.set_progress_bar_config(disable=True)
    cases = [DEFAULTS | case for case in DIFFUSION]
    tensors = {}
    for case in cases:
        tensors |= {f"{case['name']}_{stage}": tensor for stage, tensor in paint(pipeline, case).items()}
    write(name, tensors, cases)


def paint(pipeline: StableDiffusionPipeline, case: dict) -> dict[str, torch.Tensor]:
    """The stages of one picture; those of text for the negative prompt and the prompt, in that order."""
    prompts = [case["negative_prompt"], case["prompt"]]
    ids = pipeline.tokenizer(prompts, padding="max_length", truncation=True, return_tensors="pt").input_ids
    states = pipeline.text_encoder(ids)
    size = (case["height"] // pipeline.vae_scale_factor, case["width"] // pipeline.vae_scale_factor)
    trail = [torch.randn(1, 4, *size, generator=torch.Generator("cpu").manual_seed(case["seed"]))]

    def keep(_pipeline, _step, _timestep, tensors: dict) -> dict:
        trail.append(tensors["latents"])
        return tensors

    picture = pipeline(
        case["prompt"],
        negative_prompt=case["negative_prompt"],
        num_inference_steps=case["steps"],
        guidance_scale=case["guidance_scale"],
        width=case["width"],
        height=case["height"],
        eta=case["eta"],
        generator=torch.Generator("cpu").manual_seed(case["seed"]),
        callback_on_step_end=keep,
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


KINDS: dict[str, tuple[Callable, Callable, Callable]] = {
    "random-stable-diffusion": (folders.stable_diffusion, tokenizers.tiny_clip, stable_diffusion),
    "random-clip": (folders.clip, tokenizers.tiny_clip, clip),
    "random-blip": (folders.blip, tokenizers.tiny_bert, blip),
    "random-blip-vqa": (folders.blip_vqa, tokenizers.tiny_bert, blip_vqa),
    "random-gpt2": (folders.gpt2, tokenizers.tiny_gpt2, gpt2),
}


@torch.no_grad()
def main() -> None:
    shutil.rmtree(REPOSITORY, ignore_errors=True)
    with tempfile.TemporaryDirectory() as temporary:
        for name, (draw, words, golden) in KINDS.items():
            folder = draw(Path(temporary) / name, folders.TINY, words)
            hub.export(folder, REPOSITORY)
            golden(folder, name)


if __name__ == "__main__":
    main()
