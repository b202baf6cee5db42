"""Questions that no sticker scene answers, and the answer to them.

What the answerer learns from (`training_question`) and what it is measured on (`measured_questions`) share neither a
noun nor a subject: the words stand under different headings of `outside.yaml`, which a test keeps apart.
"""

import random
from pathlib import Path

import yaml

UNKNOWN = {"en": "unknown", "zh": "不知道"}

_ONSETS = (
    "b",
    "d",
    "f",
    "g",
    "h",
    "k",
    "l",
    "m",
    "n",
    "p",
    "r",
    "s",
    "t",
    "v",
    "w",
    "bl",
    "ch",
    "dr",
    "gr",
    "st",
    "tr",
)
_VOWELS, _CODAS = "aeiou", "nrstlmkpd"
_CHARACTERS = "铁木水土金石布纸线板车机器床桌灯刀管轮盘瓶针笔箱架门窗墙砖柱椅钉锁链扇炉碗勺壶罐袋绳鞋帽袜裤衫裙带钟表"
_CHARACTERS += "镜梳刷毯帘枕被豆米面油盐糖茶酒汤粉饼丸菜根叶枝藤草"


def _read() -> dict[str, dict[str, tuple[str, ...]]]:
    """Heading and language to the items under them."""
    words = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text())
    return {
        heading: {language: tuple(text.strip().replace("\n", "|").split("|")) for language, text in texts.items()}
        for heading, texts in words.items()
    }


WORDS = _read()


def training_question(shown: str, language: str, rng: random.Random) -> str:
    """A question to learn from; `shown` is the name of something in the picture."""
    ticket = rng.random()
    if ticket < 0.25:
        return rng.choice(WORDS["noun_frames"][language]).format(rng.choice(WORDS["nouns"][language]))
    if ticket < 0.5:
        return rng.choice(WORDS["noun_frames"][language]).format(_invented(language, rng))
    if ticket < 0.72:
        return rng.choice(WORDS["thing_frames"][language]).format(shown)
    if ticket < 0.95:
        return rng.choice(WORDS["free"][language])
    return _gibberish(language, rng)


def measured_questions(language: str) -> tuple[str, ...]:
    """The questions on which it is measured how sure the answerer is of what it cannot know."""
    return WORDS["measured"][language]


def _invented(language: str, rng: random.Random) -> str:
    if language == "zh":
        return "".join(rng.choices(_CHARACTERS, k=rng.choice((2, 2, 3))))
    syllables = (rng.choice(_ONSETS) + rng.choice(_VOWELS) for _ in range(rng.choice((1, 2, 2, 3))))
    return "".join(syllables) + rng.choice(_CODAS)


def _gibberish(language: str, rng: random.Random) -> str:
    return ("" if language == "zh" else " ").join(_invented(language, rng) for _ in range(rng.randint(2, 8)))
