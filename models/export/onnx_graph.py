"""ONNX graphs without weights: each initializer that is a weight points into the weight file and is cast in the graph.

Rows of int8 are multiplied by their scales after that; engines fold both at load.
"""

import tempfile
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

from models.export.artifact import Artifact
from models.export.weights import FILE, SCALES, Weights

OPSET = 17


def write(artifact: Artifact, weights: Weights, path: Path) -> None:
    """Exports with constant folding off, so that weights keep their bytes, and replaces them by references."""
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".") as temporary:
        whole = Path(temporary) / path.name
        # To a path: beyond 2 GiB, the limit of a protobuf, the exporter puts each weight into a file there.
        torch.onnx.export(
            artifact.module,
            artifact.examples[0],
            str(whole),
            opset_version=OPSET,
            do_constant_folding=False,
            input_names=[port.name for port in artifact.inputs],
            output_names=[port.name for port in artifact.outputs],
            dynamic_axes={port.name: port.axes() for port in [*artifact.inputs, *artifact.outputs]},
            dynamo=False,
        )
        model = onnx.load(whole, load_external_data=False)
        bring_back(model.graph, whole.parent)
        _refer(model.graph, weights, whole.parent)
    fixed = {port.name: port.name for port in [*artifact.inputs, *artifact.outputs]}
    _shorten(model.graph, fixed)
    path.write_bytes(model.SerializeToString(deterministic=True))
    onnx.checker.check_model(str(path))


def _shorten(graph: onnx.GraphProto, names: dict[str, str]) -> None:
    """Numbers all values but those in `names` and drops the names of nodes: they are most of a weightless graph."""

    def short(name: str) -> str:
        return name and names.setdefault(name, f"v{len(names)}")

    for node in graph.node:
        node.name = node.doc_string = ""
        del node.metadata_props[:]
        node.input[:], node.output[:] = map(short, node.input), map(short, node.output)
        for attribute in node.attribute:
            if attribute.type == onnx.AttributeProto.GRAPH:
                _shorten(attribute.g, names)
    for value in [*graph.initializer, *graph.input, *graph.output]:
        value.name = short(value.name)


def bring_back(graph: onnx.GraphProto, folder: Path) -> None:
    """Puts constants of nodes, which the exporter has written into files of `folder` too, back into the graph."""
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.type == onnx.AttributeProto.GRAPH:
                bring_back(attribute.g, folder)
            elif attribute.t.data_location == TensorProto.EXTERNAL:
                values = numpy_helper.to_array(attribute.t, str(folder))
                attribute.t.CopyFrom(numpy_helper.from_array(values, attribute.t.name))


def _refer(graph: onnx.GraphProto, weights: Weights, folder: Path) -> None:
    kept, references, casts = [], {}, []
    for initializer in graph.initializer:
        values = np.ascontiguousarray(numpy_helper.to_array(initializer, str(folder)))
        entry = weights.find(values.tobytes()) if values.dtype == np.float32 else None
        if entry is None:
            external = initializer.data_location == TensorProto.EXTERNAL
            kept.append(numpy_helper.from_array(values, initializer.name) if external else initializer)
            continue
        name, shape = initializer.name, list(values.shape)
        stored, scales, numbers = f"{name}.stored", f"{name}.scales", f"{name}.numbers"
        if entry + SCALES not in weights.spans:
            references[stored] = _external(stored, TensorProto.FLOAT16, shape, weights.spans[entry])
            casts.append(helper.make_node("Cast", [stored], [name], to=TensorProto.FLOAT))
            continue
        rows = [shape[0]] + [1] * (len(shape) - 1)
        references[stored] = _external(stored, TensorProto.INT8, shape, weights.spans[entry])
        references[scales] = _external(scales, TensorProto.FLOAT, rows, weights.spans[entry + SCALES])
        casts.append(helper.make_node("Cast", [stored], [numbers], to=TensorProto.FLOAT))
        casts.append(helper.make_node("Mul", [numbers, scales], [name]))
    nodes = [*casts, *graph.node]
    del graph.initializer[:], graph.node[:]
    graph.initializer.extend([*kept, *references.values()])
    graph.node.extend(nodes)


def _external(name: str, dtype: int, shape: list[int], span: tuple[int, int]) -> TensorProto:
    tensor = TensorProto(name=name, data_type=dtype, dims=shape, data_location=TensorProto.EXTERNAL)
    for key, value in (("location", FILE), ("offset", span[0]), ("length", span[1])):
        tensor.external_data.add(key=key, value=str(value))
    return tensor
