"""Exports what unCLIP adds to a text-to-image model: `python -m models.export.unclip --out models/repository`.

Four graphs: a picture to its CLIP image embedding, a denoising step of the prior, what the prior ends with to an image
embedding, and an image embedding to the pooled prompt state that the UNet of the base model paints from. Text encoder,
UNet and autoencoder are the base model's.

Of a folder of Stable unCLIP, whose prior reads with a text encoder of its own, and whose UNet paints from an embedding
with a little noise: there the last graph is given the noise too. Either the first or the two of the prior may lack.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import torch
import torch.nn.functional as F
from diffusers import DDPMScheduler, PriorTransformer, UnCLIPScheduler
from diffusers.models.embeddings import get_timestep_embedding
from diffusers.pipelines.stable_diffusion.stable_unclip_image_normalizer import StableUnCLIPImageNormalizer
from transformers import CLIPTextModelWithProjection, CLIPVisionModelWithProjection

from models.export import clip, command, diffusion
from models.export import origin as origins
from models.export.artifact import Artifact, Model, Port
from models.export.command import REPOSITORY
from models.export.origin import Origin, UnsupportedError
from models.export.weights import restore
from models.tokenizer import tokenizer
from models.train import unclip as trainer

BASE, CLIP = "sticker-diffusion", "sticker-clip"
CARD = {
    "licence": "Apache-2.0",
    "provenance": "Trained by models/train/unclip.py on rendered sticker scenes (Fluent Emoji flat, MIT; Noto Emoji,"
    " Apache-2.0) and captions of a grammar in English and Chinese, with the vision tower of sticker-clip, which is its"
    " image encoder, and the UNet and text encoder of sticker-diffusion frozen. Its prior is stored as rows of int8"
    " (decision 16).",
}
VARIANCE, PRIOR_SCHEDULER = "fixed_small_log", "prior_scheduler"
SEED, COUNTS = 0, (2, 1, 5)
"""Of the examples: rows of each call."""
PRIOR_STEPS, PRIOR_GUIDANCE = 25, 4.0
"""Of folders: the defaults of diffusers' StableUnCLIPPipeline."""
NOISE_LEVEL = 0
"""How noisy the embedding is that Stable unCLIP paints from, of its noising schedule: the pipelines' default."""


class PriorStep(torch.nn.Module):
    """sample (B, E), timestep int64 (B), and of the prompt text_embeds (B, D), encoder_hidden_states (B, T, D) and

    attention_mask (B, T) of zeros and ones, to prediction (B, E): the clean embedding, normalised.
    """

    def __init__(self, prior: PriorTransformer) -> None:
        super().__init__()
        self.prior = prior

    def forward(self, sample, timestep, text_embeds, encoder_hidden_states, attention_mask) -> torch.Tensor:
        given = text_embeds, encoder_hidden_states, attention_mask
        return self.prior(sample, timestep, *given, return_dict=False)[0]


class PriorEmbedding(torch.nn.Module):
    """sample (B, E) after the prior's last step to image_embeds (B, E); `normalise`: L2-normalised."""

    def __init__(self, prior: PriorTransformer, normalise: bool) -> None:
        super().__init__()
        self.clip_mean, self.clip_std, self.normalise = prior.clip_mean, prior.clip_std, normalise

    def forward(self, sample: torch.Tensor) -> torch.Tensor:
        embedding = sample * self.clip_std + self.clip_mean
        return F.normalize(embedding, dim=-1) if self.normalise else embedding


class ImageProjection(torch.nn.Module):
    """image_embeds (B, E) of any length above 0 to text_embeds (B, D), a pooled prompt state."""

    def __init__(self, projection: trainer.Projection) -> None:
        super().__init__()
        self.projection, self.sharpness = projection, trainer.Settings().sharpness

    def forward(self, image_embeds: torch.Tensor) -> torch.Tensor:
        return self.sharpness * self.projection(F.normalize(image_embeds, dim=-1))


class NoisedEmbedding(torch.nn.Module):
    """image_embeds (B, E) as the image encoder gives them, and standard normal noise (B, E), to text_embeds (B, 2 E):

    the embedding, a little noisy, and how noisy it is.
    """

    def __init__(self, normalizer: StableUnCLIPImageNormalizer, noising: DDPMScheduler) -> None:
        super().__init__()
        self.mean, self.std = normalizer.mean, normalizer.std
        kept = noising.alphas_cumprod[NOISE_LEVEL].item()
        self.signal, self.noise = kept**0.5, (1 - kept) ** 0.5
        self.register_buffer("level", _level(1, normalizer))

    def forward(self, image_embeds: torch.Tensor, noise: torch.Tensor) -> torch.Tensor:
        noised = self.signal * ((image_embeds - self.mean) / self.std) + self.noise * noise
        return torch.cat([noised * self.std + self.mean, self.level.expand(image_embeds.shape[0], -1)], 1)


def _level(rows: int, normalizer: StableUnCLIPImageNormalizer) -> torch.Tensor:
    """The noise level float32 (rows, E)."""
    levels = torch.full((rows,), NOISE_LEVEL)
    return get_timestep_embedding(levels, normalizer.mean.shape[1], flip_sin_to_cos=True, downscale_freq_shift=0)


class PriorTextEncoder(torch.nn.Module):
    """input_ids (B, T) to last_hidden_state (B, T, D) and pooler_output (B, E), the CLIP text embedding."""

    def __init__(self, model: CLIPTextModelWithProjection, eos_id: int) -> None:
        super().__init__()
        self.text_model, self.text_projection, self.eos_id = model.text_model, model.text_projection, eos_id

    def forward(self, input_ids: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        states = self.text_model(input_ids=input_ids)[0]
        return states, self.text_projection(tokenizer.at_eos(states, input_ids, self.eos_id))


class ImageEncoder(torch.nn.Module):
    """pixel_values (B, 3, S, S) to image_embeds (B, E), of the length that they have."""

    def __init__(self, model: CLIPVisionModelWithProjection) -> None:
        super().__init__()
        self.vision_model, self.visual_projection = model.vision_model, model.visual_projection

    def forward(self, pixel_values: torch.Tensor) -> torch.Tensor:
        return self.visual_projection(self.vision_model(pixel_values=pixel_values)[1])


def _embeddings(embedding: int) -> Port:
    return Port("image_embeds", [-1, embedding])


def image_encoder(tower: torch.nn.Module, size: int, embedding: int, original: Callable | None = None) -> Artifact:
    generator = torch.Generator().manual_seed(SEED)
    pictures = [(torch.rand(count, 3, size, size, generator=generator) * 2 - 1,) for count in COUNTS]
    seen = [Port("pixel_values", [-1, 3, size, size])]
    return Artifact("image_encoder", tower, seen, [_embeddings(embedding)], pictures, original=original)


def prior_artifacts(prior: PriorTransformer, width: int, normalise: bool, weight_bits: int = 16) -> list[Artifact]:
    """A step of the prior and its end; `width` of the token states."""
    embedding, length = prior.config.embedding_dim, prior.config.num_embeddings
    pooled = prior.config.embedding_proj_dim or embedding
    generator = torch.Generator().manual_seed(SEED)

    def drawn(*extents: int) -> torch.Tensor:
        return torch.randn(*extents, generator=generator)

    def step(count: int) -> tuple[torch.Tensor, ...]:
        times = torch.randint(0, trainer.SCHEDULER["num_train_timesteps"], (count,), generator=generator)
        mask = (torch.arange(length) < torch.randint(1, length + 1, (count, 1), generator=generator)).float()
        return drawn(count, embedding), times, drawn(count, pooled), drawn(count, length, width), mask

    sample, prompt = Port("sample", [-1, embedding]), [Port("text_embeds", [-1, pooled])]
    prompt += [Port("encoder_hidden_states", [-1, length, width]), Port("attention_mask", [-1, length])]
    inputs, steps = [sample, Port("timestep", [-1], "int64"), *prompt], [step(count) for count in COUNTS]
    ended = [(drawn(count, embedding),) for count in COUNTS]
    predicted, made = [Port("prediction", sample.shape)], [_embeddings(embedding)]
    return [
        Artifact("prior", PriorStep(prior), inputs, predicted, steps, weight_bits=weight_bits),
        Artifact("prior_embedding", PriorEmbedding(prior, normalise), [sample], made, ended),
    ]


def image_projection(
    module: torch.nn.Module, embedding: int, pooled: int, noised: bool = False, original: Callable | None = None
) -> Artifact:
    """`noised`: whether `module` takes noise beside the embedding."""
    inputs = [_embeddings(embedding), *([Port("noise", [-1, embedding])] if noised else [])]
    generator = torch.Generator().manual_seed(SEED)
    vectors = [tuple(torch.randn(count, embedding, generator=generator) for _ in inputs) for count in COUNTS]
    return Artifact("image_projection", module, inputs, [Port("text_embeds", [-1, pooled])], vectors, original=original)


def make(origin: Origin) -> Model:
    return _of_folder(origin) if origin.folder else _of_checkpoint(origin)


def _of_checkpoint(origin: Origin) -> Model:
    projection, prior = trainer.load_unclip(origin.checkpoint or trainer.latest())
    seeing = clip.shipped(REPOSITORY / CLIP / "1")
    size = seeing.config.vision_config.image_size
    settings = trainer.Settings()
    embedding, width = prior.config.embedding_dim, prior.config.embedding_proj_dim
    return Model(
        replace(origin, tokenizer="", ids={}),
        task="unclip",
        architecture="CLIPVisionModelWithProjection + PriorTransformer + perceptron",
        artifacts=[
            image_encoder(clip.VisionTower(seeing), size, embedding),
            *prior_artifacts(prior, width, normalise=True, weight_bits=8),
            image_projection(ImageProjection(projection), embedding, width),
        ],
        parameters={
            "base": BASE,
            "prior": {**trainer.SCHEDULER, "variance_type": VARIANCE}
            | {"steps": settings.steps, "guidance_scale": settings.guidance},
        },
        max_length=None,
        preprocessing=origin.preprocessing(size),
    )


@dataclass(frozen=True)
class _Prior:
    """A prior of a folder: what its parts are, and where they lie."""

    network: PriorTransformer
    text: CLIPTextModelWithProjection
    words: Path
    folder: Path


def _of_folder(origin: Origin) -> Model:
    """What a folder of Stable unCLIP has beside what `diffusion` exports of it."""
    folder = origin.folder
    normalizer = StableUnCLIPImageNormalizer.from_pretrained(folder, subfolder="image_normalizer")
    noising = DDPMScheduler.from_pretrained(folder, subfolder="image_noising_scheduler")
    embedding = normalizer.mean.shape[1]

    def noised(embeds: torch.Tensor, noise: torch.Tensor) -> torch.Tensor:
        levels = torch.full((len(embeds),), NOISE_LEVEL)
        found = normalizer.unscale(noising.add_noise(normalizer.scale(embeds), noise, levels))
        return torch.cat([found, _level(len(embeds), normalizer)], 1)

    projection = NoisedEmbedding(normalizer, noising)
    artifact = image_projection(projection, embedding, 2 * embedding, noised=True, original=noised)
    return likeness(origin, "StableUnCLIPImageNormalizer", artifact, ddpm_steps)


def likeness(origin: Origin, architecture: str, projection: Artifact, steps: Callable[[Path], dict]) -> Model:
    """What makes the embeddings that the UNet of a folder takes through `projection`: of pictures and of prompts, as

    the folder can, and another where a prior was chosen. `steps`: the parameters of the prior's scheduler, by folder.
    """
    whole = Model(
        replace(origin, name=f"{origin.name}-likeness", tokenizer="", ids={}),
        task="unclip",
        architecture=architecture,
        artifacts=[projection],
        parameters={"base": origin.name, "keeps_prompt": True},
        max_length=None,
    )
    embedding = projection.inputs[0].shape[1]
    return _with_prior(_with_encoder(whole, embedding), embedding, steps)


def _with_encoder(model: Model, embedding: int) -> Model:
    folder = model.origin.folder / "image_encoder"
    if not folder.is_dir():
        return model
    seeing = CLIPVisionModelWithProjection.from_pretrained(folder, attn_implementation="eager", dtype=torch.float32)
    same("image_encoder: projection_dim", seeing.config.projection_dim, embedding)
    size = seeing.config.image_size
    encoder = image_encoder(ImageEncoder(seeing), size, embedding, lambda pixels: seeing(pixels).image_embeds)
    return replace(
        model,
        architecture=f"CLIPVisionModelWithProjection + {model.architecture}",
        artifacts=[encoder, *model.artifacts],
        preprocessing=model.origin.preprocessing(size, "feature_extractor"),
    )


def _with_prior(model: Model, embedding: int, steps: Callable[[Path], dict]) -> Model:
    prior = _prior_of(model.origin)
    if prior is None:
        return model
    same("prior: embedding_dim", prior.network.config.embedding_dim, embedding)
    words, ids = origins.words_of(prior.words)
    length, width = prior.text.config.max_position_embeddings, prior.text.config.hidden_size
    same("prior: num_embeddings", prior.network.config.num_embeddings, length)

    def read(input_ids: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        states = prior.text(input_ids=input_ids)
        return states.last_hidden_state, states.text_embeds

    module, pooled = PriorTextEncoder(prior.text, ids["eos_id"]), prior.text.config.projection_dim
    reader = diffusion.text_encoder(module, prior.text.config, pooled, ids["eos_id"], read)
    taken = steps(prior.folder) | {"steps": PRIOR_STEPS, "guidance_scale": PRIOR_GUIDANCE}
    return replace(
        model,
        origin=replace(model.origin, tokenizer=words, ids=ids),
        architecture=f"CLIPTextModelWithProjection + PriorTransformer + {model.architecture}",
        artifacts=[reader, *prior_artifacts(prior.network, width, normalise=False), *model.artifacts],
        parameters=model.parameters | {"prior": taken},
        max_length=length,
    )


def _prior_of(origin: Origin) -> _Prior | None:
    """The prior that was chosen, or that lies in the folder."""
    folder = origin.choices.prior or origin.folder
    if not (folder / "prior").is_dir():
        return None
    own = "prior_" if (folder / "prior_text_encoder").is_dir() else ""
    text = CLIPTextModelWithProjection.from_pretrained(
        folder, subfolder=f"{own}text_encoder", attn_implementation="eager", dtype=torch.float32
    )
    network = PriorTransformer.from_pretrained(folder, subfolder="prior", torch_dtype=torch.float32)
    return _Prior(network, text.eval(), folder / f"{own}tokenizer", folder)


def ddpm_steps(folder: Path) -> dict:
    """The parameters of a manifest for the scheduler of a prior, as diffusers' documentation makes it of Karlo's."""
    config = DDPMScheduler.load_config(folder, subfolder=PRIOR_SCHEDULER)
    if config["_class_name"] == "UnCLIPScheduler":
        config = UnCLIPScheduler.from_config(config).config
    wanted = {"steps_offset": [0], "timestep_spacing": ["leading"], "thresholding": [False]}
    wanted |= {"trained_betas": [None], "rescale_betas_zero_snr": [False]}
    return _steps(DDPMScheduler.from_config(config).config, PRIOR_SCHEDULER, VARIANCE, wanted) | {"scheduler": "ddpm"}


def unclip_steps(folder: Path, part: str = PRIOR_SCHEDULER, variance: str = VARIANCE) -> dict:
    """The parameters of a manifest for the `UnCLIPScheduler` that lies in `part`."""
    config = UnCLIPScheduler.from_pretrained(folder, subfolder=part).config
    return _steps(config, part, variance, {}) | {"scheduler": "unclip"}


def _steps(config: dict, part: str, variance: str, wanted: dict[str, list]) -> dict:
    wanted = {"beta_schedule": ["squaredcos_cap_v2"], "variance_type": [variance], **wanted}
    wanted |= {"prediction_type": ["epsilon", "sample"]}
    for key, values in wanted.items():
        if config[key] not in values:
            raise UnsupportedError(f"{part}: {key}: {config[key]} (expected: {' or '.join(map(str, values))})")
    kept = {key: config[key] for key in ("prediction_type", "num_train_timesteps", "variance_type")}
    return kept | ({"clip_sample_range": config["clip_sample_range"]} if config["clip_sample"] else {})


def same(what: str, found: object, expected: object) -> None:
    """Refuses a folder whose parts do not fit together."""
    if found != expected:
        raise UnsupportedError(f"{what}: {found} (expected: {expected})")


def shipped(folder: Path) -> tuple[clip.VisionTower, trainer.Projection, trainer.Prior]:
    """Image encoder, projection and prior as they stand in a repository entry."""
    projection, prior = trainer.build()
    seeing = clip.trainer.build()
    seeing.vision_model.embeddings.patch_embedding.fold()
    tower = clip.VisionTower(seeing)
    restore(
        folder, {"image_encoder": tower, "prior": PriorStep(prior), "image_projection": ImageProjection(projection)}
    )
    return tower, projection, prior


if __name__ == "__main__":
    command.main("what unCLIP adds to a diffusion model", trainer.NAME, CARD, make)
