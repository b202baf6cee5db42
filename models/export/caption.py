"""Exports a BlipForConditionalGeneration: `python -m models.export.caption --out models/repository`."""

from dataclasses import replace
from pathlib import Path

import torch
from transformers import BlipForConditionalGeneration

from models.export import command
from models.export.artifact import Artifact, Model, Port, round_to_half
from models.export.decoding import last_real, padded_rows
from models.export.origin import Origin
from models.export.weights import restore
from models.train import caption as trainer

CARD = {
    "licence": "Apache-2.0",
    "provenance": "Trained from scratch by models/train/caption.py on rendered sticker scenes (Fluent Emoji flat and"
    " colour, MIT; Noto Emoji new and old, Apache-2.0; Firefox OS Emoji, Apache-2.0; EmojiTwo, CC-BY-4.0), half of them"
    " made to look painted, and the plain sentences of a grammar in English and Chinese; the vision tower began as"
    " sticker-clip's. Twemoji was only ever measured on.",
}


class Vision(torch.nn.Module):
    """pixel_values (B, 3, S, S) to image_embeds (B, N, D)."""

    def __init__(self, model: BlipForConditionalGeneration) -> None:
        super().__init__()
        self.vision_model = model.vision_model

    def forward(self, pixel_values: torch.Tensor) -> torch.Tensor:
        return self.vision_model(pixel_values=pixel_values)[0]


class Decoder(torch.nn.Module):
    """input_ids, attention_mask (B, T), encoder_hidden_states (B, N, D) to logits (B, V) after the last real token."""

    def __init__(self, model: BlipForConditionalGeneration) -> None:
        super().__init__()
        self.bert, self.cls = model.text_decoder.bert, model.text_decoder.cls

    def forward(self, input_ids, attention_mask, encoder_hidden_states) -> torch.Tensor:
        states = self.bert(
            input_ids=input_ids,
            attention_mask=attention_mask,
            encoder_hidden_states=encoder_hidden_states,
            encoder_attention_mask=torch.ones_like(encoder_hidden_states[..., 0]),
            is_decoder=True,
            use_cache=False,
        )[0]
        return self.cls(last_real(states, attention_mask)[:, None])[:, 0]


def artifacts(model: BlipForConditionalGeneration) -> list[Artifact]:
    vision, text = model.config.vision_config, model.config.text_config
    size, tokens = vision.image_size, (vision.image_size // vision.patch_size) ** 2 + 1
    generator = torch.Generator().manual_seed(0)

    def pictures(count: int) -> tuple[torch.Tensor]:
        return (torch.rand(count, 3, size, size, generator=generator) * 2 - 1,)

    def rows(lengths: list[int]) -> tuple[torch.Tensor, ...]:
        states = torch.randn(len(lengths), tokens, vision.hidden_size, generator=generator)
        return *padded_rows(text.vocab_size, lengths, len(lengths)), states

    ids = [Port(name, [-1, -1], "int64") for name in ("input_ids", "attention_mask")]
    states = Port("encoder_hidden_states", [-1, tokens, vision.hidden_size])
    return [
        Artifact(
            "vision",
            Vision(model),
            [Port("pixel_values", [-1, 3, size, size])],
            [Port("image_embeds", [-1, tokens, vision.hidden_size])],
            [pictures(2), pictures(1), pictures(5)],
        ),
        Artifact(
            "decoder",
            Decoder(model),
            [*ids, states],
            [Port("logits", [-1, text.vocab_size])],
            [rows([7, 3]), rows([2]), rows([min(text.max_position_embeddings, 64)]), rows([2, 9, 5, 20, 11])],
        ),
    ]


def shipped(folder: Path) -> BlipForConditionalGeneration:
    """The model as it stands in a repository entry."""
    model = trainer.build()
    model.vision_model.embeddings.patch_embedding.fold()
    restore(folder, {"vision": Vision(model), "decoder": Decoder(model)})
    return model.eval()


def load(origin: Origin) -> BlipForConditionalGeneration:
    if origin.folder:
        return BlipForConditionalGeneration.from_pretrained(origin.folder)
    return trainer.load_caption(origin.checkpoint or trainer.latest())


def make(origin: Origin) -> Model:
    model = round_to_half(load(origin))
    text = model.config.text_config
    ids = origin.ids | {"bos_id": text.bos_token_id, "eos_id": text.sep_token_id}  # BLIP's own, not its tokenizer's
    return Model(
        replace(origin, ids=ids),
        task="caption",
        architecture="BlipForConditionalGeneration",
        artifacts=artifacts(model),
        parameters={
            "languages": {"en": [text.bos_token_id]} if origin.folder else trainer.PREFIXES,
            "max_tokens": trainer.MAX_TOKENS,
        },
        max_length=min(text.max_position_embeddings, 64),
        preprocessing=origin.preprocessing(model.config.vision_config.image_size),
    )


if __name__ == "__main__":
    command.main("a BlipForConditionalGeneration", "sticker-caption", CARD, make)
