"""Trains `sticker-fusion`, a multimodal transformer that says whether a text fits a picture, and where its words are.

Tokens and patches are the states of a sticker-clip that stays as it is (`towers`). In each layer the tokens attend
to one another and then, through `CrossModalAttention`, to the patches; the state of `<eos>` says at the end whether
text and picture belong together. Half of the texts are wrong in one thing: an object (often a near one), a number, or
the background. Beside that loss, each word that names an object must look at the patches that show it, or at nothing if
none does (`grounding_loss`).

`latest.pt` holds {"fusion": moving average of the weights, "raw": those that are trained, "optimizer", "step"}.

    python -m models.train.fusion --minutes 20 --resume
    python -m models.train.fusion --evaluate
"""

from models.train import common  # first: it sets the thread counts

# isort: split

import random
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from transformers import CLIPModel

from models.tokenizer import tokenizer
from models.train import clip
from models.train.judge import pictures_of
from models.train.painted import looks
from models.train.patches import labelled
from models.train.words import concepts_named, grounding_loss
from models.world import grammar
from models.world.concepts import BACKGROUNDS, CONCEPT_BY_ID, CONCEPTS, UNSEEN_VENDOR
from models.world.grammar_inverse import names_in
from models.world.scenes import SIZE, Scene, scene_at

NAME = "sticker-fusion"
GRID = 8
KINDS = {(1,): 40, (2,): 12, (3,): 8, (1, 1): 30, (2, 1): 5, (1, 2): 5}


@dataclass(frozen=True)
class Settings:
    batch: int = 48
    learning_rate: float = 1e-3
    warm_up: int = 100
    weight_decay: float = 0.02
    ema: float = 0.995
    width: int = 192
    heads: int = 3
    layers: int = 3
    augmentation: float = 0.5  # share of the pictures that are changed
    painted: float = 1 / 6  # share of the pictures that look as if a diffusion model had painted them
    location_weight: float = 0.5
    held_out: int = 400


class CrossModalAttention(nn.Module):
    """Multi-head attention of tokens (batch, T, width) to other states (batch, N, width): patches, or tokens again.

    `mask` (batch, N) is one for what may be seen, zero for padding. Returns states (batch, T, width) and weights
    (batch, T, N), the mean over the heads, each row of which adds to one.
    """

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value, self.output = (nn.Linear(width, width) for _ in range(4))

    def forward(self, tokens: torch.Tensor, others: torch.Tensor, mask: torch.Tensor | None = None):
        query, key, value = (
            layer(states).unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for layer, states in ((self.query, tokens), (self.key, others), (self.value, others))
        )
        scores = query @ key.transpose(-1, -2) * query.shape[-1] ** -0.5
        if mask is not None:
            scores = scores + (mask.to(scores.dtype) - 1)[:, None, None] * 1e4
        weights = scores.softmax(-1)
        return self.output((weights @ value).transpose(1, 2).flatten(2)), weights.mean(1)


class FusionLayer(nn.Module):
    """Self-attention of the tokens, cross-modal attention and a feed-forward part, each normed before and added."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(3))
        self.own, self.cross = CrossModalAttention(width, heads), CrossModalAttention(width, heads)
        self.feed_forward = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))

    def forward(self, tokens: torch.Tensor, mask: torch.Tensor, patches: torch.Tensor):
        normed = self.norms[0](tokens)
        tokens = tokens + self.own(normed, normed, mask)[0]
        found, weights = self.cross(self.norms[1](tokens), patches)
        tokens = tokens + found
        return tokens + self.feed_forward(self.norms[2](tokens)), weights


class Fusion(nn.Module):
    """Token states float32 (batch, T, text), their mask int64 (batch, T), patch states (batch, N, image) to three.

    Fused states (batch, T, width), attention weights (batch, T, N) of the last layer but one, after which tokens still
    tell one another what they have found, and the logit of the match (batch), which is read at the last token that is
    no padding. A learned state stands beside the patches for words that find nothing; what the weights of a token lack
    to one is its.
    """

    def __init__(self, text: int = 512, image: int = 512, width: int = 512, heads: int = 8, layers: int = 2) -> None:
        super().__init__()
        self.text, self.image = nn.Linear(text, width), nn.Linear(image, width)
        self.norm_image, self.norm = nn.LayerNorm(width), nn.LayerNorm(width)
        self.nothing = nn.Parameter(torch.zeros(1, 1, width))
        self.layers = nn.ModuleList(FusionLayer(width, heads) for _ in range(layers))
        self.match = nn.Sequential(nn.Linear(width, width), nn.GELU(), nn.Linear(width, 1))

    def forward(self, tokens: torch.Tensor, mask: torch.Tensor, patches: torch.Tensor):
        tokens, patches = self.text(tokens), self.norm_image(self.image(patches))
        patches = torch.cat([patches, self.nothing.expand(patches.shape[0], 1, -1)], 1)
        looks = []
        for layer in self.layers:
            tokens, weights = layer(tokens, mask, patches)
            looks.append(weights[..., :-1])
        fused = self.norm(tokens)
        last = fused[torch.arange(fused.shape[0], device=fused.device), mask.sum(1) - 1]
        return fused, looks[-2], self.match(last)[:, 0]


def build() -> Fusion:
    settings, config = Settings(), clip.config()
    text, image = config.text_config.hidden_size, config.vision_config.hidden_size
    return Fusion(text, image, settings.width, settings.heads, settings.layers)


def towers() -> CLIPModel:
    """The CLIP whose states it knows: that which the committed entry holds, or without one the committed sticker-clip.

    A newer sticker-clip changes nothing for it; to train on that, remove the entry.
    """
    model = clip.committed()
    for tower in ("text.", "vision."):
        common.load_committed(model, NAME, tower)
    return model


def latest() -> Path:
    return common.train_directory() / "fusion" / "latest.pt"


def load_fusion(path: Path) -> Fusion:
    fusion = build()
    fusion.load_state_dict(common.load_checkpoint(path)["fusion"])
    return fusion.eval().requires_grad_(False)


def token_states(model: CLIPModel, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    return model.text_model(input_ids=ids, attention_mask=mask).last_hidden_state


def patch_states(model: CLIPModel, pictures: torch.Tensor) -> torch.Tensor:
    """(batch, 64, 192): the states of the patches, without that of the class."""
    return model.vision_model(pixel_values=pictures).last_hidden_state[:, 1:]


def mistold(scene: Scene, rng: random.Random) -> Scene:
    """The scene with one thing wrong, to be told of, not drawn: an object, a number, or the background."""
    kind = rng.random()
    if kind < 0.25:
        others = [place.id for place in BACKGROUNDS if place.id != scene.background]
        return replace(scene, background=rng.choice(others))
    number = rng.randrange(len(scene.groups))
    group = scene.groups[number]
    if kind < 0.45:
        group = replace(group, count=rng.choice([count for count in (1, 2, 3) if count != group.count]))
    else:
        group = replace(group, concept=_another(group.concept, scene, rng))
    groups = (*scene.groups[:number], group, *scene.groups[number + 1 :])
    return replace(scene, groups=groups)


def _another(concept: str, scene: Scene, rng: random.Random) -> str:
    category = CONCEPT_BY_ID[concept].category
    near = [other.id for other in CONCEPTS if other.category == category and other.id not in scene.counts]
    far = [other.id for other in CONCEPTS if other.id not in scene.counts]
    return rng.choice(near if near and rng.random() < 0.5 else far)


def cells_of(scene: Scene, concept: str) -> np.ndarray:
    """Float32 (64): the share of each patch that lies in a box of the concept's objects."""
    covered = np.zeros((SIZE, SIZE), np.float32)
    for thing in scene.objects:
        if thing.concept == concept:
            left, top, right, bottom = thing.box
            covered[top:bottom, left:right] = 1
    side = SIZE // GRID
    return covered.reshape(GRID, side, GRID, side).mean((1, 3)).reshape(-1)


def told(scenes: list[Scene], rng: random.Random, language: str | None = None) -> tuple[torch.Tensor, ...]:
    """Ids, mask and `concepts_named`, each int64 (scenes, 32), of a caption of each scene."""
    texts = [_caption(scene, language or rng.choice(grammar.LANGUAGES), rng) for scene in scenes]
    ids, mask = tokenizer.batch(texts)
    return ids, mask, torch.tensor([concepts_named(text, ids.shape[1]) for text in texts])


def _caption(scene: Scene, language: str, rng: random.Random) -> str:
    """One that names the background: a text that leaves it out cannot be wrong in it."""
    while True:
        text = grammar.caption(scene, language, rng)
        if any(kind == "place" for kind, _, _, _ in names_in(text)):
            return text


class Drawn(NamedTuple):
    """Pictures, and a text for each that fits it or not, a row a pair."""

    pixels: torch.Tensor
    labels: torch.Tensor
    ids: torch.Tensor
    mask: torch.Tensor
    words: torch.Tensor
    match: torch.Tensor
    number: int
    """The batch's."""


class Batches:
    """Token states, mask, patch states, whether they match (1 or 0), concepts of words and of patches."""

    def __init__(self, settings: Settings, model: CLIPModel) -> None:
        self._settings, self._clip = settings, model

    def draw(self, number: int) -> Drawn:
        settings, rng = self._settings, random.Random(f"fusion/{number}")
        first = number * settings.batch
        scenes = [scene_at("train", first + i, clip.VENDORS_SEEN, KINDS) for i in range(settings.batch)]
        match = torch.tensor([float(i % 2) for i in range(settings.batch)])
        texts = [scene if right else mistold(scene, rng) for scene, right in zip(scenes, match, strict=True)]
        return Drawn(*labelled(scenes), *told(texts, rng), match, number)

    @torch.no_grad()
    def finish(self, drawn: Drawn) -> tuple[torch.Tensor, ...]:
        settings, model = self._settings, self._clip
        changes = drawn.number, settings.augmentation, settings.painted
        pictures, labels = looks(drawn.pixels, drawn.labels, *changes)
        tokens = token_states(model, drawn.ids, drawn.mask)
        return tokens, drawn.mask, patch_states(model, pictures), drawn.match, drawn.words, labels


def losses_of(fusion: Fusion, batch: tuple[torch.Tensor, ...]) -> dict[str, torch.Tensor]:
    """`match`: cross entropy of the match; `location`: `grounding_loss`."""
    tokens, mask, patches, match, words, labels = batch
    _, weights, logits = fusion(tokens, mask, patches)
    matched = F.binary_cross_entropy_with_logits(logits, match)
    return {"match": matched, "location": grounding_loss(weights, words, labels)}


@torch.no_grad()
def evaluate(fusion: Fusion, model: CLIPModel, count: int) -> dict[str, float]:
    """Match accuracy, half of the texts wrong in one thing, and how attention falls on held-out scenes.

    `_attention`: the mass of the words' attention inside the boxes of their object, divided by the boxes' share of the
    picture, mean over all words that name an object.
    """
    figures, vendors = {}, clip.VENDORS_SEEN
    kinds = {"test": ("test", vendors), "unseen": ("unseen", vendors), UNSEEN_VENDOR: ("test", (UNSEEN_VENDOR,))}
    for name, (split, drawn) in kinds.items():
        scenes = [scene_at(split, number, drawn, KINDS) for number in range(count)]
        patches = torch.cat([patch_states(model, pictures_of(scenes[i : i + 50])) for i in range(0, count, 50)])
        for language in grammar.LANGUAGES:
            rng = random.Random(f"fusion/{name}/{language}")
            match = torch.arange(count) % 2 == 1
            texts = [scene if right else mistold(scene, rng) for scene, right in zip(scenes, match, strict=True)]
            ids, mask, _ = told(texts, rng, language)
            logits = fusion(token_states(model, ids, mask), mask, patches)[2]
            figures[f"{name}_{language}_match"] = round(((logits > 0) == match).float().mean().item(), 4)
            ids, mask, words = told(scenes, rng, language)
            weights = fusion(token_states(model, ids, mask), mask, patches)[1]
            figures[f"{name}_{language}_attention"] = round(_lift(scenes, words, weights), 2)
    return figures


def _lift(scenes: list[Scene], words: torch.Tensor, weights: torch.Tensor) -> float:
    lifts = []
    for scene, row, seen in zip(scenes, words.tolist(), weights, strict=True):
        for token, concept in enumerate(row):
            if concept >= 0:
                cells = torch.from_numpy(cells_of(scene, CONCEPTS[concept].id))
                lifts.append(((seen[token] * cells).sum() / cells.mean()).item())
    return float(np.mean(lifts))


def train(arguments) -> None:
    settings, run = common.chosen(Settings(), arguments), common.Run("fusion", arguments.minutes)
    fusion, model, step = build(), towers().to(arguments.device), 0
    state = run.earlier(arguments.resume)
    if not state and arguments.resume:
        common.load_committed(fusion, NAME, "fusion.")
    fusion.to(arguments.device)
    average = common.Ema(fusion, settings.ema)
    optimizer = torch.optim.AdamW(fusion.parameters(), settings.learning_rate, weight_decay=settings.weight_decay)
    if state:
        fusion.load_state_dict(state["raw"])
        average.module.load_state_dict(state["fusion"])
        common.restore_optimizer(optimizer, state)
        step = average.updates = state["step"]
    run.log(settings=asdict(settings), parameters=common.count_parameters(fusion), step=step)
    batches, first = Batches(settings, model), step
    drawn = common.prefetch(batches.draw, first=step, workers=arguments.workers)
    while not run.stopping():
        factor = common.warm_cosine(step - first, settings.warm_up, run.progress(), floor=0.02)
        common.set_learning_rate(optimizer, factor)
        losses = losses_of(fusion, batches.finish(common.moved(next(drawn), arguments.device)))
        common.descend(optimizer, losses["match"] + settings.location_weight * losses["location"])
        average.update(fusion)
        step += 1
        if step % 50 == 0:
            run.log(step=step, **{name: round(loss.item(), 4) for name, loss in losses.items()})
        if run.due() or run.stopping():
            state = {"fusion": average.module.state_dict(), "raw": fusion.state_dict(), "step": step}
            common.save_checkpoint(state | {"optimizer": optimizer.state_dict()}, run.checkpoint)


def main() -> None:
    arguments = common.command_line("Trains the multimodal transformer.")
    if arguments.evaluate:
        print(evaluate(load_fusion(latest()), towers(), Settings().held_out))
    else:
        train(arguments)


if __name__ == "__main__":
    main()
