"""The weights of a model, each stored once, and how a graph's own bytes find their place among them."""

from pathlib import Path

import torch

from models.export import safetensors_file
from models.export.artifact import Artifact

SMALLEST_SHARED = 128
"""Tensors with fewer elements stay inside the graphs as well: pointing at them would cost more than it saves."""


class Weights:
    """fp16 tensors of all artifacts under `<artifact>.<parameter>`; equal bytes are one entry."""

    def __init__(self, artifacts: list[Artifact]):
        self.tensors: dict[str, torch.Tensor] = {}
        self.spans: dict[str, tuple[int, int]] = {}
        self._names: dict[bytes, str] = {}
        for artifact in artifacts:
            for name, tensor in artifact.module.state_dict(keep_vars=False).items():
                self._add(f"{artifact.name}.{name}", tensor)

    def _add(self, name: str, tensor: torch.Tensor) -> None:
        if not tensor.is_floating_point():
            return
        if not torch.equal(tensor, tensor.half().float()):
            raise ValueError(f"{name}: holds values that fp16 cannot (expected: weights rounded to fp16)")
        full = safetensors_file.raw_bytes(tensor.float())
        if full not in self._names:
            self._names[full] = name
            self.tensors[name] = tensor.half()

    def find(self, fp32_bytes: bytes) -> str | None:
        """The entry whose fp32 bytes these are, whatever its shape."""
        return None if len(fp32_bytes) < 4 * SMALLEST_SHARED else self._names.get(fp32_bytes)

    def write(self, path: Path) -> None:
        self.spans = safetensors_file.write(path, self.tensors, {"format": "pt"})
