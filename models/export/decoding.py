"""What the exported token decoders share: keys and values that are kept from call to call, and attention over them.

A decoder reads the ids that are new since the last call and what it has kept of those before: the whole prompt in the
first call (prefill, nothing kept), one id in each later one (decode). Rows of one call may have come any way, as long
as their new ids and their kept places are padded to the same lengths T and P.

| input | | |
|---|---|---|
| `input_ids` | int64 (B, T) | the new ids, padded on the right |
| `attention_mask` | int64 (B, T) | 1 on new ids, 0 on padding |
| `past_length` | int64 (B) | how many places of the past are real: those from 0 on |
| `past_key_values` | float32 (B, 2 L, H, P, D / H) | keys and values of each layer in turn: k0, v0, k1, v1, … |

Outputs: `logits` (B, V) of the id after the last new one of each row, and `key_values` (B, 2 L, H, T, D / H), what the
new ids add to the past. Nothing here names a device, so that a traced graph runs where its inputs lie.
"""

from collections.abc import Callable

import torch

from models.export.artifact import Port
from models.export.parity import TOLERANCES, ParityError

LOWEST = torch.finfo(torch.float32).min
LONGEST_CHECK = 24


class KeyValues:
    """The past of one call, and what its new ids add."""

    def __init__(self, input_ids: torch.Tensor, past_length: torch.Tensor, past: torch.Tensor) -> None:
        self.past, self.heads, self.added = past, past.shape[2], []
        order = torch.ones_like(input_ids).cumsum(-1) - 1
        self.positions = past_length[:, None] + order
        """Of the new ids in their sequences, (B, T)."""
        place = torch.ones_like(past[:, 0, 0, :, 0]).cumsum(-1)
        self.past_bias = torch.where(place <= past_length[:, None], 0.0, LOWEST)[:, None, None]
        self.new_bias = torch.where(order[:, None] <= order[:, :, None], 0.0, LOWEST)[:, None]

    def attend(self, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor) -> torch.Tensor:
        """What the new ids see in the past and in one another, causally; (B, T, D) each. Layers ask in their order."""
        query, key, value = (split_heads(states, self.heads) for states in (query, key, value))
        layer, query = len(self.added), scaled(query)
        past_key, past_value = self.past[:, layer], self.past[:, layer + 1]
        self.added += [key, value]
        # Past and new stay apart until the softmax: joining keys would copy the whole past in every step.
        scores = [query @ past_key.transpose(-1, -2) + self.past_bias, query @ key.transpose(-1, -2) + self.new_bias]
        weights = torch.cat(scores, -1).softmax(-1)
        length = past_key.shape[2]
        return join_heads(weights[..., :length] @ past_value + weights[..., length:] @ value)

    def new(self) -> torch.Tensor:
        """What all layers have added, (B, 2 L, H, T, D / H)."""
        return torch.stack(self.added, 1)


def split_heads(states: torch.Tensor, heads: int) -> torch.Tensor:
    """(B, T, D) to (B, H, T, D / H)."""
    return states.unflatten(-1, (heads, -1)).transpose(1, 2)


def join_heads(states: torch.Tensor) -> torch.Tensor:
    """(B, H, T, D / H) to (B, T, D)."""
    return states.transpose(1, 2).flatten(2)


def scaled(query: torch.Tensor) -> torch.Tensor:
    return query * query.shape[-1] ** -0.5


def hidden(mask: torch.Tensor, dtype: torch.dtype = torch.float32) -> torch.Tensor:
    """What is added to scores (B, …, N) of `dtype` where the mask (B, N) is 0, as (B, 1, N)."""
    bias = torch.where(mask > 0, 0.0, LOWEST)[:, None]
    return bias if dtype == torch.float32 else bias.to(dtype)


def last_real(states: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
    """The state (B, D) at the last position of each row that the mask marks as real."""
    last = attention_mask.sum(dim=-1) - 1
    return states.gather(1, last[:, None, None].expand(-1, -1, states.shape[-1]))[:, 0]


def inputs(layers: int, heads: int, width: int) -> list[Port]:
    """The ports of a decoder with `layers` layers whose heads have `width` numbers each."""
    ids = [Port(name, [-1, -1], "int64") for name in ("input_ids", "attention_mask")]
    return [*ids, Port("past_length", [-1], "int64"), Port("past_key_values", [-1, 2 * layers, heads, -1, width])]


def outputs(vocabulary: int, layers: int, heads: int, width: int) -> list[Port]:
    return [Port("logits", [-1, vocabulary]), Port("key_values", [-1, 2 * layers, heads, -1, width])]


def example(past: Port, vocabulary: int, rows: list[tuple[int, int]], seed: int) -> tuple[torch.Tensor, ...]:
    """Random inputs; each row is how many places of the past are real and how many new ids it has."""
    generator, width = torch.Generator().manual_seed(seed), max(new for _, new in rows)
    mask = torch.stack([(torch.arange(width) < new).long() for _, new in rows])
    ids = torch.randint(3, vocabulary, (len(rows), width), generator=generator) * mask
    kept, shape = torch.tensor([kept for kept, _ in rows]), [len(rows), *past.shape[1:]]
    shape[3] = int(kept.max())
    return ids, mask, kept, torch.randn(shape, generator=generator)


def examples(past: Port, vocabulary: int, longest: int) -> list[tuple[torch.Tensor, ...]]:
    """Mixed rows to be traced, then prefills and steps of several sizes, up to `longest` ids."""
    calls = [[(5, 3), (4, 2)], [(0, longest)], [(0, 1)], [(longest - 1, 1)], [(2, 1), (9, 1), (5, 1), (1, 1), (7, 1)]]
    return [example(past, vocabulary, rows, seed) for seed, rows in enumerate(calls)]


@torch.no_grad()
def check(decode: Callable, whole: Callable, past: Port, vocabulary: int, longest: int) -> None:
    """Refuses a decoder whose logits, step by step, are not those of the original on the whole sequence.

    `decode(ids, mask, past_length, past)` is the exported module, `whole(ids)` the original without a cache, which
    gives logits (B, V) at the last position.
    """
    length = min(longest, LONGEST_CHECK)
    ids, mask, kept, kept_values = example(past, vocabulary, [(0, length)] * 2, 0)
    new = length // 2
    for seen in (0, *range(new, length)):
        upto = max(seen + 1, new)
        found, added = decode(ids[:, seen:upto], mask[:, seen:upto], kept, kept_values)
        wanted = whole(ids[:, :upto])
        difference = ((found - wanted).abs().max() / wanted.abs().max()).item()
        allowed = TOLERANCES["float32"]
        if not difference <= allowed:
            raise ParityError(
                f"decoder.logits: after {upto} ids differ from the original by {difference:.2e} (at most: {allowed})"
            )
        kept, kept_values = kept + upto - seen, torch.cat([kept_values, added], 3)
