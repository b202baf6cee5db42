"""Trains `sticker-clip`, a CLIPModel that knows the stickers' names in English and Chinese.

    python -m models.train.clip --minutes 30 --resume
    python -m models.train.clip --evaluate

First the stem learns alone to name the objects of scenes. Then two losses share each look at the pictures: CLIP's own
between scenes and their captions, and one between scenes and a prompt for every concept (as in UniCL, Yang et al.
2022), which is what zero-shot classification asks later.
`latest.pt` holds {"model", "raw", "head", "stem_head": weights, "step": int}; `model` is the moving average.
"""

from models.train import common  # first: it sets the thread counts

# isort: split

import random
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
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
KINDS = {(1,): 66, (2,): 10, (3,): 4, (1, 1): 16, (2, 1): 2, (1, 2): 2}


@dataclass(frozen=True)
class Settings:
    batch: int = 32
    learning_rate: float = 1.0e-3
    weight_decay: float = 0.05
    warm_up: int = 60
    ema: float = 0.995
    stem_learning_rate: float = 2e-3
    stem_steps: int = 2200  # in which the stem learns alone to name objects: a convolution learns that fastest
    strangers: int = 24  # concepts of each batch's class prompts that no scene of it shows
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


def _batch(number: int) -> tuple:
    """What `stem_loss` needs while the stem learns alone, afterwards what `losses_of` needs."""
    settings, rng = Settings(), random.Random(f"clip/{number}")
    scenes = [scene_at("train", number * settings.batch + i, VENDORS_SEEN, KINDS) for i in range(settings.batch)]
    first, last = settings.augmentation
    strength = first + (last - first) * min(1.0, number / settings.augmentation_steps)
    pictures, labels = augmented(*labelled(scenes), number, strength)
    if number < settings.stem_steps:
        return pictures, objects_shown(scenes)
    captions = [grammar.caption(scene, rng.choice(grammar.LANGUAGES), rng) for scene in scenes]
    shown = {concept for scene in scenes for concept in scene.counts}
    concepts = sorted(shown) + rng.sample(sorted(CONCEPT_INDEX.keys() - shown), settings.strangers)
    wanted = torch.zeros(len(scenes), len(concepts))
    for row, scene in enumerate(scenes):
        wanted[row, [concepts.index(concept) for concept in scene.counts]] = 1 / len(scene.counts)
    named = tokenizer.batch(class_prompts(concepts, rng), full=False)
    return pictures, labels, *tokenizer.batch(captions, full=False), *named, wanted


def stem_loss(model: CLIPModel, head: StemHead, batch: tuple) -> dict[str, torch.Tensor]:
    """The loss of naming the objects by what the stem alone gives."""
    pictures, shown = batch
    return {"stem": head.loss(model.vision_model.embeddings.patch_embedding(pictures), shown)}


def losses_of(model: CLIPModel, head: PatchHead, batch: tuple) -> dict[str, torch.Tensor]:
    """The losses between scenes and captions, between scenes and concepts, and of the patches."""
    pictures, labels, ids, mask, class_ids, class_mask, wanted = batch
    scale = model.logit_scale.exp().clamp(max=100)
    seen = model.vision_model(pixel_values=pictures)
    images = F.normalize(model.visual_projection(seen.pooler_output), dim=-1)
    logits = scale * images @ text_features(model, ids, mask).T
    rows = torch.arange(len(ids), device=ids.device)
    contrast = (F.cross_entropy(logits, rows) + F.cross_entropy(logits.T, rows)) / 2
    classes = F.cross_entropy(scale * images @ text_features(model, class_ids, class_mask).T, wanted)
    return {"contrast": contrast, "classes": classes, "patches": head.loss(seen.last_hidden_state, labels)}


def begin(model: CLIPModel) -> None:
    """Gives a fresh model larger position embeddings and, if there is one, its text tower."""
    torch.nn.init.normal_(model.vision_model.embeddings.position_embedding.weight, std=0.2)
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


def unfold_stem(model: torch.nn.Module) -> None:
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


@torch.no_grad()
def stem_evaluated(model: CLIPModel, head: StemHead, count: int) -> dict[str, float]:
    """Top-1 over all concepts of what the stem alone names, on the scenes of `zero_shot`."""
    figures = {}
    for vendor in (*TRAIN_VENDORS, UNSEEN_VENDOR):
        scenes = [scene_at("test", number, (vendor,), {(1,): 100}) for number in range(count)]
        right = torch.tensor([CONCEPT_INDEX[scene.groups[0].concept] for scene in scenes])
        named = head.logits(model.vision_model.embeddings.patch_embedding(pictures_of(scenes))).argmax(1)
        figures[f"{vendor}_stem"] = round((named == right).float().mean().item(), 4)
    return figures


def train(arguments) -> None:
    settings, run, model, step = Settings(), common.Run("clip", arguments.minutes), build(), 0
    width = model.config.vision_config.hidden_size
    head, stem_head = PatchHead(width), StemHead(width)
    begin(model)
    average = common.Ema(model, settings.ema)
    if state := run.earlier(arguments.resume):
        model.load_state_dict(state["raw"])
        head.load_state_dict(state["head"])
        stem_head.load_state_dict(state["stem_head"])
        average.module.load_state_dict(state["model"])
        step = average.updates = state["step"]
    elif arguments.resume and begin_committed(model):
        average, step = common.Ema(model, settings.ema), settings.stem_steps
    every = torch.nn.ModuleList([model, head, stem_head]).to(arguments.device)
    average.module.to(arguments.device)
    stem = [*model.vision_model.embeddings.patch_embedding.parameters(), *stem_head.parameters()]
    trained = [parameter for parameter in every.parameters() if parameter.requires_grad]
    rest = list(set(trained).difference(stem))
    optimizer = torch.optim.AdamW(
        [{"params": stem, "lr": settings.stem_learning_rate}, {"params": rest, "lr": settings.learning_rate}],
        betas=(0.9, 0.98),
        weight_decay=settings.weight_decay,
    )
    run.log(settings=asdict(settings), parameters=common.count_parameters(model), step=step)
    batches, first = common.prefetch(_batch, first=step), step
    while not run.stopping():
        factor = common.warm_cosine(step - first, settings.warm_up, run.progress(), floor=0.02)
        common.set_learning_rate(optimizer, factor)
        batch = tuple(tensor.to(arguments.device) for tensor in next(batches))
        losses = stem_loss(model, stem_head, batch) if step < settings.stem_steps else losses_of(model, head, batch)
        common.descend(optimizer, sum(losses.values()))
        average.update(model)
        step += 1
        if step % 20 == 0:
            run.log(step=step, **{name: round(loss.item(), 4) for name, loss in losses.items()})
        if run.due() or run.stopping():
            heads = {"head": head.state_dict(), "stem_head": stem_head.state_dict()}
            state = {"model": average.module.state_dict(), "raw": model.state_dict(), **heads, "step": step}
            common.save_checkpoint(state, run.checkpoint)
            alone = stem_evaluated(average.module, stem_head, 128) if step <= settings.stem_steps else {}
            run.log(step=step, **evaluate(average.module, 128), **alone)
    run.log(step=step, **evaluate(average.module, settings.held_out))


def main() -> None:
    arguments = common.command_line("Trains the CLIP of the stickers.")
    if arguments.evaluate:
        print(evaluate(load_clip(latest()), Settings().held_out))
    else:
        train(arguments)


if __name__ == "__main__":
    main()
