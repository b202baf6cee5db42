"""Writes one model into a model repository: weights, graphs, tokenizer and `model.yaml`, after checking them."""

import shutil
import tempfile
from pathlib import Path

from models.export import half, manifest_file, onnx_graph, parity, torchscript_graph
from models.export.artifact import Artifact, Model
from models.export.rounding import round_weights
from models.export.weights import FILE, Weights

MANIFEST = "model.yaml"


def write(model: Model, root: Path, halves: bool = False) -> Path:
    """Rounds the weights of `model` and writes `<root>/<name>/<version>/`, replacing what is there.

    With `halves` each network that it suits also gets a graph that computes in float16, for PyTorch on an NVIDIA GPU.

    Prints what the self-check found. Nothing in `root` changes when the check fails, and the entry appears at once as a
    whole. What was measured of an earlier export is kept: its `quality`, and the `milliseconds` of artifacts with the
    same graphs.
    """
    target = root / model.origin.name / model.version
    root.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=root, prefix="."))
    try:
        originals = [artifact.run_original() for artifact in model.artifacts]
        for artifact in model.artifacts:
            round_weights(artifact.module, artifact.weight_bits)
        _files(model, folder, halves)
        for artifact, original in zip(model.artifacts, originals, strict=True):
            rounded = artifact.run()
            found = {"rounded": parity.check_rounding(artifact, original, rounded)}
            found |= parity.check(artifact, rounded, folder)
            if halves and half.suits(artifact):
                found["float16"] = parity.check_half(artifact, rounded, folder / half.file(artifact))
            print(f"{model.origin.name}/{artifact.name}: " + ", ".join(f"{k} within {v:.1e}" for k, v in found.items()))
        earlier = manifest_file.read(target / MANIFEST) if (target / MANIFEST).exists() else {}
        manifest = _manifest(model, folder, earlier, halves)
        manifest_file.write(folder / MANIFEST, manifest)
        folder.chmod(0o755)
        target.parent.mkdir(exist_ok=True)
        shutil.rmtree(target, ignore_errors=True)
        folder.rename(target)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    total = sum(file.stat().st_size for file in target.iterdir())
    print(f"{model.origin.name} {model.version}: {total / 1e6:.2f} MB in {len(manifest['files']) + 1} files")
    return target


def _files(model: Model, folder: Path, halves: bool) -> None:
    weights = Weights(model.artifacts)
    weights.write(folder / FILE)
    for artifact in model.artifacts:
        onnx_graph.write(artifact, weights, folder / f"{artifact.name}.onnx")
        torchscript_graph.write(artifact, weights, folder / f"{artifact.name}.pt")
        if halves and half.suits(artifact):
            torchscript_graph.write(half.of(artifact), weights, folder / half.file(artifact), "float16")
    if model.max_length is not None:
        (folder / "tokenizer.json").write_text(model.origin.tokenizer)


def described(artifact: Artifact, earlier: dict, halves: bool = False) -> dict:
    """An artifact's part of the manifest, with the `milliseconds` of an earlier export that had the same graphs."""
    entry, before = artifact.manifest(), earlier.get("artifacts", {}).get(artifact.name, {})
    if halves and half.suits(artifact):
        entry["graphs"]["pytorch"]["cuda"] = {"file": half.file(artifact), "dtype": "float16"}
    if "milliseconds" in before and before["graphs"] == entry["graphs"]:
        entry["milliseconds"] = before["milliseconds"]
    return entry


def _manifest(model: Model, folder: Path, earlier: dict, halves: bool) -> dict:
    head = {"name": model.origin.name, "version": model.version, "task": model.task, "architecture": model.architecture}
    body = {"artifacts": {artifact.name: described(artifact, earlier, halves) for artifact in model.artifacts}}
    if model.max_length is not None:
        body["tokenizer"] = {"file": "tokenizer.json", "max_length": model.max_length} | model.origin.ids
    if model.preprocessing:
        body["preprocessing"] = model.preprocessing
    body["parameters"] = model.parameters
    body["files"] = {
        file.name: manifest_file.sha256(file) for file in sorted(folder.iterdir()) if file.name != MANIFEST
    }
    return head | model.origin.card | body | {"quality": earlier.get("quality", [])}
