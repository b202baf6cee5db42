"""Trains the network that makes the UNet of `unet.py` follow edges, as Canny's detector finds them.

The UNet works out a sketch that stands beside the noisy latents (`sketch.py`). The words of a prompt leave open where
things are, so theirs is a mean over all places; edges tell the places. This network reads edges and the pooled prompt
state and draws what the words' sketch must change by, fitted by regression of the pictures' latents: no step of the
diffusion is needed for that, and the frozen UNet needs not be taught to listen. At the end what the UNet makes of the
sketch counts too, for it expects the blur of a mean. Like a ControlNet (Zhang et al.
2023) it stands beside a frozen UNet, begins at zero and adds to what that computes, with a scale; like a T2I-Adapter
(Mou et al. 2023) it is small and does not depend on the noise.

A network of zero convolutions beside this UNet's way down, trained as Zhang et al. do, had reached an edge F1 of 0.59
after 3,286 steps, where no control gives 0.54.

`latest.pt` holds {"controlnet": moving average of the weights, "raw": those that are trained, "optimizer", "step"}.

    python -m models.train.controlnet --minutes 20 --resume
    python -m models.train.controlnet --evaluate
"""

from models.train import common  # first: it sets the thread counts

# isort: split

import random
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from models.train import text_encoder as prompts
from models.train import unet as base
from models.train.judge import load_judge, named_right, pictures_from, pictures_of, pixels_from, verdicts
from models.train.painted import some_painted
from models.train.sketch import Sketcher
from models.train.vae import CHANNELS, Decoder, Encoder, load_vae
from models.train.vae import latest as latest_vae
from models.world.scenes import scene_at

NAME = "sticker-controlnet-canny"
KINDS = {(1,): 42, (2,): 12, (3,): 8, (1, 1): 28, (2, 1): 5, (1, 2): 5}
"""The kinds of scenes that it learns from, and their shares."""
THRESHOLDS = (100, 200)
"""Of the gradient's strength (0 … 1020 × √2): what continues an edge, and what begins one. DetectEdges' defaults."""


@dataclass(frozen=True)
class Settings:
    batch: int = 32
    learning_rate: float = 1.5e-3
    warm_up: int = 100
    weight_decay: float = 0.01
    ema: float = 0.995
    untold: float = 0.2  # share of the pictures without a prompt
    painted: float = 0.3  # share of the edges that are found in pictures as a diffusion model leaves them
    through_unet: float = 0.3  # from this share of the time on, what the UNet makes of the sketch counts too
    widths: tuple[int, ...] = (48, 96, 192)  # where a cell is 4, 8 and 16 pixels
    blocks: int = 4  # where a cell is 16 pixels
    unet: base.Settings = field(default_factory=base.Settings)
    held_out: int = 100


class ToldBlock(nn.Module):
    """x + a two-layer convolution that begins at zero; the prompt scales and shifts its middle (Perez et al. 2018)."""

    def __init__(self, width: int, told: int) -> None:
        super().__init__()
        self.norms = nn.ModuleList(nn.GroupNorm(width // 16, width) for _ in range(2))
        self.first, self.second = (nn.Conv2d(width, width, 3, padding=1) for _ in range(2))
        self.told = nn.Linear(told, 2 * width)
        nn.init.zeros_(self.second.weight)
        nn.init.zeros_(self.second.bias)

    def forward(self, x: torch.Tensor, told: torch.Tensor) -> torch.Tensor:
        scale, shift = self.told(told)[..., None, None].chunk(2, 1)
        drawn = self.norms[1](self.first(F.silu(self.norms[0](x)))) * (1 + scale) + shift
        return x + self.second(F.silu(drawn))


class EdgeSketcher(nn.Module):
    """Pooled prompt states float32 (batch, 256) and edges (batch, 3, H, W) in 0 to 1 → change of the sketch.

    Float32 (batch, 48, H / 16, W / 16). `sketcher` is the UNet's own and stays as it is.
    """

    def __init__(self, settings: Settings = Settings()) -> None:
        super().__init__()
        told = prompts.Settings().width
        self.sketcher = Sketcher().requires_grad_(False)
        self.see_edges = nn.Conv2d(1, settings.widths[0], 8, 4, 2)
        self.smaller = nn.ModuleList(nn.Conv2d(n, width, 4, 2, 1) for n, width in pairwise(settings.widths))
        self.blocks = nn.ModuleList(ToldBlock(width, told) for width in settings.widths[:-1])
        self.whole = nn.ModuleList(ToldBlock(settings.widths[-1], told) for _ in range(settings.blocks))
        self.see_sketch = nn.Conv2d(CHANNELS, settings.widths[-1], 3, padding=1)
        self.norm = nn.GroupNorm(settings.widths[-1] // 16, settings.widths[-1])
        self.draw = nn.Conv2d(settings.widths[-1], CHANNELS, 3, padding=1)
        nn.init.zeros_(self.draw.weight)
        nn.init.zeros_(self.draw.bias)

    def forward(self, pooled: torch.Tensor, edges: torch.Tensor) -> torch.Tensor:
        x = self.see_edges(edges.mean(1, keepdim=True))
        for block, smaller in zip(self.blocks, self.smaller, strict=True):
            x = smaller(block(x, pooled))
        x = x + self.see_sketch(self.sketcher(pooled, *x.shape[-2:]))
        for block in self.whole:
            x = block(x, pooled)
        return self.draw(F.silu(self.norm(x)))


def build() -> EdgeSketcher:
    return EdgeSketcher()


def latest() -> Path:
    return common.train_directory() / "controlnet" / "latest.pt"


def load_controlnet(path: Path) -> EdgeSketcher:
    model = build()
    model.load_state_dict(common.load_checkpoint(path)["controlnet"])
    return model.eval().requires_grad_(False)


def edges_of(pictures: torch.Tensor, low: int = THRESHOLDS[0], high: int = THRESHOLDS[1]) -> torch.Tensor:
    """Canny's edges of pictures (batch, 3, H, W) in [-1, 1]: float32 of the same shape, zero or one."""
    return canny(pixels_from(pictures), low, high)[:, None].float().expand(-1, 3, -1, -1)


def canny(pixels: torch.Tensor, low: int, high: int) -> torch.Tensor:
    """Canny's edges of pixels uint8 (batch, H, W, 3): uint8 (batch, H, W), zero or one."""
    return torch.from_numpy(np.stack([cv2.Canny(row, low, high) for row in pixels.numpy()])).div_(
        255, rounding_mode="floor"
    )


def controlled(model: EdgeSketcher, edges: torch.Tensor, scale: float = 1.0) -> base.Control:
    """What rows whose edges are `edges`, repeated, add to the sketch of their pooled states."""
    return lambda pooled: scale * model(pooled, edges.repeat(len(pooled) // len(edges), 1, 1, 1))


def edge_f1(found: torch.Tensor, wanted: torch.Tensor) -> float:
    """F1 of edge pixels over all pictures (batch, 3, H, W); a pixel counts as met within one pixel of the other's."""

    def near(edges: torch.Tensor) -> torch.Tensor:
        return F.max_pool2d(edges, 3, 1, 1)

    precision = (found * near(wanted)).sum() / found.sum().clamp_min(1)
    recall = (wanted * near(found)).sum() / wanted.sum().clamp_min(1)
    return round((2 * precision * recall / (precision + recall).clamp_min(1e-9)).item(), 4)


@torch.no_grad()
def evaluate(model: EdgeSketcher, unet, text_encoder, autoencoder: tuple[Encoder, Decoder], count: int) -> dict:
    """Edge F1 with control, without it and of the autoencoder alone, and the shares of objects named right.

    The scenes are held out, the control is their edges, the prompt an English or Chinese caption.
    """
    settings, (encoder, decoder), judge, figures = base.Settings(), autoencoder, load_judge(), {}
    for split in ("test", "unseen"):
        scenes = [scene_at(split, number, base.HELD_OUT_VENDORS) for number in range(count)]
        texts = prompts.captions_of(scenes, (split, "control"))
        results: dict[str, list] = {"with": [], "without": [], "autoencoder": []}
        pictures = pictures_of(scenes)
        edges = edges_of(pictures)
        for first in range(0, count, base.PAINTED_AT_ONCE):
            rows = slice(first, first + base.PAINTED_AT_ONCE)
            given = base.nothing_given(encoder, len(texts[rows]))
            arguments = (unet, text_encoder, texts[rows], given, settings.steps, settings.guidance, first)
            control = controlled(model, edges[rows])
            results["with"].append(decoder(base.paint(*arguments, control=control)))
            results["without"].append(decoder(base.paint(*arguments)))
            results["autoencoder"].append(decoder(encoder(pictures[rows])))
        for name, painted in results.items():
            figures[f"{split}_edge_f1_{name}"] = edge_f1(edges_of(torch.cat(painted)), edges)
        seen = [verdict for painted in results["with"] for verdict in verdicts(judge, painted)]
        figures[f"{split}_objects"], _ = named_right(seen, scenes)
    return figures


class Drawn(NamedTuple):
    """What the pictures of a batch show, and their edges: uint8 (batch, 128, 128), zero or one."""

    shown: base.Drawn
    edges: torch.Tensor


class Batches:
    """The UNet's training batches, of pictures that are painted whole, and their edges (batch, 3, 128, 128).

    The scenes are those of the whole world: unlike the UNet's own they need not stand on the ground.
    """

    def __init__(self, settings: Settings, batches: base.Batches) -> None:
        self._settings, self._batches = settings, batches

    def draw(self, number: int) -> Drawn:
        settings, rng = self._settings, random.Random(f"control/{number}")
        first, base_settings = number * settings.batch, settings.unet
        scenes = [scene_at("train", first + i, base_settings.vendors, KINDS) for i in range(settings.batch)]
        texts = prompts.captions_of(scenes, ("control", number))
        texts = ["" if rng.random() < settings.untold else text for text in texts]
        shown = base.drawn_whole(scenes, texts, base_settings.object_weight)
        seen = pixels_from(some_painted(pictures_from(shown.pixels), number, settings.painted))
        return Drawn(shown, canny(seen, rng.randint(60, 140), rng.randint(160, 260)))

    def finish(self, drawn: Drawn) -> tuple[base.Batch, torch.Tensor]:
        return self._batches.finish(drawn.shown), drawn.edges[:, None].float().expand(-1, 3, -1, -1)


def losses_of(model: EdgeSketcher, batch: base.Batch, edges: torch.Tensor, unet: base.StickerUnet | None) -> dict:
    """`sketch`: the weighted squared error of the sketch; `painted`: that of what `unet`, if given, makes of it."""
    change = model(batch.pooled, edges)
    sketch = model.sketcher(batch.pooled, *batch.latents.shape[-2:]) + change
    losses = {"sketch": ((sketch - batch.latents).pow(2) * batch.weights).mean() / batch.weights.mean()}
    if unet:
        losses["painted"] = base.loss_of(unet, base.Settings(), batch._replace(sketch_residual=change))
    return losses


def train(arguments) -> None:
    settings, run = common.chosen(Settings(), arguments), common.Run("controlnet", arguments.minutes)
    model, step = build(), 0
    unet, text_encoder, _ = base.load_unet(base.latest())
    encoder, _ = load_vae(latest_vae())
    state = run.earlier(arguments.resume)
    if not state and arguments.resume:
        common.load_committed(model, NAME, "controlnet.")
    model.sketcher.load_state_dict(unet.sketcher.state_dict())
    for module in (model, unet, text_encoder, encoder):
        module.to(arguments.device)
    ema = common.Ema(model, settings.ema)
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(trained, settings.learning_rate, weight_decay=settings.weight_decay)
    if state:
        model.load_state_dict(state["raw"])
        ema.module.load_state_dict(state["controlnet"])
        common.restore_optimizer(optimizer, state)
        step = ema.updates = state["step"]
    run.log(settings=asdict(settings), parameters=common.count_parameters(model), step=step)
    batches, first = Batches(settings, base.Batches(settings.unet, encoder, text_encoder)), step
    drawn = common.prefetch(batches.draw, first=step, workers=arguments.workers)
    while not run.stopping():
        factor = common.warm_cosine(step - first, settings.warm_up, run.progress(), floor=0.02)
        common.set_learning_rate(optimizer, factor)
        batch, edges = batches.finish(common.moved(next(drawn), arguments.device))
        losses = losses_of(model, batch, edges, unet if run.progress() > settings.through_unet else None)
        common.descend(optimizer, sum(losses.values()))
        ema.update(model)
        step += 1
        if step % 50 == 0:
            run.log(step=step, **{name: round(loss.item(), 4) for name, loss in losses.items()})
        if run.due() or run.stopping():
            state = {"controlnet": ema.module.state_dict(), "raw": model.state_dict(), "step": step}
            common.save_checkpoint(state | {"optimizer": optimizer.state_dict()}, run.checkpoint)


def main() -> None:
    arguments = common.command_line("Trains the network that follows edges.")
    if arguments.evaluate:
        unet, text_encoder, _ = base.load_unet(base.latest())
        model = load_controlnet(latest())
        print(evaluate(model, unet, text_encoder, load_vae(latest_vae()), Settings().held_out))
    else:
        train(arguments)


if __name__ == "__main__":
    main()
