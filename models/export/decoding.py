"""What the exported token decoders share: causal attention without a mask input, logits of the last real position."""

import torch


def causal_mask(input_ids: torch.Tensor) -> torch.Tensor:
    """Additive float32 (1, 1, T, T). Padding stands on the right, so real positions never see it."""
    positions = torch.arange(input_ids.shape[1], device=input_ids.device)
    allowed = positions[None, :] <= positions[:, None]
    return torch.where(allowed, 0.0, torch.finfo(torch.float32).min)[None, None]


def last_real(states: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
    """The state (B, D) at the last position of each row that the mask marks as real."""
    rows = torch.arange(states.shape[0], device=states.device)
    return states[rows, attention_mask.sum(dim=-1) - 1]


def padded_rows(vocabulary: int, lengths: list[int], seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Random ids and mask, one row for each length, padded on the right with zeros."""
    generator, width = torch.Generator().manual_seed(seed), max(lengths)
    mask = torch.stack([(torch.arange(width) < length).long() for length in lengths])
    return torch.randint(3, vocabulary, (len(lengths), width), generator=generator) * mask, mask
