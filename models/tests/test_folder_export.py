import contextlib
import io
import tempfile
import unittest
from pathlib import Path

import torch
from diffusers import AutoencoderKL, DDIMScheduler, UNet2DConditionModel
from transformers import (
    CLIPConfig,
    CLIPModel,
    CLIPTextConfig,
    CLIPTextModel,
    GPT2Config,
    GPT2LMHeadModel,
    PreTrainedTokenizerFast,
)

from models.export import bundle, clip, diffusion, manifest_file, origin, text
from models.tokenizer import tokenizer

SIZES = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2}


class FolderExportTest(unittest.TestCase):
    """Tiny checkpoints in the folder layouts of Hugging Face, each exported and checked by the exporter itself."""

    def setUp(self):
        torch.manual_seed(0)
        self.root = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.folder = self.root / "tiny"
        self.size = tokenizer.load().get_vocab_size()

    def export(self, make) -> dict:
        fast = PreTrainedTokenizerFast(tokenizer_file=str(tokenizer.FILE), bos_token="<bos>", eos_token="<eos>")
        fast.save_pretrained(self.folder)
        with contextlib.redirect_stdout(io.StringIO()):
            target = bundle.write(make(origin.of_folder(self.folder, "tiny", "MIT")), self.root / "repository")
        return manifest_file.read(target / "model.yaml")

    def test_gpt2(self):
        GPT2LMHeadModel(
            GPT2Config(vocab_size=self.size, n_positions=48, n_embd=32, n_layer=2, n_head=2)
        ).save_pretrained(self.folder)
        card = self.export(text.make)
        self.assertEqual(
            card["tokenizer"], {"file": "tokenizer.json", "max_length": 48, "pad_id": 2, "bos_id": 1, "eos_id": 2}
        )
        self.assertEqual((card["name"], card["licence"]), ("tiny", "MIT"))

    def test_clip(self):
        words = SIZES | {"vocab_size": self.size, "max_position_embeddings": 20, "eos_token_id": 2}
        pictures = SIZES | {"image_size": 32, "patch_size": 8}
        CLIPModel(CLIPConfig(text_config=words, vision_config=pictures, projection_dim=16)).save_pretrained(self.folder)
        card = self.export(clip.make)
        self.assertEqual(card["artifacts"]["text"]["inputs"][0]["shape"], [-1, 20])
        self.assertEqual(card["preprocessing"]["mean"][0], 0.48145466)

    def test_stable_diffusion(self):
        words = SIZES | {"vocab_size": self.size, "max_position_embeddings": 20, "eos_token_id": 2}
        CLIPTextModel(CLIPTextConfig(**words)).save_pretrained(self.folder / "text_encoder")
        UNet2DConditionModel(
            sample_size=8,
            block_out_channels=(32, 64),
            layers_per_block=1,
            down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"),
            up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"),
            cross_attention_dim=32,
            attention_head_dim=4,
        ).save_pretrained(self.folder / "unet")
        blocks = {"down_block_types": ("DownEncoderBlock2D",) * 2, "up_block_types": ("UpDecoderBlock2D",) * 2}
        AutoencoderKL(block_out_channels=(32, 32), latent_channels=4, **blocks).save_pretrained(self.folder / "vae")
        DDIMScheduler(beta_schedule="scaled_linear", steps_offset=1).save_pretrained(self.folder / "scheduler")
        card = self.export(diffusion.make)
        self.assertEqual([port["name"] for port in card["artifacts"]["unet"]["inputs"]][2:], ["encoder_hidden_states"])
        self.assertEqual(card["parameters"]["downscale_factor"], 2)
        self.assertEqual(card["parameters"]["steps_offset"], 1)


if __name__ == "__main__":
    unittest.main()
