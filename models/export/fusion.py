"""Exports the multimodal transformer: `python -m models.export.fusion --out models/repository`.

Its tokens and patches are states of sticker-clip, whose towers the entry holds again: so it loads, is replaced and is
measured by itself, and a new sticker-clip does not change what it was trained on.
"""

from pathlib import Path

import torch
from transformers import CLIPModel

from models.export import command
from models.export.artifact import Artifact, Model, Port
from models.export.origin import Origin
from models.export.weights import restore
from models.train import clip as clip_trainer
from models.train import fusion as trainer
from models.world.artwork import CREDITS

CARD = {
    "licence": "Apache-2.0",
    "provenance": "Trained from scratch by models/train/fusion.py on states of sticker-clip, which stays as it is, of"
    f" rendered sticker scenes ({CREDITS}) and captions of a grammar in English and Chinese, half of them wrong in one"
    " thing: an object, a number or the background. Twemoji was only ever measured on.",
}


class Text(torch.nn.Module):
    """input_ids, attention_mask (B, T) to text_embeds (B, T, D), a state for each token."""

    def __init__(self, clip: CLIPModel) -> None:
        super().__init__()
        self.text_model = clip.text_model

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        return trainer.token_states(self, input_ids, attention_mask)


class Vision(torch.nn.Module):
    """pixel_values (B, 3, S, S) to image_embeds (B, N, E), a state for each patch, row by row."""

    def __init__(self, clip: CLIPModel) -> None:
        super().__init__()
        self.vision_model = clip.vision_model

    def forward(self, pixel_values: torch.Tensor) -> torch.Tensor:
        return trainer.patch_states(self, pixel_values)


def artifacts(clip: CLIPModel, fusion: trainer.Fusion) -> list[Artifact]:
    text, image, generator = clip.config.text_config, clip.config.vision_config, torch.Generator().manual_seed(0)
    length, size, patches = text.max_position_embeddings, image.image_size, trainer.GRID**2

    def masks(count: int) -> torch.Tensor:
        return (torch.arange(length) <= 3 + 5 * torch.arange(count)[:, None]).long()

    def texts(count: int) -> tuple[torch.Tensor, torch.Tensor]:
        mask = masks(count)
        return torch.randint(3, text.vocab_size, mask.shape, generator=generator) * mask, mask

    def pictures(count: int) -> tuple[torch.Tensor]:
        return (torch.rand(count, 3, size, size, generator=generator) * 2 - 1,)

    def states(count: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        with torch.no_grad():
            ids, mask = texts(count)
            return trainer.token_states(clip, ids, mask), mask, trainer.patch_states(clip, *pictures(count))

    tokens = [Port(name, [-1, length], "int64") for name in ("input_ids", "attention_mask")]
    read = Port("text_embeds", [-1, length, text.hidden_size])
    seen = Port("image_embeds", [-1, patches, image.hidden_size])
    fused = [
        Port("fused_states", [-1, length, fusion.norm.normalized_shape[0]]),
        Port("attention_weights", [-1, length, patches]),
        Port("match_logit", [-1]),
    ]
    pixels = Port("pixel_values", [-1, 3, size, size])
    return [
        Artifact("text", Text(clip), tokens, [read], [texts(2), texts(1), texts(5)], weight_bits=8),
        Artifact("vision", Vision(clip), [pixels], [seen], [pictures(2), pictures(1), pictures(5)], weight_bits=8),
        Artifact("fusion", fusion, [read, tokens[1], seen], fused, [states(2), states(1), states(5)]),
    ]


def shipped(folder: Path) -> tuple[trainer.Fusion, CLIPModel]:
    """The model as it stands in a repository entry, with the towers that give it its states."""
    clip, fusion = clip_trainer.build(), trainer.build()
    clip.vision_model.embeddings.patch_embedding.fold()
    restore(folder, {"text": Text(clip), "vision": Vision(clip), "fusion": fusion})
    return fusion, clip.eval()


def make(origin: Origin) -> Model:
    clip = trainer.towers()
    fusion = trainer.load_fusion(origin.checkpoint or trainer.latest())
    return Model(
        origin,
        task="image-text-matching",
        architecture="CLIPModel, CrossModalAttention",
        artifacts=artifacts(clip, fusion),
        parameters={"patch_grid": {"height": trainer.GRID, "width": trainer.GRID}},
        max_length=clip.config.text_config.max_position_embeddings,
        preprocessing=origin.preprocessing(clip.config.vision_config.image_size),
    )


if __name__ == "__main__":
    command.main("a multimodal transformer", trainer.NAME, CARD, make)
