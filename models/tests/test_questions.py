"""Questions and their answers: of what a scene shows, of what it lacks, and of what no scene shows."""

import random
import re
import unittest

from models.world import outside, questions
from models.world.concepts import CONCEPT_BY_ID
from models.world.grammar import LANGUAGES
from models.world.names import NAMES
from models.world.scenes import compose, scene_at


def asked(scene, kind: str, language: str, count: int = 200):
    made = (questions.ask(scene, kind, language, random.Random(number)) for number in range(count))
    return [question for question in made if question]


def answers(scene, kind: str, language: str) -> dict[str, str]:
    return {question.text.rstrip("?？"): question.answer for question in asked(scene, kind, language)}


class QuestionsTest(unittest.TestCase):
    def test_the_same_random_numbers_ask_the_same(self):
        scene = scene_at("train", 3)
        self.assertEqual(
            questions.questions(scene, 20, random.Random(1)), questions.questions(scene, 20, random.Random(1))
        )

    def test_counts_are_those_of_the_scene_and_zero_of_what_it_lacks(self):
        scene = compose("beach", "fluent", {"cat": 2, "dog": 1})
        found = answers(scene, "count", "en")
        self.assertEqual("2", found["how many cats are there"])
        self.assertEqual("3", found["how many animals are there"])
        self.assertIn("0", found.values())
        self.assertEqual("2", answers(scene, "count", "zh")["图片中有几只猫"])

    def test_half_of_the_objects_asked_about_are_not_there_and_many_of_those_are_of_the_same_category(self):
        scene = compose("sea", "fluent", {"lion": 1})
        made = asked(scene, "object", "en", 1000)
        denied = [question.text for question in made if question.answer == "no"]
        self.assertAlmostEqual(0.5, len(denied) / len(made), delta=0.06)
        animals = {
            name
            for concept in CONCEPT_BY_ID.values()
            if concept.category == "animal"
            for pair in NAMES[concept.id].english
            for name in pair
        }
        near = [text for text in denied if any(re.search(rf"\b{name}\b", text) for name in animals)]
        self.assertGreater(len(near) / len(denied), 0.45)

    def test_what_may_pass_for_something_shown_is_not_denied(self):
        panda = compose("city", "fluent", {"panda": 1})
        for language, words in (("en", r"\b(brown bear|bear|teddy)s?\b"), ("zh", "^.*(?<!大)(?<!熊猫)熊(?!猫).*$")):
            texts = [
                question.text
                for question in asked(panda, "object", language, 2000)
                if question.answer in ("no", "没有")
            ]
            self.assertEqual([], [text for text in texts if re.search(words, text)])
        texts = [question.text for question in asked(panda, "category", "en", 500)]
        self.assertFalse(any("building" in text for text in texts))  # the city has some itself

    def test_sides_and_what_stands_there(self):
        scene = compose("snow", "noto", {"robot": 1, "kite": 1})
        self.assertEqual("robot", answers(scene, "what", "en")["what is on the left"])
        self.assertEqual("风筝", answers(scene, "what", "zh")["右边是什么"])
        self.assertEqual("right", answers(scene, "side", "en")["on which side is the kite"])

    def test_a_colour_is_asked_only_of_what_has_one_and_never_told_by_the_name(self):
        self.assertEqual([], asked(compose("snow", "noto", {"robot": 1}), "colour", "en"))
        for question in asked(compose("snow", "noto", {"green-apple": 1}), "colour", "en"):
            if question.answer == "green":
                self.assertNotIn("red", question.text)
        rows = [row.split() for _, row in questions.COLOURS.values()]
        named = [concept for row in rows for concept in row]
        self.assertEqual(len(named), len(set(named)))
        self.assertLessEqual(set(named), CONCEPT_BY_ID.keys())

    def test_kinds_name_only_concepts(self):
        for kind in questions.KINDS:
            self.assertLessEqual(kind.members | kind.open, CONCEPT_BY_ID.keys(), kind.english)
            self.assertFalse(kind.members & kind.open, kind.english)

    def test_what_the_picture_lacks_has_no_colour_and_no_place(self):
        scene = compose("beach", "fluent", {"cat": 1})
        for language in LANGUAGES:
            for question in asked(scene, "absent", language):
                self.assertEqual(outside.UNKNOWN[language], question.answer)
                self.assertIsNone(re.search(r"\bcats?\b|^猫咪?(?!头鹰)", question.text))


class OutsideTest(unittest.TestCase):
    def test_nothing_measured_was_learned_from(self):
        for language in LANGUAGES:
            measured = set(outside.measured_questions(language))
            self.assertEqual(50, len(measured))
            self.assertFalse(measured & set(outside.WORDS["free"][language]))
            for noun in outside.WORDS["nouns"][language]:
                pattern = rf"\b{noun}s?\b" if language == "en" else noun
                self.assertEqual([], [text for text in measured if re.search(pattern, text)], noun)

    def test_no_noun_from_outside_is_in_the_world(self):
        for language in LANGUAGES:
            names = {
                name
                for names in NAMES.values()
                for name in (names.chinese if language == "zh" else [form for pair in names.english for form in pair])
            }
            self.assertFalse(names & set(outside.WORDS["nouns"][language]))


if __name__ == "__main__":
    unittest.main()
