"""The exporter's check of its own work: original, rounded weights, ONNX Runtime and TorchScript on the same inputs."""

import tempfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import onnxruntime
import torch

from models.export import torchscript_graph
from models.export.artifact import Artifact
from models.export.weights import FILE

TOLERANCES = {"float32": 1e-4, "float16": 1e-2}
"""Largest allowed difference of an engine that computes in this, relative to the largest absolute value of the output
it should have."""

ROUNDING_TOLERANCES = {16: 0.02, 8: 0.1}
"""The same for what the rounding of weights to so many bits does, which adds up over layers: it tells a broken one.
int8 must also keep the model's held-out figures, which `measure` tells."""


class ParityError(Exception):
    """An exported network differs from its original beyond the tolerance."""


def session(path: Path, threads: int = 1) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = threads
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def check_rounding(artifact: Artifact, originals: list[list], rounded: list[list]) -> float:
    """The largest relative difference between the outputs for each example before and after rounding.

    Raises ParityError beyond the tolerance: then this network does not bear so few bits, or its module does not compute
    what the original does.
    """
    name, tolerance = f"{artifact.weight_bits}-bit weights", ROUNDING_TOLERANCES[artifact.weight_bits]
    return max(
        _difference(artifact, name, wanted, found, tolerance) for wanted, found in zip(originals, rounded, strict=True)
    )


def check(artifact: Artifact, wanted: list[list], folder: Path) -> dict[str, float]:
    """The largest relative difference of each engine from `wanted`, what the network gives for each example.

    Raises ParityError beyond the tolerance.
    """
    return {
        "onnxruntime": _worst(artifact, "onnxruntime", wanted, _by_onnxruntime(artifact, folder), "float32"),
        "pytorch": _worst(
            artifact, "pytorch", wanted, _by_pytorch(artifact, folder / f"{artifact.name}.pt"), "float32"
        ),
    }


def check_half(artifact: Artifact, wanted: list[list], file: Path) -> float:
    """The same of PyTorch with the graph of `file`, which computes in float16."""
    return _worst(artifact, "pytorch in float16", wanted, _by_pytorch(artifact, file), "float16")


def _worst(artifact: Artifact, engine: str, wanted: list[list], found: Iterable[list], dtype: str) -> float:
    return max(
        _difference(artifact, engine, expected, outputs, TOLERANCES[dtype])
        for expected, outputs in zip(wanted, found, strict=True)
    )


def _by_onnxruntime(artifact: Artifact, folder: Path) -> Iterable[list[torch.Tensor]]:
    onnx = session(folder / f"{artifact.name}.onnx")
    for example in artifact.examples:
        feeds = {port.name: tensor.numpy() for port, tensor in zip(artifact.inputs, example, strict=True)}
        yield [torch.from_numpy(np.array(value)) for value in onnx.run(None, feeds)]


def _by_pytorch(artifact: Artifact, file: Path) -> Iterable[list[torch.Tensor]]:
    with tempfile.TemporaryDirectory(dir=file.parent, prefix=".") as temporary:
        whole = Path(temporary) / file.name
        torchscript_graph.reassemble(file, file.parent / FILE, whole)
        script = torch.jit.load(whole, map_location="cpu")
    for example in artifact.examples:
        with torch.no_grad():
            traced = script(*example)
        yield list(traced) if isinstance(traced, tuple) else [traced]


def _difference(artifact: Artifact, engine: str, wanted: list, got: list, tolerance: float) -> float:
    worst = 0.0
    for port, expected, actual in zip(artifact.outputs, wanted, got, strict=True):
        if expected.shape != actual.shape:
            raise ParityError(
                f"{artifact.name}.{port.name}: {engine} gives {actual.shape} (expected: {expected.shape})"
            )
        difference = ((expected - actual).abs().max() / expected.abs().max().clamp_min(1e-12)).item()
        if not difference <= tolerance:
            raise ParityError(
                f"{artifact.name}.{port.name}: {engine} differs by {difference:.2e} (at most: {tolerance})"
            )
        worst = max(worst, difference)
    return worst
