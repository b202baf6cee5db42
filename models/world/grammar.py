"""Sentences for scenes, in English and Chinese, and back: which things a sentence names.

Things are named from left to right unless the sentence says where they are.
`caption` writes as many different sentences as people do; `plain_caption` the one that the captioner learns to say.
Both use every name of `names.py`. Randomness comes only from the given `random.Random`.
"""

import random

from models.world.names import CHINESE_PLACES, ENGLISH_PLACES, NAMES
from models.world.scenes import Group, Scene

LANGUAGES = ("en", "zh")
# what is meant where a sentence says nothing else
USUAL = {"size": "medium", "position": "middle", "vendor": "fluent"}

_ADJECTIVES = ["mysterious", "shining", "beautiful", "cute", "lovely", "pretty", "wonderful", "magic", "old", "nice"]
_ADJECTIVES += ["sparkling", "colourful", "funny", "little", "fine", "ancient", "glowing", "strange", "charming"]
_SIZES = {"small": ["small", "tiny", "little"], "big": ["big", "large", "huge"], "medium": []}
_ENGLISH_STYLES = {"fluent": ["in flat style", "flat design"], "noto": ["in cartoon style", "cartoon"]}
_FRAMES = [
    "a picture of {}",
    "a sticker of {}",
    "a drawing of {}",
    "an image of {}",
    "an emoji of {}",
    "a scene with {}",
]
_FRAMES += [
    "there is {}",
    "here is {}",
    "we see {}",
    "this is {}",
    "look, {}",
    "{}",
    "{}",
    "{}",
    "{}",
    "{}",
    "{}",
    "{}",
]
_VERBS = ["standing", "shining", "resting", "waiting", "alone", "glowing", "quietly"]

_CHINESE_ADJECTIVES = [
    "神秘的",
    "美丽的",
    "可爱的",
    "漂亮的",
    "闪亮的",
    "古老的",
    "奇妙的",
    "发光的",
    "有趣的",
    "好看的",
]
_CHINESE_ADJECTIVES += ["闪闪发光的", "安静的", "奇怪的", "梦幻的", "精致的"]
_CHINESE_SIZES = {"small": ["小小的", "很小的", "小"], "big": ["大大的", "很大的", "巨大的", "大"], "medium": []}
_CHINESE_STYLES = {"fluent": ["扁平风格"], "noto": ["卡通风格"]}
_CHINESE_FRAMES = [
    "一张{}的图片",
    "一张{}的贴纸",
    "画着{}",
    "图片里有{}",
    "画面里是{}",
    "这是{}",
    "{}",
    "{}",
    "{}",
    "{}",
    "{}",
]
_CHINESE_VERBS = ["闪闪发光", "静静地站着", "休息", "等待", "发着光", "很安静"]
_CHINESE_POSITIONS = {"left": "左边的", "middle": "中间的", "right": "右边的"}
_CHINESE_NUMBERS = {1: "一", 2: "两", 3: "三"}
_NUMBERS = {2: "two", 3: "three"}


def plain_caption(scene: Scene, language: str) -> str:
    """The plain sentence of a scene: "two cats and a dog on the beach", 两只猫和一只狗在沙滩上."""
    if language == "en":
        things = " and ".join(english_phrase(group) for group in scene.groups)
        return f"{things} {ENGLISH_PLACES[scene.background][0]}"
    things = "和".join(chinese_phrase(group) for group in scene.groups)
    return f"{things}在{CHINESE_PLACES[scene.background][0]}"


def caption(scene: Scene, language: str, rng: random.Random, thorough: bool = False) -> str:
    """One of many sentences that say what the scene shows, wholly or in part (a tenth leave out the place).

    A `thorough` one always names a size, a position or a style that is not the usual one (`USUAL`).
    """
    return _english(scene, rng, thorough) if language == "en" else _chinese(scene, rng, thorough)


def article(phrase: str) -> str:
    """The phrase with "a" or "an" before it."""
    vowel = phrase[0].lower() in "aeiou" and not phrase.lower().startswith(("u-", "ufo", "uni"))
    return f"{'an' if vowel else 'a'} {phrase}"


def english_phrase(group: Group, name: int = 0, adjectives: str = "") -> str:
    """ "a castle", "two shining stars": a group under its `name`-th name."""
    singular, several = NAMES[group.concept].english[name]
    if group.count == 1:
        return article(f"{adjectives} {singular}".strip())
    return " ".join(f"{_NUMBERS[group.count]} {adjectives} {several}".split())


def chinese_phrase(group: Group, name: int = 0, adjectives: str = "") -> str:
    """一座城堡, 两颗闪亮的星星: a group under its `name`-th name."""
    names = NAMES[group.concept]
    return f"{_CHINESE_NUMBERS[group.count]}{names.measure}{adjectives}{names.chinese[name]}"


def _some_name(names: tuple, rng: random.Random) -> int:
    return 0 if rng.random() < 0.5 else rng.randrange(len(names))


def _named(share: float, rng: random.Random, thorough: bool) -> bool:
    return rng.random() < share or thorough


def _english_group(group: Group, rng: random.Random, thorough: bool) -> str:
    words = []
    if _SIZES[group.size] and _named(0.35, rng, thorough):
        words.append(rng.choice(_SIZES[group.size]))
    if rng.random() < 0.25:
        words.append(rng.choice(_ADJECTIVES))
    phrase = english_phrase(group, _some_name(NAMES[group.concept].english, rng), " ".join(words))
    if rng.random() < 0.06:
        return phrase.split(" ", 1)[1]
    return phrase.replace("a ", "one ", 1) if phrase.startswith("a ") and rng.random() < 0.08 else phrase


def _where(position: str) -> str:
    return "in the middle" if position == "middle" else f"on the {position}"


def _english_things(scene: Scene, rng: random.Random, thorough: bool) -> str:
    phrases = [_english_group(group, rng, thorough) for group in scene.groups]
    if len(phrases) == 1:
        position = scene.groups[0].position
        told = position and _named(0.15, rng, thorough and position != USUAL["position"])
        return f"{phrases[0]} {_where(position)}" if told else phrases[0]
    first, second = phrases
    forms = [f"{first} and {second}"] * 8
    forms += [f"{first} with {second}", f"{first} next to {second}", f"{first} beside {second}"]
    forms += [f"{first} to the left of {second}", f"{second} to the right of {first}", f"{first}, {second}"]
    forms += [f"{first} on the left and {second} on the right", f"{second} on the right, {first} on the left"]
    return rng.choice(forms)


def _english(scene: Scene, rng: random.Random, thorough: bool) -> str:
    things = _english_things(scene, rng, thorough)
    place = rng.choice(ENGLISH_PLACES[scene.background][:-1])
    bare = ENGLISH_PLACES[scene.background][-1]
    ticket = rng.random()
    if ticket < 0.1:
        sentence = things
    elif ticket < 0.18:
        sentence = f"{place}, {things}"
    elif ticket < 0.22:
        sentence = f"{things}, {bare}"
    elif ticket < 0.30:
        sentence = f"{things} {rng.choice(_VERBS)} {place}"
    else:
        sentence = f"{things} {place}"
    if not sentence.startswith(place):
        frame = rng.choice(_FRAMES)
        several = scene.groups[0].count > 1 and not sentence.startswith(("a ", "an ", "one "))
        sentence = (frame.replace(" is ", " are ").replace("this", "these") if several else frame).format(sentence)
    styles = _ENGLISH_STYLES.get(scene.vendor)
    if styles and _named(0.08, rng, thorough and scene.vendor != USUAL["vendor"]):
        sentence = f"{sentence}, {rng.choice(styles)}"
    return f"{sentence}." if rng.random() < 0.1 else sentence


def _chinese_group(group: Group, rng: random.Random, thorough: bool) -> str:
    words = ""
    if _CHINESE_SIZES[group.size] and _named(0.35, rng, thorough):
        words += rng.choice(_CHINESE_SIZES[group.size])
    if rng.random() < 0.25:
        words = rng.choice(_CHINESE_ADJECTIVES) + words
    names = NAMES[group.concept]
    name = _some_name(names.chinese, rng)
    if group.count == 1 and rng.random() < 0.12:
        return f"{words}{names.chinese[name]}"
    phrase = chinese_phrase(group, name, words)
    return phrase.replace(names.measure, "个", 1) if rng.random() < 0.06 else phrase


def _chinese_things(scene: Scene, rng: random.Random, thorough: bool) -> str:
    phrases = [_chinese_group(group, rng, thorough) for group in scene.groups]
    if len(phrases) == 1:
        position = scene.groups[0].position
        told = position and _named(0.15, rng, thorough and position != USUAL["position"])
        return f"{_CHINESE_POSITIONS[position]}{phrases[0]}" if told else phrases[0]
    first, second = phrases
    forms = [f"{first}和{second}"] * 8
    forms += [f"{first}与{second}", f"{first}旁边有{second}", f"{first}旁边是{second}", f"{first}、{second}"]
    forms += [f"左边是{first}，右边是{second}", f"右边有{second}，左边有{first}"]
    return rng.choice(forms)


def _chinese(scene: Scene, rng: random.Random, thorough: bool) -> str:
    things = _chinese_things(scene, rng, thorough)
    place, bare = rng.choice(CHINESE_PLACES[scene.background][:-1]), CHINESE_PLACES[scene.background][-1]
    ticket = rng.random()
    if ticket < 0.1:
        sentence = things
    elif ticket < 0.22:
        sentence = f"{place}的{things}"
    elif ticket < 0.34:
        sentence = rng.choice(["", "在"]) + f"{place}{rng.choice(['，', '有'])}{things}"
    elif ticket < 0.38:
        sentence = f"{things}，{bare}"
    elif ticket < 0.48:
        sentence = f"{things}在{place}{rng.choice(_CHINESE_VERBS)}"
    else:
        sentence = f"{things}在{place}"
    if not sentence.startswith((place, "在")):
        sentence = rng.choice(_CHINESE_FRAMES).format(sentence)
    styles = _CHINESE_STYLES.get(scene.vendor)
    if styles and _named(0.08, rng, thorough and scene.vendor != USUAL["vendor"]):
        sentence = f"{sentence}，{rng.choice(styles)}"
    return f"{sentence}。" if rng.random() < 0.1 else sentence
