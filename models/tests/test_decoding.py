import unittest

import torch
from transformers import GPT2Config, GPT2LMHeadModel

from models.export import decoding, text
from models.export.parity import ParityError


class DecodingTest(unittest.TestCase):
    def setUp(self):
        torch.manual_seed(0)
        self.model = GPT2LMHeadModel(GPT2Config(vocab_size=50, n_positions=32, n_embd=32, n_layer=2, n_head=2)).eval()
        self.decoder, self.past = text.Decoder(self.model), decoding.inputs(2, 2, 16)[-1]

    def check(self, decode):
        decoding.check(decode, lambda ids: self.model(ids, use_cache=False).logits[:, -1], self.past, 50, 32)

    def test_each_id_read_once_gives_the_logits_of_the_whole_sequence(self):
        self.check(self.decoder)

    def test_a_decoder_that_forgets_is_refused_with_the_place(self):
        with self.assertRaisesRegex(ParityError, "after 13 ids differ"):
            self.check(lambda ids, mask, length, past: self.decoder(ids, mask, length, past * 0))

    @torch.no_grad()
    def test_padding_of_ids_and_places_is_not_seen(self):
        ids, mask, length, past = decoding.example(self.past, 50, [(5, 3)], 1)
        logits, added = self.decoder(ids, mask, length, past)
        places = torch.full((*past.shape[:3], 4, past.shape[4]), 9.0)
        wider = [torch.nn.functional.pad(each, (0, 2)) for each in (ids, mask)]
        padded, more = self.decoder(*wider, length, torch.cat([past, places], 3))
        torch.testing.assert_close(padded, logits)
        torch.testing.assert_close(more[:, :, :, :3], added)


if __name__ == "__main__":
    unittest.main()
