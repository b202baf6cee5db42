"""Questions about scenes and their answers, in English and Chinese.

`ask` makes one question of a type (`TYPES`): yes or no about objects, kinds, places, colours and sides, counts with
zero, colours, what, where, which side, what kind. Half of the yes-or-no questions are answered "no", half of those
about objects ask for one of a category that the picture shows. What a picture leaves open is never asked: whether a
panda is a bear, whether a forest has a tree. `absent` asks about what the picture lacks, and `outside` (`outside.py`)
about what no picture shows; both are answered `UNKNOWN`. Answers are plain: first names, digits, "yes" or "no", 有 or
没有 to 有…吗, 是 or 不是 to 是…吗. Randomness comes only from the given `random.Random`.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass

from models.world import outside
from models.world.concepts import BACKGROUNDS, CONCEPT_BY_ID, CONCEPTS
from models.world.grammar import LANGUAGES, article
from models.world.names import CHINESE_PLACES, ENGLISH_PLACES, NAMES
from models.world.outside import UNKNOWN
from models.world.scenes import Scene


@dataclass(frozen=True)
class Question:
    """A question in a language and its one right answer."""

    type: str
    language: str
    text: str
    answer: str


@dataclass(frozen=True)
class Kind:
    """A kind of things under its names; of `open` concepts nobody says for sure whether they belong to it."""

    english: str
    plural: str
    chinese: str
    members: frozenset[str]
    open: frozenset[str]


def _of(*categories: str) -> str:
    return " ".join(concept.id for concept in CONCEPTS if concept.category in categories)


def _kind(english: str, plural: str, chinese: str, members: str, open_: str = "") -> Kind:
    unsure = frozenset(open_.split())
    return Kind(english, plural, chinese, frozenset(members.split()) - unsure, unsure)


_VEGETABLES = "carrot corn eggplant broccoli hot-pepper"
# the most special first: the first that has a concept says what kind of thing it is
KINDS = (
    _kind("bird", "birds", "鸟", _of("bird")),
    _kind("sea animal", "sea animals", "海洋动物", _of("sea animal"), "turtle penguin duck crocodile"),
    _kind("insect", "insects", "昆虫", "butterfly bee ladybug", "snail"),
    _kind("animal", "animals", "动物", _of("animal", "bird", "sea animal", "insect"), "teddy-bear snowman"),
    _kind("flower", "flowers", "花", "sunflower rose tulip", "cactus clover"),
    _kind("vegetable", "vegetables", "蔬菜", _VEGETABLES, "mushroom fries pizza hamburger"),
    _kind("fruit", "fruits", "水果", _of("fruit"), _VEGETABLES),
    _kind("plant", "plants", "植物", _of("plant"), f"mushroom maple-leaf {_VEGETABLES} {_of('fruit')}"),
    _kind("food", "foods", "食物", _of("food", "fruit"), f"mushroom coffee {_of('sea animal')}"),
    _kind("building", "buildings", "建筑物", "castle house church factory tower", "tent ferris-wheel"),
    _kind("vehicle", "vehicles", "交通工具", _of("vehicle")),
    _kind("musical instrument", "musical instruments", "乐器", "guitar drum", "bell"),
    _kind("ball", "balls", "球", "football basketball", "balloon"),
    _kind("piece of clothing", "clothes", "衣物", "dress top-hat", "crown backpack umbrella"),
)

# what has this colour in the drawings of every vendor
COLOURS = {
    "red": ("红色", "red-apple strawberry cherries hot-pepper ladybug crab lantern fire-engine tower book"),
    "yellow": ("黄色", "chick lemon banana star cheese sunflower light-bulb corn"),
    "green": ("绿色", "frog turtle snake crocodile dinosaur tree pine-tree cactus clover broccoli green-apple"),
    "orange": ("橙色", "tangerine carrot basketball tiger fox"),
    "pink": ("粉色", "pig flamingo"),
    "brown": ("棕色", "bear teddy-bear"),
    "grey": ("灰色", "koala mouse"),
    "purple": ("紫色", "grapes eggplant"),
    "blue": ("蓝色", "whale dolphin"),
}
_COLOUR_OF = {concept: colour for colour, (_, concepts) in COLOURS.items() for concept in concepts.split()}

# concepts of a line may pass for one another, so none is denied where another is shown
_ALIKE = (
    "bear panda koala teddy-bear",
    "tree pine-tree palm-tree",
    "red-apple green-apple",
    "fish whale dolphin shark",
    "chick duck",
    "turtle snail",
    "fire candle volcano",
    "bell alarm-clock",
    "top-hat crown",
    "rocket ufo",
    "bread hamburger hot-dog",
    "tangerine peach",
    "airplane helicopter",
    "castle house church factory tower",
    "gem trophy crown",
    "cow horse",
    "rose tulip",
)
# what a place itself may be said to show
_SCENERY = {
    "forest": frozenset(["tree", "pine-tree", "palm-tree"]),
    "night": frozenset(["star"]),
    "city": frozenset(["house", "tower", "factory", "church", "castle"]),
    "grass": frozenset(["tree", "clover"]),
    "snow": frozenset(["snowflake", "cloud"]),
    "beach": frozenset(["star"]),
}
_KIND_SCENERY = {"city": {"building"}, "forest": {"plant"}, "grass": {"plant"}}


def ask(scene: Scene, kind: str, language: str, rng: random.Random) -> Question | None:
    """A question of type `kind` (see `TYPES`); None where the scene gives no such question."""
    made = _MAKERS[kind](scene, language == "zh", rng)
    if made is None:
        return None
    text, answer = made
    if rng.random() < 0.15:
        text = text.rstrip("?？")
    return Question(kind, language, text, answer)


def questions(scene: Scene, count: int, rng: random.Random) -> list[Question]:
    """`count` questions of random types and languages."""
    made: list[Question] = []
    while len(made) < count:
        question = ask(scene, rng.choices(*_SHARES)[0], rng.choice(LANGUAGES), rng)
        if question:
            made.append(question)
    return made


Made = tuple[str, str] | None


def _name(concept: str, zh: bool, rng: random.Random, several: bool = False, bare: bool = False) -> str:
    """A name of the concept, half of the time its first; a `bare` one tells no colour."""
    names = NAMES[concept].chinese if zh else [pair[several] for pair in NAMES[concept].english]
    if bare:
        names = [name for name in names if not _tells_colour(name)] or names
    return names[0] if rng.random() < 0.5 else rng.choice(names)


def _tells_colour(name: str) -> bool:
    return any(word in name for word in (*COLOURS, "golden", "black", "红", "青", "绿", "黄", "白", "棕"))


def _first_name(concept: str, zh: bool) -> str:
    return NAMES[concept].chinese[0] if zh else NAMES[concept].english[0][0]


def _unclear(scene: Scene, concept: str) -> bool:
    """Whether something that the scene shows may pass for the concept, which it lacks."""
    alike = {other for line in _ALIKE if concept in line.split() for other in line.split()}
    return bool(alike & set(scene.counts)) or concept in _SCENERY.get(scene.background, ())


def _missing(scene: Scene, rng: random.Random) -> str:
    """A concept that the scene clearly lacks: half of the time of the category of one that it shows."""
    shown = rng.choice(scene.groups).concept
    near = [c.id for c in CONCEPTS if c.category == CONCEPT_BY_ID[shown].category]
    while True:
        concept = rng.choice(near) if rng.random() < 0.5 else rng.choice(CONCEPTS).id
        if concept not in scene.counts and not _unclear(scene, concept):
            return concept


def _yes(right: bool, zh: bool, verb: str = "是") -> str:
    if not zh:
        return "yes" if right else "no"
    return verb if right else {"是": "不是", "有": "没有"}[verb]


def _object(scene: Scene, zh: bool, rng: random.Random) -> Made:
    right = rng.random() < 0.5
    concept = rng.choice(scene.groups).concept if right else _missing(scene, rng)
    name = _name(concept, zh, rng)
    if zh:
        some = f"一{NAMES[concept].measure}{name}" if rng.random() < 0.2 else name
        if len(scene.groups) == 1 and rng.random() < 0.2:
            return rng.choice(["这是{}吗？", "图片里是{}吗？", "画的是{}吗？"]).format(name), _yes(right, zh)
        return rng.choice(_ZH_THERE).format(some), _yes(right, zh, "有")
    if len(scene.groups) == 1 and scene.groups[0].count == 1 and rng.random() < 0.2:
        return rng.choice(["is this {}?", "is it {}?", "is that {}?"]).format(article(name)), _yes(right, zh)
    if rng.random() < 0.25:
        return rng.choice(_EN_ANY).format(_name(concept, zh, rng, several=True)), _yes(right, zh)
    return rng.choice(_EN_THERE).format(article(name)), _yes(right, zh)


_EN_THERE = ("is there {} in this picture?", "is there {} in the picture?", "is there {}?", "do you see {}?")
_EN_THERE += ("can you see {} in the image?", "does the picture show {}?", "is {} in the picture?", "is there {} here?")
_EN_THERE += ("does this image contain {}?", "can you find {} in this picture?", "is {} visible?")
_EN_THERE += ("does this picture have {} in it?", "is there {} in this image?")
_EN_ANY = (
    "are there any {} in the picture?",
    "are there {} in this picture?",
    "are there any {}?",
    "do you see any {}?",
)
_EN_ANY += ("does the picture show any {}?", "are there {} here?", "can you see {}?")
_ZH_THERE = (
    "图片中有{}吗？",
    "这张图片中有{}吗？",
    "画面里有没有{}？",
    "图里有{}吗？",
    "这张图里有没有{}？",
    "有{}吗？",
)
_ZH_THERE += ("图上有{}吗？", "图片里有{}吗？", "这里有{}吗？", "有没有{}？", "画面中有{}吗？", "照片里有{}吗？")


def _kinds_shown(scene: Scene, kind: Kind) -> bool | None:
    """Whether the scene shows something of the kind; None where that is open."""
    shown = set(scene.counts)
    if shown & kind.members:
        return True
    return None if shown & kind.open or kind.english in _KIND_SCENERY.get(scene.background, ()) else False


def _category(scene: Scene, zh: bool, rng: random.Random) -> Made:
    right = rng.random() < 0.5
    fit = [kind for kind in KINDS if _kinds_shown(scene, kind) is right]
    if not fit:
        return None
    kind = rng.choice(fit)
    if zh:
        return rng.choice(_ZH_THERE).format(kind.chinese), _yes(right, zh, "有")
    if rng.random() < 0.4:
        return rng.choice(_EN_ANY).format(kind.plural), _yes(right, zh)
    return rng.choice(_EN_THERE).format(_a_kind(kind)), _yes(right, zh)


def _a_kind(kind: Kind) -> str:
    return "food" if kind.english == "food" else article(kind.english)


# places that may pass for one another
_PLACES_ALIKE = ({"grass", "forest"}, {"sea", "beach"}, {"night", "sunset"}, {"beach", "desert"})


def _background(scene: Scene, zh: bool, rng: random.Random) -> Made:
    right = rng.random() < 0.5
    place = scene.background
    while not right and (place == scene.background or (place == "sea" and scene.background == "beach")):
        near = [other for pair in _PLACES_ALIKE if scene.background in pair for other in pair]
        place = rng.choice(near) if near and rng.random() < 0.4 else rng.choice(BACKGROUNDS).id
    phrases, group = (CHINESE_PLACES if zh else ENGLISH_PLACES)[place], rng.choice(scene.groups)
    phrase = phrases[0] if rng.random() < 0.5 else rng.choice(phrases[:-1])
    if zh:
        name, bare = _name(group.concept, zh, rng), phrases[-1]
        forms = (f"{name}在{phrase}吗？", f"这是在{phrase}吗？", f"场景是{bare}吗？", f"背景是{bare}吗？")
        forms += (f"{name}是不是在{phrase}？", f"是在{phrase}吗？", f"这是不是{bare}？")
        return rng.choice(forms), _yes(right, zh)
    several = group.count > 1
    thing = f"{'are' if several else 'is'} the {_name(group.concept, zh, rng, several)}"
    forms = (f"{thing} {phrase}?", f"is the scene {phrase}?", f"is it {phrase}?", f"is this {phrase}?")
    forms += (f"does the picture show something {phrase}?", f"are we {phrase}?")
    return rng.choice(forms), _yes(right, zh)


def _count(scene: Scene, zh: bool, rng: random.Random) -> Made:
    ticket = rng.random()
    if ticket < 0.12:
        return rng.choice(_ZH_ALL if zh else _EN_ALL), str(len(scene.objects))
    if ticket < 0.25:
        return _count_kind(scene, zh, rng)
    if rng.random() < 0.25:
        concept, count = _missing(scene, rng), 0
    else:
        concept, count = rng.choice(list(scene.counts.items()))
    if zh:
        name, measure = _name(concept, zh, rng), NAMES[concept].measure
        measure = "个" if rng.random() < 0.1 else measure
        return rng.choice(_ZH_HOW_MANY).format(m=measure, n=name), str(count)
    return rng.choice(_EN_HOW_MANY).format(_name(concept, zh, rng, several=True)), str(count)


def _count_kind(scene: Scene, zh: bool, rng: random.Random) -> Made:
    right = rng.random() < 0.75
    fit = [kind for kind in KINDS if _kinds_shown(scene, kind) is right and not set(scene.counts) & kind.open]
    fit = [kind for kind in fit if kind.english not in _KIND_SCENERY.get(scene.background, ())]
    if not fit:
        return None
    kind = rng.choice(fit)
    count = sum(count for concept, count in scene.counts.items() if concept in kind.members)
    if zh:
        return rng.choice(_ZH_HOW_MANY).format(m="个", n=kind.chinese), str(count)
    return rng.choice(_EN_HOW_MANY).format(kind.plural), str(count)


_EN_ALL = ("how many things are in the picture?", "how many objects are there?", "how many things do you see?")
_EN_ALL += ("how many objects does the picture show?", "how many things are there in all?")
_ZH_ALL = ("图片中一共有几个东西？", "一共有多少个物体？", "画面里有几个东西？", "图里有多少东西？")
_EN_HOW_MANY = ("how many {} are there?", "how many {} are in the picture?", "how many {} do you see?", "how many {}?")
_EN_HOW_MANY += ("how many {} are in this image?", "what is the number of {}?", "count the {}", "number of {}?")
_EN_HOW_MANY += (
    "how many {} does the picture show?",
    "how many {} can you see?",
    "how many {} are there in this picture?",
)
_ZH_HOW_MANY = (
    "图片中有几{m}{n}？",
    "有几{m}{n}？",
    "有多少{m}{n}？",
    "图里有多少{n}？",
    "{n}有几{m}？",
    "这里有几{m}{n}？",
)
_ZH_HOW_MANY += (
    "这张图片中有几{m}{n}？",
    "画面里有多少{m}{n}？",
    "图片里有几{m}{n}？",
    "数一数有几{m}{n}？",
    "一共有几{m}{n}？",
)


def _thing(scene: Scene, concept: str, zh: bool, rng: random.Random) -> str:
    """What a question calls a concept of the scene without saying its colour: by name, by place, or by kind."""
    several = scene.counts[concept] > 1
    ticket = rng.random()
    if ticket < 0.25 and len(scene.groups) == 2:
        left = scene.groups[0].concept == concept
        if zh:
            return "左边的东西" if left else "右边的东西"
        return f"{'things' if several else 'thing'} on the {'left' if left else 'right'}"
    if ticket < 0.45:
        kinds = [
            kind for kind in KINDS if concept in kind.members and kind.english not in ("food", "piece of clothing")
        ]
        kinds = [k for k in kinds if all(c == concept or c not in k.members | k.open for c in scene.counts)]
        if kinds:
            kind = rng.choice(kinds)
            return kind.chinese if zh else kind.plural if several else kind.english
    if ticket < 0.55 and len(scene.groups) == 1:
        return "图中的东西" if zh else "things" if several else "thing"
    return _name(concept, zh, rng, several, bare=True)


def _colour(scene: Scene, zh: bool, rng: random.Random) -> Made:
    fit = [group for group in scene.groups if group.concept in _COLOUR_OF]
    if not fit:
        return None
    group = rng.choice(fit)
    colour, thing = _COLOUR_OF[group.concept], _thing(scene, group.concept, zh, rng)
    be = "are" if group.count > 1 else "is"
    if rng.random() < 0.3:
        right = rng.random() < 0.5
        asked = colour if right else rng.choice([other for other in COLOURS if other != colour])
        if zh:
            forms = ("{}是{}的吗？", "{}是{}吗？", "{}是不是{}的？", "{}的颜色是{}吗？")
            return rng.choice(forms).format(thing, COLOURS[asked][0]), _yes(right, zh)
        return f"{be} the {thing} {asked}?", _yes(right, zh)
    if zh:
        forms = ("{}是什么颜色的？", "{}是什么颜色？", "{}的颜色是什么？", "图片里的{}是什么颜色？", "{}是哪种颜色？")
        return rng.choice(forms).format(thing), COLOURS[colour][0]
    return rng.choice(_EN_COLOUR).format(be=be, n=thing), colour


_EN_COLOUR = ("what colour {be} the {n}?", "what color {be} the {n}?", "what is the colour of the {n}?")
_EN_COLOUR += (
    "what is the color of the {n}?",
    "which colour {be} the {n}?",
    "what colour {be} the {n} in this picture?",
)


def _what(scene: Scene, zh: bool, rng: random.Random) -> Made:
    ticket = rng.random()
    if len(scene.groups) == 2 and ticket < 0.5:
        return _what_side(scene, zh, rng)
    concepts = [group.concept for group in scene.groups]
    if ticket < 0.65:
        made = _what_of_kind(scene, zh, rng)
        if made:
            return made
    if ticket > 0.85:
        return _choice(scene, zh, rng)
    names = [_first_name(concept, zh) for concept in concepts]
    return rng.choice(_ZH_WHAT if zh else _EN_WHAT), ("和" if zh else " and ").join(names)


_EN_WHAT = ("what is in the picture?", "what is this?", "what do you see?", "what does the picture show?")
_EN_WHAT += (
    "what can be seen in the image?",
    "what is drawn here?",
    "what is shown in this picture?",
    "what is in this image?",
)
_EN_WHAT += ("what's in the picture?", "which things are in the picture?")
_ZH_WHAT = (
    "图片里有什么？",
    "这是什么？",
    "图片中是什么？",
    "画面里有什么？",
    "你看到了什么？",
    "图里画着什么？",
    "图中有什么？",
)
_ZH_WHAT += ("这张图片里有什么？", "画的是什么？", "图片中有什么？", "图上有什么东西？")


def _what_side(scene: Scene, zh: bool, rng: random.Random) -> Made:
    left = rng.random() < 0.5
    group, other = scene.groups if left else scene.groups[::-1]
    name = _first_name(group.concept, zh)
    beside = _name(other.concept, zh, rng, other.count > 1)
    if zh:
        side = "左边" if left else "右边"
        forms = (f"{side}是什么？", f"{side}有什么？", f"图片{side}是什么？", f"{side}的东西是什么？")
        forms += (f"{beside}旁边是什么？", f"{beside}旁边有什么？", f"{beside}的{side}是什么？")
        return rng.choice(forms), name
    side = "left" if left else "right"
    forms = (f"what is on the {side}?", f"what do you see on the {side}?", f"what is on the {side} side?")
    forms += (
        f"which thing is on the {side}?",
        f"what is on the {side} of the picture?",
        f"what is next to the {beside}?",
    )
    forms += (f"what is beside the {beside}?", f"what is to the {side} of the {beside}?")
    return rng.choice(forms), name


def _what_of_kind(scene: Scene, zh: bool, rng: random.Random) -> Made:
    fit = []
    for kind in KINDS:
        shown = [concept for concept in scene.counts if concept in kind.members | kind.open]
        if len(shown) == 1 and shown[0] in kind.members and kind.english != "piece of clothing":
            fit.append((kind, shown[0]))
    if not fit:
        return None
    kind, concept = rng.choice(fit)
    if zh:
        forms = ("图片里是什么{}？", "这是什么{}？", "图里有什么{}？", "画面里有哪种{}？", "你看到了什么{}？")
        return rng.choice(forms).format(kind.chinese), _first_name(concept, zh)
    forms = ("what {} is this?", "what {} is in the picture?", "which {} do you see?", "what {} does the picture show?")
    return rng.choice((*forms, "what {} is there?")).format(kind.english), _first_name(concept, zh)


def _choice(scene: Scene, zh: bool, rng: random.Random) -> Made:
    if len(scene.groups) == 2 or (scene.groups[0].count > 1 and not zh):
        return None
    concept = scene.groups[0].concept
    pair = [concept, _missing(scene, rng)]
    rng.shuffle(pair)
    first, second = (_name(one, zh, rng) for one in pair)
    if zh:
        return rng.choice(["这是{}还是{}？", "图片里是{}还是{}？"]).format(first, second), _first_name(concept, zh)
    forms = ("is this {} or {}?", "is it {} or {}?", "does the picture show {} or {}?")
    return rng.choice(forms).format(article(first), article(second)), _first_name(concept, zh)


def _where(scene: Scene, zh: bool, rng: random.Random) -> Made:
    phrases = (CHINESE_PLACES if zh else ENGLISH_PLACES)[scene.background]
    if rng.random() < 0.4:
        return rng.choice(_ZH_PLACE if zh else _EN_PLACE), phrases[-1]
    group = rng.choice(scene.groups)
    several = group.count > 1
    name = _name(group.concept, zh, rng, several)
    if zh:
        return rng.choice(["{}在哪里？", "{}在哪儿？", "{}在什么地方？", "图片里的{}在哪里？"]).format(name), phrases[0]
    be = "are" if several else "is"
    forms = (f"where {be} the {name}?", f"where do you see the {name}?")
    return rng.choice((*forms, f"in what place {be} the {name}?")), phrases[0]


_EN_PLACE = ("what place is this?", "what is in the background?", "what is the background?", "which place do you see?")
_EN_PLACE += ("what place does the picture show?", "what kind of place is this?", "what is behind it?")
_ZH_PLACE = ("这是什么地方？", "图片里是什么地方？", "背景是什么？", "背景里有什么？", "这是哪里？", "场景是什么？")


def _side(scene: Scene, zh: bool, rng: random.Random) -> Made:
    if len(scene.groups) < 2:
        return None
    left = rng.random() < 0.5
    group = scene.groups[0 if left else 1]
    several = group.count > 1
    name, be = _name(group.concept, zh, rng, several), "are" if several else "is"
    if rng.random() < 0.4:
        right = rng.random() < 0.5
        asked_left = left is right
        if zh:
            forms = ("{}在{}吗？", "{}是不是在{}？")
            return rng.choice(forms).format(name, "左边" if asked_left else "右边"), _yes(right, zh)
        return f"{be} the {name} on the {'left' if asked_left else 'right'}?", _yes(right, zh)
    if zh:
        forms = ("{}在左边还是右边？", "{}在哪一边？", "{}在哪边？", "{}在右边还是左边？")
        return rng.choice(forms).format(name), "左边" if left else "右边"
    forms = (f"{be} the {name} on the left or on the right?", f"on which side {be} the {name}?")
    forms += (f"which side {be} the {name} on?", f"{be} the {name} on the right or the left?")
    return rng.choice(forms), "left" if left else "right"


def _kind_of(scene: Scene, zh: bool, rng: random.Random) -> Made:
    two = len(scene.groups) == 2
    left = rng.random() < 0.5
    group = scene.groups[0 if left or not two else 1]
    if any(group.concept in kind.open for kind in KINDS[:3]):
        return None
    fit = [kind for kind in KINDS if group.concept in kind.members]
    if not fit:
        return None
    kind = fit[0]
    name = _name(group.concept, zh, rng, group.count > 1)
    if zh:
        thing = (name, "左边的东西" if left else "右边的东西") if two else (name, "这", "图中的东西")
        forms = ("{}属于哪一类？", "{}是哪一类东西？", "{}是什么种类的东西？", "{}属于什么类别？")
        return rng.choice(forms).format(rng.choice(thing)), kind.chinese
    side = "left" if left else "right"
    forms = (f"what kind of thing {'are' if group.count > 1 else 'is'} the {name}?",)
    if two:
        forms += (f"what kind of thing is on the {side}?", f"what sort of thing is on the {side}?")
    else:
        forms += ("what kind of thing is this?", "what kind of thing is in the picture?", "what sort of thing is it?")
        forms += ("what category does this belong to?", "what kind of thing do you see?")
    return rng.choice(forms), kind.english


def _absent(scene: Scene, zh: bool, rng: random.Random) -> Made:
    name = _name(_missing(scene, rng), zh, rng)
    if zh:
        forms = (
            "{}是什么颜色的？",
            "{}在哪里？",
            "{}在左边还是右边？",
            "{}旁边是什么？",
            "{}在哪儿？",
            "{}的颜色是什么？",
        )
        return rng.choice(forms).format(name), UNKNOWN["zh"]
    forms = ("what colour is the {}?", "where is the {}?", "is the {} on the left or on the right?")
    forms += ("what is next to the {}?", "which side is the {} on?", "what color is the {}?")
    return rng.choice(forms).format(name), UNKNOWN["en"]


def _outside(scene: Scene, zh: bool, rng: random.Random) -> Made:
    language = "zh" if zh else "en"
    return outside.training_question(_first_name(rng.choice(scene.groups).concept, zh), language, rng), UNKNOWN[
        language
    ]


_MAKERS: dict[str, Callable[[Scene, bool, random.Random], Made]] = {
    "object": _object,
    "category": _category,
    "background": _background,
    "count": _count,
    "colour": _colour,
    "what": _what,
    "where": _where,
    "side": _side,
    "kind": _kind_of,
    "absent": _absent,
    "outside": _outside,
}
TYPES = tuple(_MAKERS)
IN_WORLD = TYPES[:-2]
_SHARES = (TYPES, (18, 10, 7, 16, 9, 16, 6, 26, 8, 5, 10))
