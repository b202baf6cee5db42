"""Greedy continuations of micro-text as it ships, by transformers' own `generate`: `python -m models.golden.text`.

A prompt goes in as `<bos>` and its words, without `<eos>`. `tokens` are all ids, the prompt's included. `beams` are
those of the `BEAMS` best texts, the prompt's included, padded with 0; `log_probabilities` (texts, ids) are the model's
own for each id after the prompt.
"""

import torch

from models.export import text as exporter
from models.golden.common import REPOSITORY, write
from models.tokenizer import tokenizer
from models.train.text import MAX_TOKENS

BEAMS = {"num_beams": 4, "num_return_sequences": 3, "length_penalty": 0.5, "repetition_penalty": 1.2}
BEAMS |= {"min_new_tokens": 14, "max_new_tokens": 20}
PROMPTS = [
    "a castle under the night sky",
    "一座神秘的古堡在月光下闪闪发光",
    "two cats on the beach",
    "一只猫在雪地上",
    "a red apple and a dog on green grass.",
    "the",
    "",
    "hello world",
]


def beams(model, ids: torch.Tensor, name: str) -> dict[str, torch.Tensor]:
    mask = torch.ones_like(ids)
    found = model.generate(input_ids=ids, attention_mask=mask, do_sample=False, pad_token_id=tokenizer.PAD, **BEAMS)
    logits = model(input_ids=found).logits[:, ids.shape[1] - 1 : -1].log_softmax(-1)
    own = logits.gather(2, found[:, ids.shape[1] :, None])[..., 0]
    return {f"{name}_beams": found, f"{name}_beams_log_probabilities": own}


@torch.no_grad()
def main() -> None:
    model = exporter.shipped(REPOSITORY / "micro-text" / "1")
    tensors, cases = {}, []
    for number, prompt in enumerate(PROMPTS):
        ids = torch.tensor([tokenizer.load().encode(prompt).ids[:-1]])
        mask = torch.ones_like(ids)
        tokens = model.generate(
            input_ids=ids, attention_mask=mask, max_length=MAX_TOKENS, do_sample=False, pad_token_id=tokenizer.PAD
        )[0]
        name = f"prompt_{number}"
        logits = model(input_ids=ids, attention_mask=mask).logits[0, -1]
        tensors |= {f"{name}_prompt": ids[0], f"{name}_tokens": tokens, f"{name}_logits": logits}
        tensors |= beams(model, ids, name)
        cases.append({"name": name, "prompt": prompt, "text": tokenizer.decode(tokens.tolist())})
    write("text", tensors, cases)


if __name__ == "__main__":
    main()
