"""NVIDIA's Triton with the ONNX files that ship: `python -m bench.peers.triton_peer --help`.

Runs in an environment of its own (`bench/triton` makes it): the wheel nvidia-pytriton brings a real tritonserver with
its Python backend, which hands each batch to ONNX Runtime in this process. Each model is served twice: by one instance
with all threads, and by as many instances of one thread as there are threads (`-lanes`).
"""

import argparse
import io
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import onnxruntime
import yaml
from PIL import Image
from pytriton.decorators import batch
from pytriton.model_config import DynamicBatcher, ModelConfig, Tensor
from pytriton.triton import Triton, TritonConfig
from tokenizers import Tokenizer
from tritonclient import grpc as client
from tritonclient.utils import InferenceServerException

ATTEMPTS = 5
MAX_BATCH = 16
QUEUE_DELAY_MICROSECONDS = 1000
LANES = "-lanes"
"""Ends the name of a model that is served by one instance a thread."""
CLIP, DIFFUSION = Path("sticker-clip", "1"), Path("sticker-diffusion", "1")
PICTURE_PARTS = {"text_encoder": 2, "unet": 2, "vae_decoder": 1}
"""Graphs that a picture with guidance takes, with their rows: the prompt's and the empty prompt's."""
LATENT_SIDE = 8

Infer = Callable[..., dict[str, np.ndarray]]


class Folder:
    """One model of the repository."""

    def __init__(self, path: Path) -> None:
        self.path, self.card = path, yaml.safe_load((path / "model.yaml").read_text())

    def session(self, artifact: str, threads: int) -> onnxruntime.InferenceSession:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads, options.log_severity_level = threads, 1, 3
        graph = self.card["artifacts"][artifact]["graphs"]["onnxruntime"]["file"]
        return onnxruntime.InferenceSession(str(self.path / graph), options, providers=["CPUExecutionProvider"])


def embed_text(folder: Folder, threads: int) -> Infer:
    """`text` (B, 1) bytes to embeddings (B, D)."""
    session, card = folder.session("text", threads), folder.card["tokenizer"]
    tokenizer = Tokenizer.from_file(str(folder.path / card["file"]))
    tokenizer.enable_truncation(card["max_length"])
    tokenizer.enable_padding(length=card["max_length"], pad_id=card["pad_id"])

    @batch
    def infer(text: np.ndarray) -> dict[str, np.ndarray]:
        encodings = tokenizer.encode_batch([row[0].decode() for row in text])
        ids = np.array([encoding.ids for encoding in encodings], np.int64)
        mask = np.array([encoding.attention_mask for encoding in encodings], np.int64)
        return {"embedding": session.run(None, {"input_ids": ids, "attention_mask": mask})[0]}

    return infer


def embed_picture(folder: Folder, threads: int) -> Infer:
    """`picture` (B, 1) bytes of picture files to embeddings (B, D)."""
    session, card = folder.session("vision", threads), folder.card["preprocessing"]
    size = (card["image_size"], card["image_size"])
    mean, std = (np.array(card[key], np.float32) for key in ("mean", "std"))

    def pixels(data: bytes) -> np.ndarray:
        image = Image.open(io.BytesIO(data)).convert("RGB")
        image = image if image.size == size else image.resize(size, Image.Resampling.BICUBIC)
        return ((np.asarray(image, np.float32) / 255 - mean) / std).transpose(2, 0, 1)

    @batch
    def infer(picture: np.ndarray) -> dict[str, np.ndarray]:
        values = np.stack([pixels(row[0]) for row in picture])
        return {"embedding": session.run(None, {"pixel_values": values})[0]}

    return infer


def graph(folder: Folder, artifact: str, threads: int) -> Infer:
    """The graph's own inputs to its outputs; what has one number a row comes as (B, 1)."""
    session, spec = folder.session(artifact, threads), folder.card["artifacts"][artifact]
    flat = {port["name"] for port in spec["inputs"] if len(port["shape"]) == 1}
    outputs = [port["name"] for port in spec["outputs"]]

    @batch
    def infer(**inputs: np.ndarray) -> dict[str, np.ndarray]:
        values = {name: value[:, 0] if name in flat else value for name, value in inputs.items()}
        return dict(zip(outputs, session.run(outputs, values), strict=True))

    return infer


def models(repository: Path) -> dict[str, tuple[Callable[[int], Infer], list[Tensor], list[Tensor]]]:
    """By name: what makes the function for a number of threads, its inputs and outputs."""
    clip, diffusion = Folder(repository / CLIP), Folder(repository / DIFFUSION)
    embedding = [Tensor(name="embedding", dtype=np.float32, shape=(-1,))]
    found = {
        "embed-text": (partial(embed_text, clip), [Tensor(name="text", dtype=bytes, shape=(1,))], embedding),
        "embed-picture": (partial(embed_picture, clip), [Tensor(name="picture", dtype=bytes, shape=(1,))], embedding),
    }
    for artifact in PICTURE_PARTS:
        spec = diffusion.card["artifacts"][artifact]
        takes, gives = ([_tensor(port) for port in spec[key]] for key in ("inputs", "outputs"))
        found[artifact] = (partial(graph, diffusion, artifact), takes, gives)
    return found


def _tensor(port: dict) -> Tensor:
    return Tensor(name=port["name"], dtype=np.dtype(port["dtype"]).type, shape=tuple(port["shape"][1:]) or (1,))


def requests(options: argparse.Namespace) -> dict[str, list[list[tuple[str, dict[str, np.ndarray]]]]]:
    """By workload its requests; each is a chain of calls of models, one after the other."""
    texts, picture = options.texts.read_text().splitlines(), options.picture.read_bytes()
    artifacts = Folder(options.repository / DIFFUSION).card["artifacts"]
    encoder, unet, decoder = (
        (name, {port["name"]: _values(port, rows) for port in artifacts[name]["inputs"]})
        for name, rows in PICTURE_PARTS.items()
    )
    return {
        "embed-text": [[("embed-text", {"text": np.array([[text.encode()]], object)})] for text in texts],
        "embed-picture": [[("embed-picture", {"picture": np.array([[picture]], object)})]],
        "generate": [[encoder, *[unet] * options.steps, decoder]],
    }


def _values(port: dict, rows: int) -> np.ndarray:
    """Anything of the right shape: what the numbers are changes nothing about the time."""
    rng = np.random.default_rng(0)
    if port["dtype"] == "int64":
        return rng.integers(3, 200, (rows, *(port["shape"][1:] or [1])))
    shape = (rows, *(extent if extent > 0 else LATENT_SIDE for extent in port["shape"][1:]))
    return rng.standard_normal(shape, dtype=np.float32)


def encode(model: str, inputs: dict[str, np.ndarray]) -> bytes:
    """A ModelInferRequest as it goes over the wire."""
    tensors = []
    for name, value in inputs.items():
        datatype = {"O": "BYTES", "f": "FP32", "i": "INT64"}[value.dtype.kind]
        tensors.append(client.InferInput(name, list(value.shape), datatype))
        tensors[-1].set_data_from_numpy(value)
    request = client.service_pb2.ModelInferRequest(model_name=model)
    for tensor in tensors:
        request.inputs.append(tensor._get_tensor())  # the client library has no other way to an encoded request
        request.raw_input_contents.append(tensor._get_content())
    return request.SerializeToString()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repository", type=Path, required=True, help="model repository")
    parser.add_argument("--texts", type=Path, required=True, help="file with one text a line")
    parser.add_argument("--picture", type=Path, required=True, help="picture file")
    parser.add_argument("--threads", type=int, required=True, help="threads of ONNX Runtime")
    parser.add_argument("--ports", type=int, nargs=3, required=True, help="ports for gRPC, HTTP and metrics")
    parser.add_argument("--requests", type=Path, required=True, help="folder to write encoded requests into")
    parser.add_argument("--steps", type=int, required=True, help="denoising steps of a picture")
    options = parser.parse_args()
    for workload, chains in requests(options).items():
        for suffix in ("", LANES):
            folder = options.requests / (workload + suffix)
            folder.mkdir()
            for number, chain in enumerate(chains):
                for part, (model, inputs) in enumerate(chain):
                    (folder / f"{number:03}.{part:03}").write_bytes(encode(model + suffix, inputs))
    for attempt in range(ATTEMPTS):
        try:
            serve(options)
            return
        except InferenceServerException as error:
            # Its Python backend gives the second instance of a model one second to start, too little on a busy machine.
            print(f"attempt {attempt + 1} of {ATTEMPTS}: {error}", file=sys.stderr)
    raise SystemExit(1)


def serve(options: argparse.Namespace) -> None:
    """Serves every model both ways until the standard input ends."""
    grpc, http, metrics = options.ports
    batching = DynamicBatcher(max_queue_delay_microseconds=QUEUE_DELAY_MICROSECONDS)
    config = ModelConfig(max_batch_size=MAX_BATCH, batcher=batching)
    with Triton(config=TritonConfig(grpc_port=grpc, http_port=http, metrics_port=metrics)) as triton:
        for name, (make, takes, gives) in models(options.repository).items():
            instances = {name: [make(options.threads)], name + LANES: [make(1) for _ in range(options.threads)]}
            for model, functions in instances.items():
                triton.bind(model_name=model, infer_func=functions, inputs=takes, outputs=gives, config=config)
        triton.run()
        sys.stdin.read()


if __name__ == "__main__":
    main()
