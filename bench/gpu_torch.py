"""The TorchScript graphs that ship, under the machine's own PyTorch on a GPU: parity and speed in float32 and float16.

Needs torch alone: `bench/gpu.sh` runs it on machines that have nothing else. The reference is the same graph on the
CPU. float16 is what autocast makes of the graph.
"""

import argparse
import io
import json
import struct
import time
import zipfile
from pathlib import Path
from statistics import median

import torch

ROWS = (1, 8)
DTYPES = {"F16": torch.float16, "F32": torch.float32, "I8": torch.int8}
TOLERANCES = {torch.float32: 1e-4, torch.float16: 1e-2}
TF32 = 1e-3
"""The tolerance of float32 on a GPU, where cuDNN computes the convolutions of a traced graph in TF32."""
TRACED_ON = b'torch.device("cpu")'


def weights(path: Path) -> dict[str, bytes]:
    """The weights of a model, rows of int8 multiplied by their scales, as the bytes of float32."""
    content = path.read_bytes()
    length = struct.unpack("<Q", content[:8])[0]
    header, stored = json.loads(content[8 : 8 + length]), {}
    header.pop("__metadata__", None)
    for name, entry in header.items():
        start, end = (8 + length + offset for offset in entry["data_offsets"])
        values = torch.frombuffer(bytearray(content[start:end]), dtype=DTYPES[entry["dtype"]]).float()
        stored[name] = values.view(entry["shape"])
    for name, scales in stored.items():
        if name.endswith(".scales"):
            stored[name.removesuffix(".scales")].flatten(1).mul_(scales[:, None])
    return {name: values.numpy().tobytes() for name, values in stored.items()}


def graph(path: Path, tensors: dict[str, bytes], device: str) -> torch.jit.ScriptModule:
    """The archive on the device, its weight records put back and its code's own tensors moved (TorchScriptAssembler)."""
    moved = f'torch.device("{device}")'.encode()
    full = io.BytesIO()
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(full, "w") as target:
        for name in source.namelist():
            if name != "weights.json":
                content = source.read(name)
                target.writestr(name, content.replace(TRACED_ON, moved) if name.endswith(".py") else content)
        for name, entry in json.loads(source.read("weights.json")).items():
            target.writestr(name, tensors[entry["tensor"]])
    full.seek(0)
    return torch.jit.load(full, map_location=device).eval()


def inputs(ports: list[dict], rows: int) -> list[torch.Tensor]:
    generator, values = torch.Generator().manual_seed(0), []
    for port in ports:
        shape, rank = port["shape"], len(port["shape"])
        side = 24 if rank < 4 else 128 if shape[1] == 3 else 8
        free = 128 // port["downscale"] if "downscale" in port else side
        extents = [rows, *(extent if extent > 0 else free for extent in shape[1:])]
        if port["name"].endswith("mask"):
            values.append(torch.ones(extents, dtype=getattr(torch, port["dtype"])))
        elif port["name"] == "past_length":
            values.append(torch.full(extents, 8))
        elif port["dtype"] == "int64":
            values.append(torch.randint(3, 200, extents, generator=generator))
        else:
            values.append(torch.randn(extents, generator=generator))
    return values


def first(result: object) -> torch.Tensor:
    return (result[0] if isinstance(result, tuple) else result).float().cpu()


def milliseconds(call, device: str, calls: int) -> float:
    times = []
    for _ in range(calls):
        start = time.perf_counter()
        call()
        if device == "cuda":
            torch.cuda.synchronize()
        times.append(1000 * (time.perf_counter() - start))
    return median(times)


@torch.inference_mode()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--graphs", type=Path, required=True, help="graphs.json of the pack")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--calls", type=int, default=50, help="calls whose median counts")
    options = parser.parse_args()
    device = options.device
    print(f"torch {torch.__version__} on {torch.cuda.get_device_name() if device == 'cuda' else 'the cpu'}")
    for entry in json.loads(options.graphs.read_text()):
        path = options.graphs.parent / entry["file"]
        stored = weights(path.parent / "weights.safetensors")
        module = graph(path, stored, "cpu")
        given = {rows: inputs(entry["inputs"], rows) for rows in ROWS}
        expected = {rows: first(module(*given[rows])) for rows in ROWS}
        module = graph(path, stored, "cuda:0" if device == "cuda" else device)
        for dtype in (torch.float32, torch.float16):
            with torch.autocast(device, dtype=torch.float16, enabled=dtype == torch.float16):
                tell(entry, module, device, dtype, given, expected, options.calls)


def tell(entry: dict, module, device: str, dtype: torch.dtype, given: dict, expected: dict, calls: int) -> None:
    times, worst = [], 0.0
    for rows in ROWS:
        values = [value.to(device) for value in given[rows]]
        try:
            found = first(module(*values))
        except RuntimeError as error:
            print(f"{entry['name']}, {dtype} on {device}: none: {str(error).splitlines()[-1]}")
            return
        worst = max(worst, ((found - expected[rows]).abs().max() / expected[rows].abs().max()).item())
        times.append(milliseconds(lambda values=values: module(*values), device, calls) / rows)
    tolerance = TF32 if (device, dtype) == ("cuda", torch.float32) else TOLERANCES[dtype]
    verdict = "" if worst <= tolerance else f": too much (expected: at most {tolerance})"
    print(
        f"{entry['name']}, {dtype} on {device}: {times[0]:.3f} ms a row alone, {times[1]:.3f} among eight; "
        f"differs by {worst:.1e} of the largest value{verdict}",
        flush=True,
    )


if __name__ == "__main__":
    main()
