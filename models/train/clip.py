"""Trains `sticker-clip`, a CLIPModel that knows the stickers' names in English and Chinese.

    python -m models.train.clip --minutes 30 --resume
    python -m models.train.clip --evaluate

First the stem learns alone to name the objects of scenes. Then four losses share each look at the pictures: CLIP's own
between scenes and their captions; one between scenes and a prompt for every concept (as in UniCL, Yang et al. 2022),
which is what zero-shot classification asks later; one of what the patches show; and one of the scene's facts, read out
of the embedding: which thing stands left, how many there are, where. Captions of a batch hardly ever differ in these
alone, so the contrast does not ask for them, but unCLIP (`unclip.py`) paints from what an embedding tells.
`latest.pt` holds {"model", "raw", "heads": weights, "step": int}; `model` is the moving average.
"""

from models.train import common  # first: it sets the thread counts

# isort: split

import random
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import nn
from transformers import CLIPConfig, CLIPModel

from models.tokenizer import tokenizer
from models.train import text_encoder as prompts
from models.train.judge import objects_shown, pictures_of
from models.train.patches import ConvolutionalStem, PatchHead, StemHead, augmented, labelled
from models.world import grammar
from models.world.concepts import CONCEPT_INDEX, CONCEPTS, EXTRA_VENDORS, TRAIN_VENDORS, UNSEEN_VENDOR
from models.world.names import NAMES
from models.world.scenes import scene_at

TEMPLATES = {
    "en": ["a sticker of {}", "a picture of {}", "{}"],
    "zh": ["一张{}的贴纸", "一张{}的图片", "{}"],
}
VENDORS_SEEN = (*TRAIN_VENDORS, *EXTRA_VENDORS)
KINDS = {(1,): 50, (2,): 10, (3,): 6, (1, 1): 26, (2, 1): 4, (1, 2): 4}


@dataclass(frozen=True)
class Settings:
    batch: int = 32
    learning_rate: float = 1.0e-3
    weight_decay: float = 0.05
    warm_up: int = 60
    ema: float = 0.995
    stem_learning_rate: float = 2e-3
    stem_steps: int = 2200  # in which the stem learns alone to name objects: a convolution learns that fastest
    strangers: int = 24  # concepts of each batch's class prompts that no scene of it shows, if there are so many
    facts_weight: float = 0.25
    facts_hidden: int = 512
    augmentation: tuple[float, float] = (0.15, 0.75)  # share of the pictures that are changed, at first and at last
    augmentation_steps: int = 3000  # in which it grows, for nothing is learned of strongly changed pictures alone
    held_out: int = 512  # scenes that `--evaluate` looks at


def config() -> CLIPConfig:
    """3.1 M parameters; the text tower is also where the diffusion model's text encoder begins."""
    text = {"vocab_size": tokenizer.load().get_vocab_size(), "hidden_size": 256, "intermediate_size": 512}
    text |= {"num_hidden_layers": 2, "num_attention_heads": 4, "max_position_embeddings": tokenizer.MAX_LENGTH}
    text |= {"bos_token_id": tokenizer.BOS, "eos_token_id": tokenizer.EOS, "pad_token_id": tokenizer.PAD}
    vision = {"hidden_size": 192, "intermediate_size": 384, "num_hidden_layers": 4, "num_attention_heads": 3}
    vision |= {"image_size": 128, "patch_size": 16}
    both = {"hidden_act": "gelu", "attention_dropout": 0.0}
    return CLIPConfig(text_config=text | both, vision_config=vision | both, projection_dim=192)


def build() -> CLIPModel:
    clip = config()
    clip._attn_implementation = "eager"
    model = CLIPModel(clip)
    model.vision_model.embeddings.patch_embedding = ConvolutionalStem(clip.vision_config.hidden_size)
    return model


def latest() -> Path:
    return common.train_directory() / "clip" / "latest.pt"


def load_clip(path: Path) -> CLIPModel:
    """The averaged model of a checkpoint, in evaluation mode, its stem folded."""
    model = build()
    model.load_state_dict(common.load_checkpoint(path)["model"])
    model.vision_model.embeddings.patch_embedding.fold()
    return model.eval()


def image_features(model: CLIPModel, pictures: torch.Tensor) -> torch.Tensor:
    """L2-normalised (B, 192) of pictures in [-1, 1]."""
    pooled = model.vision_model(pixel_values=pictures).pooler_output
    return F.normalize(model.visual_projection(pooled), dim=-1)


def text_features(model: CLIPModel, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
    """L2-normalised (B, 192), pooled at `<eos>`."""
    states = model.text_model(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
    return F.normalize(model.text_projection(tokenizer.at_eos(states, input_ids)), dim=-1)


def class_prompts(concepts: list[str], rng: random.Random) -> list[str]:
    """One prompt for each of the concepts, in one language for all, under any of its names."""
    language = rng.choice(grammar.LANGUAGES)
    template = rng.choice(TEMPLATES[language])
    names = (NAMES[concept] for concept in concepts)
    if language == "zh":
        return [template.format(rng.choice(name.chinese)) for name in names]
    return [template.format(grammar.article(rng.choice(name.english)[0])) for name in names]


def plain_prompts(language: str, template: str) -> list[str]:
    """The prompt of each concept under its plain name, as a client would label it."""
    if language == "zh":
        return [template.format(NAMES[concept.id].chinese[0]) for concept in CONCEPTS]
    return [template.format(grammar.article(NAMES[concept.id].english[0][0])) for concept in CONCEPTS]


class FactsHead(nn.Module):
    """Embeddings (B, 192) to the loss of the facts that they tell; thrown away after training."""

    def __init__(self, embedding: int, hidden: int) -> None:
        super().__init__()
        self.read, self.heads = nn.Sequential(nn.Linear(embedding, hidden), nn.GELU()), prompts.Heads(hidden)

    def loss(self, embeddings: torch.Tensor, facts: torch.Tensor, shown: torch.Tensor) -> torch.Tensor:
        return self.heads.loss(self.read(embeddings * embeddings.shape[1] ** 0.5), prompts.by_name(facts), shown)


class Heads(nn.ModuleDict):
    """What is thrown away after training."""

    def __init__(self, model: CLIPModel, settings: Settings) -> None:
        width, embedding = model.config.vision_config.hidden_size, model.config.projection_dim
        facts = FactsHead(embedding, settings.facts_hidden)
        super().__init__({"stem": StemHead(width), "patches": PatchHead(width), "facts": facts})


class Drawn(NamedTuple):
    """What a step learns from, a row a scene."""

    number: int
    """The batch's."""
    pixels: torch.Tensor
    """Uint8 (batch, 128, 128, 3)."""
    labels: torch.Tensor
    """Uint8 (batch, 128, 128), what the pixels show."""
    shown: torch.Tensor
    """Float32 (batch, 128), one for each concept that is there."""
    facts: torch.Tensor
    """Int64 (batch, facts), as `prompts.facts_table` gives them."""
    captions: tuple[torch.Tensor, torch.Tensor]
    """Ids and mask, each int64 (batch, T)."""
    classes: tuple[torch.Tensor, torch.Tensor]
    """Those of the class prompts, (concepts, T)."""
    wanted: torch.Tensor
    """Float32 (batch, concepts): the share of each class prompt."""


def _draw(settings: Settings, number: int) -> Drawn:
    rng = random.Random(f"clip/{number}")
    scenes = [scene_at("train", number * settings.batch + i, VENDORS_SEEN, KINDS) for i in range(settings.batch)]
    captions = [grammar.caption(scene, rng.choice(grammar.LANGUAGES), rng) for scene in scenes]
    seen = {concept for scene in scenes for concept in scene.counts}
    others = sorted(CONCEPT_INDEX.keys() - seen)
    concepts = sorted(seen) + rng.sample(others, min(len(others), settings.strangers))
    shown = objects_shown(scenes)
    wanted = shown[:, [CONCEPT_INDEX[concept] for concept in concepts]]
    wanted = wanted / wanted.sum(1, keepdim=True)
    told, prompted = (tokenizer.batch(texts, full=False) for texts in (captions, class_prompts(concepts, rng)))
    return Drawn(number, *labelled(scenes), shown, prompts.facts_table(scenes), told, prompted, wanted)


def losses_of(model: CLIPModel, heads: Heads, settings: Settings, drawn: Drawn) -> dict[str, torch.Tensor]:
    """That of the stem while it learns alone; then those of captions, concepts, patches and facts."""
    first, last = settings.augmentation
    strength = first + (last - first) * min(1.0, drawn.number / settings.augmentation_steps)
    pictures, labels = augmented(drawn.pixels, drawn.labels, drawn.number, strength)
    if drawn.number < settings.stem_steps:
        return {"stem": heads["stem"].loss(model.vision_model.embeddings.patch_embedding(pictures), drawn.shown)}
    scale = model.logit_scale.exp().clamp(max=100)
    seen = model.vision_model(pixel_values=pictures)
    images = F.normalize(model.visual_projection(seen.pooler_output), dim=-1)
    logits = scale * images @ text_features(model, *drawn.captions).T
    rows = torch.arange(len(images), device=images.device)
    return {
        "contrast": (F.cross_entropy(logits, rows) + F.cross_entropy(logits.T, rows)) / 2,
        "classes": F.cross_entropy(scale * images @ text_features(model, *drawn.classes).T, drawn.wanted),
        "patches": heads["patches"].loss(seen.last_hidden_state, labels),
        "facts": settings.facts_weight * heads["facts"].loss(images, drawn.facts, drawn.shown),
    }


def begin(model: CLIPModel) -> None:
    """Gives a fresh model larger position embeddings and, if there is one, its text tower."""
    nn.init.normal_(model.vision_model.embeddings.position_embedding.weight, std=0.2)
    if prompts.latest().exists():
        model.text_model.load_state_dict(prompts.load_text_encoder(prompts.latest())[0].text_model.state_dict())
        model.text_model.requires_grad_(False)


def committed() -> CLIPModel:
    """What is committed, frozen, in evaluation mode."""
    model = build()
    model.vision_model.embeddings.patch_embedding.fold()
    common.load_committed(model, "sticker-clip", "vision.")
    common.load_committed(model, "sticker-clip", "text.")
    return model.eval().requires_grad_(False)


def begin_committed(model: CLIPModel) -> bool:
    """Gives the model what is committed, if anything is: a stem that has learned and a text tower that is kept."""
    if not common.load_committed(model, "sticker-clip", "vision."):
        return False
    common.load_committed(model, "sticker-clip", "text.")
    model.text_model.requires_grad_(False)
    unfold_stem(model)
    return True


def unfold_stem(model: nn.Module) -> None:
    """Makes the stem of a committed vision tower trainable again (see `ConvolutionalStem.unfold`)."""
    scenes = [scene_at("train", number, VENDORS_SEEN, KINDS) for number in range(256)]
    model.vision_model.embeddings.patch_embedding.unfold(pictures_of(scenes))


@torch.no_grad()
def zero_shot(model: CLIPModel, vendor: str, count: int) -> dict[str, float]:
    """Top-1 over all concepts on scenes of one object of a vendor, per language (mean over its templates)."""
    kinds = {(1,): 100}
    scenes = [scene_at("test", number, (vendor,), kinds) for number in range(count)]
    right = torch.tensor([CONCEPT_INDEX[scene.groups[0].concept] for scene in scenes])
    images = torch.cat([image_features(model, pictures_of(scenes[i : i + 64])) for i in range(0, count, 64)])
    figures = {}
    for language, templates in TEMPLATES.items():
        texts = sum(text_features(model, *tokenizer.batch(plain_prompts(language, t))) for t in templates)
        figures[f"{vendor}_{language}"] = round(((images @ texts.T).argmax(1) == right).float().mean().item(), 4)
    return figures


def evaluate(model: CLIPModel, count: int) -> dict[str, float]:
    """Zero-shot top-1 on a training vendor's held-out scenes and on the vendor that is never trained on."""
    model.eval()
    return zero_shot(model, "fluent", count) | zero_shot(model, "noto", count) | zero_shot(model, UNSEEN_VENDOR, count)


def train(arguments) -> None:
    settings, run, model, step = common.chosen(Settings(), arguments), common.Run("clip", arguments.minutes), build(), 0
    heads = Heads(model, settings)
    begin(model)
    average = common.Ema(model, settings.ema)
    if state := run.earlier(arguments.resume):
        model.load_state_dict(state["raw"])
        heads.load_state_dict(state["heads"])
        average.module.load_state_dict(state["model"])
        step = average.updates = state["step"]
    elif arguments.resume and begin_committed(model):
        average, step = common.Ema(model, settings.ema), settings.stem_steps
    every = nn.ModuleList([model, heads]).to(arguments.device)
    average.module.to(arguments.device)
    stem = [*model.vision_model.embeddings.patch_embedding.parameters(), *heads["stem"].parameters()]
    trained = [parameter for parameter in every.parameters() if parameter.requires_grad]
    rest = list(set(trained).difference(stem))
    optimizer = torch.optim.AdamW(
        [{"params": stem, "lr": settings.stem_learning_rate}, {"params": rest, "lr": settings.learning_rate}],
        betas=(0.9, 0.98),
        weight_decay=settings.weight_decay,
    )
    run.log(settings=asdict(settings), parameters=common.count_parameters(model), step=step)
    first = step
    batches = common.prefetch(lambda number: _draw(settings, number), first=step, workers=arguments.workers)
    while not run.stopping():
        factor = common.warm_cosine(step - first, settings.warm_up, run.progress(), floor=0.02)
        common.set_learning_rate(optimizer, factor)
        losses = losses_of(model, heads, settings, common.moved(next(batches), arguments.device))
        common.descend(optimizer, sum(losses.values()))
        average.update(model)
        step += 1
        if step % 20 == 0:
            run.log(step=step, **{name: round(loss.item(), 4) for name, loss in losses.items()})
        if run.due() or run.stopping():
            state = {"model": average.module.state_dict(), "raw": model.state_dict(), "heads": heads.state_dict()}
            common.save_checkpoint({**state, "step": step}, run.checkpoint)
    run.log(step=step, **evaluate(average.module.cpu(), settings.held_out // 4))


def main() -> None:
    arguments = common.command_line("Trains the CLIP of the stickers.")
    if arguments.evaluate:
        print(evaluate(load_clip(latest()), Settings().held_out))
    else:
        train(arguments)


if __name__ == "__main__":
    main()
