"""Bilingual micro-stories: a caption as the first sentence, then two to four sentences about the same thing.

The text model learns from these alone. A story is a line of text; all its randomness comes from the given generator.
"""

import random

from models.world import grammar
from models.world.concepts import CONCEPT_BY_ID
from models.world.names import NAMES
from models.world.scenes import Scene

_LIVING = {"animal", "bird", "sea animal", "insect"}
_KINDS = {"plant": "plant", "fruit": "food", "food": "food", "building": "building", "vehicle": "vehicle"}

# {t} the thing with its article, {n} its bare name; sentences of one kind follow each other in any order
_ENGLISH = {
    "living": [
        "{t} is looking for a friend",
        "it is a little hungry and looks for something to eat",
        "it listens to the quiet sounds of the place",
        "it closes its eyes and dreams of far away lands",
        "nobody knows where it came from",
        "it plays until it is tired, and then it sleeps",
        "{t} is happy today",
        "it meets an old friend, and they walk home together",
    ],
    "plant": [
        "{t} grows a little every day",
        "its leaves move softly in the wind",
        "the rain gives it water and the sun gives it light",
        "many small animals come to rest beside it",
        "everybody who passes by stops to look at it",
        "{t} has been here for a very long time",
    ],
    "food": [
        "{t} looks fresh and sweet",
        "somebody left it here for a hungry traveller",
        "it smells so good that everybody comes near",
        "{t} will be shared with all friends",
        "a child finds it and smiles",
        "nobody wants to eat the last piece",
    ],
    "building": [
        "{t} is very old and full of secrets",
        "a small light is burning behind one of its windows",
        "people say that a kind king once lived here",
        "its walls have heard a thousand stories",
        "when the wind blows, the old doors sing",
        "everybody is welcome to come in",
    ],
    "vehicle": [
        "{t} is ready for a long journey",
        "it carries happy people to faraway places",
        "its engine is quiet, and the road is empty",
        "{t} stops here for a short rest",
        "tomorrow it will travel on to the next town",
        "the driver looks at the map and laughs",
    ],
    "thing": [
        "{t} belongs to a child who lost it here",
        "it shines so brightly that everybody can see it",
        "somebody made it with great care",
        "{t} is a gift from a good friend",
        "nobody has touched it for many years",
        "it waits quietly for its owner",
    ],
}
_ENGLISH_PLACES = {
    "night": ["the moon is bright, and the stars are shining", "the night is quiet"],
    "snow": ["the snow is soft and white", "it is a cold winter day"],
    "beach": ["the waves come and go", "the sand is warm"],
    "grass": ["the grass is fresh and green", "a soft wind blows over the meadow"],
    "desert": ["the sun is hot, and the sand is golden", "there is no water for many miles"],
    "forest": ["the tall trees stand close together", "the forest is full of soft sounds"],
    "sea": ["the water is deep and blue", "bubbles rise slowly to the light"],
    "city": ["the streets are full of people", "the windows of the tall houses are bright"],
    "room": ["the room is warm and quiet", "a soft light falls on the floor"],
    "sunset": ["the sky is red and golden", "the day is slowly ending"],
}
_ENGLISH_ENDS = ["everything is peaceful", "it is a wonderful day", "and so the story ends", "tomorrow is a new day"]

_CHINESE = {
    "living": [
        "{n}正在寻找朋友",
        "它有点饿，想找些东西吃",
        "它静静地听着周围的声音",
        "它闭上眼睛，梦见了远方",
        "没有人知道它从哪里来",
        "它玩累了就睡着了",
        "今天{n}很开心",
        "它遇见了老朋友，一起走回家",
    ],
    "plant": [
        "{n}每天都长大一点",
        "它的叶子在风中轻轻摇动",
        "雨水和阳光让它长得很好",
        "许多小动物来到它身边休息",
        "路过的人都停下来看它",
        "{n}在这里已经很久了",
    ],
    "food": [
        "{n}看起来又新鲜又香甜",
        "有人把它留给饥饿的旅人",
        "它的香味把大家都吸引过来",
        "大家要一起分享{n}",
        "一个孩子发现了它，笑了起来",
        "谁也舍不得吃最后一口",
    ],
    "building": [
        "{n}非常古老，藏着许多秘密",
        "一扇窗户后面亮着小小的灯",
        "传说这里住过一位善良的国王",
        "它的墙听过一千个故事",
        "风吹过的时候，古老的门会唱歌",
        "这里欢迎每一个人",
    ],
    "vehicle": [
        "{n}准备好了要去远方",
        "它带着快乐的人们去旅行",
        "路上很安静，没有别人",
        "{n}在这里休息一会儿",
        "明天它要去下一个城镇",
        "司机看着地图笑了",
    ],
    "thing": [
        "{n}是一个孩子丢在这里的",
        "它非常明亮，大家都看得见",
        "有人用心做了它",
        "{n}是好朋友送的礼物",
        "很多年没有人碰过它",
        "它静静地等着主人",
    ],
}
_CHINESE_PLACES = {
    "night": ["月亮很亮，星星在闪烁", "夜晚非常安静"],
    "snow": ["雪又软又白", "这是一个寒冷的冬天"],
    "beach": ["海浪来来去去", "沙子暖暖的"],
    "grass": ["青草又新鲜又翠绿", "微风吹过草地"],
    "desert": ["太阳很热，沙子是金色的", "这里很远都没有水"],
    "forest": ["高大的树木紧紧相连", "森林里充满了轻轻的声音"],
    "sea": ["海水又深又蓝", "气泡慢慢升向光明"],
    "city": ["街上有很多人", "高楼的窗户都亮着"],
    "room": ["房间温暖又安静", "柔和的光照在地上"],
    "sunset": ["天空又红又金", "这一天慢慢结束了"],
}
_CHINESE_ENDS = ["一切都很平静", "这真是美好的一天", "故事就这样结束了", "明天又是新的一天"]


def story(scene: Scene, language: str, rng: random.Random) -> str:
    """A story about the first thing of the scene; half of them begin with the plain caption."""
    plain = rng.random() < 0.5
    first = grammar.plain_caption(scene, language) if plain else grammar.caption(scene, language, rng)
    sentences = [first.rstrip(".。"), *_body(scene, language, rng)]
    if language == "en":
        return " ".join(f"{sentence}." for sentence in sentences)
    return "".join(f"{sentence}。" for sentence in sentences)


def _body(scene: Scene, language: str, rng: random.Random) -> list[str]:
    group = scene.groups[0]
    kind = _kind(group.concept)
    english = language == "en"
    pool = list((_ENGLISH if english else _CHINESE)[kind])
    sentences = rng.sample(pool, rng.randint(1, 2))
    sentences = [sentence.format(**_words(group, english)) for sentence in sentences]
    if group.count > 1:
        sentences = [_english_plural(s) if english else s.replace("它", "它们") for s in sentences]
    if rng.random() < 0.7:
        places = (_ENGLISH_PLACES if english else _CHINESE_PLACES)[scene.background]
        sentences.insert(rng.randint(0, len(sentences)), rng.choice(places))
    if rng.random() < 0.5 or len(sentences) < 2:
        sentences.append(rng.choice(_ENGLISH_ENDS if english else _CHINESE_ENDS))
    return sentences


def _kind(concept: str) -> str:
    category = CONCEPT_BY_ID[concept].category
    return "living" if category in _LIVING else _KINDS.get(category, "thing")


def _words(group: grammar.Group, english: bool) -> dict[str, str]:
    names = NAMES[group.concept]
    if not english:
        return {"n": names.chinese[0]}
    return {"t": f"the {names.english[0][0] if group.count == 1 else f'first {names.english[0][0]}'}"}


def _english_plural(sentence: str) -> str:
    """Of several things the story follows the first: "it" stays singular."""
    return sentence if sentence.startswith("the first") else sentence.replace("it ", "one of them ", 1)
