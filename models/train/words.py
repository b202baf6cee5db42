"""Which of a text's tokens name what, for models that learn to look where the words point."""

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
