"""Fits the sketcher: a small network that draws the usual picture of a prompt, which the UNet then works out.

What the words look like need not be learned by denoising. The heads of `text_encoder.py` read facts out of the pooled
prompt state; products of the facts' probabilities (concept with its size, style, place and number) are the features of
linear regressions to what things look like without a background, which have exact solutions. So a few minutes of
rendering take the place of hours of descent, and the UNet (`unet.py`, of which the sketcher becomes a part) adds what
the words leave open, and paints one definite picture in the place of a mean.

Pictures are composited as ever since Porter and Duff 1984: things + (1 - alpha) × ground. The encoder of `vae.py` is
linear, so the same holds for latents but for the product, which stands between a few numbers that tell the shape of
alpha in a cell and a few that tell the ground's colours there. What covers a ground is thus learned once, and not again
for each of the ten: a composition that was never drawn is sketched as well as any.

One thing alone is drawn in the middle and moved by a cell; both halves of a picture are samples of one regression.

Where a part of a picture is to be painted, the prompt tells what belongs there. One thing is then drawn as that of all
its drawings which fits the mask best, and whatever is drawn is moved there, by whole cells, for which it is the same.

`latest.pt` holds {"sketcher": weights, "sums": those of each regression, "scenes": their number}; `--resume` adds more
scenes to the sums.

    python -m models.train.sketch --minutes 5
    python -m models.train.sketch --evaluate
"""

from models.train import common  # first: it sets the thread counts

# isort: split

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from transformers import CLIPTextModel

from models.tokenizer import tokenizer
from models.train import text_encoder as prompts
from models.train.judge import pictures_from, pictures_of
from models.train.vae import CHANNELS, PATCH, Encoder, load_vae
from models.train.vae import latest as latest_vae
from models.world.artwork import artwork
from models.world.scenes import SIZE, Scene, grounded, object_mask, scene_at, split_of, things_of

GRID = SIZE // PATCH
PAIRS = ((0, 1), (1, 1), (0, 2))  # classes of the counts of a scene's two groups: 1 + 1, 2 + 1, 1 + 2
SHAPE = 24  # numbers that tell the shape of what covers a cell
TINT = 8  # numbers that tell the colours of its ground, beside a one
DRAWN = CHANNELS + SHAPE  # what is drawn of things: their latents on nothing, and their shape
MASK_SHIFT = 7.5  # pixels by which a mask's edges move, on the mean, where each cell takes its first pixel
MARGIN = 3  # pixels that a mask is wider than its thing, on each side, at best
OVERFLOW = 2  # times the square of what lacks that the square of what is too much counts
SIDES = (56, 64, 80, 96)  # pixels of one thing: one of two, a small, a medium and a big one
LEFTS = (4, 32, 24, 16)
"""Where they are drawn, in a picture of 128 pixels."""
ROWS = (56, 40)  # pixels of one of two things, and of three
BOTTOM = SIZE - 16  # the row of pixels that everything stands on


KINDS_OF_LAYER = {"alone": {(1,): 1}, "three": {(3,): 1, (2, 1): 1, (1, 2): 1}, "halves": {(2,): 1, (1, 1): 2}}
"""The kinds of scenes that each layer draws, and their shares."""


@dataclass(frozen=True)
class Settings:
    batch: int = 128  # scenes of each layer, less those that grounding moves to another split
    ridge: float = 0.01
    fitted_on: int = 2000  # scenes that shapes are taken from


class Layer(NamedTuple):
    """A drawing of things: its features, and the cells of the picture that it may fill."""

    features: int
    top: int
    left: int
    height: int
    width: int

    @property
    def numbers(self) -> int:
        return DRAWN * self.height * self.width

    def placed(self, drawn: torch.Tensor) -> torch.Tensor:
        """Numbers (batch, numbers) → (batch, 72, 8, 8)."""
        right, bottom = GRID - self.left - self.width, GRID - self.top - self.height
        return F.pad(drawn.unflatten(1, (DRAWN, self.height, self.width)), (self.left, right, self.top, bottom))

    def cut(self, drawn: torch.Tensor) -> torch.Tensor:
        """The reverse of `placed`."""
        return drawn[..., self.top : self.top + self.height, self.left : self.left + self.width].flatten(1)


class Hole(NamedTuple):
    """The boxes around masks, in pixels of a 128 × 128 picture, and which masks are of the whole picture."""

    middle: torch.Tensor
    """Float32 (batch, 2): x and y."""
    sides: torch.Tensor
    """Float32 (batch, 2): width and height."""
    whole: torch.Tensor
    """Bool (batch, 1)."""


class Layout(NamedTuple):
    """How one thing is drawn: float32, a row a prompt."""

    drawings: torch.Tensor
    """(batch, 4): shares of the drawings of `SIDES`."""
    position: torch.Tensor
    """(batch, 3): left, middle, right, of a thing alone."""


class Sketcher(nn.Module):
    """Pooled prompt states float32 (batch, 256) → latents (batch, 48, height, width), made for 8 × 8.

    `mask` (batch, 1, h, w), if there is one, is one where the picture is painted: things are drawn inside of it.
    """

    heads = {"left": 128, "right": 129, "left_count": 3, "right_count": 4}
    heads |= {"background": 10, "vendor": 2, "size": 3, "position": 4}
    layers = {
        "alone": Layer(2 * 3 * 128, top=1, left=1, height=6, width=6),
        "three": Layer(2 * 3 * 128, top=4, left=0, height=3, width=GRID),
        "halves": Layer(2 * 128, top=3, left=0, height=4, width=GRID // 2),
    }

    def __init__(self) -> None:
        super().__init__()
        width = prompts.Settings().width
        self.facts = nn.ModuleDict({name: nn.Linear(width, count) for name, count in self.heads.items()})
        self.things = nn.ModuleDict(
            {name: nn.Linear(layer.features, layer.numbers, bias=False) for name, layer in self.layers.items()}
        )
        self.ground = nn.Linear(self.heads["background"], CHANNELS * GRID * GRID, bias=False)
        self.covered = nn.Conv2d(SHAPE * (1 + TINT), CHANNELS, 1, bias=False)

    def read(self, pooled: torch.Tensor) -> dict[str, torch.Tensor]:
        """The probabilities of the facts; an unnamed style, size or place is the usual one: Fluent, medium, middle."""
        fact = {name: head(pooled).softmax(-1) for name, head in self.facts.items()}
        named = torch.cat([fact["vendor"][:, 1:], fact["size"][:, ::2], fact["position"][:, 1::2]], 1)
        noto, small, big, left, right = (2 * named - 1).relu().split(1, 1)
        fact["vendor"] = torch.cat([1 - noto, noto], 1)
        fact["size"] = torch.cat([small, 1 - small - big, big], 1)
        fact["position"] = torch.cat([left, 1 - left - right, right], 1)
        return fact

    def features(self, fact: dict[str, torch.Tensor], layout: Layout) -> dict[str, torch.Tensor]:
        """Products of probabilities: (batch, features) of each layer, (batch, 2, features) of both halves."""
        left, right = fact["left"], fact["right"][:, :-1]
        left_count, right_count = fact["left_count"], fact["right_count"]
        one, two, three = (left_count * right_count[:, :1]).split(1, 1)
        pair, two_one, one_two = (left_count[:, a : a + 1] * right_count[:, b : b + 1] for a, b in PAIRS)
        first, last = three + two_one + one_two, two_one + one_two
        thirds = [first * left, (three + two_one) * left + one_two * right, three * left + last * right]
        alone = one * layout.drawings
        halves = torch.stack([(two + pair + alone[:, :1]) * left, two * left + pair * right], 1)
        return {
            "alone": _products(_products(fact["vendor"], layout.drawings[:, 1:]), one * left),
            "three": _products(fact["vendor"], torch.cat(thirds, 1)),
            "halves": _products(fact["vendor"][:, None], halves),
        }

    def forward(self, pooled: torch.Tensor, height: int, width: int, mask: torch.Tensor | None = None) -> torch.Tensor:
        fact = self.read(pooled)
        layout = usual(fact)
        if mask is not None:
            hole = hole_of(mask)
            layout = Layout(*(torch.where(hole.whole, *parts) for parts in zip(layout, fitting(hole), strict=True)))
        features = self.features(fact, layout)
        drawn = {name: draw(features[name]) for name, draw in self.things.items()}
        alone, three = (self.layers[name].placed(drawn[name]) for name in ("alone", "three"))
        halves = [self.layers["halves"].placed(half)[..., : GRID // 2] for half in drawn["halves"].unbind(1)]
        left, middle, right = layout.position[..., None, None, None].unbind(1)
        things = left * F.pad(alone[..., 1:], (0, 1)) + middle * alone + right * F.pad(alone[..., :-1], (1, 0))
        things = things + three + torch.cat(halves, 3)
        if mask is not None:
            things = moved(things, hole, middle_of(fact, layout))
        ground = self.ground(fact["background"]).unflatten(1, (CHANNELS, GRID, GRID))
        colours, shape = things.split([CHANNELS, SHAPE], 1)
        sketch = ground + colours - self.covered(shape_of_ground(shape, ground))
        return F.interpolate(sketch, size=(height, width), mode="bilinear")


def usual(fact: dict[str, torch.Tensor]) -> Layout:
    """That of a whole picture."""
    return Layout(F.pad(fact["size"], (1, 0)), fact["position"])


def hole_of(mask: torch.Tensor) -> Hole:
    """What masks (batch, 1, h, w) have as one."""
    mask = F.interpolate(mask, size=(GRID, GRID), mode="nearest")
    edges = torch.arange(GRID + 1, dtype=mask.dtype, device=mask.device) * PATCH
    lows, highs = [], []
    for across in (2, 3):
        taken = mask.amax(across)[:, 0] > 0.5
        lows.append(torch.where(taken, edges[:-1], SIZE).amin(1))
        highs.append(torch.where(taken, edges[1:], 0).amax(1))
    low, high = (torch.stack(edges, 1) - MASK_SHIFT for edges in (lows, highs))
    low = low.clamp_min(0)
    return Hole((low + high) / 2, high - low, mask.amin((2, 3)) > 0.5)


def fitting(hole: Hole) -> Layout:
    """That of the drawing that fits best, when moved by whole cells."""
    sides, middles = hole.sides.new_tensor(SIDES), _middles_alone(hole.sides)
    apart = hole.middle[:, None] - middles
    apart = apart - PATCH * (apart / PATCH).round()
    lack = (hole.sides[:, None] - sides[:, None]) / 2 - MARGIN
    gaps = torch.stack([lack - apart, lack + apart])
    cost = (gaps.relu().square() + OVERFLOW * (-gaps).relu().square()).sum((0, 3))
    best = F.one_hot(cost.argmin(1), len(SIDES)).to(sides.dtype)
    return Layout(best, torch.zeros_like(best[:, 1:]) + sides.new_tensor([0, 1, 0]))


def middle_of(fact: dict[str, torch.Tensor], layout: Layout) -> torch.Tensor:
    """Where the middle of the things stands, float32 (batch, 2) in pixels: x and y."""
    left_count, right_count = fact["left_count"], fact["right_count"]
    one, two, _ = (left_count * right_count[:, :1]).split(1, 1)
    two = two + left_count[:, :1] * right_count[:, 1:2]
    rows = one.new_tensor([[SIZE / 2, BOTTOM - side / 2] for side in ROWS])
    return one * (layout.drawings @ _middles_alone(one)) + two * rows[0] + (1 - one - two) * rows[1]


def _middles_alone(like: torch.Tensor) -> torch.Tensor:
    """Float32 (4, 2): those of the drawings of one thing, in pixels: x and y."""
    return like.new_tensor([[left + side / 2, BOTTOM - side / 2] for left, side in zip(LEFTS, SIDES, strict=True)])


def moved(things: torch.Tensor, hole: Hole, middle: torch.Tensor) -> torch.Tensor:
    """Things (batch, 72, 8, 8), their middle moved to that of the hole by whole cells."""
    by = torch.where(hole.whole, 0, ((hole.middle - middle) / PATCH).round())
    cells = torch.arange(GRID, dtype=things.dtype, device=things.device)
    columns, rows = (((cells[:, None] - cells)[None] == way[:, None, None]).to(things.dtype) for way in by.unbind(1))
    return rows[:, None] @ things @ columns[:, None].transpose(2, 3)


def shape_of_ground(shape: torch.Tensor, ground: torch.Tensor) -> torch.Tensor:
    """Products of shapes (batch, 24, h, w) and the colours of grounds (batch, 48, h, w): (batch, 216, h, w)."""
    tint = F.pad(ground[:, :TINT], (0, 0, 0, 0, 1, 0), value=1.0)
    return (shape[:, :, None] * tint[:, None]).flatten(1, 2)


def _products(some: torch.Tensor, others: torch.Tensor) -> torch.Tensor:
    """Each of `some` (…, m) times each of `others` (…, n): (…, m · n)."""
    return (some[..., :, None] * others[..., None, :]).flatten(-2)


def latest() -> Path:
    return common.train_directory() / "sketch" / "latest.pt"


class Cells(NamedTuple):
    """How pictures of things become what is drawn of them: both convolutions of 16 × 16 patches."""

    encoder: Encoder
    shapes: torch.Tensor
    """Float32 (24, 1, 16, 16), the principal components of patches of alpha."""

    def drawn(self, things: np.ndarray) -> torch.Tensor:
        """Float32 (pictures, 72, 8, 8) of things uint8 (pictures, 128, 128, 4) as `things_of` gives them."""
        layers = torch.from_numpy(things).permute(0, 3, 1, 2).float() / 255
        colours = F.conv2d(2 * layers[:, :3], self.encoder.weight, stride=PATCH)
        return torch.cat([colours, F.conv2d(layers[:, 3:], self.shapes, stride=PATCH)], 1)


def cells_of(encoder: Encoder, count: int) -> Cells:
    """Finds the shapes in the first `count` scenes."""
    alphas = _alphas(count)
    values, vectors = torch.linalg.eigh(alphas.T @ alphas)
    return Cells(encoder, vectors.flip(1)[:, :SHAPE].T.reshape(SHAPE, 1, PATCH, PATCH).contiguous())


def _alphas(count: int) -> torch.Tensor:
    masks = np.stack([object_mask(scene_at("train", number)) for number in range(count)])
    patches = F.unfold(torch.from_numpy(masks)[:, None].float() / 255, PATCH, stride=PATCH)
    return patches.transpose(1, 2).flatten(0, 1)


@torch.no_grad()
def solve_ground(sketcher: Sketcher, cells: Cells, count: int) -> None:
    """Sets the mean latents of each background, and how shapes cover them, from the first `count` scenes."""
    backgrounds = torch.from_numpy(artwork().backgrounds)
    pictures = pictures_from(backgrounds.flatten(0, 1))
    grounds = cells.encoder(pictures)
    means = grounds.unflatten(0, backgrounds.shape[:2]).mean(1)
    sketcher.ground.weight.copy_(means.flatten(1).T)
    alphas = _alphas(count).reshape(count, GRID, GRID, PATCH, PATCH).transpose(2, 3).reshape(count, 1, SIZE, SIZE)
    under = torch.arange(count) % len(pictures)
    covered = F.conv2d((pictures[under] + 1) * alphas, cells.encoder.weight, stride=PATCH)
    seen = shape_of_ground(F.conv2d(alphas, cells.shapes, stride=PATCH), grounds[under])
    seen, covered = (part.transpose(0, 1).flatten(1).T for part in (seen, covered))
    gram = seen.T @ seen
    weight = torch.linalg.solve(gram + 1e-3 * torch.eye(len(gram)), seen.T @ covered)
    sketcher.covered.weight.copy_(weight.T[..., None, None])


class Sums(NamedTuple):
    """The sums of x xᵀ and x yᵀ over the samples of a regression."""

    features: torch.Tensor
    drawn: torch.Tensor

    @classmethod
    def none(cls, layer: Layer) -> "Sums":
        return cls(torch.zeros(layer.features, layer.features), torch.zeros(layer.features, layer.numbers))

    def add(self, features: torch.Tensor, drawn: torch.Tensor) -> None:
        self.features.add_(features.T @ features)
        self.drawn.add_(features.T @ drawn)


@torch.no_grad()
def _batch(settings: Settings, sketcher: Sketcher, cells: Cells, text_encoder: CLIPTextModel, number: int) -> dict:
    """The features and what is drawn of each layer."""
    samples = {}
    for layer, kinds in KINDS_OF_LAYER.items():
        first = number * settings.batch
        scenes = [grounded(scene_at("train", first + i, kinds=kinds)) for i in range(settings.batch)]
        scenes = [scene for scene in scenes if split_of(scene) == "train"]
        texts = prompts.captions_of(scenes, (layer, number), thorough=True)
        ids, _ = tokenizer.batch(texts, full=False)
        fact = sketcher.read(prompts.encode_prompts(text_encoder, ids)[1])
        features = sketcher.features(fact, usual(fact))[layer]
        drawn = cells.drawn(np.stack([things_of(centred(scene)) for scene in scenes]))
        if layer == "halves":
            drawn, features = torch.stack(drawn.chunk(2, 3), 1).flatten(0, 1), features.flatten(0, 1)
        samples[layer] = features, Sketcher.layers[layer].cut(drawn)
    return samples


def centred(scene: Scene) -> Scene:
    """The same scene with its only object in the middle; others as they are."""
    if len(scene.objects) > 1:
        return scene
    (thing,) = scene.objects
    return replace(scene, objects=(replace(thing, left=(SIZE - thing.size) // 2),))


@torch.no_grad()
def evaluate(sketcher: Sketcher, count: int) -> dict[str, float]:
    """The squared error of the latents of held-out scenes (their mean variance is about one)."""
    encoder, _ = load_vae(latest_vae())
    text_encoder, _ = prompts.load_text_encoder(prompts.latest())
    figures = {}
    for split in ("test", "unseen"):
        scenes = [grounded(scene_at(split, number)) for number in range(count)]
        ids, _ = tokenizer.batch(prompts.captions_of(scenes, (split, "sketch"), thorough=True))
        sketched = sketcher(prompts.encode_prompts(text_encoder, ids)[1], GRID, GRID)
        figures[f"error_{split}"] = round(F.mse_loss(sketched, encoder(pictures_of(scenes))).item(), 4)
    return figures


@torch.no_grad()
def train(arguments) -> None:
    settings, run, sketcher = Settings(), common.Run("sketch", arguments.minutes), Sketcher()
    encoder, _ = load_vae(latest_vae())
    text_encoder, _ = prompts.load_text_encoder(prompts.latest())
    heads = common.load_checkpoint(prompts.latest())["heads"]
    for name, head in sketcher.facts.items():
        head.load_state_dict({part: heads[f"facts.{name}.{part}"] for part in ("weight", "bias")})
    cells = cells_of(encoder, settings.fitted_on)
    solve_ground(sketcher, cells, settings.fitted_on)
    sums, count = {name: Sums.none(layer) for name, layer in Sketcher.layers.items()}, 0
    if state := run.earlier(arguments.resume):
        sums, count = {name: Sums(*parts) for name, parts in state["sums"].items()}, state["scenes"]
    run.log(settings=asdict(settings), parameters=common.count_parameters(sketcher), step=count)
    batches = common.prefetch(
        lambda number: _batch(settings, sketcher, cells, text_encoder, number), first=count // settings.batch
    )
    while True:
        for name, sample in next(batches).items():
            sums[name].add(*sample)
        count += settings.batch
        if run.due() or run.stopping():
            for name, layer in sketcher.things.items():
                factor = torch.linalg.cholesky(sums[name].features + settings.ridge * torch.eye(layer.in_features))
                layer.weight.copy_(torch.cholesky_solve(sums[name].drawn, factor).T)
            parts = {name: tuple(part) for name, part in sums.items()}
            common.save_checkpoint({"sketcher": sketcher.state_dict(), "sums": parts, "scenes": count}, run.checkpoint)
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
