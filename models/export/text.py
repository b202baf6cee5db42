"""Exports a GPT2LMHeadModel: `python -m models.export.text --out models/repository`."""

from pathlib import Path

import torch
from transformers import GPT2LMHeadModel

from models.export import command
from models.export.artifact import Artifact, Model, Port, round_to_half
from models.export.decoding import causal_mask, last_real, padded_rows
from models.export.origin import Origin
from models.export.weights import restore
from models.train import text as trainer

CARD = {
    "licence": "Apache-2.0",
    "provenance": "Trained from scratch by models/train/text.py on bilingual micro-stories that a grammar writes"
    " (models/world/stories.py): it continues captions of sticker scenes and knows nothing else.",
}


class Decoder(torch.nn.Module):
    """input_ids, attention_mask (B, T) to logits (B, V) of the token after the last real one of each row."""

    def __init__(self, model: GPT2LMHeadModel) -> None:
        super().__init__()
        self.transformer, self.lm_head = model.transformer, model.lm_head

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        states = self.transformer(input_ids=input_ids, attention_mask=causal_mask(input_ids), use_cache=False)[0]
        return self.lm_head(last_real(states, attention_mask))


def artifact(model: GPT2LMHeadModel) -> Artifact:
    vocabulary, longest = model.config.vocab_size, model.config.n_positions
    rows = [[7, 3], [1], [min(longest, 128)], [2, 9, 5, 20, 11]]
    return Artifact(
        "decoder",
        Decoder(model),
        [Port(name, [-1, -1], "int64") for name in ("input_ids", "attention_mask")],
        [Port("logits", [-1, vocabulary])],
        [padded_rows(vocabulary, lengths, seed) for seed, lengths in enumerate(rows)],
    )


def shipped(folder: Path) -> GPT2LMHeadModel:
    """The model as it stands in a repository entry."""
    model = trainer.build()
    restore(folder, {"decoder": Decoder(model)})
    return model.eval()


def load(origin: Origin) -> GPT2LMHeadModel:
    if origin.folder:
        return GPT2LMHeadModel.from_pretrained(origin.folder, attn_implementation="eager")
    return trainer.load_text(origin.checkpoint or trainer.latest())


def make(origin: Origin) -> Model:
    model = round_to_half(load(origin))
    return Model(
        origin,
        task="text-generation",
        architecture="GPT2LMHeadModel",
        artifacts=[artifact(model)],
        parameters={"max_tokens": model.config.n_positions},
        max_length=model.config.n_positions,
    )


if __name__ == "__main__":
    command.main("a GPT2LMHeadModel", "micro-text", CARD, make)
