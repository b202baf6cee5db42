"""Scenes: a number becomes a scene, a scene becomes a picture, and a hash says which split it belongs to.

A scene has one background, one vendor (the style) and one or two groups of one to three objects in all. Nothing here
keeps a random state: everything about scene `n` of a split follows from BLAKE2 of (split, n).

Splits: a *composition* (object with background, or object with object) belongs to the unseen tenth or not by its hash;
`unseen` scenes have at least one such composition and every other split has none. Among the rest a hash of the whole
content keeps two hundredths for `test` and two for `validation`.
"""

import hashlib
from dataclasses import dataclass, replace
from functools import cache, cached_property
from itertools import combinations

import numpy as np

from models.world.artwork import artwork
from models.world.backgrounds import SIZE, VARIANTS
from models.world.concepts import BACKGROUND_INDEX, BACKGROUNDS, CONCEPT_INDEX, CONCEPTS, TRAIN_VENDORS, VENDORS

SPLITS = ("train", "validation", "test", "unseen")
MAX_OBJECTS = 3
RAISED = (
    16  # pixels by which an object may stand higher; a whole cell of the latents, as all distances of positions are
)
# kind of scene -> share of 100; a kind is the counts of its groups: (2, 1) is two of one concept and one of another
KINDS = {(1,): 50, (2,): 12, (3,): 8, (1, 1): 24, (2, 1): 3, (1, 2): 3}
ONE_OBJECT = {(1,): 100}


@dataclass(frozen=True)
class SceneObject:
    """One drawn object; `left`, `top`, `size` in pixels."""

    concept: str
    left: int
    top: int
    size: int

    @property
    def box(self) -> tuple[int, int, int, int]:
        """(left, top, right, bottom) in pixels, right and bottom exclusive."""
        return self.left, self.top, self.left + self.size, self.top + self.size


@dataclass(frozen=True)
class Group:
    """`count` (1 … 3) objects of one concept standing side by side.

    `position` is left, middle or right of the picture ("" where the group fills it); `size` is small, medium or big
    (medium in every scene with more than one object).
    """

    concept: str
    count: int
    position: str
    size: str


@dataclass(frozen=True)
class Scene:
    """Everything that a picture shows. `groups` (one or two, left to right) is what captions speak of."""

    background: str
    variant: int
    vendor: str
    groups: tuple[Group, ...]
    objects: tuple[SceneObject, ...]

    @cached_property
    def counts(self) -> dict[str, int]:
        """Concept id -> number of its objects."""
        return {group.concept: group.count for group in self.groups}


class _Dice:
    """An endless stream of choices that follows from its key alone."""

    def __init__(self, *key: object) -> None:
        self._key = "/".join(map(str, key)).encode()
        self._block = 0
        self._bytes = b""

    def below(self, limit: int) -> int:
        """An integer in [0, limit), limit at most 2**16 (the bias of the remainder is below 0.2 % for all uses)."""
        if len(self._bytes) < 4:
            self._bytes = hashlib.blake2b(self._key + self._block.to_bytes(4, "little")).digest()
            self._block += 1
        value, self._bytes = int.from_bytes(self._bytes[:4], "little"), self._bytes[4:]
        return value % limit

    def pick(self, items):
        return items[self.below(len(items))]

    def weighted(self, shares: dict):
        ticket = self.below(sum(shares.values()))
        for item, share in shares.items():
            ticket -= share
            if ticket < 0:
                return item
        raise AssertionError("unreachable: the shares cover every ticket")


@cache
def is_unseen_pair(first: str, second: str) -> bool:
    """Whether the composition of these two ids (object and background, or two objects) is held out; order is free."""
    low, high = sorted((first, second))
    return hashlib.blake2b(f"composition/{low}/{high}".encode()).digest()[0] % 10 == 0


def is_unseen(scene: Scene) -> bool:
    """Whether the scene shows a held-out composition."""
    concepts = [group.concept for group in scene.groups]
    return any(is_unseen_pair(concept, scene.background) for concept in concepts) or any(
        is_unseen_pair(first, second) for first, second in combinations(concepts, 2)
    )


def split_of(scene: Scene) -> str:
    """The one split that this scene may appear in."""
    if is_unseen(scene):
        return "unseen"
    hundredth = hashlib.blake2b(repr((scene.background, scene.variant, scene.objects)).encode()).digest()[0] % 100
    return "test" if hundredth < 2 else "validation" if hundredth < 4 else "train"


def scene_at(
    split: str, number: int, vendors: tuple[str, ...] = TRAIN_VENDORS, kinds: dict[tuple[int, ...], int] = KINDS
) -> Scene:
    """Scene `number` (0 …) of a split, drawn with these vendors and kinds; the same arguments always give the same."""
    attempt = 0
    while True:
        scene = _draw(_Dice(split, number, attempt), vendors, kinds)
        if split_of(scene) == split:
            return scene
        attempt += 1


def compose(background: str, vendor: str, concepts: dict[str, int], number: int = 0) -> Scene:
    """A scene with this background, vendor and concept -> count (three objects at most, one or two concepts)."""
    return _place(_Dice("compose", number), background, vendor, list(concepts.items()))


def _draw(dice: _Dice, vendors: tuple[str, ...], kinds: dict[tuple[int, ...], int]) -> Scene:
    counts = dice.weighted(kinds)
    chosen: list[str] = []
    while len(chosen) < len(counts):
        concept = dice.pick(CONCEPTS).id
        if concept not in chosen:
            chosen.append(concept)
    return _place(dice, dice.pick(BACKGROUNDS).id, dice.pick(vendors), list(zip(chosen, counts, strict=True)))


def _place(dice: _Dice, background: str, vendor: str, chosen: list[tuple[str, int]]) -> Scene:
    variant = dice.below(VARIANTS)
    total = sum(count for _, count in chosen)
    if total == 1:
        group, thing = _single(dice, chosen[0][0])
        return Scene(background, variant, vendor, (group,), (thing,))
    size, centres = (56, (32, 96)) if total == 2 else (40, (24, 64, 104))
    concepts = [concept for concept, count in chosen for _ in range(count)]
    objects = tuple(
        SceneObject(concept, centre - size // 2, _top(dice, size), size)
        for concept, centre in zip(concepts, centres, strict=True)
    )
    positions = ("left", "right") if len(chosen) == 2 else ("",)
    groups = tuple(Group(*pair, position, "medium") for pair, position in zip(chosen, positions, strict=True))
    return Scene(background, variant, vendor, groups, objects)


def _single(dice: _Dice, concept: str) -> tuple[Group, SceneObject]:
    name, size = dice.weighted({("medium", 80): 60, ("big", 96): 20, ("small", 64): 20})
    position, centre = dice.weighted({("middle", 64): 60, ("left", 48): 20, ("right", 80): 20})
    return Group(concept, 1, position, name), SceneObject(concept, centre - size // 2, _top(dice, size), size)


def _top(dice: _Dice, size: int) -> int:
    """The upper edge of an object that stands on the ground, or is raised."""
    return _ground(size) - RAISED * dice.below(2)


def _ground(size: int) -> int:
    """The upper edge of an object that stands some 16 pixels above the lower edge of the picture."""
    return SIZE - 16 - (size + 4) // 8 * 8


def grounded(scene: Scene) -> Scene:
    """The same scene with no object raised. It may belong to another split than the scene: ask `split_of`."""
    return replace(scene, objects=tuple(replace(thing, top=_ground(thing.size)) for thing in scene.objects))


def render(scene: Scene) -> np.ndarray:
    """The picture of the scene: uint8 (128, 128, 3), RGB."""
    art = artwork()
    picture = art.backgrounds[BACKGROUND_INDEX[scene.background], scene.variant].copy()
    vendor = VENDORS.index(scene.vendor)
    for thing in scene.objects:
        sprite = art.sprites[thing.size][vendor, CONCEPT_INDEX[thing.concept]]
        left, top, right, bottom = thing.box
        window = picture[top:bottom, left:right]
        window[:] = sprite[..., :3] + ((255 - sprite[..., 3:]).astype(np.uint16) * window // 255).astype(np.uint8)
    return picture


def things_of(scene: Scene) -> np.ndarray:
    """The objects without the background: uint8 (128, 128, 4), RGB multiplied by alpha, and alpha."""
    art = artwork()
    layer = np.zeros((SIZE, SIZE, 4), np.uint8)
    vendor = VENDORS.index(scene.vendor)
    for thing in scene.objects:
        left, top, right, bottom = thing.box
        layer[top:bottom, left:right] = art.sprites[thing.size][vendor, CONCEPT_INDEX[thing.concept]]
    return layer


def object_mask(scene: Scene) -> np.ndarray:
    """Where objects cover the background: uint8 (128, 128), 0 … 255."""
    return things_of(scene)[..., 3]
