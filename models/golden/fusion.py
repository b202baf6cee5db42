"""Fused texts and pictures of sticker-fusion as it ships, by torch: `python -m models.golden.fusion`.

Of each case: `ids` with `<bos>` and `<eos>`, `states` (ids, 192) and `attention` (ids, 64) without padding, and the
`match_score`. The last text is longer than the model reads.
"""

import torch

from models.export import fusion as exporter
from models.golden import scene_pictures as pictures
from models.golden.common import REPOSITORY, write
from models.tokenizer import tokenizer
from models.train.fusion import patch_states, token_states

TEXTS = {
    "castle-night": ("a castle under the night sky", "夜空下的一座城堡", "a dog under the night sky"),
    "cats-beach": ("Two cats on a beach", "沙滩上有三只猫。"),
    "apple-dog-grass": ("a red apple on the left and a dog on the right, on green grass", "草地上有一个苹果和一只狗"),
    "rocket-desert-unseen-vendor": ("沙漠里有一枚火箭", "a rocket in the desert " * 10),
}


@torch.no_grad()
def main() -> None:
    (fusion, clip), tensors, cases = exporter.shipped(REPOSITORY / "sticker-fusion" / "1"), {}, []
    for picture, texts in TEXTS.items():
        patches = patch_states(clip, pictures.pixels(picture))
        for place, text in enumerate(texts):
            ids, mask = tokenizer.batch([text])
            states, weights, logit = fusion(token_states(clip, ids, mask), mask, patches)
            name, count = f"{picture}_{place}", int(mask.sum())
            tensors |= {f"{name}_ids": ids[0, :count], f"{name}_states": states[0, :count]}
            tensors[f"{name}_attention"] = weights[0, :count]
            case = {"name": name, "file": f"scenes/{picture}.png", "text": text}
            cases.append(case | {"match_score": logit.sigmoid().item()})
    write("fusion", tensors, cases)


if __name__ == "__main__":
    main()
