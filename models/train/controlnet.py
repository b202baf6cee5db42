"""Trains the ControlNet that makes the UNet of `unet.py` follow edges, as Canny's detector finds them.

A diffusers ControlNetModel (Zhang et al. 2023): a copy of the UNet's way down, whose zero convolutions add to what the
frozen UNet hands over to its way up. Edges come in as a picture, white on black, and reach the latents' 8 × 8 cells
through four strided convolutions. The scenes are those of the whole world: unlike the UNet's own they need not stand on
the ground, for the edges say where things are. Half of the prompts are left out, so that the edges must be read.

`latest.pt` holds {"controlnet": moving average of the weights, "raw": those that are trained, "optimizer", "step"}.

    python -m models.train.controlnet --minutes 30 --resume
    python -m models.train.controlnet --evaluate
"""

from models.train import common  # first: it sets the thread counts

# isort: split

import random
from dataclasses import asdict, dataclass, field
from pathlib import Path

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from diffusers import ControlNetModel
from transformers import CLIPTextModel

from models.tokenizer import tokenizer
from models.train import text_encoder as prompts
from models.train import unet as base
from models.train.judge import load_judge, named_right, pictures_of, verdicts
from models.train.sketch import cell_weights
from models.train.vae import CHANNELS, Decoder, Encoder, load_vae
from models.train.vae import latest as latest_vae
from models.world.scenes import scene_at

NAME = "sticker-controlnet-canny"
THRESHOLDS = (100, 200)
"""Of the gradient's strength (0 … 1020 × √2): what continues an edge, and what begins one. DetectEdges' defaults."""


@dataclass(frozen=True)
class Settings:
    batch: int = 16
    learning_rate: float = 1e-3
    warm_up: int = 100
    weight_decay: float = 0.01
    ema: float = 0.995
    untold: float = 0.5  # share of the pictures without a prompt
    widths: tuple[int, ...] = (8, 16, 32, 64, 96)  # of the convolutions that read the edges
    unet: base.Settings = field(default_factory=base.Settings)
    held_out: int = 100


def build() -> ControlNetModel:
    """4.6 M parameters; the UNet's pooled prompt state is not among its inputs."""
    taken = ("block_out_channels", "layers_per_block", "down_block_types", "cross_attention_dim", "attention_head_dim")
    config = base.unet_config(base.Settings())
    return ControlNetModel(
        in_channels=CHANNELS,
        conditioning_embedding_out_channels=Settings.widths,
        resnet_time_scale_shift=config["resnet_time_scale_shift"],
        **{key: config[key] for key in taken},
    )


def begin_as_unet(model: ControlNetModel, unet: base.StickerUnet) -> None:
    """Copies the UNet's way down; of its first layer only what reads the noisy latents."""
    ours, theirs = model.state_dict(), unet.state_dict()
    shared = {name: theirs[name] for name in ours if name in theirs and ours[name].shape == theirs[name].shape}
    shared["conv_in.weight"] = theirs["conv_in.weight"][:, :CHANNELS]
    model.load_state_dict(shared, strict=False)


def latest() -> Path:
    return common.train_directory() / "controlnet" / "latest.pt"


def load_controlnet(path: Path) -> ControlNetModel:
    model = build()
    model.load_state_dict(common.load_checkpoint(path)["controlnet"])
    return model.eval().requires_grad_(False)


def edges_of(pictures: torch.Tensor, low: int = THRESHOLDS[0], high: int = THRESHOLDS[1]) -> torch.Tensor:
    """Canny's edges of pictures (batch, 3, H, W) in [-1, 1]: float32 of the same shape, zero or one."""
    rows = ((pictures + 1) * 127.5).round().clamp(0, 255).byte().permute(0, 2, 3, 1).contiguous().numpy()
    edges = np.stack([cv2.Canny(row, low, high) for row in rows])
    return torch.from_numpy(edges).float()[:, None].div_(255).expand(-1, 3, -1, -1)


def controlled(model: ControlNetModel, edges: torch.Tensor, scale: float = 1.0) -> base.Control:
    """The residuals for noisy latents whose rows are those of edges, repeated."""

    def residuals(sample, timestep, states) -> dict[str, object]:
        wanted = edges.repeat(len(sample) // len(edges), 1, 1, 1)
        down, mid = model(sample, timestep, states, wanted, scale, return_dict=False)
        return {"down_block_additional_residuals": down, "mid_block_additional_residual": mid}

    return residuals


def edge_f1(found: torch.Tensor, wanted: torch.Tensor) -> float:
    """F1 of edge pixels over all pictures (batch, 3, H, W); a pixel counts as met within one pixel of the other's."""

    def near(edges: torch.Tensor) -> torch.Tensor:
        return F.max_pool2d(edges, 3, 1, 1)

    precision = (found * near(wanted)).sum() / found.sum().clamp_min(1)
    recall = (wanted * near(found)).sum() / wanted.sum().clamp_min(1)
    return round((2 * precision * recall / (precision + recall).clamp_min(1e-9)).item(), 4)


@torch.no_grad()
def evaluate(model: ControlNetModel, unet, text_encoder, autoencoder: tuple[Encoder, Decoder], count: int) -> dict:
    """Edge F1 with control, without it and of the autoencoder alone, and the shares of objects named right.

    The scenes are held out, the control is their edges, the prompt an English or Chinese caption.
    """
    settings, (encoder, decoder), judge, figures = base.Settings(), autoencoder, load_judge(), {}
    for split in ("test", "unseen"):
        scenes = [scene_at(split, number, settings.scenes.vendors) for number in range(count)]
        texts = prompts.captions_of(scenes, (split, "control"))
        results: dict[str, list] = {"with": [], "without": [], "autoencoder": []}
        pictures = pictures_of(scenes)
        edges = edges_of(pictures)
        for first in range(0, count, 25):
            rows = slice(first, first + 25)
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


class Batches:
    """Training batches made on the CPU: the UNet's, of pictures that are painted whole, and their edges."""

    def __init__(self, settings: Settings, encoder: Encoder, text_encoder: CLIPTextModel) -> None:
        self._settings, self._encoder, self._text_encoder = settings, encoder, text_encoder
        self._given = base.nothing_given(encoder, settings.batch)

    @torch.no_grad()
    def __call__(self, number: int) -> tuple[base.Batch, torch.Tensor]:
        settings, rng = self._settings, random.Random(f"control/{number}")
        first, scenes_of = number * settings.batch, settings.unet.scenes
        scenes = [scene_at("train", first + i, scenes_of.vendors) for i in range(settings.batch)]
        texts = prompts.captions_of(scenes, ("control", number))
        texts = ["" if rng.random() < settings.untold else text for text in texts]
        states, pooled = prompts.encode_prompts(self._text_encoder, tokenizer.batch(texts)[0])
        pictures = pictures_of(scenes)
        edges = edges_of(pictures, rng.randint(60, 140), rng.randint(160, 260))
        weights = cell_weights(scenes, scenes_of.object_weight)
        return base.Batch(self._encoder(pictures), states, pooled, pooled, *self._given, weights), edges


def train(arguments) -> None:
    settings, run, model, step = Settings(), common.Run("controlnet", arguments.minutes), build(), 0
    unet, text_encoder, _ = base.load_unet(base.latest())
    autoencoder = load_vae(latest_vae())
    state = run.earlier(arguments.resume)
    if not state:
        committed = arguments.resume and common.load_committed(model, NAME, "controlnet.controlnet.")
        if not committed:
            begin_as_unet(model, unet)
    ema = common.Ema(model, settings.ema)
    optimizer = torch.optim.AdamW(model.parameters(), settings.learning_rate, weight_decay=settings.weight_decay)
    if state:
        model.load_state_dict(state["raw"])
        ema.module.load_state_dict(state["controlnet"])
        optimizer.load_state_dict(state["optimizer"])
        step = ema.updates = state["step"]
    unet.to(arguments.device)
    model.to(arguments.device)
    ema.module.to(arguments.device)
    run.log(settings=asdict(settings), parameters=common.count_parameters(model), step=step)
    batches, first, losses = common.prefetch(Batches(settings, autoencoder[0], text_encoder), first=step), step, []
    while not run.stopping():
        factor = common.warm_cosine(step - first, settings.warm_up, run.progress(), floor=0.02)
        common.set_learning_rate(optimizer, factor)
        batch, edges = next(batches)
        batch = base.Batch(*(part.to(arguments.device) for part in batch))
        loss = base.loss_of(unet, settings.unet, batch, controlled(model, edges.to(arguments.device)))
        common.descend(optimizer, loss)
        ema.update(model)
        step += 1
        losses.append(loss.item())
        if step % 50 == 0:
            run.log(step=step, loss=round(float(np.mean(losses[-50:])), 4))
        if run.due() or run.stopping():
            state = {"controlnet": ema.module.state_dict(), "raw": model.state_dict(), "step": step}
            common.save_checkpoint(state | {"optimizer": optimizer.state_dict()}, run.checkpoint)
    run.log(step=step, **evaluate(ema.module.cpu(), unet.cpu(), text_encoder, autoencoder, settings.held_out))


def main() -> None:
    arguments = common.command_line("Trains the ControlNet of edges.")
    if arguments.evaluate:
        unet, text_encoder, _ = base.load_unet(base.latest())
        model = load_controlnet(latest())
        print(evaluate(model, unet, text_encoder, load_vae(latest_vae()), Settings().held_out))
    else:
        train(arguments)


if __name__ == "__main__":
    main()
