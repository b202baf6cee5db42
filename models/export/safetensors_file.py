"""A safetensors writer whose bytes depend on nothing but its input.

The library orders `__metadata__` by a randomly seeded hash; goldens and weights are tracked by sha256, so the order
is fixed here: metadata by key, tensors by falling element size (so that each is aligned to its element), then by name.
"""

import json
from pathlib import Path

import torch

NAMES = {torch.float32: "F32", torch.float16: "F16", torch.int64: "I64", torch.uint8: "U8"}
HEADER_ALIGNMENT = 64


def raw_bytes(tensor: torch.Tensor) -> bytes:
    """The tensor's values in row-major order."""
    return tensor.detach().cpu().contiguous().flatten().view(torch.uint8).numpy().tobytes()


def write(path: Path, tensors: dict[str, torch.Tensor], metadata: dict[str, str]) -> dict[str, tuple[int, int]]:
    """Writes the file and returns, for each tensor, its offset in the file and its length in bytes."""
    header: dict = {"__metadata__": dict(sorted(metadata.items()))}
    blobs, spans, position = [], {}, 0
    for name, tensor in sorted(tensors.items(), key=lambda item: (-item[1].element_size(), item[0])):
        blob = raw_bytes(tensor)
        spans[name] = (position, len(blob))
        offsets = [position, position + len(blob)]
        header[name] = {"dtype": NAMES[tensor.dtype], "shape": list(tensor.shape), "data_offsets": offsets}
        blobs.append(blob)
        position += len(blob)
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-(len(text) + 8) % HEADER_ALIGNMENT)
    path.write_bytes(len(text).to_bytes(8, "little") + text + b"".join(blobs))
    return {name: (len(text) + 8 + offset, length) for name, (offset, length) in spans.items()}
