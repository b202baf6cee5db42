"""One service of the fleet as a process, and calls to it by the descriptions that it gives of itself."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import grpc
from google.protobuf import descriptor_pool, json_format, message_factory
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

ROOT = Path(__file__).parents[2]
MODELS = "multimodal.common.v1.ModelService"
PATIENCE_SECONDS = 7200
LARGEST_MESSAGE = 64 << 20


class Service:
    """`name` as `./fleet` builds it, with `repository` on `engine`; a context manager that waits for all its models.

    `rpc` is the gRPC service that calls go to. It serves what it has models for, though its health asks for all of its
    tasks.
    """

    def __init__(self, name: str, rpc: str, repository: Path, engine: str, threads: int, log: Path) -> None:
        self.port, self.rpc = _free_port(), rpc
        options = {
            "quarkus.grpc.server.host": "127.0.0.1",
            "quarkus.grpc.server.port": self.port,
            "quarkus.http.port": _free_port(),
            "inference.repository": repository,
            "inference.engine": engine,
            "inference.threads": threads,
            "inference.batching.fixed-rows": 1,
            "ai.djl.offline": "true",
            "ai.djl.onnx.disable_alternative": "true",
            "ai.djl.pytorch.graph_optimizer": "false",
        }
        command = ["java", "-Xmx2g", *(f"-D{key}={value}" for key, value in options.items()), "-jar"]
        command += [str(ROOT / name / "target/quarkus-app/quarkus-run.jar")]
        environment = os.environ | {"OPT_OUT_TRACKING": "true", "DJL_CACHE_DIR": str(log.parent / "cache")}
        self.log = log
        with log.open("w") as file:
            self.process = subprocess.Popen(command, env=environment, stdout=file, stderr=subprocess.STDOUT)
        limits = [("grpc.max_receive_message_length", LARGEST_MESSAGE)]
        self.channel = grpc.insecure_channel(f"127.0.0.1:{self.port}", limits)
        self.pool = descriptor_pool.DescriptorPool(ProtoReflectionDescriptorDatabase(self.channel))

    def __enter__(self) -> "Service":
        try:
            self._await_models()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.channel.close()
        self.process.terminate()
        self.process.wait()

    def _await_models(self) -> None:
        last = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < last:
            if self.process.poll() is not None:
                raise RuntimeError(f"the service has ended with {self.process.returncode}, see {self.log}")
            try:
                grpc.channel_ready_future(self.channel).result(timeout=60)
                (answer,) = self.call("ListModels", {}, MODELS)
                states = [model.get("state") for model in json_format.MessageToDict(answer).get("models", [])]
                if states and set(states) == {"MODEL_STATE_READY"}:
                    return
            except (grpc.RpcError, grpc.FutureTimeoutError):
                pass
            time.sleep(0.2)
        raise RuntimeError(f"the service is not ready after {PATIENCE_SECONDS} s, see {self.log}")

    def call(self, method: str, request: dict, rpc: str | None = None) -> Iterator:
        """The messages of one call; bytes in `request` are given in base64, as in protobuf's JSON."""
        rpc = rpc or self.rpc
        described = self.pool.FindServiceByName(rpc).FindMethodByName(method)
        message = json_format.ParseDict(request, message_factory.GetMessageClass(described.input_type)())
        answer = message_factory.GetMessageClass(described.output_type)
        path, parts = f"/{rpc}/{method}", (type(message).SerializeToString, answer.FromString)
        if described.server_streaming:
            yield from self.channel.unary_stream(path, *parts)(message, timeout=PATIENCE_SECONDS)
        else:
            yield self.channel.unary_unary(path, *parts)(message, timeout=PATIENCE_SECONDS)

    def processor_seconds(self) -> float:
        """Processor time of the process so far, all threads together."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def peak_bytes(self) -> int:
        """The most memory that the process has had resident so far."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return next(int(line.split()[1]) << 10 for line in status.splitlines() if line.startswith("VmHWM"))


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
