"""What a sentence names: the measure of captions. Longest names first, so that 熊猫 is no 熊 and no 猫."""

import re
from functools import cache

from models.world.names import CHINESE_PLACES, ENGLISH_PLACES, NAMES


@cache
def _english_pattern() -> tuple[re.Pattern, dict[str, tuple[str, str]]]:
    meanings: dict[str, tuple[str, str]] = {}
    for place, phrases in ENGLISH_PLACES.items():
        meanings.update({phrase.lower(): ("place", place) for phrase in phrases})
    for concept, names in NAMES.items():
        meanings.update({form.lower(): ("object", concept) for pair in names.english for form in pair})
    return _longest_first(meanings, r"\b{}\b"), meanings


@cache
def _chinese_pattern() -> tuple[re.Pattern, dict[str, tuple[str, str]]]:
    meanings: dict[str, tuple[str, str]] = {}
    for place, phrases in CHINESE_PLACES.items():
        meanings.update({phrase: ("place", place) for phrase in phrases})
    for concept, names in NAMES.items():
        meanings.update({form: ("object", concept) for form in names.chinese})
    return _longest_first(meanings, "{}"), meanings


def _longest_first(meanings: dict, frame: str) -> re.Pattern:
    forms = sorted(meanings, key=lambda form: (-len(form), form))
    return re.compile(frame.format("(?:" + "|".join(map(re.escape, forms)) + ")"))


def names_in(text: str) -> list[tuple[str, str, int, int]]:
    """Each name in the text: "object" or "place", its concept or background, and where it begins and ends."""
    found = []
    for pattern, meanings in (_english_pattern(), _chinese_pattern()):
        for match in pattern.finditer(text.lower()):
            found.append((*meanings[match.group()], *match.span()))
    return found


def objects_named(text: str) -> tuple[frozenset[str], str | None]:
    """The concepts that the text names, and its background, or None where it names none; both languages at once."""
    objects, place = set(), None
    for kind, name, _, _ in names_in(text):
        if kind == "object":
            objects.add(name)
        else:
            place = place or name
    return frozenset(objects), place
