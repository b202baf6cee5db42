"""Exports a text-to-image diffusion model: `python -m models.export.diffusion --out models/repository`.

Four graphs: text encoder, UNet, and the two halves of the autoencoder.
"""

from pathlib import Path

import torch
from diffusers import UNet2DConditionModel
from transformers import CLIPTextModel

from models.export import command
from models.export.artifact import Artifact, Model, Port, round_to_half
from models.export.weights import restore
from models.tokenizer import tokenizer
from models.train import text_encoder as prompts
from models.train import unet as trainer
from models.train import vae

CARD = {
    "licence": "Apache-2.0",
    "provenance": "Trained from scratch by models/train/{vae,text_encoder,unet}.py on rendered sticker scenes (Fluent"
    " Emoji flat, MIT; Noto Emoji, Apache-2.0) and captions of a grammar in English and Chinese.",
}
SCHEDULER_KEYS = ("prediction_type", "beta_schedule", "num_train_timesteps", "timestep_spacing", "set_alpha_to_one")
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


def text_encoder(model: CLIPTextModel, eos_id: int) -> Artifact:
    length, width = model.config.max_position_embeddings, model.config.hidden_size
    generator = torch.Generator().manual_seed(0)

    def texts(count: int) -> tuple[torch.Tensor]:
        ids = torch.randint(3, model.config.vocab_size - 2, (count, length), generator=generator)
        for row in range(count):
            ids[row, 4 + row % (length - 4) :] = eos_id
        return (ids,)

    outputs = [Port("last_hidden_state", [-1, length, width]), Port("pooler_output", [-1, width])]
    inputs = [Port("input_ids", [-1, length], "int64")]
    return Artifact("text_encoder", TextEncoder(model, eos_id), inputs, outputs, [texts(2), texts(1), texts(5)])


def unet(model: UNet2DConditionModel, length: int) -> Artifact:
    channels, size, width = model.config.in_channels, model.config.sample_size, model.config.cross_attention_dim
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
    return Artifact("unet", Unet(model), inputs, [Port("prediction", [-1, channels, -1, -1])], examples)


def autoencoder(encoder: torch.nn.Module, decoder: torch.nn.Module, channels: int, factor: int) -> list[Artifact]:
    """Both halves take and give latents as the UNet sees them: any scaling is inside the modules."""
    generator = torch.Generator().manual_seed(0)
    sizes = [(2, 8, 8), (1, 8, 8), (3, 8, 12)]
    latents = [(torch.randn(b, channels, h, w, generator=generator),) for b, h, w in sizes]
    pictures = [(torch.rand(b, 3, h * factor, w * factor, generator=generator) * 2 - 1,) for b, h, w in sizes]
    seam, image = [Port("latents", [-1, channels, -1, -1])], [Port("image", [-1, 3, -1, -1])]
    return [
        Artifact("vae_decoder", decoder, seam, image, latents),
        Artifact("vae_encoder", encoder, image, seam, pictures),
    ]


def parameters(scheduler: dict, channels: int, factor: int) -> dict:
    """What the pipeline must know; `scheduler` are keywords of diffusers' DDIMScheduler, all of `SCHEDULER_KEYS`."""
    defaults = {"beta_start": 0.0001, "beta_end": 0.02, "steps_offset": 0, "rescale_betas_zero_snr": False}
    chosen = {key: scheduler[key] for key in SCHEDULER_KEYS}
    chosen |= {key: scheduler.get(key, value) for key, value in defaults.items()}
    settings = trainer.Settings()
    chosen |= {"latent_channels": channels, "downscale_factor": factor, "default_steps": settings.steps}
    return chosen | {"default_guidance_scale": settings.guidance, "size": SIZES}


def shipped(folder: Path) -> tuple[UNet2DConditionModel, CLIPTextModel, torch.nn.Module, torch.nn.Module]:
    """UNet, text encoder, encoder and decoder as they stand in a repository entry."""
    settings = trainer.Settings()
    model = UNet2DConditionModel(**trainer.unet_config(settings))
    text, _ = prompts.new_text_encoder(prompts.Settings())
    encoder, decoder = vae.Encoder(), vae.Decoder()
    modules = {"text_encoder": TextEncoder(text, tokenizer.EOS), "unet": Unet(model)}
    restore(folder, modules | {"vae_encoder": encoder, "vae_decoder": decoder})
    text.config._attn_implementation = "eager"
    return model, text, encoder, decoder


def make(source: Path | None) -> Model:
    model, text, config = trainer.load_unet(source or trainer.latest())
    text.config._attn_implementation = "eager"
    halves = vae.load_vae(vae.latest())
    for module in (model, text, *halves):
        round_to_half(module)
    return Model(
        name="sticker-diffusion",
        task="text-to-image",
        architecture="CLIPTextModel + UNet2DConditionModel + convolutional autoencoder",
        artifacts=[
            text_encoder(text, tokenizer.EOS),
            unet(model, tokenizer.MAX_LENGTH),
            *autoencoder(*halves, vae.CHANNELS, vae.PATCH),
        ],
        parameters=parameters(config["scheduler"], vae.CHANNELS, vae.PATCH),
        card=CARD,
        max_length=tokenizer.MAX_LENGTH,
    )


if __name__ == "__main__":
    command.main("a diffusion model", make)
