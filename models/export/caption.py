"""Exports a BlipForConditionalGeneration: `python -m models.export.caption --out models/repository`."""

from dataclasses import replace
from pathlib import Path

import torch
from transformers import BlipForConditionalGeneration, BlipForQuestionAnswering
from transformers.models.blip.modeling_blip_text import BlipTextLMHeadModel, BlipTextSelfAttention

from models.export import command, decoding
from models.export.artifact import Artifact, Model, Port
from models.export.origin import Origin
from models.export.weights import restore
from models.train import caption as trainer
from models.world.artwork import CREDITS

CARD = {
    "licence": "Apache-2.0",
    "provenance": "Trained from scratch by models/train/caption.py on rendered sticker scenes"
    f" ({CREDITS}), half of them made to look painted, and the plain sentences of a grammar in English and"
    " Chinese; the vision tower began as sticker-clip's. Twemoji was only ever measured on.",
}
MAX_TOKENS_OF_FOLDERS = 50


class Vision(torch.nn.Module):
    """pixel_values (B, 3, S, S) to image_embeds (B, N, D)."""

    def __init__(self, model: BlipForConditionalGeneration | BlipForQuestionAnswering) -> None:
        super().__init__()
        self.vision_model = model.vision_model

    def forward(self, pixel_values: torch.Tensor) -> torch.Tensor:
        return self.vision_model(pixel_values=pixel_values)[0]


class Decoder(torch.nn.Module):
    """BLIP's decoder with kept keys and values, see `decoding`, and `encoder_hidden_states` (B, N, E).

    These are the picture or, of an answerer, the question; its mask (B, N) is 0 on padding. The modules are those of
    transformers, their order stands here.
    """

    def __init__(self, text_decoder: BlipTextLMHeadModel) -> None:
        super().__init__()
        self.bert, self.cls = text_decoder.bert, text_decoder.cls

    def forward(
        self,
        input_ids,
        attention_mask,
        past_length,
        past_key_values,
        encoder_hidden_states,
        encoder_attention_mask=None,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        kept = decoding.KeyValues(input_ids, past_length, past_key_values)
        bias = None if encoder_attention_mask is None else decoding.hidden(encoder_attention_mask)
        states = self.bert.embeddings(input_ids, position_ids=kept.positions)
        for layer in self.bert.encoder.layer:
            own, cross = layer.attention, layer.crossattention
            seen = kept.attend(own.self.query(states), own.self.key(states), own.self.value(states))
            states = own.output(seen, states)
            states = cross.output(look(cross.self, states, encoder_hidden_states, bias), states)
            states = layer.feed_forward_chunk(states)
        return self.cls(decoding.last_real(states, attention_mask)), kept.new()


def look(
    attention: BlipTextSelfAttention, states: torch.Tensor, picture: torch.Tensor, bias: torch.Tensor | None = None
) -> torch.Tensor:
    """What `states` (B, T, D) see in the picture (B, N, E); `bias` (B, 1, N) is added to the scores.

    Neither keys nor values of the picture are made: q (W p + b) = (q W) p + q b, so the query goes through the weights
    of the keys instead, and what it sees through those of the values. For one new id that is a fraction of the work,
    and the picture itself is all that a row keeps, a sixth of its keys and values in three layers.
    """
    heads = attention.num_attention_heads
    query = decoding.scaled(decoding.split_heads(attention.query(states), heads))
    key, value = (linear.weight.unflatten(0, (heads, -1)) for linear in (attention.key, attention.value))
    key_bias, value_bias = (linear.bias.unflatten(0, (heads, 1, -1)) for linear in (attention.key, attention.value))
    # All heads look at the picture in one product for each row. Were the picture a matrix for each head, ONNX Runtime
    # would choose another kernel where there is one row alone, and its last bits would differ.
    asked = (query @ key).flatten(1, 2)
    scores = asked @ picture.transpose(-1, -2) + (query * key_bias).sum(-1, keepdim=True).flatten(1, 2)
    scores = scores if bias is None else scores + bias
    found = (scores.softmax(-1) @ picture).unflatten(1, (heads, -1))
    return decoding.join_heads(found @ value.transpose(-1, -2) + value_bias)


def artifacts(model: BlipForConditionalGeneration) -> list[Artifact]:
    picture = vision(model)
    return [picture, _decoder(model, Port("encoder_hidden_states", picture.outputs[0].shape))]


def vision(model: BlipForConditionalGeneration | BlipForQuestionAnswering) -> Artifact:
    """The network that looks at the picture, once for a text."""
    config, generator = model.config.vision_config, torch.Generator().manual_seed(0)
    size, tokens = config.image_size, (config.image_size // config.patch_size) ** 2 + 1

    def pictures(count: int) -> tuple[torch.Tensor]:
        return (torch.rand(count, 3, size, size, generator=generator) * 2 - 1,)

    return Artifact(
        "vision",
        Vision(model),
        [Port("pixel_values", [-1, 3, size, size])],
        [Port("image_embeds", [-1, tokens, config.hidden_size])],
        [pictures(2), pictures(1), pictures(5)],
    )


def _decoder(model: BlipForConditionalGeneration, picture: Port) -> Artifact:
    text, decoder, generator = model.config.text_config, Decoder(model.text_decoder), torch.Generator().manual_seed(1)
    heads, longest = text.num_attention_heads, min(text.max_position_embeddings, 64)
    sizes = (text.num_hidden_layers, heads, text.hidden_size // heads)
    ports = decoding.inputs(*sizes)

    def seen(rows: int) -> torch.Tensor:
        return torch.randn(rows, *picture.shape[1:], generator=generator)

    two = seen(2)
    decoding.check(
        lambda *arguments: decoder(*arguments, two),
        lambda ids: model.text_decoder(ids, encoder_hidden_states=two, use_cache=False).logits[:, -1],
        ports[-1],
        text.vocab_size,
        longest,
    )
    calls = decoding.examples(ports[-1], text.vocab_size, longest)
    examples = [(*call, seen(len(call[0]))) for call in calls]
    outputs = decoding.outputs(text.vocab_size, *sizes)
    return Artifact("decoder", decoder, [*ports, picture], outputs, examples, grows=True)


def shipped(folder: Path) -> BlipForConditionalGeneration:
    """The model as it stands in a repository entry."""
    model = trainer.build()
    model.vision_model.embeddings.patch_embedding.fold()
    restore(folder, {"vision": Vision(model), "decoder": Decoder(model.text_decoder)})
    return model.eval()


def load(origin: Origin) -> BlipForConditionalGeneration:
    if origin.folder:
        return BlipForConditionalGeneration.from_pretrained(origin.folder, dtype=torch.float32)
    return trainer.load_caption(origin.checkpoint or trainer.latest())


def make(origin: Origin) -> Model:
    model = load(origin).eval()
    text = model.config.text_config
    ids = origin.ids | {"bos_id": text.bos_token_id, "eos_id": text.sep_token_id}  # BLIP's own, not its tokenizer's
    return Model(
        replace(origin, ids=ids),
        task="caption",
        architecture="BlipForConditionalGeneration",
        artifacts=[replace(part, weight_bits=16 if origin.folder else 8) for part in artifacts(model)],
        parameters={
            "languages": {"en": [text.bos_token_id]} if origin.folder else trainer.PREFIXES,
            "max_tokens": MAX_TOKENS_OF_FOLDERS if origin.folder else trainer.MAX_TOKENS,
        },
        max_length=min(text.max_position_embeddings, 64),
        preprocessing=origin.preprocessing(model.config.vision_config.image_size),
    )


if __name__ == "__main__":
    command.main("a BlipForConditionalGeneration", "sticker-caption", CARD, make)
