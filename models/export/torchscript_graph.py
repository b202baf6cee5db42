"""TorchScript graphs without weights: the zip of `torch.jit.save` less the records that the fp16 file already holds.

`weights.json` at the root of the zip maps each left-out record, by its full name in the archive, to
`{"tensor": <name in weights.safetensors>, "dtype": "float32"}`. Debug records (which hold source paths) are dropped.
"""

import io
import json
import warnings
import zipfile
from pathlib import Path

import torch
from safetensors import safe_open

from models.export import safetensors_file
from models.export.artifact import Artifact
from models.export.weights import Weights

MAP = "weights.json"


def write(artifact: Artifact, weights: Weights, path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        traced = torch.jit.trace(artifact.module, artifact.examples[0], check_trace=False)
    buffer = io.BytesIO()
    torch.jit.save(traced, buffer)
    records, left_out = {}, {}
    with zipfile.ZipFile(buffer) as archive:
        root = archive.namelist()[0].split("/")[0]
        for entry in archive.namelist():
            name = f"{artifact.name}/{entry[len(root) + 1 :]}"
            content = archive.read(entry)
            tensor = weights.find(content) if "/data/" in name or "/constants/" in name else None
            if tensor:
                left_out[name] = {"tensor": tensor, "dtype": "float32"}
            elif not name.endswith(".debug_pkl"):
                records[name] = content
    records[MAP] = json.dumps(left_out, indent=0, sort_keys=True).encode()
    path.write_bytes(_zip(records, zipfile.ZIP_DEFLATED))


def reassemble(path: Path, weights: Path) -> io.BytesIO:
    """The full archive that `torch.jit.load` takes: what a server does at load."""
    with zipfile.ZipFile(path) as archive:
        records = {name: archive.read(name) for name in archive.namelist()}
    missing = json.loads(records.pop(MAP))
    with safe_open(weights, "pt") as file:
        for name, entry in missing.items():
            dtype = getattr(torch, entry["dtype"])
            records[name] = safetensors_file.raw_bytes(file.get_tensor(entry["tensor"]).to(dtype))
    return io.BytesIO(_zip(records, zipfile.ZIP_STORED))


def _zip(records: dict[str, bytes], compression: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in records.items():
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            archive.writestr(info, content, compression)
    return buffer.getvalue()
