"""The weights of a model, each stored once, and how a graph's own bytes find their place among them."""

import hashlib
import json
from pathlib import Path

import torch
from safetensors import safe_open

from models.export import safetensors_file
from models.export.artifact import Artifact

FILE = "weights.safetensors"
SMALLEST_SHARED = 128
"""Tensors with fewer elements also stay inside the graphs: pointing at them would cost more than it saves."""


class Weights:
    """fp16 tensors of all artifacts under `<artifact>.<parameter>`.

    Equal bytes are one entry; the other names stand in the file's metadata under `aliases`, a JSON object.
    """

    def __init__(self, artifacts: list[Artifact]):
        self.tensors: dict[str, torch.Tensor] = {}
        self.aliases: dict[str, str] = {}
        self.spans: dict[str, tuple[int, int]] = {}
        self._names: dict[bytes, str] = {}  # by the digest of the fp32 bytes
        for artifact in artifacts:
            for name, tensor in artifact.module.state_dict().items():
                if tensor.is_floating_point():
                    self._add(f"{artifact.name}.{name}", tensor)

    def _add(self, name: str, tensor: torch.Tensor) -> None:
        if not torch.equal(tensor, tensor.half().float()):
            raise ValueError(f"{name}: holds values that fp16 cannot (expected: weights rounded to fp16)")
        if not tensor.isfinite().all():
            raise ValueError(f"{name}: holds values beyond {torch.finfo(torch.float16).max:.0f}, the largest of fp16")
        full = hashlib.sha256(safetensors_file.raw_bytes(tensor.float())).digest()
        first = self._names.setdefault(full, name)
        if first != name and self.tensors[first].shape == tensor.shape:
            self.aliases[name] = first
        else:
            self.tensors[name] = tensor

    def find(self, fp32_bytes: bytes) -> str | None:
        """The entry whose fp32 bytes these are, whatever its shape; None where a graph keeps them itself."""
        if len(fp32_bytes) < 4 * SMALLEST_SHARED:
            return None
        return self._names.get(hashlib.sha256(fp32_bytes).digest())

    def write(self, path: Path) -> None:
        metadata = {"format": "pt", "aliases": json.dumps(self.aliases, sort_keys=True)}
        self.spans = safetensors_file.write(path, self.tensors, metadata, torch.float16)


def restore(folder: Path, artifacts: dict[str, torch.nn.Module]) -> None:
    """Loads the weights of a model in the repository into modules built as its artifacts were, by artifact name."""
    with safe_open(folder / FILE, "pt") as file:
        stored = {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118 (no mapping)
        stored |= {alias: stored[name] for alias, name in json.loads(file.metadata()["aliases"]).items()}
    for artifact, module in artifacts.items():
        wanted = [name for name, tensor in module.state_dict().items() if tensor.is_floating_point()]
        module.load_state_dict({name: stored[f"{artifact}.{name}"] for name in wanted}, strict=False)
        module.eval().requires_grad_(False)
