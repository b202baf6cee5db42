"""How weights are rounded before they are stored: to fp16, or to int8 with one scale for each row of a matrix.

Rows of eight bits take half the space of fp16. They are for storage alone: a graph multiplies them by their scales when
it is loaded and computes in float32 as ever. Scales keep eleven bits of mantissa, so that a product of scale and number
is exact in float32: every reader gets the same bits, and rounding twice is rounding once.
"""

import torch

SMALLEST_MATRIX = 4096
"""Tensors with fewer elements stay fp16: they are a small part of a model and often the most delicate one."""
STEPS = 127
MANTISSA_BITS = 11


def in_rows(tensor: torch.Tensor) -> bool:
    """Whether a tensor of an int8 model is stored as rows of int8."""
    return tensor.ndim >= 2 and tensor.numel() >= SMALLEST_MATRIX


def to_rows(tensor: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The nearest int8 numbers, of the tensor's shape, and float32 scales, one for each of its first axis."""
    rows = tensor.float().flatten(1)
    mantissa, exponent = torch.frexp(rows.abs().amax(1) / STEPS)
    scales = torch.ldexp((mantissa * 2**MANTISSA_BITS).round() / 2**MANTISSA_BITS, exponent)
    numbers = (rows / scales.clamp_min(torch.finfo(torch.float32).tiny)[:, None]).round().clamp(-STEPS, STEPS)
    return numbers.to(torch.int8).view_as(tensor), scales


def from_rows(numbers: torch.Tensor, scales: torch.Tensor) -> torch.Tensor:
    """What `to_rows` stands for, float32."""
    return numbers.float() * scales.view(-1, *[1] * (numbers.ndim - 1))


def round_weights(module: torch.nn.Module, bits: int = 16) -> torch.nn.Module:
    """Rounds each floating parameter and buffer to what is stored, kept as fp32, in evaluation mode.

    `bits` is 16, or 8 for rows of int8 where `in_rows`.
    """
    for tensor in [*module.parameters(), *module.buffers()]:
        if tensor.is_floating_point():
            rounded = from_rows(*to_rows(tensor.data)) if bits == 8 and in_rows(tensor) else tensor.data.half().float()
            tensor.data = rounded
    return module.eval().requires_grad_(False)
