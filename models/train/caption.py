"""Trains `sticker-caption`, a BlipForConditionalGeneration that says in English or Chinese what a scene shows.

    python -m models.train.caption --minutes 25 --resume
    python -m models.train.caption --evaluate

The language follows from the second token of the prompt, `<en>` or `<zh>`. The vision tower begins as the trunk of
sticker-clip where a checkpoint of that is at hand, and keeps learning what its patches show (`patches.py`).
`latest.pt` holds {"model", "raw", "head": weights, "step": int}; `model` is the moving average.
"""

from models.train import common  # first: it sets the thread counts

# isort: split

from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

import torch
import torch.nn.functional as F
from transformers import BlipConfig, BlipForConditionalGeneration

from models.tokenizer import tokenizer
from models.train import clip
from models.train.judge import pictures_of
from models.train.painted import looks
from models.train.patches import ConvolutionalStem, PatchHead, labelled
from models.world import grammar
from models.world.concepts import UNSEEN_VENDOR
from models.world.grammar_inverse import objects_named
from models.world.scenes import Scene, scene_at

PREFIXES = {language: [tokenizer.BOS, token] for language, token in tokenizer.LANGUAGES.items()}
MAX_TOKENS = 24
KINDS = clip.KINDS


@dataclass(frozen=True)
class Settings:
    batch: int = 32
    learning_rate: float = 1.0e-3
    vision_learning_rate: float = 8e-4
    weight_decay: float = 0.05
    warm_up: int = 60
    ema: float = 0.995
    augmentation: float = 0.65  # share of the pictures that are changed
    painted: float = 0.5  # share of the pictures that look as if a diffusion model had painted them
    held_out: int = 200  # scenes of each kind that `--evaluate` captions


def config(**text: object) -> BlipConfig:
    """A BLIP of this world whose vision tower has the measures of sticker-clip's; `text` is its text model's."""
    tower = clip.config().vision_config
    vision = {"hidden_size": tower.hidden_size, "intermediate_size": tower.intermediate_size, "patch_size": 16}
    vision |= {"num_hidden_layers": tower.num_hidden_layers, "num_attention_heads": tower.num_attention_heads}
    sizes = {"image_size": 128, "hidden_act": "gelu", "initializer_range": 0.02}
    words = {"vocab_size": tokenizer.load().get_vocab_size(), "hidden_size": 192, "num_attention_heads": 3}
    words |= {"encoder_hidden_size": tower.hidden_size, "is_decoder": True, "projection_dim": 192}
    words |= {"bos_token_id": tokenizer.BOS, "sep_token_id": tokenizer.EOS}
    words |= {"eos_token_id": tokenizer.EOS, "pad_token_id": tokenizer.PAD}
    words |= {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
    return BlipConfig(text_config=words | text, vision_config=vision | sizes, projection_dim=192)


def build() -> BlipForConditionalGeneration:
    """3.3 M parameters."""
    measures = config(intermediate_size=384, num_hidden_layers=3, max_position_embeddings=32)
    model = BlipForConditionalGeneration(measures)
    model.vision_model.embeddings.patch_embedding = ConvolutionalStem(measures.vision_config.hidden_size)
    return model


def latest() -> Path:
    return common.train_directory() / "caption" / "latest.pt"


def load_caption(path: Path) -> BlipForConditionalGeneration:
    """The averaged model of a checkpoint, in evaluation mode, its stem folded."""
    model = build()
    model.load_state_dict(common.load_checkpoint(path)["model"])
    model.vision_model.embeddings.patch_embedding.fold()
    return model.eval()


def begin_as_clip(model: BlipForConditionalGeneration, trained: dict[str, torch.Tensor]) -> None:
    """Copies the stem, position embeddings and layers of CLIP's weights into the vision tower, built the same way."""
    prefix = "vision_model."
    theirs = {name[len(prefix) :]: value for name, value in trained.items() if name.startswith(prefix)}
    ours = model.vision_model.state_dict()
    ours["embeddings.class_embedding"] = theirs["embeddings.class_embedding"].view(1, 1, -1)
    ours["embeddings.position_embedding"] = theirs["embeddings.position_embedding.weight"][None]
    for name in ours:
        source = name.replace("projection", "out_proj") if "self_attn" in name else name
        if name.startswith("encoder.layers") and ".qkv." in name:
            parts = [theirs[name.replace("qkv", f"{part}_proj")] for part in "qkv"]
            ours[name] = torch.cat(parts)
        elif name.startswith("encoder.layers"):
            ours[name] = theirs[source]
        elif name.startswith(("post_layernorm", "embeddings.patch_embedding")):
            ours[name] = theirs[name]
    model.vision_model.load_state_dict(ours)


def _rows(scenes: list[Scene], first: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Ids and mask: prefix of the row's language, caption, `<eos>`; languages take turns."""
    rows = []
    for number, scene in enumerate(scenes, start=first):
        language = grammar.LANGUAGES[number % 2]
        text = grammar.plain_caption(scene, language)
        rows.append([*PREFIXES[language], *tokenizer.encode(text)[1:]])
    width = max(map(len, rows))
    ids = torch.tensor([row + [tokenizer.PAD] * (width - len(row)) for row in rows])
    return ids, torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in rows])


class Drawn(NamedTuple):
    """Pictures and their captions."""

    pixels: torch.Tensor
    labels: torch.Tensor
    ids: torch.Tensor
    mask: torch.Tensor
    number: int
    """The batch's."""


def _draw(settings: Settings, number: int) -> Drawn:
    scenes = [scene_at("train", number * settings.batch + i, clip.VENDORS_SEEN, KINDS) for i in range(settings.batch)]
    return Drawn(*labelled(scenes), *_rows(scenes, number % 2), number)


def losses_of(model: BlipForConditionalGeneration, head: PatchHead, settings: Settings, batch: Drawn) -> dict:
    """Mean cross entropy of each next token after the prefix, `<eos>` included, and of the patches."""
    pixels, labels, ids, mask, number = batch
    pictures, labels = looks(pixels, labels, number, settings.augmentation, settings.painted)
    states = model.vision_model(pixel_values=pictures)[0]
    seen = torch.ones(states.shape[:2], dtype=torch.long, device=states.device)
    logits = model.text_decoder(
        input_ids=ids, attention_mask=mask, encoder_hidden_states=states, encoder_attention_mask=seen
    ).logits[:, 1:-1]
    wanted = ids[:, 2:].masked_fill(mask[:, 2:] == 0, -100)
    words = F.cross_entropy(logits.flatten(0, 1), wanted.flatten(), ignore_index=-100)
    return {"words": words, "patches": head.loss(states, labels)}


@torch.no_grad()
def captions(model: BlipForConditionalGeneration, pictures: torch.Tensor, language: str) -> list[str]:
    """Greedy captions of pictures (B, 3, 128, 128) in [-1, 1]."""
    prompt = torch.tensor([[*PREFIXES[language], tokenizer.EOS]] * len(pictures))
    ids = model.generate(pixel_values=pictures, input_ids=prompt, max_new_tokens=MAX_TOKENS, do_sample=False)
    rows = [row[: row.index(tokenizer.EOS)] if tokenizer.EOS in row else row for row in ids.tolist()]
    return [tokenizer.decode(row) for row in rows]


def object_f1(model: BlipForConditionalGeneration, scenes: list[Scene], language: str) -> tuple[float, float]:
    """F1 of the objects that captions name (over all scenes together), and the share of backgrounds named right."""
    both = named = shown = places = 0
    for first in range(0, len(scenes), 50):
        some = scenes[first : first + 50]
        for scene, text in zip(some, captions(model, pictures_of(some), language), strict=True):
            objects, place = objects_named(text)
            both += len(objects & set(scene.counts))
            named, shown = named + len(objects), shown + len(scene.counts)
            places += place == scene.background
    return round(2 * both / max(1, named + shown), 4), round(places / len(scenes), 4)


def evaluate(model: BlipForConditionalGeneration, count: int) -> dict[str, float]:
    """F1 and backgrounds on held-out scenes, unseen compositions, and the vendor that is never trained on."""
    model.eval()
    figures = {}
    for name, split, extra in (("test", "test", {}), ("unseen", "unseen", {}), ("twemoji", "test", None)):
        extra = {"vendors": (UNSEEN_VENDOR,)} if extra is None else extra
        scenes = [scene_at(split, number, **extra) for number in range(count)]
        for language in grammar.LANGUAGES:
            f1, places = object_f1(model, scenes, language)
            figures |= {f"{name}_{language}_f1": f1, f"{name}_{language}_backgrounds": places}
    return figures


def begin(model: BlipForConditionalGeneration, head: PatchHead, resume: bool) -> None:
    """Gives a fresh model what is committed, if that is asked for, and what sticker-clip has learned, if at hand."""
    if resume and common.load_committed(model, "sticker-caption", "vision."):
        common.load_committed(model.text_decoder, "sticker-caption", "decoder.")
        clip.unfold_stem(model)
    elif (path := clip.latest()).exists():
        state = common.load_checkpoint(path)
        begin_as_clip(model, state["model"])
        head.load_state_dict(state["head"])


def train(arguments) -> None:
    settings, run = common.chosen(Settings(), arguments), common.Run("caption", arguments.minutes)
    model, step = build(), 0
    head = PatchHead(model.config.vision_config.hidden_size)
    state = run.earlier(arguments.resume)
    if not state:
        begin(model, head, arguments.resume)
    model.to(arguments.device)
    head.to(arguments.device)
    average = common.Ema(model, settings.ema)
    if state:
        model.load_state_dict(state["raw"])
        head.load_state_dict(state["head"])
        average.module.load_state_dict(state["model"])
        step = average.updates = state["step"]
    optimizer = torch.optim.AdamW(
        [
            {"params": model.vision_model.parameters(), "lr": settings.vision_learning_rate},
            {"params": [*model.text_decoder.parameters(), *head.parameters()], "lr": settings.learning_rate},
        ],
        betas=(0.9, 0.98),
        weight_decay=settings.weight_decay,
    )
    run.log(settings=asdict(settings), parameters=common.count_parameters(model), step=step)
    drawn, first = common.prefetch(partial(_draw, settings), first=step, workers=arguments.workers), step
    while not run.stopping():
        factor = common.warm_cosine(step - first, settings.warm_up, run.progress(), floor=0.02)
        common.set_learning_rate(optimizer, factor)
        losses = losses_of(model.train(), head, settings, common.moved(next(drawn), arguments.device))
        common.descend(optimizer, sum(losses.values()))
        average.update(model)
        step += 1
        if step % 20 == 0:
            run.log(step=step, **{name: round(loss.item(), 4) for name, loss in losses.items()})
        if run.due() or run.stopping():
            state = {"model": average.module.state_dict(), "raw": model.state_dict(), "head": head.state_dict()}
            common.save_checkpoint(state | {"step": step}, run.checkpoint)


def main() -> None:
    arguments = common.command_line("Trains the captioner.")
    if arguments.evaluate:
        print(evaluate(load_caption(latest()), Settings().held_out))
    else:
        train(arguments)


if __name__ == "__main__":
    main()
