"""Exports a GPT2LMHeadModel: `python -m models.export.text --out models/repository`."""

from pathlib import Path

import torch
from transformers import GPT2LMHeadModel

from models.export import command, decoding
from models.export.artifact import Artifact, Model
from models.export.origin import Origin
from models.export.weights import restore
from models.train import text as trainer

CARD = {
    "licence": "Apache-2.0",
    "provenance": "Trained from scratch by models/train/text.py on bilingual micro-stories that a grammar writes"
    " (models/world/stories.py): it continues captions of sticker scenes and knows nothing else.",
}


class Decoder(torch.nn.Module):
    """GPT-2 with kept keys and values, see `decoding`; the modules are those of transformers, their order is here."""

    def __init__(self, model: GPT2LMHeadModel) -> None:
        super().__init__()
        self.transformer, self.lm_head = model.transformer, model.lm_head

    def forward(self, input_ids, attention_mask, past_length, past_key_values) -> tuple[torch.Tensor, torch.Tensor]:
        kept = decoding.KeyValues(input_ids, past_length, past_key_values)
        states = self.transformer.wte(input_ids) + self.transformer.wpe(kept.positions)
        for block in self.transformer.h:
            attention = block.attn
            seen = kept.attend(*attention.c_attn(block.ln_1(states)).chunk(3, dim=-1))
            states = states + attention.c_proj(seen)
            states = states + block.mlp(block.ln_2(states))
        last = decoding.last_real(states, attention_mask)
        return self.lm_head(self.transformer.ln_f(last)), kept.new()


def artifact(model: GPT2LMHeadModel) -> Artifact:
    config, decoder = model.config, Decoder(model)
    sizes = (config.n_layer, config.n_head, config.n_embd // config.n_head)
    ports = decoding.inputs(*sizes)
    decoding.check(
        decoder, lambda ids: model(ids, use_cache=False).logits[:, -1], ports[-1], config.vocab_size, config.n_positions
    )
    examples = decoding.examples(ports[-1], config.vocab_size, min(config.n_positions, 128))
    return Artifact("decoder", decoder, ports, decoding.outputs(config.vocab_size, *sizes), examples, grows=True)


def shipped(folder: Path) -> GPT2LMHeadModel:
    """The model as it stands in a repository entry."""
    model = trainer.build()
    restore(folder, {"decoder": Decoder(model)})
    return model.eval()


def load(origin: Origin) -> GPT2LMHeadModel:
    if origin.folder:
        return GPT2LMHeadModel.from_pretrained(origin.folder, attn_implementation="eager", dtype=torch.float32)
    return trainer.load_text(origin.checkpoint or trainer.latest())


def make(origin: Origin) -> Model:
    model = load(origin).eval()
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
