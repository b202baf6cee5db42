"""The smallest repository entry, for tests and docs: `python -m models.golden.example_model`.

`mixer` takes values float32 (B, 16) and index int64 (B) to mixed float32 (B, 8) = tanh(values · weight + index) and
next int64 (B) = index + 1. Its weights are drawn from a seed; it means nothing. The golden is one call of it.
"""

import shutil

import torch

from models.export import manifest_file, onnx_graph, parity, torchscript_graph
from models.export.artifact import Artifact, Port
from models.export.rounding import round_weights
from models.export.weights import FILE, Weights
from models.golden.common import FOLDER, write

TARGET = FOLDER.parent.parent / "inference/src/test/resources/repository/example/1"


class Mixer(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.weight = torch.nn.Parameter(torch.randn(16, 8, generator=torch.Generator().manual_seed(5)) / 4)

    def forward(self, values: torch.Tensor, index: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return torch.tanh(values @ self.weight + index[:, None].float()), index + 1


def artifact() -> Artifact:
    draw = torch.Generator().manual_seed(6)
    return Artifact(
        "mixer",
        round_weights(Mixer()),
        [Port("values", [-1, 16]), Port("index", [-1], "int64")],
        [Port("mixed", [-1, 8]), Port("next", [-1], "int64")],
        [(torch.randn(rows, 16, generator=draw), torch.arange(rows)) for rows in (3, 1)],
        max_batch=8,
    )


def main() -> None:
    mixer = artifact()
    shutil.rmtree(TARGET, ignore_errors=True)
    TARGET.mkdir(parents=True)
    weights = Weights([mixer])
    weights.write(TARGET / FILE)
    onnx_graph.write(mixer, weights, TARGET / "mixer.onnx")
    torchscript_graph.write(mixer, weights, TARGET / "mixer.pt")
    parity.check(mixer, mixer.run(), TARGET)
    checksums = {file.name: manifest_file.sha256(file) for file in sorted(TARGET.iterdir())}
    manifest = {
        "name": "example",
        "version": "1",
        "task": "example",
        "architecture": "Mixer",
        "licence": "Apache-2.0",
        "provenance": "Random numbers, drawn by models/golden/example_model.py.",
        "artifacts": {"mixer": mixer.manifest()},
        "parameters": {"gain": 0.5, "labels": ["low", "high"], "size": {"min": 1, "max": 8}},
        "files": checksums,
        "quality": [],
    }
    manifest_file.write(TARGET / "model.yaml", manifest)
    values, index = mixer.examples[0]
    mixed, following = mixer.run()[0]
    write("example", {"values": values, "index": index, "mixed": mixed, "next": following}, [])
    print(f"{TARGET.name}: {sum(file.stat().st_size for file in TARGET.iterdir())} bytes")


if __name__ == "__main__":
    main()
