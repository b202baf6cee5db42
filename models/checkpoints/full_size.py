"""Real configurations at full size, with random weights, all the way: `models/export/full_size.sh [name …]`.

For each: a Hugging Face folder is drawn, exported by `models/export/export.sh`, loaded by the service of the fleet that
is for it, and asked through gRPC on each engine; what comes back is compared with what diffusers or transformers make
of the same folder. Sizes, processor time and memory go into `full_size.json`, from which `docs/models.md` is made. The
services have to be built (`mvn package -DskipTests`). A run that was interrupted goes on where it was.
"""

import argparse
import base64
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
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
    StableUnCLIPImg2ImgPipeline,
)
from PIL import Image, ImageDraw
from safetensors.torch import load_file, save_file
from transformers import (
    BertTokenizer,
    BlipForConditionalGeneration,
    BlipImageProcessor,
    CLIPImageProcessor,
    CLIPModel,
    CLIPTokenizer,
    GPT2LMHeadModel,
    GPT2Tokenizer,
)

from models.checkpoints import FIGURES, folders, tokenizers
from models.checkpoints.service import ROOT, Service
from models.golden import likeness

ENGINES = ["onnxruntime", "pytorch"]
PROMPT, SEED, GUIDANCE = "a castle under the night sky, oil painting", 42, 7.5
TEXTS = tokenizers.SENTENCES[:3]
NEW_TOKENS = 20
SIDE, SMALL_SIDE = 512, 256
SMALL_SIZE = {"width": SMALL_SIDE, "height": SMALL_SIDE}
UNCLIP_GUIDANCE = 10.0
STEERED, STEERING = "base", "canny"
"""Folders of a ControlNet's base model and of itself."""
PAINTING, PRIOR = "painter", "prior"
"""Folders of Stable unCLIP without its image encoder, and of a prior for it."""
SMALL_LATENTS = {"sample_size": SMALL_SIDE // 8}
SMALL = replace(
    folders.FULL,
    unet=folders.FULL.unet | SMALL_LATENTS,
    unclip_unet=folders.FULL.unclip_unet | SMALL_LATENTS,
)
"""The same networks in entries whose usual pictures are smaller, so that less is computed."""
PICTURES = [ROOT / "models/golden" / name for name in ("scenes/castle-night.png", "pictures/scaled.png")]


@dataclass(frozen=True)
class Subject:
    """A checkpoint and one request for it.

    `draw` makes its folder, with tokenizers from a folder of packages. `reference` gives what the checkpoint's own
    library makes of the request, and `ask` what the service does, as tensors of the same names; `differ` says how they
    differ. `exports` are the arguments of `export.sh` for the folder, one list for each entry.
    """

    title: str
    service: str
    rpc: str
    draw: Callable[[Path, Path], Path]
    reference: Callable[[Path, int], dict[str, torch.Tensor]]
    ask: Callable[[Service, int], dict[str, torch.Tensor]]
    differ: Callable[[dict, dict], str]
    exports: Callable[[Path], list[list]] = lambda folder: [[folder]]


def _picture(folder: Path, steps: int) -> dict[str, torch.Tensor]:
    pipeline = StableDiffusionPipeline.from_pretrained(folder, torch_dtype=torch.float32)
    return _made_by(pipeline, steps, prompt=PROMPT)


def _made_by(pipeline: DiffusionPipeline, steps: int, guidance: float = GUIDANCE, **given) -> dict[str, torch.Tensor]:
    pipeline.scheduler = DDIMScheduler.from_config(pipeline.scheduler.config)
    generator = torch.Generator("cpu").manual_seed(SEED)
    made = pipeline(num_inference_steps=steps, guidance_scale=guidance, generator=generator, **given)
    return {"pixels": torch.from_numpy(np.array(made.images[0]))}


def _ask_picture(service: Service, steps: int, given: dict | None = None) -> dict[str, torch.Tensor]:
    request = {"prompt": PROMPT, "steps": steps, "guidance_scale": GUIDANCE, "seed": SEED}
    return _pixels(service, "GenerateImage", request | (given or {}))


def _pixels(service: Service, method: str, request: dict) -> dict[str, torch.Tensor]:
    *_, last = service.call(method, request)
    picture = Image.open(io.BytesIO(last.result.images[0].image.data))
    return {"pixels": torch.from_numpy(np.array(picture))}


def _hole() -> tuple[Image.Image, Image.Image]:
    """A picture of 512 × 512, and a mask of its right half."""
    picture = Image.open(PICTURES[0]).convert("RGB").resize((SIDE, SIDE), Image.Resampling.NEAREST)
    mask = Image.new("L", picture.size)
    mask.paste(255, (SIDE // 2, 0, SIDE, SIDE))
    return picture, mask


def _inpainted(folder: Path, steps: int) -> dict[str, torch.Tensor]:
    """With the latents' mean around the mask, where diffusers draws."""
    pipeline = StableDiffusionInpaintPipeline.from_pretrained(folder, torch_dtype=torch.float32)
    picture, mask = _hole()
    hole = pipeline.mask_processor.preprocess(mask)
    pixels = pipeline.image_processor.preprocess(picture) * (hole < 0.5)
    around = pipeline.vae.encode(pixels).latent_dist.mode() * pipeline.vae.config.scaling_factor
    given = {"image": picture, "mask_image": mask, "masked_image_latents": around, "strength": 1.0}
    return _made_by(pipeline, steps, prompt=PROMPT, **given)


def _ask_inpainted(service: Service, steps: int) -> dict[str, torch.Tensor]:
    picture, mask = _hole()
    given = {"init_image": _encoded(picture), "mask": _encoded(mask), "preserve_unmasked": False}
    return _ask_picture(service, steps, given)


def _controlled(folder: Path, steps: int) -> dict[str, torch.Tensor]:
    base, network = (folder / part for part in (STEERED, STEERING))
    parts = StableDiffusionPipeline.from_pretrained(base, torch_dtype=torch.float32).components
    network = ControlNetModel.from_pretrained(network, torch_dtype=torch.float32)
    pipeline = StableDiffusionControlNetPipeline(**parts, controlnet=network, requires_safety_checker=False)
    return _made_by(pipeline, steps, prompt=PROMPT, image=_edges(), **SMALL_SIZE)


def _ask_controlled(service: Service, steps: int) -> dict[str, torch.Tensor]:
    controls = [{"kind": "CONTROL_KIND_CANNY", "image": _encoded(_edges())}]
    return _ask_picture(service, steps, {"control_images": controls, **SMALL_SIZE})


def _varied(folder: Path, steps: int) -> dict[str, torch.Tensor]:
    pipeline = StableUnCLIPImg2ImgPipeline.from_pretrained(folder, torch_dtype=torch.float32)
    given = {"image": Image.open(PICTURES[0]).convert("RGB"), **SMALL_SIZE}
    return _made_by(pipeline, steps, UNCLIP_GUIDANCE, **given)


def _told(folder: Path, steps: int) -> dict[str, torch.Tensor]:
    """Of words: the prior makes an embedding of them, in diffusers' 25 steps, and both it and the words are painted."""
    parts = StableUnCLIPImg2ImgPipeline.from_pretrained(
        folder / PAINTING, image_encoder=None, feature_extractor=None, torch_dtype=torch.float32
    ).components
    pipeline = likeness.with_prior(parts, folder / PRIOR)
    return _made_by(pipeline, steps, UNCLIP_GUIDANCE, prompt=PROMPT, **SMALL_SIZE)


def _ask_varied(service: Service, steps: int) -> dict[str, torch.Tensor]:
    request = {"image": _image(PICTURES[0]), "steps": steps, "guidance_scale": UNCLIP_GUIDANCE, "seed": SEED}
    return _pixels(service, "VaryImage", request)


def _ask_told(service: Service, steps: int) -> dict[str, torch.Tensor]:
    return _ask_picture(service, steps, {"pipeline": "IMAGE_PIPELINE_UNCLIP", "guidance_scale": UNCLIP_GUIDANCE})


def _edges() -> Image.Image:
    """White lines on black."""
    edges = Image.new("L", (SMALL_SIDE, SMALL_SIDE))
    ImageDraw.Draw(edges).rectangle((40, 60, 200, 220), outline=255, width=2)
    return edges.convert("RGB")


def _encoded(picture: Image.Image) -> dict:
    file = io.BytesIO()
    picture.save(file, "PNG")
    return {"data": base64.b64encode(file.getvalue()).decode()}


def _draw_controlled(folder: Path, packages: Path) -> None:
    folders.stable_diffusion(folder / STEERED, SMALL, _clip_words(packages))
    folders.controlnet(folder / STEERING, SMALL, _clip_words(packages))


def _draw_told(folder: Path, packages: Path) -> None:
    painter = folders.stable_unclip(folder / PAINTING, SMALL, _clip_words(packages))
    shutil.rmtree(painter / "image_encoder")  # which nobody asks here, and which would fill memory
    folders.prior(folder / PRIOR, SMALL, _clip_words(packages))


def _differ_in_pixels(found: dict, expected: dict) -> str:
    levels = (found["pixels"].int() - expected["pixels"].int()).abs()
    share = 100 * (levels > 0).float().mean().item()
    return f"at most {levels.max().item()} of 255 levels, {share:.2f} % of the samples"


def _embeddings(folder: Path, _steps: int) -> dict[str, torch.Tensor]:
    words = CLIPTokenizer.from_pretrained(folder)(TEXTS, padding="max_length", truncation=True, return_tensors="pt")
    images = [Image.open(picture).convert("RGB") for picture in PICTURES]
    pixels = CLIPImageProcessor.from_pretrained(folder)(images, return_tensors="pt").pixel_values
    found = CLIPModel.from_pretrained(folder, dtype=torch.float32).eval()(**words, pixel_values=pixels)
    return {"embeddings": torch.cat([found.text_embeds, found.image_embeds])}


def _ask_embeddings(service: Service, _steps: int) -> dict[str, torch.Tensor]:
    inputs = [{"text": text} for text in TEXTS]
    inputs += [{"image": _image(picture)} for picture in PICTURES]
    (answer,) = service.call("Embed", {"inputs": inputs})
    return {"embeddings": torch.tensor([list(embedding.values) for embedding in answer.embeddings])}


def _image(path: Path) -> dict:
    return {"data": base64.b64encode(path.read_bytes()).decode()}


def _differ_in_coordinates(found: dict, expected: dict) -> str:
    return f"at most {(found['embeddings'] - expected['embeddings']).abs().max().item():.1e} of a coordinate"


def _caption(folder: Path, _steps: int) -> dict[str, torch.Tensor]:
    model = BlipForConditionalGeneration.from_pretrained(folder, dtype=torch.float32)
    picture = Image.open(PICTURES[0]).convert("RGB")
    pixels = BlipImageProcessor.from_pretrained(folder)(picture, return_tensors="pt").pixel_values
    tokens = model.generate(pixel_values=pixels, max_new_tokens=NEW_TOKENS, do_sample=False)[0]
    return {"tokens": _until(tokens[1:], model.config.text_config.sep_token_id)}


def _ask_caption(service: Service, _steps: int) -> dict[str, torch.Tensor]:
    return _ask_tokens(service, "CaptionImage", {"image": _image(PICTURES[0])})


def _continuation(folder: Path, _steps: int) -> dict[str, torch.Tensor]:
    model = GPT2LMHeadModel.from_pretrained(folder, dtype=torch.float32)
    ids = GPT2Tokenizer.from_pretrained(folder)(PROMPT, return_tensors="pt").input_ids
    end = model.config.eos_token_id
    mask = torch.ones_like(ids)
    tokens = model.generate(ids, attention_mask=mask, max_new_tokens=NEW_TOKENS, do_sample=False, pad_token_id=end)[0]
    return {"tokens": _until(tokens[ids.shape[1] :], end)}


def _ask_continuation(service: Service, _steps: int) -> dict[str, torch.Tensor]:
    return _ask_tokens(service, "ContinueText", {"prompt": PROMPT})


def _ask_tokens(service: Service, method: str, request: dict) -> dict[str, torch.Tensor]:
    request |= {"decoding": {"max_tokens": NEW_TOKENS}}
    answers = service.call(method, request)
    return {"tokens": torch.tensor([answer.token.id for answer in answers if answer.HasField("token")])}


def _until(tokens: torch.Tensor, end: int) -> torch.Tensor:
    ends = (tokens == end).nonzero()
    return tokens[: ends[0, 0]] if len(ends) else tokens


def _differ_in_tokens(found: dict, expected: dict) -> str:
    mine, theirs = found["tokens"].tolist(), expected["tokens"].tolist()
    same = sum(one == other for one, other in zip(mine, theirs, strict=False))
    return f"{max(len(mine), len(theirs)) - same} of {len(theirs)} tokens"


def _clip_words(packages: Path) -> Callable[[Path], CLIPTokenizer]:
    return lambda folder: tokenizers.clip(folder, tokenizers.clip_merges(packages))


def _bert_words(packages: Path) -> Callable[[Path], BertTokenizer]:
    return lambda folder: tokenizers.bert(folder, tokenizers.bert_words(packages))


def _gpt2_words(packages: Path) -> Callable[[Path], GPT2Tokenizer]:
    return lambda folder: tokenizers.gpt2(folder, *tokenizers.gpt2_words(packages))


SUBJECTS: dict[str, Subject] = {
    "stable-diffusion-v1-5": Subject(
        "Stable Diffusion 1.5, 512 × 512, two steps",
        "image-service",
        "multimodal.image.v1.ImageService",
        lambda folder, packages: folders.stable_diffusion(folder, folders.FULL, _clip_words(packages)),
        _picture,
        _ask_picture,
        _differ_in_pixels,
    ),
    "stable-diffusion-inpainting": Subject(
        "Stable Diffusion inpainting, 512 × 512, two steps",
        "image-service",
        "multimodal.image.v1.ImageService",
        lambda folder, packages: folders.inpainting(folder, folders.FULL, _clip_words(packages)),
        _inpainted,
        _ask_inpainted,
        _differ_in_pixels,
    ),
    "sd-controlnet-canny": Subject(
        "Stable Diffusion 1.5 and a ControlNet, 256 × 256, two steps",
        "image-service",
        "multimodal.image.v1.ImageService",
        _draw_controlled,
        _controlled,
        _ask_controlled,
        _differ_in_pixels,
        lambda folder: [[folder / STEERED, "--controllable"], [folder / STEERING, "--base", STEERED]],
    ),
    "stable-unclip-small": Subject(
        "Stable unCLIP 2.1 small, a variation, 256 × 256, two steps",
        "image-service",
        "multimodal.image.v1.ImageService",
        lambda folder, packages: folders.stable_unclip(folder, SMALL, _clip_words(packages)),
        _varied,
        _ask_varied,
        _differ_in_pixels,
    ),
    "stable-unclip-small-karlo": Subject(
        "Stable unCLIP 2.1 small and Karlo's prior, 256 × 256, two steps after 25 of the prior",
        "image-service",
        "multimodal.image.v1.ImageService",
        _draw_told,
        _told,
        _ask_told,
        _differ_in_pixels,
        lambda folder: [[folder / PAINTING, "--prior", folder / PRIOR]],
    ),
    "clip-vit-large-patch14": Subject(
        "CLIP ViT-L/14, three texts and two pictures",
        "clip-service",
        "multimodal.clip.v1.ClipService",
        lambda folder, packages: folders.clip(folder, folders.FULL, _clip_words(packages)),
        _embeddings,
        _ask_embeddings,
        _differ_in_coordinates,
    ),
    "blip-image-captioning-base": Subject(
        "BLIP base, a caption of twenty tokens",
        "clip-service",
        "multimodal.clip.v1.VisionLanguageService",
        lambda folder, packages: folders.blip(folder, folders.FULL, _bert_words(packages)),
        _caption,
        _ask_caption,
        _differ_in_tokens,
    ),
    "gpt2": Subject(
        "GPT-2 with 124 M parameters, twenty tokens",
        "clip-service",
        "multimodal.clip.v1.VisionLanguageService",
        lambda folder, packages: folders.gpt2(folder, folders.FULL, _gpt2_words(packages)),
        _continuation,
        _ask_continuation,
        _differ_in_tokens,
    ),
}


def run(name: str, work: Path, packages: Path, threads: int, steps: int, engines: list[str]) -> dict:
    """Goes all the way with one subject and returns its figures; what an earlier run has done is not done again."""
    subject, figures = SUBJECTS[name], _Figures(work / f"{name}.json")
    folder, repository, reference = work / name, work / f"{name}.repository", work / f"{name}.safetensors"
    part = [sys.executable, "-W", "ignore", "-m", "models.checkpoints.full_size", "--packages", packages]

    def draw() -> dict:
        _process([*part, "--draw", folder], threads)
        return {"title": subject.title}

    def export() -> dict:
        spent = []
        for source, *options in subject.exports(folder):
            spent.append(_process([ROOT / "models/export/export.sh", source, repository, *options], threads))
        seconds, peak = sum(took for took, _ in spent), max(peak for _, peak in spent)
        size = sum(file.stat().st_size for file in repository.rglob("*") if file.is_file())
        return {"export_seconds": seconds, "export_peak_bytes": peak, "entry_bytes": size}

    def refer() -> dict:
        seconds, _ = _process([*part, "--reference", reference, "--folder", folder, "--steps", steps], threads)
        return {"library_seconds": seconds}

    def serve(engine: str) -> dict:
        with Service(
            subject.service, subject.rpc, repository, engine, threads, work / f"{name}.{engine}.log"
        ) as service:
            start = service.processor_seconds()
            found = subject.ask(service, steps)
            request = service.processor_seconds() - start
            difference = subject.differ(found, load_file(reference))
            peak = service.peak_bytes()
        return {"start_seconds": start, "request_seconds": request, "peak_bytes": peak, "difference": difference}

    for stage in (draw, export, refer):
        figures.once(stage.__name__, stage)
    for engine in engines:
        figures.once(engine, lambda engine=engine: serve(engine))
    return figures.all


class _Figures:
    """The figures of each stage that is done, in a file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.all: dict[str, dict] = json.loads(path.read_text()) if path.exists() else {}

    def once(self, stage: str, work: Callable[[], dict]) -> None:
        if stage not in self.all:
            self.all[stage] = work()
            self.path.write_text(json.dumps(self.all, indent=2, ensure_ascii=False))


def _process(command: list, threads: int) -> tuple[float, int]:
    """Runs a command to its end; the seconds of processor time that it took and the most bytes it had resident."""
    environment = os.environ | {"OMP_NUM_THREADS": str(threads), "PYTHON": sys.executable, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen([str(word) for word in command], env=environment)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"full_size: {' '.join(map(str, command))} has failed")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss << 10


@torch.no_grad()
def _refer(name: str, folder: Path, steps: int, target: Path) -> None:
    save_file(SUBJECTS[name].reference(folder, steps), target)


def main() -> None:
    parser = argparse.ArgumentParser(prog="full_size.sh", description=__doc__.splitlines()[0].split(":")[0] + ".")
    parser.add_argument("names", nargs="*", metavar="name", help=f"of {', '.join(SUBJECTS)}; default: all")
    parser.add_argument("--packages", type=Path, required=True, help="folder with the packages that ship tokenizers")
    parser.add_argument("--work", type=Path, default=Path("full-size"), help="folder for what is drawn and exported")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="of each engine")
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=ENGINES, help="that are asked; default: all")
    parser.add_argument("--steps", type=int, default=2, help="of the picture")
    parser.add_argument("--draw", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--reference", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if unknown := set(arguments.names) - set(SUBJECTS):
        parser.error(f"name: {', '.join(unknown)} (expected: of {', '.join(SUBJECTS)})")
    if arguments.draw:
        SUBJECTS[arguments.draw.name].draw(arguments.draw, arguments.packages)
    elif arguments.reference:
        _refer(arguments.folder.name, arguments.folder, arguments.steps, arguments.reference)
    else:
        arguments.work.mkdir(parents=True, exist_ok=True)
        for name in arguments.names or SUBJECTS:
            found = run(name, arguments.work, arguments.packages, arguments.threads, arguments.steps, arguments.engines)
            known = json.loads(FIGURES.read_text()) if FIGURES.exists() else {}
            known[name] = found
            FIGURES.write_text(json.dumps(known, indent=2, ensure_ascii=False) + "\n")
            print(json.dumps({name: known[name]}, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
