"""Exports a ControlNet: one graph that turns a control image into what it adds to the UNet of its base model.

Its outputs are named as the inputs of a UNet that was exported as controllable: `models.export.diffusion.residuals`, or
`sketch_residual` for the embedded model's, whose network is no ControlNetModel but an EdgeSketcher.
"""

from dataclasses import replace
from pathlib import Path

import torch
from diffusers import ControlNetModel

from models.export import command
from models.export.artifact import Artifact, Model, Port
from models.export.diffusion import residuals, rows_of, sketch_residual
from models.export.origin import Choices, Origin, UnsupportedError
from models.export.weights import restore
from models.train import controlnet as trainer
from models.train import text_encoder as prompts
from models.train.vae import CHANNELS, PATCH
from models.world.scenes import SIZE

BASE = "sticker-diffusion"
CARD = {
    "licence": "Apache-2.0",
    "provenance": "Trained by models/train/controlnet.py on rendered sticker scenes (Fluent Emoji flat, MIT; Noto"
    " Emoji, Apache-2.0) and their edges as OpenCV's Canny finds them, the UNet of sticker-diffusion frozen. It draws"
    " what the UNet's sketch must change by; a network of zero convolutions followed edges far less well. Three edges"
    " of ten were found in pictures as a UNet leaves them. With composited sketches (decision 8) it had 2,000 steps of"
    " 32 pictures on a CPU, then 1,470 of 512 on one H200. Its weights are stored as rows of int8 (decision 16).",
}

CONDITIONINGS = ("canny",)
USUAL_LATENTS = 64
"""Sides of the latents of Stable Diffusion 1.x, for which such a network is timed; it takes others as well."""
EXAMPLE_LATENTS = 8
EXAMPLE_TOKENS = 77


class ControlNet(torch.nn.Module):
    """sample (B, C, h, w), timestep int64 (B), encoder_hidden_states (B, T, D), controlnet_cond (B, 3, H, W) in 0 to 1

    to down_residual_0 ... n and mid_residual. With `pooled`, text_embeds (B, D) stand before the control image.
    """

    def __init__(self, controlnet: ControlNetModel) -> None:
        super().__init__()
        self.controlnet = controlnet

    def forward(self, sample, timestep, encoder_hidden_states, *others) -> tuple[torch.Tensor, ...]:
        *pooled, image = others
        down, middle = self.controlnet(
            sample,
            timestep,
            encoder_hidden_states,
            controlnet_cond=image,
            class_labels=pooled[0] if pooled else None,
            return_dict=False,
        )
        return (*down, middle)


def controlnet(model: ControlNetModel, channels: int, factor: int, sizes: list[tuple[int, int, int]]) -> Artifact:
    """`channels` and `factor` of the base model's latents; `sizes`: rows, height and width of latents of examples."""
    pooled = model.config.projection_class_embeddings_input_dim
    inputs = [Port("sample", [-1, channels, -1, -1]), Port("timestep", [-1], "int64")]
    inputs += [Port("encoder_hidden_states", [-1, -1, model.config.cross_attention_dim])]
    inputs += [Port("text_embeds", [-1, pooled])] if pooled else []
    inputs += [Port("controlnet_cond", [-1, 3, -1, -1], downscale=1)]
    examples = rows_of(inputs, sizes, factor, EXAMPLE_TOKENS)
    return Artifact("controlnet", ControlNet(model), inputs, residuals(model, factor), examples)


def make(origin: Origin) -> Model:
    return _of_folder(origin) if origin.folder else _of_checkpoint(origin)


def _of_checkpoint(origin: Origin) -> Model:
    model = trainer.load_controlnet(origin.checkpoint or trainer.latest())
    inputs = [Port("text_embeds", [-1, prompts.Settings().width])]
    inputs += [Port("controlnet_cond", [-1, 3, -1, -1], downscale=1)]
    side = SIZE // PATCH
    examples = rows_of(inputs, [(2, side, side), (1, side, side), (3, side, side + 4)], PATCH, EXAMPLE_TOKENS)
    network = Artifact("controlnet", model, inputs, [sketch_residual(PATCH)], examples, weight_bits=8)
    choices = Choices(base=BASE, conditioning="canny")
    return described(replace(origin, choices=choices), "EdgeSketcher", network, CHANNELS, PATCH, SIZE)


def shipped(folder: Path) -> trainer.EdgeSketcher:
    """The network as it stands in a repository entry."""
    model = trainer.build()
    restore(folder, {"controlnet": model})
    return model


def _of_folder(origin: Origin) -> Model:
    """A diffusers folder of a ControlNet of Stable Diffusion 1.x's kind."""
    if origin.choices.base is None or origin.choices.conditioning not in CONDITIONINGS:
        said = f"base {origin.choices.base}, conditioning {origin.choices.conditioning}"
        raise UnsupportedError(f"{said} (expected: a model that it steers, and one of {', '.join(CONDITIONINGS)})")
    model = ControlNetModel.from_pretrained(origin.folder, torch_dtype=torch.float32)
    _check(model.config)
    channels = model.config.in_channels
    factor = 2 ** (len(model.config.conditioning_embedding_out_channels) - 1)
    step = 2 ** (len(model.config.block_out_channels) - 1)
    small = max(EXAMPLE_LATENTS, step)
    network = controlnet(model, channels, factor, [(2, small, small), (1, small, small), (3, small, small + step)])
    return described(origin, "ControlNetModel", network, channels, factor, USUAL_LATENTS * factor)


def described(origin: Origin, kind: str, network: Artifact, channels: int, factor: int, usual: int) -> Model:
    """The entry of a repository; `usual`: side in pixels of the pictures that the network is timed for."""
    parameters = {"base": origin.choices.base, "conditioning": origin.choices.conditioning}
    parameters |= {"latent_channels": channels, "downscale_factor": factor, "size": {"default": usual}}
    return Model(
        origin,
        task="controlnet",
        architecture=kind,
        artifacts=[network],
        parameters=parameters,
        max_length=None,
    )


def _check(config: dict) -> None:
    wanted = {"global_pool_conditions": [False], "class_embed_type": [None], "addition_embed_type": [None]}
    wanted |= {"encoder_hid_dim_type": [None]}
    for key, values in wanted.items():
        if config.get(key) not in values:
            raise UnsupportedError(f"{key}: {config.get(key)} (expected: {' or '.join(map(str, values))})")


if __name__ == "__main__":
    command.main("a ControlNet of edges", trainer.NAME, CARD, make)
