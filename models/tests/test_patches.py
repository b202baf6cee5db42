"""What folding and unfolding a stem must keep."""

import copy
import unittest

import torch

from models.train.patches import ConvolutionalStem


class StemTest(unittest.TestCase):
    def test_a_folded_stem_is_unfolded_to_one_that_gives_the_same_while_it_trains(self):
        torch.manual_seed(1)
        pictures = torch.rand(8, 3, 64, 64) * 2 - 1
        stem = ConvolutionalStem(32)
        for _ in range(20):
            stem(pictures)
        folded = copy.deepcopy(stem).eval().fold()
        unfolded = ConvolutionalStem(32)
        unfolded.load_state_dict(folded.state_dict(), strict=False)
        unfolded.unfold(pictures)
        with torch.no_grad():
            for mode in (True, False):
                given = unfolded.train(mode)(pictures)
                torch.testing.assert_close(given, folded(pictures), rtol=1e-2, atol=1e-2)


if __name__ == "__main__":
    unittest.main()
