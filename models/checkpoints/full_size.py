"""Real configurations at full size, with random weights, all the way: `models/export/full_size.sh [name …]`.

For each: a Hugging Face folder is drawn, exported by `models/export/export.sh`, loaded by the service of the fleet that
is for it, and asked through gRPC on each engine; what comes back is compared with what diffusers or transformers make
of the same folder. Sizes, times and memory go into `full_size.json`, from which `docs/models.md` is made. The services
have to be built (`mvn package -DskipTests`).
"""

import argparse
import base64
import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from diffusers import DDIMScheduler, StableDiffusionPipeline
from PIL import Image
from safetensors.torch import load_file, save_file
from transformers import CLIPImageProcessor, CLIPModel, CLIPTokenizer

from models.checkpoints import FIGURES, folders, tokenizers
from models.checkpoints.service import ROOT, Service

ENGINES = ["onnxruntime", "pytorch"]
PROMPT, SEED, GUIDANCE = "a castle under the night sky, oil painting", 42, 7.5
TEXTS = tokenizers.SENTENCES[:3]
PICTURES = [ROOT / "models/golden" / name for name in ("scenes/castle-night.png", "pictures/scaled.png")]


@dataclass(frozen=True)
class Subject:
    """A checkpoint and one request for it.

    `draw` makes its folder, with tokenizers from a folder of packages. `reference` gives what the checkpoint's own
    library makes of the request, and `ask` what the service does, as tensors of the same names; `differ` says how they
    differ.
    """

    title: str
    service: str
    draw: Callable[[Path, Path], Path]
    reference: Callable[[Path, int], dict[str, torch.Tensor]]
    ask: Callable[[Service, int], dict[str, torch.Tensor]]
    differ: Callable[[dict, dict], str]


def _picture(folder: Path, steps: int) -> dict[str, torch.Tensor]:
    pipeline = StableDiffusionPipeline.from_pretrained(folder, torch_dtype=torch.float32)
    pipeline.scheduler = DDIMScheduler.from_config(pipeline.scheduler.config)
    generator = torch.Generator("cpu").manual_seed(SEED)
    made = pipeline(PROMPT, num_inference_steps=steps, guidance_scale=GUIDANCE, generator=generator)
    return {"pixels": torch.from_numpy(np.array(made.images[0]))}


def _ask_picture(service: Service, steps: int) -> dict[str, torch.Tensor]:
    request = {"prompt": PROMPT, "steps": steps, "guidance_scale": GUIDANCE, "seed": SEED}
    *_, last = service.call("multimodal.image.v1.ImageService", "GenerateImage", request)
    picture = Image.open(io.BytesIO(last.result.images[0].image.data))
    return {"pixels": torch.from_numpy(np.array(picture))}


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
    (answer,) = service.call("multimodal.clip.v1.ClipService", "Embed", {"inputs": inputs})
    return {"embeddings": torch.tensor([list(embedding.values) for embedding in answer.embeddings])}


def _image(path: Path) -> dict:
    return {"data": base64.b64encode(path.read_bytes()).decode()}


def _differ_in_coordinates(found: dict, expected: dict) -> str:
    return f"at most {(found['embeddings'] - expected['embeddings']).abs().max().item():.1e} of a coordinate"


def _clip_words(packages: Path) -> Callable[[Path], CLIPTokenizer]:
    return lambda folder: tokenizers.clip(folder, tokenizers.clip_merges(packages))


SUBJECTS: dict[str, Subject] = {
    "stable-diffusion-v1-5": Subject(
        "Stable Diffusion 1.5, a picture of 512 × 512",
        "image-service",
        lambda folder, packages: folders.stable_diffusion(folder, folders.FULL, _clip_words(packages)),
        _picture,
        _ask_picture,
        _differ_in_pixels,
    ),
    "clip-vit-large-patch14": Subject(
        "CLIP ViT-L/14, three texts and two pictures",
        "clip-service",
        lambda folder, packages: folders.clip(folder, folders.FULL, _clip_words(packages)),
        _embeddings,
        _ask_embeddings,
        _differ_in_coordinates,
    ),
}


def run(name: str, work: Path, packages: Path, threads: int, steps: int) -> dict:
    """Goes all the way with one subject and returns its figures."""
    subject = SUBJECTS[name]
    folder, repository, reference = work / name, work / f"{name}.repository", work / f"{name}.safetensors"
    part = [sys.executable, "-W", "ignore", "-m", "models.checkpoints.full_size", "--packages", packages]
    if not (folder / "drawn").exists():
        _process([*part, "--draw", folder], threads)
        (folder / "drawn").touch()
    export, peak = _process([ROOT / "models/export/export.sh", folder, repository], threads)
    figures = {"title": subject.title, "threads": threads, "export_seconds": export, "export_peak_bytes": peak}
    figures["entry_bytes"] = sum(file.stat().st_size for file in repository.rglob("*") if file.is_file())
    _process([*part, "--reference", reference, "--folder", folder, "--steps", steps], threads)
    expected = load_file(reference)
    figures["library_seconds"] = expected.pop("seconds").item()
    figures["engines"] = {}
    for engine in ENGINES:
        with Service(subject.service, repository, engine, threads, work / f"{name}.{engine}.log") as service:
            start = time.monotonic()
            found = subject.ask(service, steps)
            figures["engines"][engine] = {
                "start_seconds": service.seconds_to_serve,
                "request_seconds": time.monotonic() - start,
                "peak_bytes": service.peak_bytes(),
                "difference": subject.differ(found, expected),
            }
    return figures


def _process(command: list, threads: int) -> tuple[float, int]:
    """Runs a command to its end; the seconds it took and the most bytes it had resident."""
    environment = os.environ | {"OMP_NUM_THREADS": str(threads), "PYTHON": sys.executable, "PYTHONPATH": str(ROOT)}
    start = time.monotonic()
    process = subprocess.Popen([str(word) for word in command], env=environment)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"full_size: {' '.join(map(str, command))} has failed")
    return time.monotonic() - start, usage.ru_maxrss << 10


@torch.no_grad()
def _refer(name: str, folder: Path, steps: int, target: Path) -> None:
    start = time.monotonic()
    found = SUBJECTS[name].reference(folder, steps)
    save_file(found | {"seconds": torch.tensor(time.monotonic() - start)}, target)


def main() -> None:
    parser = argparse.ArgumentParser(prog="full_size.sh", description=__doc__.splitlines()[0].split(":")[0] + ".")
    parser.add_argument("names", nargs="*", choices=[*SUBJECTS, []], default=list(SUBJECTS))
    parser.add_argument("--packages", type=Path, required=True, help="folder with the packages that ship tokenizers")
    parser.add_argument("--work", type=Path, default=Path("full-size"), help="folder for what is drawn and exported")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="of each engine")
    parser.add_argument("--steps", type=int, default=2, help="of the picture")
    parser.add_argument("--draw", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--reference", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.draw:
        SUBJECTS[arguments.draw.name].draw(arguments.draw, arguments.packages)
    elif arguments.reference:
        _refer(arguments.folder.name, arguments.folder, arguments.steps, arguments.reference)
    else:
        arguments.work.mkdir(parents=True, exist_ok=True)
        for name in arguments.names:
            known = json.loads(FIGURES.read_text()) if FIGURES.exists() else {}
            known[name] = run(name, arguments.work, arguments.packages, arguments.threads, arguments.steps)
            FIGURES.write_text(json.dumps(known, indent=2, ensure_ascii=False) + "\n")
            print(json.dumps({name: known[name]}, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
