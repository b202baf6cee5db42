import contextlib
import io
import json
import shutil
import tempfile
import unittest
from pathlib import Path

import torch
from diffusers import DPMSolverMultistepScheduler, EulerDiscreteScheduler, StableDiffusionPipeline
from peft import LoraConfig
from peft.utils import get_peft_model_state_dict

from models.checkpoints import folders, tokenizers
from models.export import diffusion, hub, manifest_file, origin, parity


class FolderExportTest(unittest.TestCase):
    """Tiny checkpoints in the folder layouts of Hugging Face, each exported and checked by the exporter itself."""

    def setUp(self):
        self.root = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def export(self, folder: Path, **options) -> dict:
        with contextlib.redirect_stdout(io.StringIO()):
            target = hub.export(folder, self.root / "repository", **options)
        return manifest_file.read(target / "model.yaml")

    def test_clip(self):
        card = self.export(folders.clip(self.root / "Tiny_CLIP", folders.TINY, tokenizers.tiny_clip))
        self.assertEqual((card["name"], card["task"], card["licence"]), ("tiny-clip", "clip", "cc0-1.0"))
        self.assertEqual(card["artifacts"]["text"]["inputs"][0]["shape"], [-1, 77])
        self.assertEqual((card["preprocessing"]["fit"], card["preprocessing"]["mean"][0]), ("cover", 0.48145466))
        self.assertEqual(card["tokenizer"]["pad_id"], card["tokenizer"]["eos_id"])

    def test_stable_diffusion(self):
        folder = folders.stable_diffusion(self.root / "tiny", folders.TINY, tokenizers.tiny_clip)
        card = self.export(folder, name="other", licence="MIT")
        self.assertEqual((card["name"], card["licence"]), ("other", "MIT"))
        self.assertEqual([port["name"] for port in card["artifacts"]["unet"]["inputs"]][2:], ["encoder_hidden_states"])
        self.assertEqual(card["parameters"]["downscale_factor"], 2)
        self.assertEqual(card["parameters"]["beta_schedule"], "scaled_linear")
        self.assertEqual((card["parameters"]["steps_offset"], card["parameters"]["set_alpha_to_one"]), (1, False))
        self.assertNotIn("scheduler", card["parameters"])

    def test_the_scheduler_is_the_folders_if_the_fleet_has_it(self):
        made = EulerDiscreteScheduler(beta_schedule="scaled_linear")
        self.assertEqual(diffusion.scheduler_kind(made.config | {"_class_name": type(made).__name__}), "euler")
        solver = DPMSolverMultistepScheduler()
        named = {"_class_name": type(solver).__name__}
        self.assertEqual(diffusion.scheduler_kind(solver.config | named), "dpm_solver_pp_2m")
        self.assertEqual(diffusion.scheduler_kind(solver.config | named | {"use_karras_sigmas": True}), "ddim")
        self.assertEqual(diffusion.scheduler_kind(solver.config | named | {"solver_order": 3}), "ddim")
        self.assertEqual(diffusion.scheduler_kind({"_class_name": "PNDMScheduler"}), "ddim")

    def test_a_unet_that_inpaints(self):
        card = self.export(folders.inpainting(self.root / "tiny", folders.TINY, tokenizers.tiny_clip))
        ports = {port["name"]: port for port in card["artifacts"]["unet"]["inputs"]}
        self.assertEqual(list(ports)[3:], ["mask", "masked_image_latents"])
        self.assertEqual(
            (ports["sample"]["shape"][1], ports["mask"]["shape"][1], ports["mask"]["downscale"]), (4, 1, 2)
        )

    def test_a_controlnet_gives_what_a_controllable_unet_takes(self):
        pipeline = folders.stable_diffusion(self.root / "base", folders.TINY, tokenizers.tiny_clip)
        base = self.export(pipeline, choices=origin.Choices(controllable=True))
        folder = folders.controlnet(self.root / "canny", folders.TINY, tokenizers.tiny_clip)
        card = self.export(folder, choices=origin.Choices(base="base"))
        self.assertEqual((card["task"], card["parameters"]["base"]), ("controlnet", "base"))
        self.assertEqual(card["artifacts"]["controlnet"]["outputs"], base["artifacts"]["unet"]["inputs"][3:])
        self.assertNotIn("tokenizer", card)
        self.refused(folder, r"--base: None \(expected: the model that a ControlNet steers", kept=2)

    def test_stable_unclip_becomes_what_paints_and_what_tells_likenesses(self):
        folder = folders.stable_unclip(self.root / "tiny", folders.TINY, tokenizers.tiny_clip)
        base = self.export(folder)
        self.assertEqual(base["artifacts"]["unet"]["inputs"][-1]["name"], "text_embeds")
        self.assertEqual(base["artifacts"]["text_encoder"]["outputs"][1]["shape"], [-1, 32])
        self.assertEqual(base["parameters"]["prediction_type"], "v_prediction")
        card = self.entry("tiny-likeness")
        self.assertEqual(list(card["artifacts"]), ["image_encoder", "image_projection"])
        self.assertEqual(card["parameters"], {"base": "tiny", "keeps_prompt": True})
        self.assertNotIn("tokenizer", card)

    def test_a_prior_comes_from_another_folder_or_the_same(self):
        folder = folders.stable_unclip(self.root / "tiny", folders.TINY, tokenizers.tiny_clip)
        beside = folders.prior(self.root / "karlo", folders.TINY, tokenizers.tiny_clip)
        self.export(folder, choices=origin.Choices(prior=beside))
        card = self.entry("tiny-likeness")
        self.assertEqual(
            list(card["artifacts"]),
            ["text_encoder", "prior", "prior_embedding", "image_encoder", "image_projection"],
        )
        self.assertIn("The prior is that of the folder karlo.", card["provenance"])
        self.assertEqual(card["parameters"]["prior"]["scheduler"], "ddpm")
        self.assertEqual(card["tokenizer"]["pad_id"], card["tokenizer"]["eos_id"])

        for part in ("prior", "prior_scheduler"):
            shutil.copytree(beside / part, folder / part)
        for part in ("text_encoder", "tokenizer"):
            shutil.copytree(beside / part, folder / f"prior_{part}")
        shutil.rmtree(folder / "image_encoder")
        self.say(folder / "model_index.json", _class_name="StableUnCLIPPipeline")
        self.export(folder, name="whole")
        whole = self.entry("whole-likeness")
        self.assertEqual(list(whole["artifacts"]), ["text_encoder", "prior", "prior_embedding", "image_projection"])
        self.assertEqual(whole["parameters"]["prior"], card["parameters"]["prior"])
        self.assertNotIn("preprocessing", whole)

        self.say(folder / "prior_scheduler/scheduler_config.json", variance_type="learned_range")
        self.refused(folder, r"prior_scheduler: variance_type: learned_range \(expected: fixed_small_log\)", kept=4)

    def test_karlo_becomes_what_paints_large_pictures_and_what_tells_likenesses(self):
        folder = folders.karlo(self.root / "tiny", folders.TINY, tokenizers.tiny_clip)
        card = self.export(folder)
        self.assertEqual(
            list(card["artifacts"]), ["text_encoder", "unet", "vae_decoder", "super_res_first", "super_res_last"]
        )
        ports = {port["name"]: port["shape"] for port in card["artifacts"]["unet"]["inputs"]}
        self.assertEqual((ports["sample"], ports["text_embeds"]), ([-1, 3, 8, 8], [-1, 32]))
        self.assertEqual(card["artifacts"]["unet"]["outputs"][0]["shape"], [-1, 6, 8, 8])
        self.assertEqual(
            (card["parameters"]["scheduler"], card["parameters"]["variance_type"]), ("unclip", "learned_range")
        )
        self.assertEqual(card["parameters"]["super_resolution"]["variance_type"], "fixed_small_log")
        self.assertEqual((card["parameters"]["downscale_factor"], card["parameters"]["size"]["max"]), (4, 32))
        self.assertEqual(list(self.entry("tiny-likeness")["artifacts"]), ["image_encoder", "image_projection"])

        beside = folders.prior(self.root / "prior", folders.TINY, tokenizers.tiny_clip)
        for part in ("prior", "prior_scheduler"):
            shutil.copytree(beside / part, folder / part)
        shutil.rmtree(folder / "image_encoder")
        self.say(folder / "model_index.json", _class_name="UnCLIPPipeline")
        self.export(folder, name="whole")
        whole = self.entry("whole-likeness")
        self.assertEqual(list(whole["artifacts"]), ["text_encoder", "prior", "prior_embedding", "image_projection"])
        self.assertEqual((whole["parameters"]["prior"]["scheduler"], whole["parameters"]["base"]), ("unclip", "whole"))

        self.say(folder / "decoder_scheduler/scheduler_config.json", variance_type="fixed_small_log")
        self.refused(folder, r"decoder_scheduler: variance_type: fixed_small_log \(expected: learned_range\)", kept=4)

    def test_a_lora_is_merged_as_diffusers_applies_it(self):
        folder = folders.stable_diffusion(self.root / "tiny", folders.TINY, tokenizers.tiny_clip)
        pipeline = StableDiffusionPipeline.from_pretrained(folder, torch_dtype=torch.float32)
        torch.manual_seed(3)
        settings = LoraConfig(r=2, lora_alpha=4, init_lora_weights=False, target_modules=["to_q", "to_v", "q_proj"])
        for network in (pipeline.unet, pipeline.text_encoder):
            network.add_adapter(settings)
        layers = {
            "unet_lora_layers": get_peft_model_state_dict(pipeline.unet),
            "text_encoder_lora_layers": get_peft_model_state_dict(pipeline.text_encoder),
        }
        StableDiffusionPipeline.save_lora_weights(self.root / "lora", **layers)
        file = self.root / "lora/pytorch_lora_weights.safetensors"
        card = self.export(folder, choices=origin.Choices(lora=file, lora_scale=0.7))
        self.assertIn("The LoRA pytorch_lora_weights.safetensors is merged into it 0.7 times", card["provenance"])

        plain = StableDiffusionPipeline.from_pretrained(folder, torch_dtype=torch.float32)
        inputs = (torch.randn(1, 4, 8, 8), torch.tensor([500]), torch.randn(1, 77, 16))
        without = plain.unet(*inputs).sample
        plain.load_lora_weights(file.parent, weight_name=file.name, adapter_name="lora")
        plain.set_adapters("lora", 0.7)
        wanted = plain.unet(*inputs).sample
        session = parity.session(self.root / "repository/tiny/1/unet.onnx")
        names = [port["name"] for port in card["artifacts"]["unet"]["inputs"]]
        found = torch.from_numpy(session.run(None, dict(zip(names, (i.numpy() for i in inputs), strict=True)))[0])
        effect = (without - wanted).abs().max()
        self.assertGreater(effect, 0.01 * wanted.abs().max())
        self.assertLess((found - wanted).abs().max(), 0.05 * effect)  # weights are rounded to fp16

    def test_blip(self):
        card = self.export(folders.blip(self.root / "tiny", folders.TINY, tokenizers.tiny_bert))
        self.assertEqual((card["task"], card["preprocessing"]["fit"]), ("caption", "stretch"))
        begin, end = card["tokenizer"]["bos_id"], card["tokenizer"]["eos_id"]
        self.assertEqual(card["parameters"]["languages"], {"en": [begin]})
        self.assertNotEqual(begin, end)

    def test_blip_for_questions(self):
        card = self.export(folders.blip_vqa(self.root / "tiny", folders.TINY, tokenizers.tiny_bert))
        self.assertEqual((card["task"], card["preprocessing"]["fit"]), ("visual-question-answering", "stretch"))
        self.assertEqual(card["parameters"]["languages"], {"en": [card["tokenizer"]["bos_id"]]})
        self.assertEqual((card["parameters"]["temperature"], card["parameters"]["max_tokens"]), (1.0, 20))
        self.assertEqual(list(card["artifacts"]), ["vision", "question", "decoder"])

    def test_gpt2(self):
        card = self.export(folders.gpt2(self.root / "tiny", folders.TINY, tokenizers.tiny_gpt2))
        self.assertEqual((card["task"], card["tokenizer"]["max_length"]), ("text-generation", 64))
        self.assertEqual(len({card["tokenizer"][key] for key in ("pad_id", "bos_id", "eos_id")}), 1)

    def test_what_the_fleet_does_not_do_is_refused_by_name(self):
        folder = folders.stable_diffusion(self.root / "tiny", folders.TINY, tokenizers.tiny_clip)
        self.say(folder / "scheduler/scheduler_config.json", timestep_spacing="linspace")
        self.refused(folder, r"scheduler: timestep_spacing: linspace \(expected: leading or trailing\)")
        self.say(folder / "model_index.json", _class_name="StableDiffusionXLPipeline")
        self.refused(folder, "StableDiffusionXLPipeline .expected: one of StableDiffusionPipeline")
        self.refused(self.root, "neither model_index.json nor config.json")

    def test_pictures_prepared_in_a_way_the_fleet_does_not_know_are_refused(self):
        folder = folders.clip(self.root / "tiny", folders.TINY, tokenizers.tiny_clip)
        self.say(folder / "preprocessor_config.json", resample=2)
        self.refused(folder, r"resample: 2 \(expected: 3\)")

    def test_a_snapshot_in_the_cache_is_called_by_its_models_name(self):
        snapshot = self.root / "models--openai--clip-vit-base-patch32/snapshots/3d74acf9"
        self.assertEqual(hub.default_name(snapshot), "clip-vit-base-patch32")

    def entry(self, name: str) -> dict:
        return manifest_file.read(self.root / "repository" / name / "1" / "model.yaml")

    def say(self, path: Path, **settings) -> None:
        path.write_text(json.dumps(json.loads(path.read_text()) | settings))

    def refused(self, folder: Path, message: str, kept: int = 0) -> None:
        with self.assertRaisesRegex(origin.UnsupportedError, message):
            self.export(folder)
        self.assertEqual(len(list((self.root / "repository").glob("*"))), kept)


if __name__ == "__main__":
    unittest.main()
