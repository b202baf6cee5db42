"""The one tokenizer of all embedded models, as Python uses it.

`FILE` is a Hugging Face `tokenizer.json`: byte-level BPE over lower-cased NFKC text in English and Chinese with a space
put before; its post-processor adds `<bos>` and `<eos>`.
"""

from functools import cache
from pathlib import Path

import torch
from tokenizers import Tokenizer

FILE = Path(__file__).with_name("tokenizer.json")
PAD, BOS, EOS, EN, ZH = range(5)
SPECIAL = ["<pad>", "<bos>", "<eos>", "<en>", "<zh>"]
LANGUAGES = {"en": EN, "zh": ZH}
IDS = {"pad_id": PAD, "bos_id": BOS, "eos_id": EOS}
MAX_LENGTH = 32
"""Tokens of a prompt, `<bos>` and `<eos>` included."""


@cache
def load() -> Tokenizer:
    return Tokenizer.from_file(str(FILE))


def encode(text: str, max_length: int = MAX_LENGTH) -> list[int]:
    """Ids with `<bos>` and `<eos>`; a longer text loses its end, never its `<eos>`."""
    ids = load().encode(text).ids
    return ids if len(ids) <= max_length else [*ids[: max_length - 1], EOS]


def batch(texts: list[str], max_length: int = MAX_LENGTH, full: bool = True) -> tuple[torch.Tensor, torch.Tensor]:
    """`input_ids` and `attention_mask`, int64 (texts, T), padded on the right: T is max_length, or the longest text."""
    rows = [encode(text, max_length) for text in texts]
    width = max_length if full else max(map(len, rows))
    ids = torch.tensor([row + [PAD] * (width - len(row)) for row in rows])
    mask = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in rows])
    return ids, mask


def decode(ids: list[int]) -> str:
    """Text without special tokens."""
    return load().decode([i for i in ids if i >= len(SPECIAL)]).strip()


def at_eos(states: torch.Tensor, input_ids: torch.Tensor, eos_id: int = EOS) -> torch.Tensor:
    """The state (B, D) of the first `<eos>` of each row.

    CLIP's pooling. transformers takes the state of the greatest id wherever a configuration says `eos_token_id: 2`
    (a legacy of the first checkpoints), which is a random word here; so the models of this repository pool with this.
    """
    rows = torch.arange(states.shape[0], device=states.device)
    return states[rows, (input_ids == eos_id).int().argmax(dim=-1)]
