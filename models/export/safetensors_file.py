"""A safetensors writer whose bytes depend on nothing but its input.

The library orders `__metadata__` by a randomly seeded hash; goldens and weights are tracked by sha256, so the order
is fixed here: metadata by key, tensors by falling element size (so that each is aligned to its element), then by name.
"""

import json
from pathlib import Path

import torch

NAMES = {torch.float32: "F32", torch.float16: "F16", torch.int64: "I64", torch.uint8: "U8", torch.int8: "I8"}
HEADER_ALIGNMENT = 64


def raw_bytes(tensor: torch.Tensor) -> bytes:
    """The tensor's values in row-major order."""
    return tensor.detach().cpu().contiguous().flatten().view(torch.uint8).numpy().tobytes()


def write(
    path: Path, tensors: dict[str, torch.Tensor], metadata: dict[str, str], dtypes: dict[str, torch.dtype] | None = None
) -> dict[str, tuple[int, int]]:
    """Writes the file and returns, for each tensor, its offset in the file and its length in bytes.

    Tensors named in `dtypes` are converted, one at a time, as they are written: the weights of a large model need not
    be in memory twice.
    """
    dtypes = dtypes or {}
    header: dict = {"__metadata__": dict(sorted(metadata.items()))}
    spans, position = {}, 0
    stored_as = {name: dtypes.get(name, tensor.dtype) for name, tensor in tensors.items()}
    ordered = sorted(tensors.items(), key=lambda item: (-stored_as[item[0]].itemsize, item[0]))
    for name, tensor in ordered:
        stored = stored_as[name]
        end = position + tensor.numel() * stored.itemsize
        spans[name] = (position, end - position)
        header[name] = {"dtype": NAMES[stored], "shape": list(tensor.shape), "data_offsets": [position, end]}
        position = end
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-(len(text) + 8) % HEADER_ALIGNMENT)
    with path.open("wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for name, tensor in ordered:
            file.write(raw_bytes(tensor.to(stored_as[name])))
    return {name: (len(text) + 8 + offset, length) for name, (offset, length) in spans.items()}
