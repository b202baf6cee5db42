"""Answers of sticker-vqa as it ships, by transformers' own `generate`: `python -m models.golden.vqa`.

`ids` of a case are those of its question, `tokens` those after the one that begins the answer, the final `<eos>`
included, `log_probabilities` the model's own of each; `confidence` is what the manifest's temperature makes of them.
"""

import torch

from models.export import manifest_file
from models.export import vqa as exporter
from models.golden import scene_pictures as pictures
from models.golden.common import REPOSITORY, write
from models.tokenizer import tokenizer
from models.train.vqa import MAX_ANSWER, MAX_QUESTION
from models.world.outside import UNKNOWN

QUESTIONS = {
    "castle-night": (
        "is there a building in this picture?",
        "这张图片中有建筑物吗？",
        "what is this?",
        "这是什么地方？",
    ),
    "cats-beach": ("how many cats are there?", "图片中有几只猫？", "Where are the cats", "图片中有几只狗？"),
    "apple-dog-grass": ("what is on the left?", "狗在左边还是右边？", "what colour is the apple?", "谁画了这幅画？"),
    "rocket-desert-unseen-vendor": ("what kind of thing is this?", "这属于哪一类？", "who is the president?"),
}


@torch.no_grad()
def main() -> None:
    folder = REPOSITORY / "sticker-vqa" / "1"
    model, tensors, cases = exporter.shipped(folder), {}, []
    temperature = manifest_file.read(folder / "model.yaml")["parameters"]["temperature"]
    for picture, questions in QUESTIONS.items():
        pixels = pictures.pixels(picture)
        for place, question in enumerate(questions):
            ids = torch.tensor([tokenizer.encode(question, MAX_QUESTION)])
            mask = torch.ones_like(ids)
            tokens = model.generate(
                input_ids=ids, attention_mask=mask, pixel_values=pixels, max_new_tokens=MAX_ANSWER, do_sample=False
            )
            seen = model.vision_model(pixels)[0]
            asked = model.text_encoder(input_ids=ids, attention_mask=mask, encoder_hidden_states=seen).last_hidden_state
            logits = model.text_decoder(tokens[:, :-1], encoder_hidden_states=asked).logits
            made, name, text = tokens[:, 1:, None], f"{picture}_{place}", tokenizer.decode(tokens[0].tolist())
            own = logits.log_softmax(-1).gather(2, made)[0, :, 0]
            sure = (logits / temperature).log_softmax(-1).gather(2, made).sum().exp().item()
            tensors |= {f"{name}_ids": ids[0], f"{name}_tokens": tokens[0, 1:], f"{name}_log_probabilities": own}
            case = {"name": name, "file": f"scenes/{picture}.png", "question": question, "text": text}
            cases.append(case | {"confidence": 1 - sure if text in UNKNOWN.values() else sure})
    write("vqa", tensors, cases)


if __name__ == "__main__":
    main()
