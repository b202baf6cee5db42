"""Exports Karlo's decoder, unCLIP whole: a folder of `UnCLIPPipeline` or `UnCLIPImageVariationPipeline`.

It becomes a model that paints and, as with Stable unCLIP, one that makes image embeddings of pictures and prompts. The
first has no latents: its UNet denoises small pictures, whose "autoencoder" enlarges them, and two more networks make of
an enlarged picture one that has so many pixels indeed. The UNet attends to an image embedding beside the words, and
where a request has none to one that was learned for that.
"""

import torch
import torch.nn.functional as F
from diffusers import UNet2DConditionModel, UNet2DModel
from diffusers.pipelines.deprecated.unclip import UnCLIPTextProjModel
from transformers import CLIPTextModelWithProjection

from models.export import diffusion, unclip
from models.export.artifact import Artifact, Model, Port
from models.export.origin import Origin
from models.export.unclip import same

STEPS, GUIDANCE, ENLARGING_STEPS = 25, 8.0, 7
"""The defaults of diffusers' pipelines."""
CHANNELS, SEED, COUNTS = 3, 0, (2, 1, 3)
PICTURES, WORDS = "sample", "encoder_hidden_states"


class TextEncoder(torch.nn.Module):
    """input_ids (B, T) to last_hidden_state (B, T, D) and pooler_output (B, 2 E): the image embedding that stands for

    none, which a likeness takes the place of, and the CLIP text embedding.
    """

    def __init__(self, model: CLIPTextModelWithProjection, eos_id: int, nothing: torch.nn.Parameter) -> None:
        super().__init__()
        self.encoder, self.nothing = unclip.PriorTextEncoder(model, eos_id), nothing

    def forward(self, input_ids: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        states, embedding = self.encoder(input_ids)
        return states, torch.cat([self.nothing.expand_as(embedding), embedding], 1)


class Decoder(torch.nn.Module):
    """sample (B, 3, S, S), timestep int64 (B), and of the prompt encoder_hidden_states (B, T, D), text_embeds (B, 2 E)

    and attention_mask (B, T) of zeros and ones, to prediction (B, 6, S, S): noise and, in -1 to 1, its variance.
    """

    def __init__(self, unet: UNet2DConditionModel, projection: UnCLIPTextProjModel) -> None:
        super().__init__()
        self.unet, self.projection = unet, projection

    def forward(self, sample, timestep, encoder_hidden_states, text_embeds, attention_mask) -> torch.Tensor:
        image, text = text_embeds.chunk(2, 1)
        states, added = self.projection(
            image_embeddings=image,
            prompt_embeds=text,
            text_encoder_hidden_states=encoder_hidden_states,
            do_classifier_free_guidance=False,  # the rows of both kinds come as they are
        )
        read = F.pad(attention_mask, (self.projection.clip_extra_context_tokens, 0), value=1.0)
        given = {"class_labels": added, "attention_mask": read}
        return self.unet(sample, timestep, states, **given, return_dict=False)[0]


class Enlargement(torch.nn.Module):
    """latents (B, 3, s, s), which are small pictures, to image (B, 3, S, S), which has values a little beyond -1 to 1:

    bicubic interpolation, antialiased as PIL does it (Keys 1981 with a = -1/2, weights of a row adding up to 1).
    """

    def __init__(self, small: int, large: int) -> None:
        super().__init__()
        centres = (torch.arange(large, dtype=torch.float64) + 0.5) * small / large - 0.5
        away = (centres[:, None] - torch.arange(small)).abs()
        near = 1.5 * away**3 - 2.5 * away**2 + 1
        far = -0.5 * away**3 + 2.5 * away**2 - 4 * away + 2
        self.register_buffer("weights", torch.where(away < 1, near, torch.where(away < 2, far, 0.0)).float())

    def forward(self, latents: torch.Tensor) -> torch.Tensor:
        weights = self.weights / self.weights.sum(1, keepdim=True)
        return weights @ latents.clamp(-1, 1) @ weights.T


class SuperResolution(torch.nn.Module):
    """sample (B, 3, S, S), timestep int64 (B) and the enlarged image (B, 3, S, S) to prediction (B, 3, S, S), noise."""

    def __init__(self, network: UNet2DModel) -> None:
        super().__init__()
        self.network = network

    def forward(self, sample: torch.Tensor, timestep: torch.Tensor, image: torch.Tensor) -> torch.Tensor:
        return self.network(torch.cat([sample, image], 1), timestep, return_dict=False)[0]


def decoder(origin: Origin) -> Model:
    """What paints: text encoder, UNet, and what makes its pictures large."""
    folder = origin.folder
    text = CLIPTextModelWithProjection.from_pretrained(
        folder, subfolder="text_encoder", attn_implementation="eager", dtype=torch.float32
    )
    projection = UnCLIPTextProjModel.from_pretrained(folder, subfolder="text_proj", torch_dtype=torch.float32)
    unet = UNet2DConditionModel.from_pretrained(folder, subfolder="decoder", torch_dtype=torch.float32)
    first, last = (
        UNet2DModel.from_pretrained(folder, subfolder=f"super_res_{which}", torch_dtype=torch.float32)
        for which in ("first", "last")
    )
    for name, network, channels in (
        ("decoder", unet, (CHANNELS, 2 * CHANNELS)),
        ("super_res_first", first, (2 * CHANNELS, CHANNELS)),
        ("super_res_last", last, (2 * CHANNELS, CHANNELS)),
    ):
        same(
            f"{name}: in_channels and out_channels", (network.config.in_channels, network.config.out_channels), channels
        )
    small, large = unet.config.sample_size, first.config.sample_size
    same("super_res_last: sample_size", last.config.sample_size, large)
    same("decoder: class_embed_type", unet.config.class_embed_type, "identity")
    width = projection.config.clip_embeddings_dim
    words = _text_encoder(text.eval(), origin.ids["eos_id"], projection, width)
    return Model(
        origin,
        task="text-to-image",
        architecture="CLIPTextModelWithProjection + UNet2DConditionModel + UNet2DModel",
        artifacts=[
            words,
            _unet(Decoder(unet, projection), words.inputs[0].shape[1], text.config.hidden_size, width, small),
            _enlargement(small, large),
            _super_resolution("super_res_first", first, large),
            _super_resolution("super_res_last", last, large),
        ],
        parameters={
            **unclip.unclip_steps(folder, "decoder_scheduler", "learned_range"),
            "latent_channels": CHANNELS,
            "downscale_factor": large // small,
            "default_steps": STEPS,
            "default_guidance_scale": GUIDANCE,
            "size": {"min": large, "max": large, "multiple_of": large, "default": large},
            "super_resolution": unclip.unclip_steps(folder, "super_res_scheduler") | {"steps": ENLARGING_STEPS},
        },
        max_length=words.inputs[0].shape[1],
    )


def likeness(origin: Origin) -> Model:
    """What makes image embeddings, which the UNet takes as they are."""
    width = UnCLIPTextProjModel.load_config(origin.folder, subfolder="text_proj")["clip_embeddings_dim"]
    projection = unclip.image_projection(torch.nn.Identity(), width, width)
    return unclip.likeness(origin, "identity", projection, unclip.unclip_steps)


def _text_encoder(
    text: CLIPTextModelWithProjection, eos_id: int, projection: UnCLIPTextProjModel, width: int
) -> Artifact:
    same("text_encoder: projection_dim", text.config.projection_dim, width)
    nothing = projection.learned_classifier_free_guidance_embeddings

    def read(input_ids: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        states = text(input_ids=input_ids)
        return states.last_hidden_state, torch.cat([nothing.expand_as(states.text_embeds), states.text_embeds], 1)

    return diffusion.text_encoder(TextEncoder(text, eos_id, nothing), text.config, 2 * width, eos_id, read)


def _drawn(ports: list[Port], length: int = 0) -> list[tuple[torch.Tensor, ...]]:
    """Random arguments: for each of COUNTS a tensor a port, masks as long as a text of up to `length` tokens."""
    generator = torch.Generator().manual_seed(SEED)

    def values(port: Port, rows: int) -> torch.Tensor:
        if port.dtype == "int64":
            return torch.randint(0, 1000, (rows,), generator=generator)
        if port.name == "attention_mask":
            return (torch.arange(length) < torch.randint(1, length + 1, (rows, 1), generator=generator)).float()
        return torch.randn(rows, *port.shape[1:], generator=generator)

    return [tuple(values(port, rows) for port in ports) for rows in COUNTS]


def _unet(module: Decoder, length: int, hidden: int, width: int, side: int) -> Artifact:
    inputs = [Port(PICTURES, [-1, CHANNELS, side, side]), Port("timestep", [-1], "int64")]
    inputs += [Port(WORDS, [-1, length, hidden]), Port("text_embeds", [-1, 2 * width])]
    inputs += [Port("attention_mask", [-1, length])]
    outputs = [Port("prediction", [-1, 2 * CHANNELS, side, side])]
    return Artifact("unet", module, inputs, outputs, _drawn(inputs, length))


def _enlargement(small: int, large: int) -> Artifact:
    inputs, outputs = [Port("latents", [-1, CHANNELS, small, small])], [Port("image", [-1, CHANNELS, large, large])]
    filtered = {"size": (large, large), "mode": "bicubic", "align_corners": False, "antialias": True}
    original = lambda latents: F.interpolate(latents.clamp(-1, 1), **filtered)
    return Artifact("vae_decoder", Enlargement(small, large), inputs, outputs, _drawn(inputs), original=original)


def _super_resolution(name: str, network: UNet2DModel, side: int) -> Artifact:
    picture = [-1, CHANNELS, side, side]
    inputs = [Port(PICTURES, picture), Port("timestep", [-1], "int64"), Port("image", picture)]
    return Artifact(name, SuperResolution(network), inputs, [Port("prediction", picture)], _drawn(inputs))
