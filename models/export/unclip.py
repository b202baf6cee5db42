"""Exports what unCLIP adds to a text-to-image model: `python -m models.export.unclip --out models/repository`.

Four graphs: a picture to its CLIP image embedding, a denoising step of the prior, what the prior ends with to an image
embedding, and an image embedding to the pooled prompt state that the UNet of the base model paints from. Text encoder,
UNet and autoencoder are the base model's.
"""

from dataclasses import replace
from pathlib import Path

import torch
import torch.nn.functional as F

from models.export import clip, command
from models.export.artifact import Artifact, Model, Port
from models.export.command import REPOSITORY
from models.export.origin import Origin
from models.export.weights import restore
from models.train import unclip as trainer

BASE, CLIP = "sticker-diffusion", "sticker-clip"
CARD = {
    "licence": "Apache-2.0",
    "provenance": "Trained by models/train/unclip.py on rendered sticker scenes (Fluent Emoji flat, MIT; Noto Emoji,"
    " Apache-2.0) and captions of a grammar in English and Chinese, with the vision tower of sticker-clip, which is its"
    " image encoder, and the UNet and text encoder of sticker-diffusion frozen. Its prior is stored as rows of int8"
    " (decision 16).",
}
VARIANCE = "fixed_small_log"
SEED = 0


class PriorStep(torch.nn.Module):
    """sample (B, E), timestep int64 (B), and of the prompt text_embeds (B, D), encoder_hidden_states (B, T, D) and

    attention_mask (B, T) of zeros and ones, to prediction (B, E): the clean embedding, normalised.
    """

    def __init__(self, prior: trainer.Prior) -> None:
        super().__init__()
        self.prior = prior

    def forward(self, sample, timestep, text_embeds, encoder_hidden_states, attention_mask) -> torch.Tensor:
        given = text_embeds, encoder_hidden_states, attention_mask
        return self.prior(sample, timestep, *given, return_dict=False)[0]


class PriorEmbedding(torch.nn.Module):
    """sample (B, E) after the prior's last step to image_embeds (B, E), L2-normalised."""

    def __init__(self, prior: trainer.Prior) -> None:
        super().__init__()
        self.clip_mean, self.clip_std = prior.clip_mean, prior.clip_std

    def forward(self, sample: torch.Tensor) -> torch.Tensor:
        return F.normalize(sample * self.clip_std + self.clip_mean, dim=-1)


class ImageProjection(torch.nn.Module):
    """image_embeds (B, E) of any length above 0 to text_embeds (B, D), a pooled prompt state."""

    def __init__(self, projection: trainer.Projection) -> None:
        super().__init__()
        self.projection, self.sharpness = projection, trainer.Settings().sharpness

    def forward(self, image_embeds: torch.Tensor) -> torch.Tensor:
        return self.sharpness * self.projection(F.normalize(image_embeds, dim=-1))


def artifacts(tower: clip.VisionTower, size: int, projection: trainer.Projection, prior: trainer.Prior) -> list:
    embedding, width = prior.config.embedding_dim, prior.config.embedding_proj_dim
    length = prior.config.num_embeddings
    generator = torch.Generator().manual_seed(SEED)

    def drawn(*extents: int) -> torch.Tensor:
        return torch.randn(*extents, generator=generator)

    def step(count: int) -> tuple[torch.Tensor, ...]:
        times = torch.randint(0, trainer.SCHEDULER["num_train_timesteps"], (count,), generator=generator)
        mask = (torch.arange(length) < torch.randint(1, length + 1, (count, 1), generator=generator)).float()
        return drawn(count, embedding), times, drawn(count, width), drawn(count, length, width), mask

    counts, embeds = (2, 1, 5), [Port("image_embeds", [-1, embedding])]
    pictures = [(torch.rand(count, 3, size, size, generator=generator) * 2 - 1,) for count in counts]
    vectors = [(drawn(count, embedding),) for count in counts]
    sample, pooled = Port("sample", [-1, embedding]), Port("text_embeds", [-1, width])
    prompt = [pooled, Port("encoder_hidden_states", [-1, length, width]), Port("attention_mask", [-1, length])]
    inputs, steps = [sample, Port("timestep", [-1], "int64"), *prompt], [step(count) for count in counts]
    return [
        Artifact("image_encoder", tower, [Port("pixel_values", [-1, 3, size, size])], embeds, pictures),
        Artifact("prior", PriorStep(prior), inputs, [Port("prediction", sample.shape)], steps, weight_bits=8),
        Artifact("prior_embedding", PriorEmbedding(prior), [sample], embeds, vectors),
        Artifact("image_projection", ImageProjection(projection), embeds, [pooled], vectors),
    ]


def make(origin: Origin) -> Model:
    projection, prior = trainer.load_unclip(origin.checkpoint or trainer.latest())
    seeing = clip.shipped(REPOSITORY / CLIP / "1")
    size = seeing.config.vision_config.image_size
    settings = trainer.Settings()
    return Model(
        replace(origin, tokenizer="", ids={}),
        task="unclip",
        architecture="CLIPVisionModelWithProjection + PriorTransformer + perceptron",
        artifacts=artifacts(clip.VisionTower(seeing), size, projection, prior),
        parameters={
            "base": BASE,
            "prior": {**trainer.SCHEDULER, "variance_type": VARIANCE}
            | {"steps": settings.steps, "guidance_scale": settings.guidance},
        },
        max_length=None,
        preprocessing=origin.preprocessing(size),
    )


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
