"""The exporter's check of its own work: original, ONNX Runtime and TorchScript on the same inputs."""

from pathlib import Path

import numpy as np
import onnxruntime
import torch

from models.export import torchscript_graph
from models.export.artifact import Artifact
from models.export.weights import FILE

TOLERANCE = 1e-4
"""Largest allowed difference, relative to the largest absolute value of the original output."""


class ParityError(Exception):
    """An exported graph differs from its original beyond the tolerance."""


def session(path: Path, threads: int = 1) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = threads
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def check(artifact: Artifact, folder: Path) -> dict[str, float]:
    """The largest relative difference of each engine over all examples; raises ParityError beyond the tolerance."""
    onnx = session(folder / f"{artifact.name}.onnx")
    script = torch.jit.load(
        torchscript_graph.reassemble(folder / f"{artifact.name}.pt", folder / FILE), map_location="cpu"
    )
    worst = {"onnxruntime": 0.0, "pytorch": 0.0}
    for example in artifact.examples:
        wanted = artifact.run(example)
        feeds = {port.name: tensor.numpy() for port, tensor in zip(artifact.inputs, example, strict=True)}
        with torch.no_grad():
            traced = script(*example)
        got = {
            "onnxruntime": [torch.from_numpy(np.array(value)) for value in onnx.run(None, feeds)],
            "pytorch": list(traced) if isinstance(traced, tuple) else [traced],
        }
        for engine, outputs in got.items():
            worst[engine] = max(worst[engine], _difference(artifact, engine, wanted, outputs))
    return worst


def _difference(artifact: Artifact, engine: str, wanted: list, got: list) -> float:
    worst = 0.0
    for port, expected, actual in zip(artifact.outputs, wanted, got, strict=True):
        if expected.shape != actual.shape:
            raise ParityError(
                f"{artifact.name}.{port.name}: {engine} gives {actual.shape} (expected: {expected.shape})"
            )
        difference = ((expected - actual).abs().max() / expected.abs().max().clamp_min(1e-12)).item()
        if not difference <= TOLERANCE:
            raise ParityError(
                f"{artifact.name}.{port.name}: {engine} differs by {difference:.2e} (at most: {TOLERANCE})"
            )
        worst = max(worst, difference)
    return worst
