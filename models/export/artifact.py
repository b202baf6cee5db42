"""What an exporter declares: one network with plain tensors in and out, and how the manifest describes it."""

from collections.abc import Callable
from dataclasses import dataclass

import torch

from models.export.origin import Origin


@dataclass(frozen=True)
class Port:
    """An input or output: its shape with -1 for every axis that may change, and its dtype as the manifest names it.

    `downscale`: how many pixels of the picture's side one element stands for, where its channels do not say it.
    """

    name: str
    shape: list[int]
    dtype: str = "float32"
    downscale: int | None = None

    def manifest(self) -> dict:
        said = {"name": self.name, "dtype": self.dtype, "shape": self.shape}
        return said | ({} if self.downscale is None else {"downscale": self.downscale})

    def axes(self) -> dict[int, str]:
        """The dynamic axes as the ONNX exporter wants them; the first axis is called batch everywhere."""
        return {axis: "batch" if axis == 0 else f"{self.name}_{axis}" for axis, n in enumerate(self.shape) if n < 0}


@dataclass(frozen=True)
class Artifact:
    """A network of a model: `module` takes `inputs` by position and returns a tensor or a tuple, in order of `outputs`.

    `examples` are argument lists of different dynamic sizes; the first is the one that is traced, and the self-check
    compares all of them. `original` is what the checkpoint's own library makes of the same arguments, where `module`
    says it in its own words. `grows`: an axis grows by a token a call, so that engines of fixed shapes cannot have it.
    `weight_bits`: as `rounding` stores the weights, 16 or 8.
    """

    name: str
    module: torch.nn.Module
    inputs: list[Port]
    outputs: list[Port]
    examples: list[tuple[torch.Tensor, ...]]
    max_batch: int = 16
    original: Callable | None = None
    grows: bool = False
    weight_bits: int = 16

    def __post_init__(self) -> None:
        self.module.eval()  # the ONNX exporter puts a module back into the mode it found, children included

    def run(self) -> list[list[torch.Tensor]]:
        """The outputs for each example."""
        return [_outputs(self.module, example) for example in self.examples]

    def run_original(self) -> list[list[torch.Tensor]]:
        return [_outputs(self.original or self.module, example) for example in self.examples]

    def manifest(self) -> dict:
        onnx, script = {"file": f"{self.name}.onnx"}, {"file": f"{self.name}.pt"}
        graphs = {"onnxruntime": onnx, "pytorch": script}
        return {
            "graphs": graphs if self.grows else graphs | {"tensorrt": onnx},
            "inputs": [port.manifest() for port in self.inputs],
            "outputs": [port.manifest() for port in self.outputs],
            "max_batch": self.max_batch,
        }


def _outputs(network: Callable, example: tuple[torch.Tensor, ...]) -> list[torch.Tensor]:
    with torch.no_grad():
        result = network(*example)
    return list(result) if isinstance(result, (tuple, list)) else [result]


@dataclass(frozen=True)
class Model:
    """Everything that `bundle.write` puts into one folder of the model repository.

    `max_length` counts tokens; None where the model reads no text.
    """

    origin: Origin
    task: str
    architecture: str
    artifacts: list[Artifact]
    parameters: dict
    max_length: int | None
    version: str = "1"
    preprocessing: dict | None = None
