"""Writing of goldens: small tensors made by torch, transformers and diffusers that the Java side must reproduce.

A golden is `models/golden/<name>.safetensors`: float32 and int64 tensors, and in `__metadata__` strings; `cases` is
always a JSON list that says which tensor belongs to what. The same inputs give the same bytes.
"""

import json
from collections.abc import Callable
from pathlib import Path

import torch

from models.export import safetensors_file

FOLDER = Path(__file__).parent
REPOSITORY = FOLDER.parent / "repository"


def write(name: str, tensors: dict[str, torch.Tensor], cases: list[dict], **metadata: str) -> Path:
    """Writes `<name>.safetensors` with `cases` and further strings as metadata, and prints its size in bytes."""
    for key, tensor in tensors.items():
        if tensor.dtype not in (torch.float32, torch.int64, torch.uint8):
            raise ValueError(f"{key}: {tensor.dtype} (expected: float32, int64 or uint8)")
    path = FOLDER / f"{name}.safetensors"
    strings = {"cases": json.dumps(cases, ensure_ascii=False, sort_keys=True), "torch": torch.__version__, **metadata}
    safetensors_file.write(path, tensors, strings)
    print(f"{path.name}: {len(tensors)} tensors, {len(cases)} cases, {path.stat().st_size} bytes")
    return path


def asked(case: dict) -> dict:
    """What a case asks of a pipeline of diffusers, but for the size: keywords, the generator of its seed among them."""
    return {
        "prompt": case["prompt"],
        "negative_prompt": case["negative_prompt"],
        "num_inference_steps": case["steps"],
        "guidance_scale": case["guidance_scale"],
        "eta": case["eta"],
        "generator": torch.Generator("cpu").manual_seed(case["seed"]),
    }


def write_painted(name: str, cases: list[dict], seeing, reading, paint: Callable[[object, dict], dict]) -> None:
    """Writes what `paint` gives of each case with one of two pipelines: `seeing` where it has a picture's likeness."""
    tensors = {}
    for case in cases:
        pipeline = seeing if case["likeness"] else reading
        pipeline.set_progress_bar_config(disable=True)
        tensors |= {f"{case['name']}_{stage}": tensor for stage, tensor in paint(pipeline, case).items()}
    write(name, tensors, cases)
