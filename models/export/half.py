"""The same network computing in float16 behind inputs and outputs of float32, for devices where that pays."""

import copy
from dataclasses import replace

import torch

from models.export.artifact import Artifact


class Half(torch.nn.Module):
    """What `module` computes, in float16."""

    def __init__(self, module: torch.nn.Module):
        super().__init__()
        self.module = copy.deepcopy(module).half()

    def forward(self, *inputs: torch.Tensor) -> tuple[torch.Tensor, ...] | torch.Tensor:
        result = self.module(*(value.half() if value.is_floating_point() else value for value in inputs))
        return tuple(map(_full, result)) if isinstance(result, (tuple, list)) else _full(result)


def _full(value: torch.Tensor) -> torch.Tensor:
    return value.float() if value.is_floating_point() else value


def suits(artifact: Artifact) -> bool:
    """Whether it can have such a graph: not with weights of eight bits, and not if it counts positions in its past."""
    return artifact.weight_bits == 16 and not artifact.grows


def of(artifact: Artifact) -> Artifact:
    """One that suits, in float16."""
    return replace(artifact, module=Half(artifact.module))


def file(artifact: Artifact) -> str:
    """Name of its TorchScript graph."""
    return f"{artifact.name}.half.pt"
