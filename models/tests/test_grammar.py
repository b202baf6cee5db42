import random
import unittest

from models.tokenizer import tokenizer
from models.world import grammar, stories
from models.world.concepts import CONCEPTS
from models.world.grammar_inverse import objects_named
from models.world.names import NAMES
from models.world.scenes import scene_at


class GrammarTest(unittest.TestCase):
    def test_every_concept_has_names_in_both_languages(self):
        self.assertEqual({concept.id for concept in CONCEPTS}, NAMES.keys())
        self.assertTrue(all(names.english and names.chinese and names.measure for names in NAMES.values()))

    def test_what_a_caption_says_is_read_back_from_it(self):
        rng = random.Random(0)
        for number in range(500):
            scene = scene_at("train", number)
            for language in grammar.LANGUAGES:
                for text in (grammar.plain_caption(scene, language), grammar.caption(scene, language, rng)):
                    objects, place = objects_named(text)
                    self.assertEqual(objects, frozenset(scene.counts), text)
                    self.assertIn(place, (scene.background, None), text)

    def test_prompts_of_people_are_understood(self):
        cases = {
            "a castle under the night sky": ({"castle"}, "night"),
            "一座神秘的古堡在月光下闪闪发光": ({"castle"}, "night"),
            "一只猫在雪地上": ({"cat"}, "snow"),
            "a red apple and a dog on green grass": ({"red-apple", "dog"}, "grass"),
            "two cats on a beach": ({"cat"}, "beach"),
            "熊猫": ({"panda"}, None),
        }
        for text, (objects, place) in cases.items():
            self.assertEqual(objects_named(text), (frozenset(objects), place), text)

    def test_the_same_seed_tells_the_same_story(self):
        scene = scene_at("train", 3)
        for language in grammar.LANGUAGES:
            told = [stories.story(scene, language, random.Random(5)) for _ in range(2)]
            self.assertEqual(*told)

    def test_prompts_fit_and_long_ones_keep_their_end_token(self):
        ids, mask = tokenizer.batch(["a cat", "a cat " * 50])
        self.assertEqual(tuple(ids.shape), (2, tokenizer.MAX_LENGTH))
        self.assertEqual(ids[1, -1], tokenizer.EOS)
        self.assertEqual(mask.sum(1).tolist()[1], tokenizer.MAX_LENGTH)
        self.assertEqual(tokenizer.decode(ids[0].tolist()), "a cat")


if __name__ == "__main__":
    unittest.main()
