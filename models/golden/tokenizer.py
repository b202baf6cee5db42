"""Ids that the embedded tokenizer gives: `python -m models.golden.tokenizer`.

Of each text: all ids with `<bos>` and `<eos>`; the ids cut to 32 as `models.tokenizer.tokenizer.encode` cuts them; and
the text that decoding gives back.
"""

import torch

from models.golden.common import write
from models.tokenizer import tokenizer

TEXTS = [
    "a castle under the night sky",
    "一座神秘的古堡在月光下闪闪发光",
    "一只猫在雪地上",
    "a red apple and a dog on green grass",
    "two cats on a beach",
    "",
    " ",
    "\n\t ",
    "cat",
    " cat",
    "  cat  and   dog ",
    "CAT",
    "Cat And DOG on THE beach!",
    "猫",
    "猫和狗",
    "两只猫和a dog在海滩上",
    "a 猫 in the 森林",
    "three butterflies, in the moonlight.",
    "it's a dog's bone, isn't it? they've left; we'll see",
    "a castle... under - the (night) [sky] {here} <there>",
    "\"quoted\" 'single' `back` “curly” ‘quotes’ «guillemets»",
    "1234567890 3.14 -42 1e-6 50% $20 €30 ￥40",
    "😀",
    "🐱🐶🏰",
    "a 🐱 under the 🌙 sky",
    "👨‍👩‍👧‍👦 family, 🏳️‍🌈 flag, 👍🏽 thumb",
    "é e\u0301 ñ n\u0303 ü u\u0308 Å A\u030a",
    "ﬁre ﬂame ½ ² ™ Ⅳ ㎏ ①",
    "ＦＵＬＬ ｗｉｄｔｈ　ｌｅｔｔｅｒｓ，１２３！",
    "straße STRASSE İstanbul ıI ς Σ σ ΟΔΥΣΣΕΥΣ",
    "Привет мир",
    "مرحبا بالعالم",
    "שלום עולם",
    "नमस्ते दुनिया",
    "こんにちは世界、カタカナ",
    "안녕하세요 세계",
    "ภาษาไทย",
    "\u200bzero\u200dwidth\ufeff",
    "tab\tseparated\tvalues",
    "line one\nline two\r\nline three",
    "<pad>",
    "<bos> a cat <eos>",
    "<en> a cat",
    "<zh>一只猫",
    "< bos > <eos",
    "a",
    "ab",
    "supercalifragilisticexpialidocious",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "a cat " * 40,
    "一只猫" * 30,
    "a castle under the night sky, " * 8 + "with a dragon",
    "𠀀𠀁 extension B and 〇",
    "夜空下，一座城堡。",
    "“一只猫”——在雪地上……",
    "图片里有几只猫？",
    "左边是一只猫，右边是两只狗。",
    "null\u0000byte",
    "C:\\path\\to\\file /usr/bin ~ @ # & * + = | ^",
    "mysterious 神秘的 shining 闪闪发光 castle 古堡",
    "a UFO, the Ferris wheel & a hot-dog",
    "!!!???...,,,;;;:::",
]


def main() -> None:
    tensors, cases = {}, []
    for number, text in enumerate(TEXTS):
        ids, cut = tokenizer.load().encode(text).ids, tokenizer.encode(text)
        name = f"text_{number:02d}"
        tensors |= {f"{name}_ids": torch.tensor(ids), f"{name}_cut": torch.tensor(cut)}
        cases.append({"name": name, "text": text, "decoded": tokenizer.decode(ids)})
    write("tokenizer", tensors, cases, max_length=str(tokenizer.MAX_LENGTH))


if __name__ == "__main__":
    main()
