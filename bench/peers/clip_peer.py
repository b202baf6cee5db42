"""transformers' CLIPModel in-process, with the weights that ship: `python -m bench.peers.clip_peer --help`."""

import io

import torch
from PIL import Image
from transformers import CLIPImageProcessor

from bench.peers import closed_loop
from models.export import clip as exporter
from models.tokenizer import tokenizer
from models.train.clip import image_features, text_features


def main() -> None:
    arguments = closed_loop.arguments(__doc__)
    model = exporter.shipped(arguments.repository / "sticker-clip" / "1")
    size = model.config.vision_config.image_size
    processor = CLIPImageProcessor(
        size={"shortest_edge": size}, crop_size=size, image_mean=[0.5] * 3, image_std=[0.5] * 3
    )
    texts, picture = arguments.texts.read_text().splitlines(), arguments.picture.read_bytes()

    @torch.inference_mode()
    def embed_text(number: int) -> list[float]:
        ids, mask = tokenizer.batch([texts[number % len(texts)]], full=False)
        return text_features(model, ids, mask)[0].tolist()

    @torch.inference_mode()
    def embed_picture(_: int) -> list[float]:
        image = Image.open(io.BytesIO(picture)).convert("RGB")
        pixels = processor(images=image, return_tensors="pt").pixel_values
        return image_features(model, pixels)[0].tolist()

    closed_loop.serve({"embed-text": embed_text, "embed-picture": embed_picture}, arguments.threads)


if __name__ == "__main__":
    main()
