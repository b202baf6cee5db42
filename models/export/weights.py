"""The weights of a model, each stored once, and how a graph's own bytes find their place among them."""

import hashlib
import json
from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open

from models.export import rounding, safetensors_file
from models.export.artifact import Artifact

FILE = "weights.safetensors"
SCALES = ".scales"
"""Follows the name of a tensor of int8 rows and names its scales."""
SMALLEST_SHARED = 128
"""Tensors with fewer elements also stay inside the graphs: pointing at them would cost more than it saves."""


class Weights:
    """Tensors of all artifacts under `<artifact>.<parameter>`: fp16, or int8 rows with their float32 scales beside.

    Equal bytes are one entry; the other names stand in the file's metadata under `aliases`, a JSON object.
    """

    def __init__(self, artifacts: list[Artifact]):
        self.tensors: dict[str, torch.Tensor] = {}
        self.aliases: dict[str, str] = {}
        self.spans: dict[str, tuple[int, int]] = {}
        self._names: dict[bytes, str] = {}  # by the digest of the fp32 bytes
        self._halves: dict[str, torch.dtype] = {}
        for artifact in artifacts:
            for name, tensor in artifact.module.state_dict().items():
                if tensor.is_floating_point():
                    self._add(f"{artifact.name}.{name}", tensor, artifact.weight_bits)

    def _add(self, name: str, tensor: torch.Tensor, bits: int) -> None:
        rows = rounding.to_rows(tensor) if bits == 8 and rounding.in_rows(tensor) else None
        if not torch.equal(tensor, rounding.from_rows(*rows) if rows else tensor.half().float()):
            raise ValueError(f"{name}: holds values that {'int8 rows' if rows else 'fp16'} cannot (expected: rounded)")
        if not tensor.isfinite().all():
            raise ValueError(f"{name}: holds values beyond {torch.finfo(torch.float16).max:.0f}, the largest of fp16")
        full = hashlib.sha256(safetensors_file.raw_bytes(tensor.float())).digest()
        first = self._names.setdefault(full, name)
        if first != name and self.tensors[first].shape == tensor.shape:
            self.aliases[name] = first
        elif rows:
            self.tensors[name], self.tensors[name + SCALES] = rows
        else:
            self.tensors[name] = tensor
            self._halves[name] = torch.float16

    def find(self, content: bytes, dtype: str = "float32") -> str | None:
        """The entry whose bytes these are in `dtype` (float32 or float16), whatever its shape; None where a graph keeps
        them itself."""
        if dtype == "float16":
            content = np.frombuffer(content, np.float16).astype(np.float32).tobytes() if len(content) % 2 == 0 else b""
        if len(content) < 4 * SMALLEST_SHARED:
            return None
        return self._names.get(hashlib.sha256(content).digest())

    def write(self, path: Path) -> None:
        metadata = {"format": "pt", "aliases": json.dumps(self.aliases, sort_keys=True)}
        self.spans = safetensors_file.write(path, self.tensors, metadata, self._halves)


def read(path: Path) -> dict[str, torch.Tensor]:
    """The tensors of a weight file as float32, under all their names."""
    with safe_open(path, "pt") as file:
        stored = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (no mapping)
        aliases = json.loads(file.metadata().get("aliases", "{}"))
    values = {}
    for name, tensor in stored.items():
        if not name.endswith(SCALES):
            rows = tensor.dtype == torch.int8
            values[name] = rounding.from_rows(tensor, stored[name + SCALES]) if rows else tensor.float()
    return values | {alias: values[name] for alias, name in aliases.items()}


def restore(folder: Path, artifacts: dict[str, torch.nn.Module]) -> None:
    """Loads the weights of a model in the repository into modules built as its artifacts were, by artifact name."""
    stored = read(folder / FILE)
    for artifact, module in artifacts.items():
        wanted = [name for name, tensor in module.state_dict().items() if tensor.is_floating_point()]
        module.load_state_dict({name: stored[f"{artifact}.{name}"] for name in wanted}, strict=False)
        module.eval().requires_grad_(False)
