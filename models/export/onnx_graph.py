"""ONNX graphs without weights: each initializer that is a weight points into the fp16 file and is cast in the graph."""

import io
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

from models.export.artifact import Artifact
from models.export.weights import FILE, Weights

OPSET = 17


def write(artifact: Artifact, weights: Weights, path: Path) -> None:
    """Exports with constant folding off, so that weights keep their bytes, and replaces them by references."""
    buffer = io.BytesIO()
    torch.onnx.export(
        artifact.module,
        artifact.examples[0],
        buffer,
        opset_version=OPSET,
        do_constant_folding=False,
        input_names=[port.name for port in artifact.inputs],
        output_names=[port.name for port in artifact.outputs],
        dynamic_axes={port.name: port.axes() for port in [*artifact.inputs, *artifact.outputs]},
        dynamo=False,
    )
    model = onnx.load_from_string(buffer.getvalue())
    _refer(model.graph, weights)
    for node in model.graph.node:
        node.doc_string = ""
        del node.metadata_props[:]
    path.write_bytes(model.SerializeToString(deterministic=True))
    onnx.checker.check_model(str(path))


def _refer(graph: onnx.GraphProto, weights: Weights) -> None:
    kept, references, casts = [], {}, []
    for initializer in graph.initializer:
        values = np.ascontiguousarray(numpy_helper.to_array(initializer))
        entry = weights.find(values.tobytes()) if values.dtype == np.float32 else None
        if entry is None:
            kept.append(initializer)
            continue
        stored = f"{initializer.name}.fp16"
        references[stored] = _external(stored, list(values.shape), weights.spans[entry])
        casts.append(helper.make_node("Cast", [stored], [initializer.name], to=TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    del graph.initializer[:], graph.node[:]
    graph.initializer.extend([*kept, *references.values()])
    graph.node.extend(nodes)


def _external(name: str, shape: list[int], span: tuple[int, int]) -> TensorProto:
    tensor = TensorProto(name=name, data_type=TensorProto.FLOAT16, dims=shape, data_location=TensorProto.EXTERNAL)
    for key, value in (("location", FILE), ("offset", span[0]), ("length", span[1])):
        tensor.external_data.add(key=key, value=str(value))
    return tensor
