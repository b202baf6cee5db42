"""What every trainer shares: threads, command line, stopping and resuming, moving averages, logs, prefetching.

Import this before torch: it sets the thread counts of the numeric libraries from `--threads` at import time, because
they are read once when those libraries load.
"""

import os
import sys


def _threads_from_command_line() -> int:
    for index, word in enumerate(sys.argv):
        if word == "--threads":
            return int(sys.argv[index + 1])
        if word.startswith("--threads="):
            return int(word.split("=", 1)[1])
    return 1


THREADS = _threads_from_command_line()
for _name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[_name] = str(THREADS)

import argparse  # noqa: E402
import copy  # noqa: E402
import itertools  # noqa: E402
import json  # noqa: E402
import math  # noqa: E402
import queue  # noqa: E402
import signal  # noqa: E402
import threading  # noqa: E402
import time  # noqa: E402
from collections.abc import Callable, Iterator  # noqa: E402
from dataclasses import replace  # noqa: E402
from pathlib import Path  # noqa: E402

import torch  # noqa: E402
from torch.utils.data import DataLoader, IterableDataset, get_worker_info  # noqa: E402

from models.export.weights import read  # noqa: E402
from models.world.artwork import train_directory  # noqa: E402

torch.set_num_threads(THREADS)
torch.set_float32_matmul_precision("high")  # TF32 where a device has it
torch.backends.cudnn.benchmark = True  # the shapes of a trainer hardly change
REPOSITORY = Path(__file__).parents[1] / "repository"
CHECKPOINT_SECONDS = 180


def command_line(description: str) -> argparse.Namespace:
    """The flags that all trainers have."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--resume", action="store_true", help="go on from the local checkpoint, else the committed one")
    parser.add_argument("--threads", type=int, default=1, help="CPU threads of this process")
    parser.add_argument("--workers", type=int, default=0, help="processes that draw batches; 0: a thread does")
    parser.add_argument("--batch", type=int, help="rows of a batch, in place of those of the trainer's settings")
    parser.add_argument("--learning-rate", type=float, help="at its highest, in place of that of the settings")
    parser.add_argument("--minutes", type=float, default=10.0, help="wall time to train for")
    parser.add_argument("--evaluate", action="store_true", help="print the held-out figures and do nothing else")
    return parser.parse_args()


def chosen(settings, arguments: argparse.Namespace):
    """The settings of a trainer (a dataclass), with what the command line says instead."""
    given = {"batch": arguments.batch, "learning_rate": arguments.learning_rate}
    return replace(settings, **{name: value for name, value in given.items() if value is not None})


class Timer:
    """`due()` turns true once every `seconds`."""

    def __init__(self, seconds: float) -> None:
        self._seconds, self._last = seconds, time.monotonic()

    def due(self) -> bool:
        if time.monotonic() - self._last < self._seconds:
            return False
        self._last = time.monotonic()
        return True


class Run:
    """One training run: its folder, its log, when to stop and when to save.

    `stopping()` turns true after `minutes` or on SIGTERM/SIGINT; `due()` turns true once every `CHECKPOINT_SECONDS`.
    """

    def __init__(self, name: str, minutes: float, folder: Path | None = None) -> None:
        self.folder = folder or train_directory() / name
        self.folder.mkdir(parents=True, exist_ok=True)
        self.checkpoint = self.folder / "latest.pt"
        self._started = time.monotonic()
        self._deadline = self._started + 60 * minutes
        self._saving = Timer(CHECKPOINT_SECONDS)
        self._stopped = False
        os.nice(max(0, 10 - os.nice(0)))
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: setattr(self, "_stopped", True))

    def stopping(self) -> bool:
        return self._stopped or time.monotonic() >= self._deadline

    def progress(self) -> float:
        """The share of this run's time that is over, 0 … 1."""
        now = time.monotonic()
        return min(1.0, (now - self._started) / max(1e-9, self._deadline - self._started))

    def due(self) -> bool:
        return self._saving.due()

    def earlier(self, resume: bool) -> dict | None:
        """The checkpoint that an earlier run left, if there is one and it is asked for."""
        return load_checkpoint(self.checkpoint) if resume and self.checkpoint.exists() else None

    def log(self, **figures: object) -> None:
        """Appends one JSON line to `log.jsonl` and prints it."""
        line = json.dumps({"time": round(time.time(), 1), **figures})
        with (self.folder / "log.jsonl").open("a") as file:
            file.write(line + "\n")
        print(line, flush=True)


def save_checkpoint(state: dict, path: Path) -> None:
    """Writes `state` with torch.save to `path`, whole or not at all."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}.part")
    torch.save(state, temporary)
    temporary.replace(path)


def load_checkpoint(path: Path) -> dict:
    return torch.load(path, map_location="cpu", weights_only=True)


def load_committed(module: torch.nn.Module, model: str, prefix: str) -> bool:
    """Sets the module's parameters to those committed in `models/repository/<model>` whose names begin with `prefix`.

    Returns whether there were any; they are rounded, and the optimizer starts anew. Where several versions are
    committed the newest counts. A parameter that is not stored keeps its fresh value.
    """
    files = sorted((REPOSITORY / model).glob("*/weights.safetensors"), key=lambda path: int(path.parent.name))
    if not files:
        return False
    values = {name[len(prefix) :]: value for name, value in read(files[-1]).items() if name.startswith(prefix)}
    module.load_state_dict(values, strict=False)
    return bool(values)


class Ema:
    """A moving average of a module's parameters; the decay warms up as (1 + n) / (10 + n)."""

    def __init__(self, module: torch.nn.Module, decay: float = 0.999) -> None:
        self.module = copy.deepcopy(module).eval().requires_grad_(False)
        self.decay = decay
        self.updates = 0

    @torch.no_grad()
    def update(self, module: torch.nn.Module) -> None:
        self.updates += 1
        decay = min(self.decay, (1 + self.updates) / (10 + self.updates))
        averages, values = list(self.module.parameters()), list(module.parameters())
        torch._foreach_lerp_(averages, values, 1 - decay)
        for average, value in zip(self.module.buffers(), module.buffers(), strict=True):
            average.copy_(value)


def warm_cosine(step: int, warm_up: int, progress: float, floor: float = 0.05) -> float:
    """The factor of the learning rate: linear over `warm_up` steps, times a cosine of `progress` (0 … 1) to `floor`."""
    return min(1.0, (step + 1) / warm_up) * (floor + (1 - floor) * 0.5 * (1 + math.cos(math.pi * progress)))


def set_learning_rate(optimizer: torch.optim.Optimizer, factor: float) -> None:
    """Sets each group's rate to its `base_lr` (its first `lr`) times `factor`."""
    for group in optimizer.param_groups:
        group["lr"] = group.setdefault("base_lr", group["lr"]) * factor


def restore_optimizer(optimizer: torch.optim.Optimizer, checkpoint: dict) -> None:
    """Goes on with the moments of a checkpoint; one that came from another machine may have left them there."""
    if "optimizer" in checkpoint:
        optimizer.load_state_dict(checkpoint["optimizer"])


def descend(optimizer: torch.optim.Optimizer, loss: torch.Tensor) -> None:
    """One step of the optimizer down the gradient of `loss`, whose norm is clipped to one."""
    optimizer.zero_grad()
    loss.backward()
    parameters = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    torch.nn.utils.clip_grad_norm_(parameters, 1.0)
    optimizer.step()


class _Numbered(IterableDataset):
    """make(first), make(first + 1), …; of several workers each makes its share, and the loader takes them in turn."""

    def __init__(self, make: Callable[[int], object], first: int) -> None:
        self._make, self._first = make, first

    def __iter__(self) -> Iterator:
        worker = get_worker_info()
        for number in itertools.count(self._first + worker.id, worker.num_workers):
            yield self._make(number)


def prefetch(make: Callable[[int], object], first: int = 0, depth: int = 4, workers: int = 0) -> Iterator:
    """Gives make(first), make(first + 1), … endlessly, each prepared ahead of time.

    A background thread prepares them, or `workers` processes do, whose tensors come in pinned memory where there is a
    GPU; `depth` is how many wait to be taken, of each worker if there are any.
    """
    if not workers:
        return _by_a_thread(make, first, depth)
    pinned = torch.cuda.is_available()
    numbered = _Numbered(make, first)
    loader = DataLoader(numbered, None, num_workers=workers, prefetch_factor=depth, pin_memory=pinned)
    return iter(loader)


def _by_a_thread(make: Callable[[int], object], first: int, depth: int) -> Iterator:
    ready: queue.Queue = queue.Queue(maxsize=depth)

    def work() -> None:
        number = first
        while True:
            try:
                ready.put(make(number))
            except Exception as error:  # handed to the consumer, who raises it
                ready.put(error)
                return
            number += 1

    threading.Thread(target=work, daemon=True).start()
    while True:
        item = ready.get()
        if isinstance(item, Exception):
            raise item
        yield item


def moved(batch, device: str):
    """A batch, nested tuples of tensors, on the device; copied while it computes where tensors are pinned.

    Pinning makes lists of tuples without names.
    """
    if isinstance(batch, tuple | list):
        parts = [moved(part, device) for part in batch]
        return type(batch)(*parts) if hasattr(batch, "_fields") else tuple(parts)
    return batch.to(device, non_blocking=True) if isinstance(batch, torch.Tensor) else batch


def count_parameters(*modules: torch.nn.Module) -> int:
    return sum(parameter.numel() for module in modules for parameter in module.parameters())
