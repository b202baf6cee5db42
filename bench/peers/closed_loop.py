"""The peers' side of the load protocol: `<workload> <clients> <seconds>` or `open <file> <last try>` in, JSON out.

A closed loop as in the Java load client: each client sends its next request when it has the answer to the last. The
peer runs in this process, so a request is a function call. Several clients are served in the way that is faster for
the peer: one at a time with all threads, or side by side with one thread each. Mixed pictures that come at their times
(see `bench/mix.py`) are served in the order in which they come, in the way that is done first.
"""

import argparse
import json
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import torch

from bench import mix

Request = Callable[[int], object]
"""By its number. What it returns counts as one item, or as so many as it says where it is an integer."""
MixedRequest = Callable[[mix.Arrival], object]


def arguments(description: str) -> argparse.Namespace:
    """The flags of every peer, the same as the load client's."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--repository", type=Path, required=True, help="model repository")
    parser.add_argument("--texts", type=Path, required=True, help="file with one text a line")
    parser.add_argument("--picture", type=Path, required=True, help="picture file")
    parser.add_argument("--steps", type=int, default=30, help="denoising steps of a picture")
    parser.add_argument("--threads", type=int, required=True, help="threads that torch may use")
    return parser.parse_args()


def serve(workloads: dict[str, Request], threads: int, mixed: MixedRequest | None = None) -> None:
    """Answers the lines of the standard input until it ends."""
    torch.set_num_threads(threads)
    print("serving", flush=True)
    for line in sys.stdin:
        name, *how_much = line.split()
        if name == "open":
            answer = run_mixed(mixed, mix.read(Path(how_much[0])), threads)
        else:
            answer = run(workloads[name], int(how_much[0]), float(how_much[1]), threads)
        print(json.dumps(answer), flush=True)


def run_mixed(request: MixedRequest, arrivals: list[mix.Arrival], threads: int) -> dict:
    """The way that ends first, of both; as the load client tells it."""
    ways = [_first_come_first_served(request, arrivals, lanes=1)]
    if threads > 1:
        torch.set_num_threads(1)
        ways.append(_first_come_first_served(request, arrivals, lanes=threads))
        torch.set_num_threads(threads)
    return {"outcomes": min(ways, key=lambda outcomes: max(end for _, _, end, *_ in outcomes))}


def _first_come_first_served(request: MixedRequest, arrivals: list[mix.Arrival], lanes: int) -> list[list]:
    start = time.perf_counter()

    def serve_one(number: int) -> list:
        time.sleep(max(0, arrivals[number].at - (time.perf_counter() - start)))
        request(arrivals[number])
        return [number, arrivals[number].at, time.perf_counter() - start, "OK", 0, 0]

    with ThreadPoolExecutor(lanes) as pool:
        return list(pool.map(serve_one, range(len(arrivals))))


def run(request: Request, clients: int, seconds: float, threads: int) -> dict:
    """The better of both ways where there are several clients and threads."""
    ways = [_load(request, clients, seconds, lanes=1)]
    if clients > 1 and threads > 1:
        torch.set_num_threads(1)
        ways.append(_load(request, clients, seconds, lanes=threads))
        torch.set_num_threads(threads)
    return max(ways, key=lambda figures: figures["per_second"])


def _load(request: Request, clients: int, seconds: float, lanes: int) -> dict:
    free = threading.Semaphore(lanes)
    latencies: list[float] = []
    items: list[int] = []
    start = time.perf_counter()

    def client(first: int) -> None:
        number = first
        while time.perf_counter() - start < seconds:
            sent = time.perf_counter()
            with free:
                made = request(number)
            items.append(made if isinstance(made, int) else 1)
            latencies.append(time.perf_counter() - sent)
            number += clients

    workers = [threading.Thread(target=client, args=(first,)) for first in range(clients)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return figures(latencies, sum(items), time.perf_counter() - start)


def figures(latencies: list[float], items: int, seconds: float) -> dict:
    """As the load client prints them."""
    ordered = sorted(latencies)

    def millis(share: float) -> float:
        return round(1000 * ordered[max(0, -(-len(ordered) * int(share * 100) // 100) - 1)], 2)

    return {
        "requests": len(ordered),
        "items": items,
        "seconds": round(seconds, 3),
        "per_second": round(items / seconds, 3),
        "p50_ms": millis(0.50),
        "p99_ms": millis(0.99),
    }
