"""Which of a text's tokens name what, for models that learn to look where the words point."""

import torch

from models.tokenizer import tokenizer
from models.world.concepts import CONCEPT_INDEX
from models.world.grammar_inverse import names_in


def concepts_named(text: str, length: int) -> list[int]:
    """For each of `length` tokens of the text, `<bos>` first, the index of the concept that its word names, or -1."""
    concepts, offsets = [-1] * length, tokenizer.load().encode(text).offsets[: length - 1]
    for kind, name, start, end in names_in(text):
        for token, (first, last) in enumerate(offsets if kind == "object" else []):
            if first < last and first < end and last > start:
                concepts[token] = CONCEPT_INDEX[name]
    return concepts


def grounding_loss(looks: torch.Tensor, named: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Minus the log of how much a word that names an object looks where it should, the mean over all such words.

    `looks` (texts, T, patches) is how each token's attention is spread over the patches; what is missing to one looks
    at nothing. `named` int64 (texts, T) is the concept of each word or -1, `labels` (pictures, patches) are those of
    the pictures, of which each has texts / pictures texts, one after another. A word shall look at the patches that
    show its concept, and at nothing if none does: so attention itself, a product, says what is there.
    """
    labels = labels.repeat_interleave(len(named) // len(labels), 0)
    cells = (named[..., None] == labels[:, None]).float()
    right = torch.where(cells.any(-1), (looks * cells).sum(-1), 1 - looks.sum(-1))
    words = (named >= 0).float()
    return -(right.clamp_min(1e-6).log() * words).sum() / words.sum()
