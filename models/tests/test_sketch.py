"""What the sketcher does with the facts of a prompt: `python -m unittest models.tests.test_sketch`."""

import unittest

import torch

from models.train.sketch import GRID, Sketcher

ALONE = {"left": 5, "right": 128, "left_count": 0, "right_count": 0}
CLASSES = {"background": 3, "vendor": 0, "size": 1, "position": 2}


class SketcherTest(unittest.TestCase):
    def setUp(self):
        torch.manual_seed(1)
        self.sketcher = Sketcher().requires_grad_(False)

    def sketch(self, mask: torch.Tensor | None = None, **facts: int) -> torch.Tensor:
        """Float32 (48, 8, 8) of a prompt that tells these classes for sure, others as `CLASSES` has them."""
        for name, head in self.sketcher.facts.items():
            head.bias.fill_(-50)[{**CLASSES, **facts}[name]] = 50
        return self.sketcher(torch.zeros(1, self.sketcher.facts["left"].in_features), GRID, GRID, mask)[0]

    def without_ground(self):
        self.sketcher.ground.weight.zero_()
        self.sketcher.covered.weight.zero_()

    def test_a_thing_on_a_side_is_the_one_in_the_middle_moved_by_a_cell(self):
        self.without_ground()
        middle = self.sketch(**ALONE)
        self.assertGreater(middle.abs().max(), 0)
        torch.testing.assert_close(self.sketch(**ALONE, position=1)[..., :-1], middle[..., 1:])
        torch.testing.assert_close(self.sketch(**ALONE, position=3)[..., 1:], middle[..., :-1])

    def test_two_of_a_kind_stand_where_each_of_a_pair_does(self):
        self.without_ground()
        two = self.sketch(**ALONE | {"left_count": 1})
        pair = self.sketch(left=5, right=9, left_count=0, right_count=1)
        other = self.sketch(left=9, right=5, left_count=0, right_count=1)
        torch.testing.assert_close(two[..., : GRID // 2], pair[..., : GRID // 2])
        torch.testing.assert_close(two[..., GRID // 2 :], other[..., GRID // 2 :])
        self.assertGreater((two - pair).abs().max(), 0)

    def test_where_nothing_is_drawn_the_ground_is_seen(self):
        ground = self.sketcher.ground.weight[:, 3].unflatten(0, (48, GRID, GRID))
        alone = self.sketch(**ALONE)
        torch.testing.assert_close(alone[:, 0], ground[:, 0])
        torch.testing.assert_close(alone[:, -1], ground[:, -1])
        self.assertGreater((alone - ground)[:, 1:-1, 1:-1].abs().max(0).values.min(), 0)

    def test_styles_and_sizes_are_products(self):
        self.without_ground()
        drawn = {(v, s): self.sketch(**ALONE, vendor=v, size=s) for v in (0, 1) for s in (0, 1, 2)}
        sums = drawn[1, 1] + drawn[0, 2] - drawn[0, 1]
        self.assertGreater((drawn[1, 2] - sums).abs().max(), 0.01)

    def test_a_mask_of_everything_changes_nothing(self):
        everything = torch.ones(1, 1, GRID, GRID)
        pair = {"left": 5, "right": 9, "left_count": 0, "right_count": 1}
        for facts in (ALONE, ALONE | {"position": 1, "size": 2}, pair):
            self.assertTrue(torch.equal(self.sketch(**facts), self.sketch(everything, **facts)))

    def test_in_a_mask_the_drawing_that_fits_is_moved_there_by_whole_cells(self):
        self.without_ground()
        mask = torch.zeros(1, 1, GRID, GRID)
        mask[..., 1:6, 3:8] = 1  # that of a small thing, which is four cells wide, and a little more
        small = self.sketch(**ALONE, size=0)
        torch.testing.assert_close(self.sketch(mask, **ALONE, position=1, size=2)[:, :-2, 1:], small[:, 2:, :-1])

    def test_a_small_mask_has_one_of_two_things(self):
        self.without_ground()
        mask = torch.zeros(1, 1, GRID, GRID)
        mask[..., 4:7, 5:8] = 1
        half = self.sketch(**ALONE | {"left_count": 1})[..., : GRID // 2]
        placed = self.sketch(mask, **ALONE)
        self.assertGreater(placed.abs().max(), 0)
        torch.testing.assert_close(placed[..., GRID // 2 :], half)
        self.assertEqual(placed[..., : GRID // 2].abs().max(), 0)

    def test_a_row_is_moved_to_the_height_of_its_mask(self):
        self.without_ground()
        mask = torch.zeros(1, 1, GRID, GRID)
        mask[..., 2:6, :] = 1
        two = ALONE | {"left_count": 1}
        torch.testing.assert_close(self.sketch(mask, **two)[:, 1:6], self.sketch(**two)[:, 3:])


if __name__ == "__main__":
    unittest.main()
