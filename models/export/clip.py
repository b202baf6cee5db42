"""Exports a CLIPModel: `python -m models.export.clip --out models/repository`."""

from collections.abc import Callable
from pathlib import Path

import torch
import torch.nn.functional as F
from transformers import CLIPModel

from models.export import command, manifest_file
from models.export.artifact import Artifact, Model, Port
from models.export.origin import Origin
from models.export.weights import restore
from models.tokenizer import tokenizer
from models.train import clip as trainer
from models.world.artwork import CREDITS

CARD = {
    "licence": "Apache-2.0",
    "provenance": "Trained from scratch by models/train/clip.py on rendered sticker scenes"
    f" ({CREDITS}) and captions of a grammar in English and Chinese. A few convolutions stand in the place of the patch"
    " embedding. Its last 2,017 steps, of 512 scenes each on one H200, also asked that what a scene shows be read out"
    " of its embedding. Twemoji was only ever measured on.",
}
TEMPLATES = {"en": ["a sticker of {}", "a picture of {}"], "zh": ["一张{}的贴纸", "一张{}的图片"]}
TEMPLATES_OF_FOLDERS = {"en": ["a photo of a {}."], "zh": ["一张{}的照片。"]}
"""The first as in CLIP's paper, section 3.1.4; a checkpoint that has not learnt Chinese guesses at the second."""


class TextTower(torch.nn.Module):
    """input_ids, attention_mask (B, T) to text_embeds (B, D), L2-normalised; pooled at the first `<eos>`."""

    def __init__(self, clip: CLIPModel, eos_id: int) -> None:
        super().__init__()
        self.text_model, self.text_projection, self.eos_id = clip.text_model, clip.text_projection, eos_id

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        states = self.text_model(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        return F.normalize(self.text_projection(tokenizer.at_eos(states, input_ids, self.eos_id)), dim=-1)


class VisionTower(torch.nn.Module):
    """pixel_values (B, 3, S, S) to image_embeds (B, D), L2-normalised."""

    def __init__(self, clip: CLIPModel) -> None:
        super().__init__()
        self.vision_model, self.visual_projection = clip.vision_model, clip.visual_projection

    def forward(self, pixel_values: torch.Tensor) -> torch.Tensor:
        return F.normalize(self.visual_projection(self.vision_model(pixel_values=pixel_values)[1]), dim=-1)


def _original_text(clip: CLIPModel) -> Callable:
    return lambda ids, mask: F.normalize(clip.get_text_features(input_ids=ids, attention_mask=mask), dim=-1)


def artifacts(clip: CLIPModel, eos_id: int, text_original: Callable | None = None) -> list[Artifact]:
    length, size, width = (
        clip.config.text_config.max_position_embeddings,
        clip.config.vision_config.image_size,
        clip.config.projection_dim,
    )
    generator = torch.Generator().manual_seed(0)

    def texts(count: int) -> tuple[torch.Tensor, torch.Tensor]:
        ids = torch.randint(3, clip.config.text_config.vocab_size - 2, (count, length), generator=generator)
        mask = torch.ones_like(ids)
        for row in range(count):
            end = 4 + row % (length - 4)
            ids[row, end:], mask[row, end + 1 :] = eos_id, 0
        return ids, mask

    def pictures(count: int) -> tuple[torch.Tensor]:
        return (torch.rand(count, 3, size, size, generator=generator) * 2 - 1,)

    tokens = [Port(name, [-1, length], "int64") for name in ("input_ids", "attention_mask")]
    return [
        Artifact(
            "text",
            TextTower(clip, eos_id),
            tokens,
            [Port("text_embeds", [-1, width])],
            [texts(2), texts(1), texts(5)],
            original=text_original,
        ),
        Artifact(
            "vision",
            VisionTower(clip),
            [Port("pixel_values", [-1, 3, size, size])],
            [Port("image_embeds", [-1, width])],
            [pictures(2), pictures(1), pictures(5)],
        ),
    ]


def shipped(folder: Path) -> CLIPModel:
    """The model as it stands in a repository entry."""
    clip = trainer.build()
    clip.vision_model.embeddings.patch_embedding.fold()
    restore(folder, {"text": TextTower(clip, tokenizer.EOS), "vision": VisionTower(clip)})
    scale = manifest_file.read(folder / "model.yaml")["parameters"]["logit_scale"]
    clip.logit_scale.data = torch.tensor(scale).log()
    return clip.eval()


def load(origin: Origin) -> CLIPModel:
    if origin.folder:
        return CLIPModel.from_pretrained(origin.folder, attn_implementation="eager", dtype=torch.float32)
    return trainer.load_clip(origin.checkpoint or trainer.latest())


def make(origin: Origin) -> Model:
    clip = load(origin).eval()
    text_original = _original_text(clip) if origin.folder else None  # the trainer's own pooling is not transformers'
    return Model(
        origin,
        task="clip",
        architecture="CLIPModel",
        artifacts=artifacts(clip, origin.ids["eos_id"], text_original),
        parameters={
            "logit_scale": round(clip.logit_scale.exp().clamp(max=100).item(), 4),
            "projection_dim": clip.config.projection_dim,
            "templates": TEMPLATES_OF_FOLDERS if origin.folder else TEMPLATES,
        },
        max_length=clip.config.text_config.max_position_embeddings,
        preprocessing=origin.preprocessing(clip.config.vision_config.image_size),
    )


if __name__ == "__main__":
    command.main("a CLIPModel", "sticker-clip", CARD, make)
