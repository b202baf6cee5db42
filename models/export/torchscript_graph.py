"""TorchScript graphs without weights: the zip of `torch.jit.save` less the records that the weight file already holds.

`weights.json` at the root of the zip maps each left-out record, by its full name in the archive, to
`{"tensor": <name in weights.safetensors>, "dtype": "float32"}`, or `float16` where the graph computes in that; rows of
int8 are multiplied by their scales. Debug records, which hold source paths, are dropped, and so is the archive's own
hash, which counts them in.
"""

import json
import tempfile
import warnings
import zipfile
from pathlib import Path

import torch

from models.export import safetensors_file
from models.export import weights as weight_file
from models.export.artifact import Artifact
from models.export.weights import Weights

MAP = "weights.json"
CONVOLUTIONS = {"enabled": True, "benchmark": False, "deterministic": True, "allow_tf32": False}
"""How those of a traced graph are computed on an NVIDIA GPU: tracing writes it into each. The same bits every time, and
no ten-bit mantissas, which were 4e-4 off."""


def write(artifact: Artifact, weights: Weights, path: Path, dtype: str = "float32") -> None:
    with warnings.catch_warnings(), torch.backends.cudnn.flags(**CONVOLUTIONS):
        warnings.simplefilter("ignore")
        traced = torch.jit.trace(artifact.module, artifact.examples[0], check_trace=False)
    left_out = {}
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".") as temporary:
        whole = Path(temporary) / path.name
        torch.jit.save(traced, str(whole))
        with zipfile.ZipFile(whole) as archive, zipfile.ZipFile(path, "w") as target:
            root = archive.namelist()[0].split("/")[0]
            for entry in archive.namelist():
                name = f"{artifact.name}/{entry[len(root) + 1 :]}"
                content = archive.read(entry)
                tensor = weights.find(content, dtype) if "/data/" in name or "/constants/" in name else None
                if tensor:
                    left_out[name] = {"tensor": tensor, "dtype": dtype}
                elif not name.endswith((".debug_pkl", ".data/serialization_id")):
                    _add(target, name, content, zipfile.ZIP_DEFLATED)
            _add(target, MAP, json.dumps(left_out, indent=0, sort_keys=True).encode(), zipfile.ZIP_DEFLATED)


def reassemble(path: Path, weights: Path, target: Path) -> None:
    """Writes the full archive that `torch.jit.load` takes, as a server does at load."""
    tensors = weight_file.read(weights)
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(target, "w") as whole:
        for name in archive.namelist():
            if name != MAP:
                _add(whole, name, archive.read(name), zipfile.ZIP_STORED)
        for name, entry in json.loads(archive.read(MAP)).items():
            dtype = getattr(torch, entry["dtype"])
            content = safetensors_file.raw_bytes(tensors[entry["tensor"]].to(dtype))
            _add(whole, name, content, zipfile.ZIP_STORED)


def _add(archive: zipfile.ZipFile, name: str, content: bytes, compression: int) -> None:
    """Dated the same always, so that the same graph gives the same bytes."""
    archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content, compression)
