"""Starts a service of the fleet and a peer on the same cores, lets them take turns, and prints how they compare."""

import argparse
import json
import os
import platform
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[1]
TEXTS = ROOT / "bench" / "texts.txt"
WARM_UP_TURNS = 2
"""Length of the warm-up of each workload, in turns: a JVM compiles what has run often."""
IMAGE_SERVICE = "multimodal.image.v1.ImageService"
LAST_WORDS = 2000
LOAD_JAR = ROOT / "bench" / "target" / "bench-0.1.0-SNAPSHOT-load.jar"


@dataclass(frozen=True)
class Duel:
    """One service of the fleet (its module and its gRPC service) against one peer: with which models, for how long."""

    module: str
    service: str
    peer: str
    repository: Path
    rounds: int
    seconds: float
    threads: int
    steps: int


@dataclass(frozen=True)
class Service:
    """A running service: its ports for gRPC and HTTP, and its process."""

    port: int
    http: int
    process: subprocess.Popen

    def resident_mib(self) -> float:
        """The memory that it takes."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) / 1024


class Talker:
    """A process that answers each line with a line."""

    def __init__(self, process: subprocess.Popen) -> None:
        self._process = process
        self._read()

    def ask(self, workload: str, *how_much: object) -> dict:
        self._process.stdin.write(f"{' '.join(map(str, (workload, *how_much)))}\n")
        self._process.stdin.flush()
        return json.loads(self._read())

    def _read(self) -> str:
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit(f"{' '.join(self._process.args[:4])} … has ended (exit {self._process.wait()})")
        return line


def duel(description: str, module: str, service: str, peer: str, seconds: float) -> Duel:
    """A duel as the command line wants it; `seconds` is the default length of a turn."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--rounds", type=int, default=3, help="turns that each system takes at each load")
    parser.add_argument("--seconds", type=float, default=seconds, help="length of a turn")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)), help="engine threads of each")
    parser.add_argument("--steps", type=int, default=30, help="denoising steps of a picture")
    parser.add_argument("--repository", type=Path, default=ROOT / "models" / "repository")
    chosen = vars(parser.parse_args())
    chosen["repository"] = chosen["repository"].resolve()
    return Duel(module=module, service=service, peer=peer, **chosen)


def run(duel: Duel, loads: list[tuple[str, int]]) -> None:
    """Plays every (workload, clients), prints a line for each, and at last all figures as one line of JSON."""
    with opponents(duel) as sides:
        for workload, clients in dict(loads).items():  # each with its last, highest number of clients
            for side in sides.values():
                side.ask(workload, clients, WARM_UP_TURNS * duel.seconds)
        results = [compare(duel, sides, workload, clients) for workload, clients in loads]
    tell(duel.threads, results)


def tell(threads: int, results: list[dict]) -> None:
    """All figures as one line of JSON, with date and machine."""
    machine = f"{platform.machine()}, {len(os.sched_getaffinity(0))} cores, {_processor()}"
    print(json.dumps({"date": date.today().isoformat(), "machine": machine, "threads": threads, "results": results}))


def compare(duel: Duel, sides: dict[str, Talker], workload: str, clients: int) -> dict:
    """The medians of alternating turns of both sides."""
    turns: dict[str, list[dict]] = {name: [] for name in sides}
    for _ in range(duel.rounds):
        for name, side in sides.items():
            turns[name].append(side.ask(workload, clients, duel.seconds))
    result = {"workload": workload, "clients": clients}
    for name, figures in turns.items():
        result |= {f"{name}_{key}": round(median(turn[key] for turn in figures), 2) for key in ("per_second", "p50_ms")}
    result["ratio"] = round(result["fleet_per_second"] / result["peer_per_second"], 2)
    print(
        f"{workload}, {clients} client{'s' if clients > 1 else ''}: "
        f"fleet {result['fleet_per_second']}/s ({result['fleet_p50_ms']} ms), "
        f"peer {result['peer_per_second']}/s ({result['peer_p50_ms']} ms), ratio {result['ratio']}",
        flush=True,
    )
    return result


@contextmanager
def opponents(duel: Duel):
    """Both systems by name, started and able to answer; ended on the way out."""
    inputs = ["--texts", str(TEXTS), "--picture", str(picture()), "--steps", str(duel.steps)]
    with ExitStack() as stack:
        ours = stack.enter_context(service(duel.module, duel.repository, {"INFERENCE_THREADS": str(duel.threads)}))
        fleet = stack.enter_context(load(ours.port, duel.service, inputs))
        peer = [sys.executable, "-m", f"bench.peers.{duel.peer}", "--repository", str(duel.repository), *inputs]
        peer += ["--threads", str(duel.threads)]
        rival = stack.enter_context(talker(peer, {"OMP_NUM_THREADS": str(duel.threads)}))
        yield {"fleet": fleet, "peer": rival}


@contextmanager
def service(module: str, repository: Path, environment: dict[str, str], java_options: tuple[str, ...] = ()):
    """A packaged service of the fleet on a free port; ended on the way out."""
    jar = ROOT / module / "target" / "quarkus-app" / "quarkus-run.jar"
    need(jar, LOAD_JAR)
    port, http = free_port(), free_port()
    environment = environment | {
        "QUARKUS_GRPC_SERVER_PORT": str(port),
        "QUARKUS_HTTP_PORT": str(http),
        "INFERENCE_REPOSITORY": str(repository),
    }
    with server(["java", *java_options, "-jar", str(jar)], environment) as process:
        yield Service(port, http, process)


@contextmanager
def server(command: list[str], environment: dict[str, str]):
    """A process whose words are only told if it ends by itself; ended on the way out."""
    with tempfile.TemporaryFile() as log, _process(command, environment, log) as process:
        try:
            yield process
        finally:
            if process.poll() is not None:
                log.seek(0)
                print(log.read().decode()[-LAST_WORDS:], file=sys.stderr)


@contextmanager
def load(port: int, service: str, inputs: list[str]):
    """The load client of the gRPC service at `port`, once it serves."""
    command = ["java", "-jar", str(LOAD_JAR), "--target", f"localhost:{port}", "--service", service, *inputs]
    with talker(command, {}) as client:
        yield client


def in_process(inputs: list[str]) -> list[str]:
    """The command of the pipelines in one process."""
    return [*java("multimodal.bench.InProcessCommand"), *inputs]


def java(program: str) -> list[str]:
    """The command of one of the load client's programs, with the libraries of the packaged services."""
    libraries = [
        f"{ROOT}/{module}/target/quarkus-app/{folder}/*"
        for module in ("image-service", "clip-service")
        for folder in ("app", "lib/main", "lib/boot")
    ]
    return ["java", f"-Dfleet.root={ROOT}", "-cp", os.pathsep.join([str(LOAD_JAR), *libraries]), program]


@contextmanager
def talker(command: list[str], environment: dict[str, str]):
    """A process of the load protocol, once it has said that it serves; ended on the way out."""
    with _process(command, environment) as process:
        yield Talker(process)


def need(*files: Path) -> None:
    """Ends the program where a build has not made these files."""
    for needed in files:
        if not needed.exists():
            raise SystemExit(f"{needed.relative_to(ROOT)}: missing (run `mvn package -DskipTests` first)")


@contextmanager
def _process(command: list[str], environment: dict[str, str], log=None):
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=os.environ | environment,
        stdin=subprocess.PIPE,
        stdout=log or subprocess.PIPE,
        stderr=subprocess.STDOUT if log else None,
        text=True,
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def picture() -> Path:
    """The picture that is embedded."""
    return min((ROOT / "models" / "golden" / "scenes").glob("*.png"))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for_port(port: int, seconds: float = 120) -> None:
    """Returns when somebody listens there; ends the program where nobody does in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit(f"port {port}: nobody listens after {seconds:.0f} s")


def _processor() -> str:
    names = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    return names[0].split(":", 1)[1].strip() if names else "unknown processor"
