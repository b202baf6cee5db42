"""Which engine is the fastest on this CPU: `python -m models.export.engines sticker-clip`.

Times every artifact of a model under PyTorch and ONNX Runtime, in float32 and with products of bytes (int8), alone and
in eights, turn by turn, and writes the milliseconds into the manifest, by which the fleet chooses. The int8 graphs are
only told of, unless `--int8` asks for them: then the model's quality is measured in float32 and in int8 on the same
scenes, and where every figure holds the graphs that are faster are written and taken. A run without it takes them out.
"""

import models.train.common  # noqa: F401 (first: it sets one thread)

# isort: split

import argparse
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from statistics import median

import numpy as np
import torch

from models.export import manifest_file, measure, onnx_int8, parity, torchscript_graph
from models.export.command import REPOSITORY
from models.export.weights import FILE

ROWS = (1, 8)
LARGEST_LOSS = {"ratio": 0.01, "perplexity": 0.02, "dB": 0.1, "times": 0.05}
"""How much worse a figure may become in int8, by its unit; of a perplexity this share, of the others this much."""
FREE_EXTENTS = {"tokens": 24, "latent": 8, "image": 128}
EXPORTERS = {
    "sticker-clip": "clip",
    "sticker-caption": "caption",
    "micro-text": "text",
    "sticker-controlnet-canny": "controlnet",
    "sticker-diffusion": "diffusion",
    "sticker-fusion": "fusion",
    "sticker-unclip": "unclip",
    "sticker-vqa": "vqa",
}

Run = Callable[[dict[str, np.ndarray]], object]


@dataclass
class Contest:
    """One artifact: median milliseconds of a row by contender (`onnxruntime`, `pytorch`, `int8`) and batch size."""

    name: str
    milliseconds: dict[str, dict[int, float]]

    def __str__(self) -> str:
        cells = [
            f"{contender} {times[1]:.2f} / {times[8]:.2f}" for contender, times in sorted(self.milliseconds.items())
        ]
        return f"{self.name}: {', '.join(cells)} ms a row alone / in eights"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", choices=EXPORTERS, nargs="+")
    parser.add_argument("--repository", type=Path, default=REPOSITORY, help="model repository")
    parser.add_argument("--rounds", type=int, default=40, help="calls of each contender; the median counts")
    parser.add_argument("--int8", action="store_true", help="take int8 where it is faster and the quality holds")
    parser.add_argument("--count", type=int, default=200, help="held-out scenes of each kind for the quality")
    arguments = parser.parse_args()
    for model in arguments.models:
        print(model)
        measure_model(arguments.repository / model / "1", arguments)


def measure_model(folder: Path, arguments: argparse.Namespace) -> None:
    """Prints what was found and writes it into the manifest in `folder`."""
    manifest = manifest_file.read(folder / "model.yaml")
    take_out_int8(folder, manifest)
    contests = [contest(folder, manifest, name, arguments.rounds) for name in manifest["artifacts"]]
    for found in contests:
        print(found, flush=True)
        times = {engine: round(found.milliseconds[engine][1], 3) for engine in ("onnxruntime", "pytorch")}
        manifest["artifacts"][found.name]["milliseconds"] = {"cpu": times}
    if arguments.int8 and quality_holds(folder, manifest["name"], arguments.count):
        for found in contests:
            take_int8(folder, manifest, found)
    manifest_file.write(folder / "model.yaml", manifest)


def contest(folder: Path, manifest: dict, name: str, rounds: int) -> Contest:
    """Calls all contenders in turn on the same inputs."""
    spec = manifest["artifacts"][name]
    with tempfile.TemporaryDirectory() as temporary:
        runs = _contenders(folder, spec, Path(temporary))
    milliseconds: dict[str, dict[int, float]] = {contender: {} for contender in runs}
    for rows in ROWS:
        inputs = {port["name"]: _values(port, rows) for port in spec["inputs"]}
        times: dict[str, list[float]] = {contender: [] for contender in runs}
        for _ in range(rounds):
            for contender, run in runs.items():
                start = time.perf_counter()
                run(inputs)
                times[contender].append(time.perf_counter() - start)
        for contender, taken in times.items():
            milliseconds[contender][rows] = 1000 * median(taken) / rows
    return Contest(name, milliseconds)


def _contenders(folder: Path, spec: dict, temporary: Path) -> dict[str, Run]:
    graph, script = folder / spec["graphs"]["onnxruntime"]["file"], folder / spec["graphs"]["pytorch"]["file"]
    runs = {"onnxruntime": _onnx(graph), "pytorch": _torch(script, spec, temporary)}
    shutil.copyfile(folder / FILE, temporary / FILE)  # ONNX Runtime takes no weights from outside a graph's folder
    if onnx_int8.write(graph, temporary / graph.name):
        runs["int8"] = _onnx(temporary / graph.name)
    return runs


def _onnx(graph: Path) -> Run:
    session = parity.session(graph)
    return lambda inputs: session.run(None, inputs)


def _torch(script: Path, spec: dict, temporary: Path) -> Run:
    full = temporary / script.name
    torchscript_graph.reassemble(script, script.parent / FILE, full)
    module = torch.jit.load(full, map_location="cpu").eval()
    order = [port["name"] for port in spec["inputs"]]

    def run(inputs: dict[str, np.ndarray]) -> object:
        with torch.inference_mode():
            return module(*(torch.from_numpy(inputs[name]) for name in order))

    return run


def _values(port: dict, rows: int) -> np.ndarray:
    """Anything of the right shape: masks of ones, ids and timesteps, numbers; all of a decoder's past is real."""
    rng, rank = np.random.default_rng(0), len(port["shape"])
    free = FREE_EXTENTS["tokens" if rank < 4 else "image" if port["shape"][1] == 3 else "latent"]
    if "downscale" in port:
        free = FREE_EXTENTS["image"] // port["downscale"]
    shape = [rows, *(extent if extent > 0 else free for extent in port["shape"][1:])]
    if port["name"].endswith("mask"):
        return np.ones(shape, port["dtype"])
    if port["name"] == "past_length":
        return np.full(shape, FREE_EXTENTS["latent"], np.int64)
    if port["dtype"] == "int64":
        return rng.integers(3, 200, shape)
    return rng.standard_normal(shape, dtype=np.float32)


def quality_holds(folder: Path, model: str, count: int) -> bool:
    """Measures every figure of the card in float32 and in int8, prints both, and compares."""
    exporter, (figures, _) = import_module(f"models.export.{EXPORTERS[model]}"), measure.MEASURES[model]
    plain = figures(folder, count)
    shipped = exporter.shipped
    exporter.shipped = lambda place: _emulated(shipped(place))
    try:
        small = figures(folder, count)
    finally:
        exporter.shipped = shipped
    losses = [holds(before, after) for before, after in zip(plain, small, strict=True)]
    return all(losses)


def _emulated(shipped):
    for module in shipped if isinstance(shipped, tuple) else (shipped,):
        onnx_int8.emulate(module)
    return shipped


def holds(before: dict, after: dict) -> bool:
    """Whether a figure became no worse than its unit allows; prints both."""
    unit, value, other = before["unit"], before["value"], after["value"]
    loss = other / value - 1 if unit == "perplexity" else value - other
    held = round(loss, 6) <= LARGEST_LOSS[unit]
    print(f"{before['figure']}: float32 {value}, int8 {other} {unit}{'' if held else ', does not hold'}", flush=True)
    return held


def take_int8(folder: Path, manifest: dict, found: Contest) -> None:
    """Writes the int8 graph of an artifact and enters it in the manifest, if it is faster for a row alone."""
    spec, times = manifest["artifacts"][found.name], found.milliseconds
    if "int8" not in times or times["int8"][1] >= times["onnxruntime"][1]:
        return
    usual = spec["graphs"]["onnxruntime"]
    file = folder / f"{found.name}.int8.onnx"
    onnx_int8.write(folder / usual["file"], file)
    spec["graphs"]["onnxruntime"] = {"file": file.name, "dtype": "int8", "cuda": usual | {"dtype": "float32"}}
    spec["milliseconds"]["cpu"]["onnxruntime"] = round(times["int8"][1], 3)
    manifest["files"][file.name] = manifest_file.sha256(file)
    print(f"{found.name}: int8 is taken")


def take_out_int8(folder: Path, manifest: dict) -> None:
    """Undoes `take_int8` for all artifacts."""
    for spec in manifest["artifacts"].values():
        graph = spec["graphs"]["onnxruntime"]
        if graph.get("dtype") == "int8":
            spec["graphs"]["onnxruntime"] = {"file": graph["cuda"]["file"]}
            del manifest["files"][graph["file"]]
            (folder / graph["file"]).unlink()


if __name__ == "__main__":
    main()
