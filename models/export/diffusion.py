"""Exports a text-to-image diffusion model: `python -m models.export.diffusion --out models/repository`.

Four graphs: text encoder, UNet, and the two halves of the autoencoder.
"""

from collections.abc import Callable
from pathlib import Path

import torch
from diffusers import AutoencoderKL, DDIMScheduler, UNet2DConditionModel
from transformers import CLIPTextModel

from models.export import command
from models.export.artifact import Artifact, Model, Port
from models.export.origin import Origin, UnsupportedError
from models.export.weights import restore
from models.tokenizer import tokenizer
from models.train import text_encoder as prompts
from models.train import unet as trainer
from models.train import vae

CARD = {
    "licence": "Apache-2.0",
    "provenance": "Trained from scratch by models/train/{vae,text_encoder,unet}.py on rendered sticker scenes (Fluent"
    " Emoji flat, MIT; Noto Emoji, Apache-2.0) and captions of a grammar in English and Chinese. Part of the UNet is a"
    " sketcher (models/train/sketch.py), a ridge regression from prompt to mean latents whose drawing stands beside the"
    " noisy latents. What a prompt leaves open is drawn the usual way: medium size, in the middle, Fluent's style.",
}
SCHEDULER_KEYS = ("prediction_type", "beta_schedule", "beta_start", "beta_end", "num_train_timesteps")
SCHEDULER_KEYS += ("timestep_spacing", "steps_offset", "set_alpha_to_one", "rescale_betas_zero_snr")
SCHEDULERS = {
    "prediction_type": ["epsilon", "v_prediction"],
    "beta_schedule": ["linear", "scaled_linear", "squaredcos_cap_v2"],
    "timestep_spacing": ["leading", "trailing"],
}
"""What the fleet's DDIM scheduler knows; a folder made for another scheduler is sampled by DDIM with its betas."""

GUIDANCE_OF_FOLDERS = 7.5
EXAMPLE_SIZE = 16
"""Sides of the latents on which a large UNet is traced; it is checked at its usual size too."""
SIZES = {"min": 64, "max": 256, "multiple_of": 32, "default": 128}


class TextEncoder(torch.nn.Module):
    """input_ids (B, T) to last_hidden_state (B, T, D) and, pooled at the first `<eos>`, pooler_output (B, D)."""

    def __init__(self, model: CLIPTextModel, eos_id: int) -> None:
        super().__init__()
        self.text_model, self.eos_id = model.text_model, eos_id

    def forward(self, input_ids: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        states = self.text_model(input_ids=input_ids)[0]
        return states, tokenizer.at_eos(states, input_ids, self.eos_id)


class Unet(torch.nn.Module):
    """sample (B, C, h, w), timestep int64 (B), encoder_hidden_states (B, T, D)[, text_embeds (B, D)] to prediction.

    Every row has its own timestep.
    """

    def __init__(self, unet: UNet2DConditionModel) -> None:
        super().__init__()
        self.unet = unet

    def forward(self, sample, timestep, encoder_hidden_states, text_embeds=None) -> torch.Tensor:
        return self.unet(sample, timestep, encoder_hidden_states, class_labels=text_embeds, return_dict=False)[0]


def text_encoder(model: CLIPTextModel, eos_id: int, original: Callable | None = None) -> Artifact:
    length, width = model.config.max_position_embeddings, model.config.hidden_size
    generator = torch.Generator().manual_seed(0)

    def texts(count: int) -> tuple[torch.Tensor]:
        ids = torch.randint(3, model.config.vocab_size - 2, (count, length), generator=generator)
        for row in range(count):
            ids[row, 4 + row % (length - 4) :] = eos_id
        return (ids,)

    outputs = [Port("last_hidden_state", [-1, length, width]), Port("pooler_output", [-1, width])]
    inputs, examples = [Port("input_ids", [-1, length], "int64")], [texts(2), texts(1), texts(5)]
    return Artifact("text_encoder", TextEncoder(model, eos_id), inputs, outputs, examples, original=original)


def unet(model: UNet2DConditionModel, length: int) -> Artifact:
    channels, width = model.config.out_channels, model.config.cross_attention_dim
    size = min(model.config.sample_size, EXAMPLE_SIZE)
    pooled = model.config.projection_class_embeddings_input_dim
    generator = torch.Generator().manual_seed(0)
    step = 2 ** (len(model.config.block_out_channels) - 1)

    def rows(count: int, height: int, wide: int) -> tuple[torch.Tensor, ...]:
        tensors = [torch.randn(count, channels, height, wide, generator=generator)]
        tensors += [torch.randint(0, 1000, (count,), generator=generator)]
        tensors += [torch.randn(count, length, width, generator=generator)]
        return (*tensors, torch.randn(count, pooled, generator=generator)) if pooled else tuple(tensors)

    inputs = [Port("sample", [-1, channels, -1, -1]), Port("timestep", [-1], "int64")]
    inputs += [Port("encoder_hidden_states", [-1, length, width])]
    inputs += [Port("text_embeds", [-1, pooled])] if pooled else []
    examples = [rows(2, size, size), rows(1, size, size), rows(5, size, size + step)]
    if size < model.config.sample_size:
        examples += [rows(1, model.config.sample_size, model.config.sample_size)]
    return Artifact("unet", Unet(model), inputs, [Port("prediction", [-1, channels, -1, -1])], examples)


def autoencoder(
    encoder: torch.nn.Module,
    decoder: torch.nn.Module,
    channels: int,
    factor: int,
    originals: tuple[Callable | None, Callable | None] = (None, None),
) -> list[Artifact]:
    """Both halves take and give latents as the UNet sees them: any scaling is inside the modules."""
    generator = torch.Generator().manual_seed(0)
    sizes = [(2, 8, 8), (1, 8, 8), (3, 8, 12)]
    latents = [(torch.randn(b, channels, h, w, generator=generator),) for b, h, w in sizes]
    pictures = [(torch.rand(b, 3, h * factor, w * factor, generator=generator) * 2 - 1,) for b, h, w in sizes]
    seam, image = [Port("latents", [-1, channels, -1, -1])], [Port("image", [-1, 3, -1, -1])]
    return [
        Artifact("vae_decoder", decoder, seam, image, latents, original=originals[1]),
        Artifact("vae_encoder", encoder, image, seam, pictures, original=originals[0]),
    ]


def parameters(scheduler: dict, channels: int, factor: int, sizes: dict, guidance: float) -> dict:
    """What the pipeline must know; `scheduler` are keywords of diffusers' DDIMScheduler."""
    defaults = DDIMScheduler.from_config(scheduler).config
    chosen = {key: defaults[key] for key in SCHEDULER_KEYS}
    chosen |= {"latent_channels": channels, "downscale_factor": factor, "default_steps": trainer.Settings().steps}
    return chosen | {"default_guidance_scale": guidance, "size": sizes}


def shipped(folder: Path) -> tuple[UNet2DConditionModel, CLIPTextModel, torch.nn.Module, torch.nn.Module]:
    """UNet, text encoder, encoder and decoder as they stand in a repository entry."""
    settings = trainer.Settings()
    model = trainer.StickerUnet(**trainer.unet_config(settings))
    text, _ = prompts.new_text_encoder(prompts.Settings())
    encoder, decoder = vae.Encoder(), vae.Decoder()
    modules = {"text_encoder": TextEncoder(text, tokenizer.EOS), "unet": Unet(model)}
    restore(folder, modules | {"vae_encoder": encoder, "vae_decoder": decoder})
    text.config._attn_implementation = "eager"
    return model, text, encoder, decoder


class ScaledEncoder(torch.nn.Module):
    """Pictures in [-1, 1] to the scaled mean of an AutoencoderKL's latents."""

    def __init__(self, autoencoder: AutoencoderKL) -> None:
        super().__init__()
        self.encoder, self.quant_conv, self.scale = (
            autoencoder.encoder,
            autoencoder.quant_conv,
            autoencoder.config.scaling_factor,
        )

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return self.quant_conv(self.encoder(image)).chunk(2, dim=1)[0] * self.scale


class ScaledDecoder(torch.nn.Module):
    """Scaled latents of an AutoencoderKL to pictures in [-1, 1]."""

    def __init__(self, autoencoder: AutoencoderKL) -> None:
        super().__init__()
        self.decoder, self.post_quant_conv, self.scale = (
            autoencoder.decoder,
            autoencoder.post_quant_conv,
            autoencoder.config.scaling_factor,
        )

    def forward(self, latents: torch.Tensor) -> torch.Tensor:
        return self.decoder(self.post_quant_conv(latents / self.scale)).clamp(-1, 1)


def _of_folder(origin: Origin) -> Model:
    """A diffusers folder of Stable Diffusion 1.x's kind; what diffusers' pipeline overrules is overruled here too."""
    folder = origin.folder
    model = UNet2DConditionModel.from_pretrained(folder, subfolder="unet", torch_dtype=torch.float32)
    text = CLIPTextModel.from_pretrained(
        folder, subfolder="text_encoder", attn_implementation="eager", dtype=torch.float32
    )
    coder = AutoencoderKL.from_pretrained(folder, subfolder="vae", torch_dtype=torch.float32)
    scheduler = DDIMScheduler.from_pretrained(folder, subfolder="scheduler", steps_offset=1, clip_sample=False)
    _check(model.config, coder.config, scheduler.config)
    factor = 2 ** (len(coder.config.block_out_channels) - 1)
    step = factor * 2 ** (len(model.config.block_out_channels) - 1)
    usual = model.config.sample_size * factor
    sizes = {"min": usual // 2, "max": usual * 3 // 2, "multiple_of": step, "default": usual}
    chosen = parameters(dict(scheduler.config), model.config.out_channels, factor, sizes, GUIDANCE_OF_FOLDERS)
    scale = coder.config.scaling_factor
    originals = (
        lambda image: coder.encode(image).latent_dist.mode() * scale,
        lambda latents: coder.decode(latents / scale).sample.clamp(-1, 1),
    )
    halves = autoencoder(ScaledEncoder(coder), ScaledDecoder(coder), model.config.out_channels, factor, originals)
    words = text_encoder(text.eval(), origin.ids["eos_id"], lambda ids: text(input_ids=ids, return_dict=False)[:2])
    return _model(origin, "AutoencoderKL", words, model, halves, chosen)


def _check(unet_config: dict, coder_config: dict, scheduler_config: dict) -> None:
    channels, nothing = [coder_config["latent_channels"]], [None]
    wanted = {"unet": (unet_config, {"in_channels": channels, "out_channels": channels, "class_embed_type": nothing})}
    wanted["unet"][1].update({"addition_embed_type": nothing, "encoder_hid_dim_type": nothing})
    wanted["vae"] = coder_config, {"shift_factor": nothing, "latents_mean": nothing}
    wanted["scheduler"] = scheduler_config, {"trained_betas": nothing, **SCHEDULERS}
    for part, (config, allowed) in wanted.items():
        for key, values in allowed.items():
            if config.get(key) not in values:
                raise UnsupportedError(f"{part}: {key}: {config.get(key)} (expected: {' or '.join(map(str, values))})")


def _of_checkpoint(origin: Origin) -> Model:
    model, text, config = trainer.load_unet(origin.checkpoint or trainer.latest())
    text.config._attn_implementation = "eager"
    settings = trainer.Settings()
    chosen = parameters(config["scheduler"], vae.CHANNELS, vae.PATCH, SIZES, settings.guidance)
    halves = autoencoder(*vae.load_vae(vae.latest()), vae.CHANNELS, vae.PATCH)
    words = text_encoder(text, origin.ids["eos_id"])
    return _model(origin, "convolutional autoencoder", words, model, halves, chosen)


def _model(origin: Origin, coder: str, words: Artifact, model, halves: list[Artifact], chosen: dict) -> Model:
    length = words.inputs[0].shape[1]
    return Model(
        origin,
        task="text-to-image",
        architecture=f"CLIPTextModel + UNet2DConditionModel + {coder}",
        artifacts=[words, unet(model, length), *halves],
        parameters=chosen,
        max_length=length,
    )


def make(origin: Origin) -> Model:
    return _of_folder(origin) if origin.folder else _of_checkpoint(origin)


if __name__ == "__main__":
    command.main("a diffusion model", "sticker-diffusion", CARD, make)
