"""Greedy continuations of micro-text as it ships, by transformers' own `generate`: `python -m models.golden.text`.

A prompt goes in as `<bos>` and its words, without `<eos>`. `tokens` are all ids, the prompt's included.
"""

import torch

from models.export import text as exporter
from models.golden.common import REPOSITORY, write
from models.tokenizer import tokenizer
from models.train.text import MAX_TOKENS

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
        cases.append({"name": name, "prompt": prompt, "text": tokenizer.decode(tokens.tolist())})
    write("text", tensors, cases)


if __name__ == "__main__":
    main()
