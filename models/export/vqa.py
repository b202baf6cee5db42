"""Exports a BlipForQuestionAnswering: `python -m models.export.vqa --out models/repository`."""

from dataclasses import replace
from pathlib import Path

import torch
from transformers import BlipForQuestionAnswering

from models.export import caption, command, decoding
from models.export.artifact import Artifact, Model, Port
from models.export.caption import Decoder, Vision, look
from models.export.origin import Origin
from models.export.weights import restore
from models.train import vqa as trainer
from models.world.artwork import CREDITS
from models.world.outside import UNKNOWN

CARD = {
    "licence": "Apache-2.0",
    "provenance": "Trained from scratch by models/train/vqa.py on rendered sticker scenes"
    f" ({CREDITS}) and the questions and answers of a grammar in English and Chinese (models/world/questions.py);"
    " the vision tower began as sticker-caption's. Twemoji was only ever measured on.",
}
MAX_TOKENS_OF_FOLDERS = 20


class Question(torch.nn.Module):
    """`input_ids` and `attention_mask` (B, T) and the picture (B, N, D) to `question_embeds` (B, T, D).

    The modules are those of transformers, their order stands here.
    """

    def __init__(self, model: BlipForQuestionAnswering) -> None:
        super().__init__()
        self.text_encoder = model.text_encoder

    def forward(self, input_ids, attention_mask, encoder_hidden_states) -> torch.Tensor:
        positions = torch.ones_like(input_ids).cumsum(-1) - 1
        states = self.text_encoder.embeddings(input_ids, position_ids=positions)
        bias = decoding.hidden(attention_mask, states.dtype)[:, None]
        for layer in self.text_encoder.encoder.layer:
            own, cross = layer.attention, layer.crossattention
            heads = own.self.num_attention_heads
            linears = own.self.query, own.self.key, own.self.value
            query, key, value = (decoding.split_heads(linear(states), heads) for linear in linears)
            weights = (decoding.scaled(query) @ key.transpose(-1, -2) + bias).softmax(-1)
            states = own.output(decoding.join_heads(weights @ value), states)
            states = cross.output(look(cross.self, states, encoder_hidden_states), states)
            states = layer.feed_forward_chunk(states)
        return states


def artifacts(model: BlipForQuestionAnswering, weight_bits: int) -> list[Artifact]:
    picture = caption.vision(model)
    parts = [picture, _question(model, picture.outputs[0]), _decoder(model)]
    return [replace(part, weight_bits=weight_bits) for part in parts]


def _question(model: BlipForQuestionAnswering, picture: Port) -> Artifact:
    text, generator = model.config.text_config, torch.Generator().manual_seed(2)

    def example(*lengths: int) -> tuple[torch.Tensor, ...]:
        mask = (torch.arange(max(lengths)) < torch.tensor(lengths)[:, None]).long()
        ids = torch.randint(3, text.vocab_size, mask.shape, generator=generator) * mask
        return ids, mask, torch.randn(len(lengths), *picture.shape[1:], generator=generator)

    def original(ids: torch.Tensor, mask: torch.Tensor, seen: torch.Tensor) -> torch.Tensor:
        return model.text_encoder(input_ids=ids, attention_mask=mask, encoder_hidden_states=seen).last_hidden_state

    return Artifact(
        "question",
        Question(model),
        [Port("input_ids", [-1, -1], "int64"), Port("attention_mask", [-1, -1], "int64")]
        + [Port("encoder_hidden_states", picture.shape)],
        [Port("question_embeds", [-1, -1, text.hidden_size])],
        [example(7, 5), example(1), example(max_length(model)), example(3, 9, 2)],
        original=original,
    )


def _decoder(model: BlipForQuestionAnswering) -> Artifact:
    text, decoder, generator = model.config.text_config, Decoder(model.text_decoder), torch.Generator().manual_seed(1)
    sizes = (text.num_hidden_layers, text.num_attention_heads, text.hidden_size // text.num_attention_heads)
    ports = decoding.inputs(*sizes)

    def seen(rows: int) -> tuple[torch.Tensor, torch.Tensor]:
        lengths = torch.randint(1, 9, (rows,), generator=generator)
        mask = (torch.arange(int(lengths.max())) < lengths[:, None]).long()
        return torch.randn(*mask.shape, text.hidden_size, generator=generator), mask

    # Whole questions of one length: transformers' decoder looks at the padding of shorter ones too.
    states = torch.randn(2, 6, text.hidden_size, generator=generator)
    padded, mask = torch.nn.functional.pad(states, (0, 0, 0, 2), value=9.0), torch.ones(2, 8, dtype=torch.long)
    mask[:, 6:] = 0
    decoding.check(
        lambda *arguments: decoder(*arguments, padded, mask),
        lambda ids: model.text_decoder(ids, encoder_hidden_states=states, use_cache=False).logits[:, -1],
        ports[-1],
        text.vocab_size,
        max_length(model),
    )
    calls = decoding.examples(ports[-1], text.vocab_size, max_length(model))
    examples = [(*call, *seen(len(call[0]))) for call in calls]
    ports += [Port("encoder_hidden_states", [-1, -1, text.hidden_size])]
    ports += [Port("encoder_attention_mask", [-1, -1], "int64")]
    return Artifact("decoder", decoder, ports, decoding.outputs(text.vocab_size, *sizes), examples, grows=True)


def max_length(model: BlipForQuestionAnswering) -> int:
    return min(model.config.text_config.max_position_embeddings, 64)


def shipped(folder: Path) -> BlipForQuestionAnswering:
    """The model as it stands in a repository entry."""
    model = trainer.build()
    parts = {"vision": Vision(model), "question": Question(model), "decoder": Decoder(model.text_decoder)}
    restore(folder, parts)
    return model.eval()


def make(origin: Origin) -> Model:
    if origin.folder:
        model = BlipForQuestionAnswering.from_pretrained(origin.folder, dtype=torch.float32)
        parameters = {"languages": {"en": [model.config.text_config.bos_token_id]}, "temperature": 1.0}
        parameters |= {"max_tokens": MAX_TOKENS_OF_FOLDERS}
    else:
        model, fitted = trainer.load_vqa(origin.checkpoint or trainer.latest())
        begin = [model.config.text_config.bos_token_id]
        parameters = {"languages": dict.fromkeys(UNKNOWN, begin), "temperature": round(fitted, 2)}
        parameters |= {"max_tokens": trainer.MAX_ANSWER, "unknown": UNKNOWN}
    text = model.eval().config.text_config
    ids = origin.ids | {"bos_id": text.bos_token_id, "eos_id": text.sep_token_id}  # BLIP's own, not its tokenizer's
    return Model(
        replace(origin, ids=ids),
        task="visual-question-answering",
        architecture="BlipForQuestionAnswering",
        artifacts=artifacts(model, 16 if origin.folder else 8),
        parameters=parameters,
        max_length=max_length(model),
        preprocessing=origin.preprocessing(model.config.vision_config.image_size),
    )


if __name__ == "__main__":
    command.main("a BlipForQuestionAnswering", "sticker-vqa", CARD, make)
