"""Fits the sketcher: a small network that draws the mean picture of a prompt, which the UNet then works out.

What the words look like need not be learned by denoising. The heads of `text_encoder.py` read facts out of the pooled
prompt state; products of the facts' probabilities (concept with its place, size and style, background) are the features
of a linear regression to latents, which has an exact solution. So a few minutes of rendering take the place of hours
of descent, and the UNet (`unet.py`, of which the sketcher becomes a part) adds what the words leave open and what a sum
cannot say: what is in front of what, and one definite picture in the place of a mean.

Both halves of a picture are samples of the same regression: a thing looks the same left and right of the middle, so the
features of a thing that fills a half have the same weights in both.

`latest.pt` holds {"sketcher": weights, "features", "pictures": the sums of the regression, "scenes": their number};
`--resume` adds more scenes to the sums.

    python -m models.train.sketch --minutes 5
    python -m models.train.sketch --evaluate
"""

from models.train import common  # first: it sets the thread counts

# isort: split

import random
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from transformers import CLIPTextModel

from models.tokenizer import tokenizer
from models.train import text_encoder as prompts
from models.train.judge import pictures_of
from models.train.vae import CHANNELS, PATCH, Encoder, load_vae
from models.train.vae import latest as latest_vae
from models.world.scenes import SIZE, Scene, grounded, object_mask, scene_at, split_of

GRID = SIZE // PATCH
SIDES = ("left", "right")
PAIRS = ((0, 1), (1, 1), (0, 2))  # classes of the counts of a scene's two groups: 1 + 1, 2 + 1, 1 + 2
SCALE = 16.0  # keeps the weights of both linear layers well inside what fp16 holds


@dataclass(frozen=True)
class Settings:
    batch: int = 128
    rank: int = 512  # numbers between the features and the latents
    ridge: float = 3.0
    caption_dropout: float = 0.1
    object_weight: float = 3.0  # what a cell full of objects weighs more than a bare one
    # the shares of the styles and kinds that pictures are trained on
    vendors: tuple[str, ...] = ("fluent", "fluent", "fluent", "fluent", "fluent", "fluent", "noto")
    kinds: tuple = (((1,), 47), ((2,), 8), ((3,), 6), ((1, 1), 31), ((2, 1), 4), ((1, 2), 4))
    unusual: int = 3  # one in so many of the objects that are small, big or off the middle is trained on


class Sketcher(nn.Module):
    """Pooled prompt states float32 (batch, 256) → latents (batch, 48, height, width), made for 8 × 8."""

    heads = {"left": 128, "right": 129, "left_count": 3, "right_count": 4}
    heads |= {"background": 10, "vendor": 2, "size": 3, "position": 4}
    whole_count = 6 * 128 + 3 * 128 + 6 * 10 + 1
    half_count = 2 * 128

    def __init__(self, rank: int = Settings.rank) -> None:
        super().__init__()
        width = prompts.Settings().width
        self.facts = nn.ModuleDict({name: nn.Linear(width, count) for name, count in self.heads.items()})
        self.narrow = nn.ModuleDict({side: nn.Linear(self.whole_count, rank, bias=False) for side in SIDES})
        self.narrow_half = nn.Linear(self.half_count, rank, bias=False)
        self.draw = nn.Linear(rank, CHANNELS * GRID * GRID // 2, bias=False)

    def features(self, pooled: torch.Tensor) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        """Products of probabilities: (batch, whole_count) of the picture and, for each side, (batch, half_count)."""
        fact = {name: head(pooled).softmax(-1) for name, head in self.facts.items()}
        left, right, left_count, right_count = (fact[name] for name in list(self.heads)[:4])
        right = right[:, :-1]
        one, two, three = (left_count * right_count[:, :1]).split(1, 1)
        pair, two_one, one_two = (left_count[:, a : a + 1] * right_count[:, b : b + 1] for a, b in PAIRS)
        unusual = [fact["vendor"][:, 1:], fact["size"][:, 2:], fact["size"][:, :1]]
        unusual += [fact["position"][:, 1:2], fact["position"][:, 3:]]
        unusual = [(2 * share - 1).relu() for share in unusual]  # an unnamed style, size or place is the usual one
        whole = [one * left, *(one * share * left for share in unusual)]
        whole += [(three + two_one + one_two) * left, (three + two_one) * left + one_two * right]
        whole += [three * left + (two_one + one_two) * right]
        whole += [kind * fact["background"] for kind in (one, two, three, pair, two_one, one_two)]
        halves = {"left": (two + pair) * left, "right": two * left + pair * right}
        halves = {side: torch.cat([half, unusual[0] * half], 1) for side, half in halves.items()}
        return torch.cat([*whole, torch.ones_like(one)], 1), halves

    def forward(self, pooled: torch.Tensor, height: int, width: int) -> torch.Tensor:
        whole, halves = self.features(pooled)
        drawn = [self.draw(self.narrow[side](whole) + self.narrow_half(halves[side])) for side in SIDES]
        sketch = torch.cat([half.unflatten(1, (CHANNELS, GRID, GRID // 2)) for half in drawn], 3)
        return F.interpolate(sketch, size=(height, width), mode="bilinear")


def latest() -> Path:
    return common.train_directory() / "sketch" / "latest.pt"


def training_scenes(settings: Settings, number: int, count: int) -> list[Scene]:
    """Scenes of a batch, all on the ground, most of usual place and size: the fewer of them, the sooner learned."""
    scenes, candidate = [], number * 4 * count
    while len(scenes) < count:
        scene = grounded(scene_at("train", candidate, settings.vendors, dict(settings.kinds)))
        first = scene.groups[0]
        usual = len(scene.objects) > 1 or (first.size, first.position) == ("medium", "middle")
        if (usual or candidate % settings.unusual == 0) and split_of(scene) == "train":
            scenes.append(scene)
        candidate += 1
    return scenes


def training_prompts(settings: Settings, scenes: list[Scene], number: int) -> list[str]:
    """Their captions, which name all that is unusual; a share is dropped for guidance."""
    rng = random.Random(f"dropout/{number}")
    texts = prompts.captions_of(scenes, ("pictures", number), thorough=True)
    return ["" if rng.random() < settings.caption_dropout else text for text in texts]


def cell_weights(scenes: list[Scene], object_weight: float) -> torch.Tensor:
    """Float32 (scenes, 1, 8, 8): one for a bare cell, `object_weight` more for one full of objects."""
    masks = torch.from_numpy(np.stack([object_mask(scene) for scene in scenes])).float()[:, None] / 255
    return 1 + object_weight * F.avg_pool2d(masks, PATCH)


@torch.no_grad()
def _batch(settings: Settings, encoder: Encoder, text_encoder: CLIPTextModel, number: int) -> tuple:
    scenes = training_scenes(settings, number, settings.batch)
    ids, _ = tokenizer.batch(training_prompts(settings, scenes, number), full=False)
    pooled = prompts.encode_prompts(text_encoder, ids)[1]
    return encoder(pictures_of(scenes)), pooled, cell_weights(scenes, settings.object_weight)


def sums_of(sketcher: Sketcher, pooled: torch.Tensor, latents: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The sums of x xᵀ and x yᵀ over the halves of pictures; x is (whole if left, whole if right, half)."""
    whole, halves = sketcher.features(pooled)
    bare = torch.zeros_like(whole)
    rows = torch.cat([torch.cat([whole, bare, halves["left"]], 1), torch.cat([bare, whole, halves["right"]], 1)])
    drawn = torch.cat([half.flatten(1) for half in latents.chunk(2, 3)])
    return rows.T @ rows, rows.T @ drawn


@torch.no_grad()
def solve(sketcher: Sketcher, features: torch.Tensor, pictures: torch.Tensor, ridge: float) -> None:
    """Sets the linear layers to the ridge regression of the given sums, reduced in rank to what explains most.

    Reduced-rank regression, Izenman 1975.
    """
    factor = torch.linalg.cholesky(features + ridge * torch.eye(len(features)))
    weight = torch.cholesky_solve(pictures, factor)
    explained = factor.T @ weight
    left, values, right = torch.linalg.svd(explained, full_matrices=False)
    rank = sketcher.draw.in_features
    narrow = torch.linalg.solve_triangular(factor.T, left[:, :rank], upper=True).T * SCALE
    layers = [*(sketcher.narrow[side] for side in SIDES), sketcher.narrow_half]
    for layer, part in zip(layers, narrow.split([layer.in_features for layer in layers], 1), strict=True):
        layer.weight.copy_(part)
    sketcher.draw.weight.copy_((values[:rank, None] * right[:rank]).T / SCALE)


def error_of(sketcher: Sketcher, latents: torch.Tensor, pooled: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """The weighted squared error of sketched latents."""
    error = (sketcher(pooled, *latents.shape[-2:]) - latents).pow(2)
    return (error * weights).mean() / weights.mean()


@torch.no_grad()
def evaluate(sketcher: Sketcher, count: int) -> dict[str, float]:
    """The weighted squared error on held-out scenes (the latents' mean variance is about one)."""
    settings, (encoder, _) = Settings(), load_vae(latest_vae())
    text_encoder, _ = prompts.load_text_encoder(prompts.latest())
    figures = {}
    for split in ("test", "unseen"):
        scenes = [grounded(scene_at(split, number, settings.vendors)) for number in range(count)]
        ids, _ = tokenizer.batch(prompts.captions_of(scenes, (split, "sketch"), thorough=True))
        pooled = prompts.encode_prompts(text_encoder, ids)[1]
        weights = cell_weights(scenes, settings.object_weight)
        figures[f"error_{split}"] = round(error_of(sketcher, encoder(pictures_of(scenes)), pooled, weights).item(), 4)
    return figures


@torch.no_grad()
def train(arguments) -> None:
    settings, run, sketcher = Settings(), common.Run("sketch", arguments.minutes), Sketcher()
    encoder, _ = load_vae(latest_vae())
    text_encoder, _ = prompts.load_text_encoder(prompts.latest())
    heads = common.load_checkpoint(prompts.latest())["heads"]
    for name, head in sketcher.facts.items():
        head.load_state_dict({part: heads[f"facts.{name}.{part}"] for part in ("weight", "bias")})
    size = 2 * sketcher.whole_count + sketcher.half_count
    features, pictures, count = torch.zeros(size, size), torch.zeros(size, CHANNELS * GRID * GRID // 2), 0
    if state := run.earlier(arguments.resume):
        features, pictures, count = state["features"], state["pictures"], state["scenes"]
    run.log(settings=asdict(settings), parameters=common.count_parameters(sketcher), step=count)
    batches = common.prefetch(
        lambda number: _batch(settings, encoder, text_encoder, number), first=count // settings.batch
    )
    while True:
        latents, pooled, _ = next(batches)
        for total, part in zip((features, pictures), sums_of(sketcher, pooled, latents), strict=True):
            total += part
        count += len(pooled)
        if run.due() or run.stopping():
            solve(sketcher, features, pictures, settings.ridge)
            sums = {"features": features, "pictures": pictures, "scenes": count}
            common.save_checkpoint({"sketcher": sketcher.state_dict(), **sums}, run.checkpoint)
            run.log(step=count, **evaluate(sketcher, 200))
        if run.stopping():
            return


def main() -> None:
    arguments = common.command_line("Trains the sketcher.")
    if not arguments.evaluate:
        train(arguments)
        return
    sketcher = Sketcher()
    sketcher.load_state_dict(common.load_checkpoint(latest())["sketcher"])
    print(evaluate(sketcher, 1000))


if __name__ == "__main__":
    main()
