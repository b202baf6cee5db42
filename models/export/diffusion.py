"""Exports a text-to-image diffusion model: `python -m models.export.diffusion --out models/repository`.

Four graphs: text encoder, UNet, and the two halves of the autoencoder. A UNet that inpaints takes a mask and the
latents of the masked picture too, and one that ControlNets steer takes their residuals; where a request has none of
these it is given a mask of ones with the latents of an all-grey picture, and zeros. Stable unCLIP's UNet takes a noised
image embedding, made by the model that `models.export.unclip` exports beside it; without one it is given zeros.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch
from diffusers import AutoencoderKL, ControlNetModel, DDIMScheduler, StableDiffusionPipeline, UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel

from models.export import command
from models.export.artifact import Artifact, Model, Port
from models.export.origin import Origin, UnsupportedError
from models.export.rounding import round_weights
from models.export.weights import restore
from models.tokenizer import tokenizer
from models.train import text_encoder as prompts
from models.train import unet as trainer
from models.train import vae

CARD = {
    "licence": "Apache-2.0",
    "provenance": "Trained from scratch by models/train/{vae,text_encoder,unet,steered}.py on rendered sticker"
    " scenes (Fluent Emoji flat, MIT; Noto Emoji, Apache-2.0) and captions of a grammar in English and Chinese. Part"
    " of the UNet is a sketcher (models/train/sketch.py), ridge regressions from prompt to what things and grounds"
    " look like, composited, whose drawing stands beside the noisy latents. What a prompt leaves open is drawn the"
    " usual way: medium size, in the middle, Fluent's style. The same UNet paints into masks: two fifths of the"
    " pictures of most of its training had a part given. Before sketches were composited it had 4,250 steps of 768"
    " pictures on one H200, three in ten of them painted from sketches that edges had changed, or from image"
    " embeddings; 6,870 steps of 16 pictures on a CPU followed. What a prompt names is sketched inside the mask. The"
    " decoder of the autoencoder had 9,633 steps of 128 pictures on one H200. Weights are stored as rows of int8"
    " (decision 16).",
}
SCHEDULER_KEYS = ("prediction_type", "beta_schedule", "beta_start", "beta_end", "num_train_timesteps")
SCHEDULER_KEYS += ("timestep_spacing", "steps_offset", "set_alpha_to_one", "rescale_betas_zero_snr")
SCHEDULERS = {
    "prediction_type": ["epsilon", "v_prediction"],
    "beta_schedule": ["linear", "scaled_linear", "squaredcos_cap_v2"],
    "timestep_spacing": ["leading", "trailing"],
}
"""What the fleet's noise schedulers know."""
KINDS = {
    "EulerDiscreteScheduler": ("euler", {}),
    "EulerAncestralDiscreteScheduler": ("euler_ancestral", {}),
    "DPMSolverMultistepScheduler": (
        "dpm_solver_pp_2m",
        {"algorithm_type": "dpmsolver++", "solver_order": 2, "solver_type": "midpoint", "final_sigmas_type": "zero"},
    ),
}
"""The fleet's noise schedulers by diffusers' classes, with what the configuration must say; else it is DDIM."""
OTHER_SIGMAS = ("use_karras_sigmas", "use_exponential_sigmas", "use_beta_sigmas", "use_lu_lambdas", "euler_at_final")

GUIDANCE_OF_FOLDERS, GUIDANCE_BY_LIKENESS = 7.5, 10.0
DOWN_RESIDUAL, MID_RESIDUAL, SKETCH_RESIDUAL = "down_residual_", "mid_residual", "sketch_residual"
WEIGHT_BITS = 8
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


class PlainTextEncoder(torch.nn.Module):
    """input_ids (B, T) to last_hidden_state (B, T, D) and, as words tell of no image embedding, pooler_output (B, E) of

    zeros: for a UNet that takes such embeddings in the place of a pooled state.
    """

    def __init__(self, model: CLIPTextModel, width: int) -> None:
        super().__init__()
        self.text_model, self.width = model.text_model, width

    def forward(self, input_ids: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        states = self.text_model(input_ids=input_ids)[0]
        return states, torch.zeros(1, self.width).expand(states.shape[0], -1)


class Unet(torch.nn.Module):
    """sample (B, C, h, w), timestep int64 (B), encoder_hidden_states (B, T, D) and `others` to prediction (B, C, h, w).

    Every row has its own timestep. `others`, in their order, are some of: text_embeds (B, D); mask (B, 1, h, w), one
    where the picture is painted anew, with masked_image_latents (B, C, h, w); down_residual_0 ... n with mid_residual,
    or sketch_residual (B, C, h, w).
    """

    def __init__(self, unet: UNet2DConditionModel, others: list[str]) -> None:
        super().__init__()
        self.unet, self.others = unet, others

    def forward(self, sample, timestep, encoder_hidden_states, *others) -> torch.Tensor:
        given = dict(zip(self.others, others, strict=True))
        keywords = {"class_labels": given.get("text_embeds")}
        if "mask" in given:
            hole = {"mask": given["mask"], "masked_image_latents": given["masked_image_latents"]}
            if isinstance(self.unet, trainer.StickerUnet):
                keywords |= hole
            else:
                sample = torch.cat([sample, *hole.values()], 1)
        if MID_RESIDUAL in given:
            keywords["down_block_additional_residuals"] = tuple(
                given[name] for name in self.others if name.startswith(DOWN_RESIDUAL)
            )
            keywords["mid_block_additional_residual"] = given[MID_RESIDUAL]
        if SKETCH_RESIDUAL in given:
            keywords[SKETCH_RESIDUAL] = given[SKETCH_RESIDUAL]
        return self.unet(sample, timestep, encoder_hidden_states, **keywords, return_dict=False)[0]


def residuals(network: UNet2DConditionModel | ControlNetModel, factor: int) -> list[Port]:
    """What a ControlNet of this network's shape adds to a UNet of it: one for each skip connection, and the middle.

    `factor`: pixels of the picture's side for each of the latents'.
    """
    channels, scale = [(network.config.block_out_channels[0], factor)], factor
    for block in network.down_blocks:
        channels += [(resnet.out_channels, scale) for resnet in block.resnets]
        if block.downsamplers:
            scale *= 2
            channels.append((block.downsamplers[0].out_channels, scale))
    ports = [Port(f"{DOWN_RESIDUAL}{i}", [-1, n, -1, -1], downscale=over) for i, (n, over) in enumerate(channels)]
    return [*ports, Port(MID_RESIDUAL, [-1, channels[-1][0], -1, -1], downscale=scale)]


def sketch_residual(factor: int) -> Port:
    """What steers the embedded UNet: a change of its sketch."""
    return Port(SKETCH_RESIDUAL, [-1, vae.CHANNELS, -1, -1], downscale=factor)


def other_inputs(model: UNet2DConditionModel, factor: int, controllable: bool) -> list[Port]:
    """The inputs of `Unet` beyond the first three."""
    channels, pooled = model.config.out_channels, model.config.projection_class_embeddings_input_dim
    ports = [Port("text_embeds", [-1, pooled])] if pooled else []
    if model.config.in_channels % channels == 1:  # the one is the mask's
        ports += [Port("mask", [-1, 1, -1, -1], downscale=factor)]
        ports += [Port("masked_image_latents", [-1, channels, -1, -1])]
    steered = [sketch_residual(factor)] if isinstance(model, trainer.StickerUnet) else residuals(model, factor)
    return [*ports, *steered] if controllable else ports


def text_encoder(module: torch.nn.Module, config: CLIPTextConfig, pooled: int, eos_id: int, original=None) -> Artifact:
    """`module` gives a state for each token and one of `pooled` numbers for all of them."""
    length, width = config.max_position_embeddings, config.hidden_size
    generator = torch.Generator().manual_seed(0)

    def texts(count: int) -> tuple[torch.Tensor]:
        ids = torch.randint(3, config.vocab_size - 2, (count, length), generator=generator)
        for row in range(count):
            ids[row, 4 + row % (length - 4) :] = eos_id
        return (ids,)

    outputs = [Port("last_hidden_state", [-1, length, width]), Port("pooler_output", [-1, pooled])]
    inputs, examples = [Port("input_ids", [-1, length], "int64")], [texts(2), texts(1), texts(5)]
    return Artifact("text_encoder", module, inputs, outputs, examples, original=original)


def unet(model: UNet2DConditionModel, length: int, factor: int, controllable: bool) -> Artifact:
    channels = model.config.out_channels
    size = min(model.config.sample_size, EXAMPLE_SIZE)
    step = 2 ** (len(model.config.block_out_channels) - 1)
    others = other_inputs(model, factor, controllable)
    inputs = [Port("sample", [-1, channels, -1, -1]), Port("timestep", [-1], "int64")]
    inputs += [Port("encoder_hidden_states", [-1, length, model.config.cross_attention_dim]), *others]
    sizes = [(2, size, size), (1, size, size), (5, size, size + step)]
    if size < model.config.sample_size:
        sizes += [(1, model.config.sample_size, model.config.sample_size)]
    examples = rows_of(inputs, sizes, factor)
    module = Unet(model, [port.name for port in others])
    return Artifact("unet", module, inputs, [Port("prediction", [-1, channels, -1, -1])], examples)


def rows_of(inputs: list[Port], sizes: list[tuple[int, int, int]], factor: int, length: int = 0) -> list[tuple]:
    """Random arguments for networks of a denoising step: for each (rows, height, width) of latents a tensor a port.

    `length`: tokens, where a port leaves them open.
    """
    generator = torch.Generator().manual_seed(0)

    def values(port: Port, rows: int, height: int, width: int) -> torch.Tensor:
        if port.dtype == "int64":
            return torch.randint(0, 1000, (rows,), generator=generator)
        if len(port.shape) < 4:
            return torch.randn(
                rows, *(length if extent < 0 else extent for extent in port.shape[1:]), generator=generator
            )
        sides = [side * factor // (port.downscale or factor) for side in (height, width)]
        drawn = torch.randn(rows, port.shape[1], *sides, generator=generator)
        return (drawn > 0).float() if port.name == "mask" else drawn

    return [tuple(values(port, *size) for port in inputs) for size in sizes]


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
    modules = {"text_encoder": TextEncoder(text, tokenizer.EOS), "unet": Unet(model, [])}
    restore(folder, modules | {"vae_encoder": encoder, "vae_decoder": decoder})
    text.config._attn_implementation = "eager"
    model.know_nothing(text)
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
    if origin.choices.lora:
        _merge(origin.choices.lora, origin.choices.lora_scale, model, text)
        text.config._attn_implementation = "eager"
    scheduler = DDIMScheduler.from_pretrained(folder, subfolder="scheduler", steps_offset=1, clip_sample=False)
    _check(model.config, coder.config, scheduler.config)
    factor = 2 ** (len(coder.config.block_out_channels) - 1)
    step = factor * 2 ** (len(model.config.block_out_channels) - 1)
    usual = model.config.sample_size * factor
    sizes = {"min": usual // 2, "max": usual * 3 // 2, "multiple_of": step, "default": usual}
    likeness = model.config.projection_class_embeddings_input_dim
    guidance = GUIDANCE_BY_LIKENESS if likeness else GUIDANCE_OF_FOLDERS
    chosen = parameters(dict(scheduler.config), model.config.out_channels, factor, sizes, guidance)
    kind = scheduler_kind(DDIMScheduler.load_config(folder, subfolder="scheduler"))
    chosen |= {"scheduler": kind} if kind != "ddim" else {}  # which a manifest means by saying nothing
    scale = coder.config.scaling_factor
    originals = (
        lambda image: coder.encode(image).latent_dist.mode() * scale,
        lambda latents: coder.decode(latents / scale).sample.clamp(-1, 1),
    )
    halves = autoencoder(ScaledEncoder(coder), ScaledDecoder(coder), model.config.out_channels, factor, originals)
    words = _words(text.eval(), origin.ids["eos_id"], likeness)
    network = unet(model, words.inputs[0].shape[1], factor, origin.choices.controllable)
    return _model(origin, "AutoencoderKL", words, network, halves, chosen)


def _words(text: CLIPTextModel, eos_id: int, likeness: int | None) -> Artifact:
    """`likeness`: coordinates of what the UNet takes of an image embedding, if it takes one."""
    if likeness is None:
        module = TextEncoder(text, eos_id)
        pooled = text.config.hidden_size
        return text_encoder(module, text.config, pooled, eos_id, lambda ids: text(input_ids=ids, return_dict=False)[:2])
    module = PlainTextEncoder(text, likeness)
    nothing = lambda ids: (text(input_ids=ids).last_hidden_state, torch.zeros(len(ids), likeness))
    return text_encoder(module, text.config, likeness, eos_id, nothing)


def scheduler_kind(config: dict) -> str:
    """The fleet's scheduler for a folder's: its own, or DDIM with its betas where the fleet does not have it."""
    kind, wanted = KINDS.get(config["_class_name"], ("ddim", {}))
    is_plain = all(config.get(key, value) == value for key, value in wanted.items())
    return kind if is_plain and not any(config.get(key) for key in OTHER_SIGMAS) else "ddim"


def _merge(lora: Path, scale: float, model: UNet2DConditionModel, text: CLIPTextModel) -> None:
    """Adds low-rank changes to the weights of UNet and text encoder, as diffusers fuses them."""
    parts = {"vae": None, "tokenizer": None, "scheduler": None, "safety_checker": None, "feature_extractor": None}
    pipeline = StableDiffusionPipeline(unet=model, text_encoder=text, **parts, requires_safety_checker=False)
    pipeline.load_lora_weights(lora.parent, weight_name=lora.name)
    pipeline.fuse_lora(lora_scale=scale)
    pipeline.unload_lora_weights()


def _check(unet_config: dict, coder_config: dict, scheduler_config: dict) -> None:
    channels, nothing = coder_config["latent_channels"], [None]
    given = [channels, 2 * channels + 1]  # the second takes a mask and the latents of a masked picture
    wanted = {"unet": (unet_config, {"in_channels": given, "out_channels": [channels]})}
    wanted["unet"][1]["class_embed_type"] = [None, "projection"]  # Stable unCLIP's
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
    model.know_nothing(round_weights(text, WEIGHT_BITS))  # as it will be served; rounding twice is rounding once
    settings = trainer.Settings()
    chosen = parameters(config["scheduler"], vae.CHANNELS, vae.PATCH, SIZES, settings.guidance)
    halves = autoencoder(*vae.load_vae(vae.latest()), vae.CHANNELS, vae.PATCH)
    eos_id = origin.ids["eos_id"]
    words = text_encoder(TextEncoder(text, eos_id), text.config, text.config.hidden_size, eos_id)
    network = unet(model, words.inputs[0].shape[1], vae.PATCH, controllable=True)
    whole = _model(origin, "convolutional autoencoder", words, network, halves, chosen)
    return replace(whole, artifacts=[replace(artifact, weight_bits=WEIGHT_BITS) for artifact in whole.artifacts])


def _model(origin: Origin, coder: str, words: Artifact, unet: Artifact, halves: list[Artifact], chosen: dict) -> Model:
    return Model(
        origin,
        task="text-to-image",
        architecture=f"CLIPTextModel + UNet2DConditionModel + {coder}",
        artifacts=[words, unet, *halves],
        parameters=chosen,
        max_length=words.inputs[0].shape[1],
    )


def make(origin: Origin) -> Model:
    return _of_folder(origin) if origin.folder else _of_checkpoint(origin)


if __name__ == "__main__":
    command.main("a diffusion model", "sticker-diffusion", CARD, make)
