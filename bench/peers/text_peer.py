"""transformers' `generate` in-process, with the weights that ship: `python -m bench.peers.text_peer --help`.

Greedy, with transformers' own cache of keys and values. A request counts as many items as it makes tokens.
"""

import io

import torch
from PIL import Image
from transformers import CLIPImageProcessor

from bench.peers import closed_loop
from models.export import caption, text
from models.tokenizer import tokenizer
from models.train.caption import MAX_TOKENS, PREFIXES
from models.train.text import MAX_TOKENS as CONTEXT


def main() -> None:
    arguments = closed_loop.arguments(__doc__)
    captioner = caption.shipped(arguments.repository / "sticker-caption" / "1")
    teller = text.shipped(arguments.repository / "micro-text" / "1")
    size = captioner.config.vision_config.image_size
    processor = CLIPImageProcessor(
        size={"shortest_edge": size}, crop_size=size, image_mean=[0.5] * 3, image_std=[0.5] * 3
    )
    texts, picture = arguments.texts.read_text().splitlines(), arguments.picture.read_bytes()

    @torch.inference_mode()
    def continue_text(number: int) -> int:
        ids = torch.tensor([tokenizer.load().encode(texts[number % len(texts)]).ids[:-1]])
        tokens = teller.generate(
            input_ids=ids,
            attention_mask=torch.ones_like(ids),
            max_length=CONTEXT,
            do_sample=False,
            pad_token_id=tokenizer.PAD,
        )[0]
        return made(tokens[ids.shape[1] :])

    @torch.inference_mode()
    def describe(_: int) -> int:
        image = Image.open(io.BytesIO(picture)).convert("RGB")
        pixels = processor(images=image, return_tensors="pt").pixel_values
        prefix = PREFIXES["en"]
        prompt = torch.tensor([[*prefix, tokenizer.EOS]])  # `generate` takes the last one off
        tokens = captioner.generate(pixel_values=pixels, input_ids=prompt, max_new_tokens=MAX_TOKENS, do_sample=False)[
            0
        ]
        return made(tokens[len(prefix) :])

    closed_loop.serve({"continue-text": continue_text, "caption": describe}, arguments.threads)


def made(tokens: torch.Tensor) -> int:
    """Tokens without the one that ends a text, as the fleet counts them; the text itself is made too."""
    words = [token for token in tokens.tolist() if token != tokenizer.EOS]
    tokenizer.decode(words)
    return len(words)


if __name__ == "__main__":
    main()
