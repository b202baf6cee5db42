"""Greedy captions of sticker-caption as it ships, by transformers' own `generate`: `python -m models.golden.caption`.

`tokens` of a case are all ids, prefix and final `<eos>` included (no `<eos>` where the token limit came first); `beams`
those of the best of `BEAMS`.
"""

import torch

from models.export import caption as exporter
from models.golden import scene_pictures as pictures
from models.golden.common import REPOSITORY, write
from models.tokenizer import tokenizer
from models.train.caption import MAX_TOKENS, PREFIXES

BEAMS = {"num_beams": 4, "length_penalty": 0.5, "min_new_tokens": 14, "max_new_tokens": 18}


@torch.no_grad()
def main() -> None:
    model = exporter.shipped(REPOSITORY / "sticker-caption" / "1")
    vision = exporter.Vision(model)
    tensors, cases = {}, []
    for name in pictures.names():
        states = vision(pictures.pixels(name))
        tensors[f"{name}_image_embeds_first"] = states[:, 0]
        for language, prefix in PREFIXES.items():
            prompt = torch.tensor([[*prefix, tokenizer.EOS]])
            tokens = model.generate(
                pixel_values=pictures.pixels(name), input_ids=prompt, max_new_tokens=MAX_TOKENS, do_sample=False
            )[0]
            case = f"{name}_{language}"
            best = model.generate(pixel_values=pictures.pixels(name), input_ids=prompt, do_sample=False, **BEAMS)[0]
            logits = model.text_decoder(torch.tensor([prefix]), encoder_hidden_states=states).logits[0, -1]
            tensors |= {f"{case}_tokens": tokens, f"{case}_logits": logits, f"{case}_beams": best}
            cases.append({"name": case, "file": f"scenes/{name}.png", "language": language})
            cases[-1]["text"] = tokenizer.decode(tokens.tolist())
    write("caption", tensors, cases)


if __name__ == "__main__":
    main()
