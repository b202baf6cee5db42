"""Eight-bit matrix products in an ONNX graph, in a way that leaves rows independent of one another.

ONNX Runtime's own dynamic quantisation scales a whole input tensor by its largest value, so a row's result would
depend on who shares the batch. Here every vector that is multiplied has its own scale (as in ZeroQuant, Yao et al.
2022), and every column of a weight has its own. The weights are quantised by the graph itself, which ONNX Runtime folds
at load: the graph still points into the fp16 file and holds no weights.
"""

from functools import partial
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from transformers.pytorch_utils import Conv1D

from models.export.weights import SMALLEST_SHARED

ACTIVATION_STEPS = 127
ZERO_POINT = 128
"""Activations are unsigned around it: the processors' instructions multiply unsigned by signed bytes."""
WEIGHT_STEPS = 63
"""Seven bits: processors without VNNI add two products in sixteen, and eight bits would overflow there."""
TINY = 1e-9


def write(graph: Path, target: Path) -> int:
    """Writes `graph` with each product by a constant matrix in int8 and returns how many there are."""
    model = onnx.load(str(graph), load_external_data=False)
    constants = _constant_matrices(model.graph)
    nodes, replaced = [], 0
    for node in model.graph.node:
        if node.op_type == "MatMul" and node.input[1] in constants:
            nodes += _product(node.output[0], node.input[0], node.input[1], f"int8_{replaced}")
            replaced += 1
        elif node.op_type == "Gemm" and node.input[1] in constants and _is_plain(node):
            nodes += _gemm(node, f"int8_{replaced}")
            replaced += 1
        else:
            nodes.append(node)
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    model.graph.initializer.extend(_constants())
    target.write_bytes(model.SerializeToString(deterministic=True))
    onnx.checker.check_model(str(target))
    return replaced


def _constant_matrices(graph: onnx.GraphProto) -> set[str]:
    """Names of 2-D weights, as they are or as the Cast or Transpose of one gives them."""
    names = {
        tensor.name for tensor in graph.initializer if len(tensor.dims) == 2 and np.prod(tensor.dims) >= SMALLEST_SHARED
    }
    for node in graph.node:
        if node.op_type in ("Cast", "Transpose", "Identity") and node.input[0] in names:
            names.add(node.output[0])
    return names


def _is_plain(node: onnx.NodeProto) -> bool:
    """Whether a Gemm is x · W or x · Wᵀ, plus a bias."""
    values = {attribute.name: helper.get_attribute_value(attribute) for attribute in node.attribute}
    return values.get("alpha", 1.0) == 1.0 and values.get("beta", 1.0) == 1.0 and not values.get("transA", 0)


def _gemm(node: onnx.NodeProto, prefix: str) -> list[onnx.NodeProto]:
    values = {attribute.name: helper.get_attribute_value(attribute) for attribute in node.attribute}
    weight, nodes = node.input[1], []
    if values.get("transB", 0):
        nodes.append(helper.make_node("Transpose", [weight], [f"{prefix}_weight"], perm=[1, 0]))
        weight = f"{prefix}_weight"
    if len(node.input) < 3:
        return [*nodes, *_product(node.output[0], node.input[0], weight, prefix)]
    nodes += _product(f"{prefix}_product", node.input[0], weight, prefix)
    return [*nodes, helper.make_node("Add", [f"{prefix}_product", node.input[2]], [node.output[0]])]


def _product(output: str, x: str, weight: str, prefix: str) -> list[onnx.NodeProto]:
    """`output` = `x` · `weight` over bytes: a scale a vector of x (…, K), a scale a column of weight (K, N)."""

    def name(what: str) -> str:
        return f"{prefix}_{what}"

    def scaled(value: str, axis: int, what: str, steps: str) -> list[onnx.NodeProto]:
        return [
            helper.make_node("Abs", [value], [name(f"{what}_abs")]),
            helper.make_node("ReduceMax", [name(f"{what}_abs")], [name(f"{what}_max")], axes=[axis], keepdims=1),
            helper.make_node("Max", [name(f"{what}_max"), "int8_tiny"], [name(f"{what}_range")]),
            helper.make_node("Div", [name(f"{what}_range"), steps], [name(f"{what}_scale")]),
            helper.make_node("Div", [value, name(f"{what}_scale")], [name(f"{what}_steps")]),
            helper.make_node("Round", [name(f"{what}_steps")], [name(f"{what}_round")]),
        ]

    return [
        *scaled(weight, 0, "w", "int8_weight_steps"),
        helper.make_node("Cast", [name("w_round")], [name("w")], to=TensorProto.INT8),
        *scaled(x, -1, "x", "int8_activation_steps"),
        helper.make_node("Add", [name("x_round"), "int8_shift"], [name("x_shifted")]),
        helper.make_node("Cast", [name("x_shifted")], [name("x")], to=TensorProto.UINT8),
        helper.make_node("MatMulInteger", [name("x"), name("w"), "int8_zero_point"], [name("sum")]),
        helper.make_node("Cast", [name("sum")], [name("float")], to=TensorProto.FLOAT),
        helper.make_node("Mul", [name("float"), name("w_scale")], [name("columns")]),
        helper.make_node("Mul", [name("columns"), name("x_scale")], [output]),
    ]


def _constants() -> list[TensorProto]:
    return [
        numpy_helper.from_array(np.array(TINY, np.float32), "int8_tiny"),
        numpy_helper.from_array(np.array(WEIGHT_STEPS, np.float32), "int8_weight_steps"),
        numpy_helper.from_array(np.array(ACTIVATION_STEPS, np.float32), "int8_activation_steps"),
        numpy_helper.from_array(np.array(ZERO_POINT, np.float32), "int8_shift"),
        numpy_helper.from_array(np.array(ZERO_POINT, np.uint8), "int8_zero_point"),
    ]


def emulate(module: torch.nn.Module) -> torch.nn.Module:
    """`module` with the arithmetic of `write` in its linear layers, for measures that run in torch.

    Sums of byte products stay below 2^24, where float32 counts exactly.
    """
    for child in module.modules():
        if isinstance(child, torch.nn.Linear):
            child.forward = partial(_linear, child.weight.T, child.bias)
        elif isinstance(child, Conv1D):
            child.forward = partial(_linear, child.weight, child.bias)
    return module


def _linear(weight: torch.Tensor, bias: torch.Tensor | None, x: torch.Tensor) -> torch.Tensor:
    columns = weight.abs().amax(0, keepdim=True).clamp_min(TINY) / WEIGHT_STEPS
    vectors = x.abs().amax(-1, keepdim=True).clamp_min(TINY) / ACTIVATION_STEPS
    product = (x / vectors).round() @ (weight / columns).round() * columns * vectors
    return product if bias is None else product + bias
