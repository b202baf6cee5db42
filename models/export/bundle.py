"""Writes one model into a model repository: weights, graphs, tokenizer and `model.yaml`, after checking them."""

import hashlib
import shutil
import tempfile
from pathlib import Path

from models.export import manifest_file, onnx_graph, parity, torchscript_graph
from models.export.artifact import Model
from models.export.weights import FILE, Weights

MANIFEST = "model.yaml"


def write(model: Model, root: Path) -> Path:
    """Writes `<root>/<name>/<version>/`, replacing what is there, and prints what the self-check found.

    Nothing in `root` changes when the check fails; the measured `quality` of an earlier export is kept.
    """
    target = root / model.origin.name / model.version
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        _files(model, folder)
        for artifact in model.artifacts:
            found = parity.check(artifact, folder)
            print(f"{model.origin.name}/{artifact.name}: " + ", ".join(f"{k} within {v:.1e}" for k, v in found.items()))
        manifest = _manifest(model, folder, _quality(target))
        manifest_file.write(folder / MANIFEST, manifest)
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        for file in folder.iterdir():
            shutil.copyfile(file, target / file.name)
    total = sum(file.stat().st_size for file in target.iterdir())
    print(f"{model.origin.name} {model.version}: {total / 1e6:.2f} MB in {len(manifest['files']) + 1} files")
    return target


def _files(model: Model, folder: Path) -> None:
    weights = Weights(model.artifacts)
    weights.write(folder / FILE)
    for artifact in model.artifacts:
        onnx_graph.write(artifact, weights, folder / f"{artifact.name}.onnx")
        torchscript_graph.write(artifact, weights, folder / f"{artifact.name}.pt")
    shutil.copyfile(model.origin.tokenizer, folder / "tokenizer.json")


def _quality(target: Path) -> list[dict]:
    manifest = target / MANIFEST
    return manifest_file.read(manifest)["quality"] if manifest.exists() else []


def _manifest(model: Model, folder: Path, quality: list[dict]) -> dict:
    head = {"name": model.origin.name, "version": model.version, "task": model.task, "architecture": model.architecture}
    body = {"artifacts": {artifact.name: artifact.manifest() for artifact in model.artifacts}}
    body["tokenizer"] = {"file": "tokenizer.json", "max_length": model.max_length} | model.origin.ids
    if model.preprocessing:
        body["preprocessing"] = model.preprocessing
    body["parameters"] = model.parameters
    body["files"] = {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.iterdir())
        if file.name != MANIFEST
    }
    return head | model.origin.card | body | {"quality": quality}
