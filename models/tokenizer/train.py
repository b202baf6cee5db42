"""Trains the one tokenizer: `python -m models.tokenizer.train` writes `tokenizer.json`, the same bytes every time.

Byte-level BPE with at most 4096 entries, learned from captions and stories of the training split in both languages
(and from every name and place once more, so that none falls apart into bytes). Each Chinese character stands alone: a
merge across characters would make 一只猫 and 两只猫 strangers to each other.
"""

import random
from collections.abc import Iterator

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

from models.tokenizer.tokenizer import BOS, EOS, FILE, SPECIAL
from models.world import grammar, stories
from models.world.names import CHINESE_PLACES, ENGLISH_PLACES, NAMES
from models.world.scenes import scene_at

VOCABULARY = 4096
SCENES = 15000
NAME_REPEATS = 20


def corpus() -> Iterator[str]:
    """Captions and stories of the first training scenes, then all names and places."""
    rng = random.Random(0)
    for number in range(SCENES):
        scene = scene_at("train", number)
        for language in grammar.LANGUAGES:
            yield grammar.caption(scene, language, rng)
            if number % 3 == 0:
                yield stories.story(scene, language, rng)
    for _ in range(NAME_REPEATS):
        for names in NAMES.values():
            yield from (form for pair in names.english for form in pair)
            yield from names.chinese
        for places in (*ENGLISH_PLACES.values(), *CHINESE_PLACES.values()):
            yield from places


def main() -> None:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase(), normalizers.Prepend(" ")])
    han = pre_tokenizers.Split(Regex(r"\p{Han}"), "isolated")
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([han, pre_tokenizers.ByteLevel(add_prefix_space=False)])
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        min_frequency=5,
        special_tokens=SPECIAL,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(corpus(), trainer)
    bos, eos = SPECIAL[BOS], SPECIAL[EOS]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{bos} $A {eos}", pair=f"{bos} $A {eos} $B {eos}", special_tokens=[(bos, BOS), (eos, EOS)]
    )
    tokenizer.save(str(FILE))
    print(f"{FILE.name}: {tokenizer.get_vocab_size()} entries, {FILE.stat().st_size} bytes")


if __name__ == "__main__":
    main()
