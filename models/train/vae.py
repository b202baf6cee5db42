"""Trains the autoencoder of the diffusion model: a linear encoder and a decoder that adds to its inverse.

The encoder is the principal components of 16 × 16 patches (one strided convolution); each channel is scaled by its
deviation to the power -1/2, which keeps strong components strong (white latents speckle when diffused). It is fitted
once and then frozen, so that a better decoder never invalidates a trained UNet. The decoder is the linear inverse plus
a convolutional network that begins at zero.

`latest.pt` holds {"encoder": weights, "decoder": moving average of the weights, "decoder_raw": the weights that are
trained, "optimizer", "updates", "step"}. Latents at the seam are scaled: `load_vae(path)` gives the modules
encoder(pictures) → latents and decoder(latents) → pictures.

    python -m models.train.vae --minutes 15 --resume
    python -m models.train.vae --evaluate
"""

from models.train import common  # first: it sets the thread counts

# isort: split

import copy
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

from models.train.judge import pictures_from, pictures_of, pixels_of
from models.world.scenes import scene_at

CHANNELS = 48
PATCH = 16


@dataclass(frozen=True)
class Settings:
    batch: int = 16
    learning_rate: float = 1.5e-3
    warm_up: int = 50
    latent_noise: float = 0.15  # largest deviation of the noise on half of the latents: diffused ones are not exact
    fitted_on: int = 4000  # scenes that the principal components are taken from
    held_out: int = 500  # scenes of each split that `--evaluate` measures


class Encoder(nn.Conv2d):
    """Pictures float32 (batch, 3, height, width) in [-1, 1] → scaled latents (batch, 48, height / 16, width / 16)."""

    def __init__(self) -> None:
        super().__init__(3, CHANNELS, PATCH, PATCH)


class Residual(nn.Module):
    """x + a two-layer convolution that begins at zero."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(width, width, 3, padding=1)
        self.second = nn.Conv2d(width, width, 3, padding=1)
        nn.init.zeros_(self.second.weight)
        nn.init.zeros_(self.second.bias)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.second(F.silu(self.first(F.silu(x))))


class Decoder(nn.Module):
    """Scaled latents (batch, 48, h, w) → pictures float32 (batch, 3, 16 h, 16 w) in [-1, 1]."""

    def __init__(self, widths: tuple[int, ...] = (192, 128, 64, 32)) -> None:
        super().__init__()
        self.linear = nn.ConvTranspose2d(CHANNELS, 3, PATCH, PATCH)
        widest = widths[0]
        layers: list[nn.Module] = [nn.Conv2d(CHANNELS, widest, 3, padding=1), Residual(widest), Residual(widest)]
        for before, after in zip(widths, widths[1:], strict=False):
            layers += [nn.Conv2d(before, 4 * after, 1), nn.PixelShuffle(2), Residual(after)]
        layers += [nn.SiLU(), nn.Conv2d(widths[-1], 4 * 16, 1), nn.PixelShuffle(2)]
        self.network = nn.Sequential(*layers)
        self.finish = nn.Sequential(nn.Conv2d(16 + 3, 16, 3, padding=1), nn.SiLU(), nn.Conv2d(16, 3, 3, padding=1))
        nn.init.zeros_(self.finish[-1].weight)
        nn.init.zeros_(self.finish[-1].bias)

    def raw(self, latents: torch.Tensor) -> torch.Tensor:
        linear = self.linear(latents)
        return linear + self.finish(torch.cat([linear, self.network(latents)], 1))

    def forward(self, latents: torch.Tensor) -> torch.Tensor:
        return self.raw(latents).clamp(-1, 1)


def latest() -> Path:
    return common.train_directory() / "vae" / "latest.pt"


def load_vae(path: Path) -> tuple[Encoder, Decoder]:
    """The encoder and the averaged decoder of a checkpoint, frozen, in evaluation mode, on the CPU."""
    state = common.load_checkpoint(path)
    encoder, decoder = Encoder(), Decoder()
    encoder.load_state_dict(state["encoder"])
    decoder.load_state_dict(state["decoder"])
    return encoder.eval().requires_grad_(False), decoder.eval().requires_grad_(False)


@torch.no_grad()
def fit_linear(encoder: Encoder, decoder: Decoder, count: int) -> None:
    """Sets the encoder to the scaled principal components of scenes' patches, `decoder.linear` to its inverse."""
    width = 3 * PATCH * PATCH
    mean, square, patches = torch.zeros(width, dtype=torch.float64), torch.zeros(width, width, dtype=torch.float64), 0
    for first in range(0, count, 100):
        pictures = pictures_of([scene_at("train", number) for number in range(first, first + 100)])
        rows = F.unfold(pictures, PATCH, stride=PATCH).transpose(1, 2).reshape(-1, width)
        mean += rows.double().sum(0)
        square += (rows.T @ rows).double()
        patches += len(rows)
    mean /= patches
    values, vectors = torch.linalg.eigh(square / patches - torch.outer(mean, mean))
    deviation, basis = values.flip(0)[:CHANNELS].sqrt(), vectors.flip(1)[:, :CHANNELS]
    scale = deviation.rsqrt() / deviation.mean().sqrt()  # the mean variance of the latents is one
    colour = mean.reshape(3, -1).mean(
        1
    )  # the origin of the latents; a bias of a convolution holds no more than a colour
    weight = (basis * scale).T
    encoder.weight.copy_(weight.reshape(CHANNELS, 3, PATCH, PATCH))
    encoder.bias.copy_(-weight @ colour.repeat_interleave(PATCH * PATCH))
    decoder.linear.weight.copy_((basis / scale).T.reshape(CHANNELS, 3, PATCH, PATCH))
    decoder.linear.bias.copy_(colour)


def psnr(pictures: torch.Tensor, decoded: torch.Tensor) -> torch.Tensor:
    """Peak signal-to-noise ratio in dB of each picture, both (batch, 3, height, width) in [-1, 1]."""
    return -10 * torch.log10((pictures - decoded).pow(2).mean((1, 2, 3)) / 4)


@torch.no_grad()
def evaluate(encoder: Encoder, decoder: Decoder, count: int) -> dict[str, float]:
    """Mean PSNR in dB on held-out scenes, and on the vendor that is never trained on."""
    figures = {}
    for name, split, vendors in (("test", "test", None), ("unseen", "unseen", None), ("twemoji", "test", ("twemoji",))):
        ratios = []
        for first in range(0, count, 50):
            extra = {"vendors": vendors} if vendors else {}
            pictures = pictures_of([scene_at(split, number, **extra) for number in range(first, first + 50)])
            ratios.append(psnr(pictures, decoder(encoder(pictures))))
        figures[f"psnr_{name}"] = round(torch.cat(ratios).mean().item(), 3)
    return figures


def _draw(size: int, number: int) -> torch.Tensor:
    return pixels_of([scene_at("train", number * size + i) for i in range(size)])


def _load_committed(encoder: Encoder, decoder: Decoder) -> bool:
    common.load_committed(decoder, "sticker-diffusion", "vae_decoder.")
    return common.load_committed(encoder, "sticker-diffusion", "vae_encoder.")


def _state(encoder, ema, decoder, optimizer, step: int) -> dict:
    weights = {"encoder": encoder.state_dict(), "decoder": ema.module.state_dict(), "decoder_raw": decoder.state_dict()}
    return {**weights, "optimizer": optimizer.state_dict(), "updates": ema.updates, "step": step}


def train(arguments) -> None:
    settings, run = common.chosen(Settings(), arguments), common.Run("vae", arguments.minutes)
    encoder, decoder, step = Encoder().requires_grad_(False), Decoder(), 0
    saved = run.earlier(arguments.resume)
    if saved:
        encoder.load_state_dict(saved["encoder"])
        decoder.load_state_dict(saved["decoder_raw"])
        step = saved["step"]
    elif not (arguments.resume and _load_committed(encoder, decoder)):
        fit_linear(encoder, decoder, settings.fitted_on)
    encoder.to(arguments.device)
    decoder.to(arguments.device, memory_format=torch.channels_last)
    ema = common.Ema(decoder)
    optimizer = torch.optim.AdamW(decoder.parameters(), settings.learning_rate, betas=(0.9, 0.99), weight_decay=0.0)
    if saved:
        ema.module.load_state_dict(saved["decoder"])
        ema.updates = saved["updates"]
        common.restore_optimizer(optimizer, saved)
    else:
        common.save_checkpoint(_state(encoder, ema, decoder, optimizer, step), run.checkpoint)
    run.log(settings=asdict(settings), parameters=common.count_parameters(decoder), step=step)
    _report(run, step, encoder, ema.module)
    drawn = common.prefetch(lambda number: _draw(settings.batch, number), first=step, workers=arguments.workers)
    first, losses = step, []
    while not run.stopping():
        common.set_learning_rate(optimizer, common.warm_cosine(step - first, settings.warm_up, run.progress()))
        pixels = common.moved(next(drawn), arguments.device)
        pictures = pictures_from(pixels).contiguous(memory_format=torch.channels_last)
        latents = encoder(pictures)
        latents = latents + _noise(latents, settings.latent_noise)
        loss = (decoder.raw(latents) - pictures).pow(2).mean()
        common.descend(optimizer, loss)
        ema.update(decoder)
        step += 1
        losses.append(loss.detach())
        if step % 50 == 0:
            run.log(step=step, loss=round(torch.stack(losses).mean().item(), 5))
            losses.clear()
        if run.due() or run.stopping():
            common.save_checkpoint(_state(encoder, ema, decoder, optimizer, step), run.checkpoint)
            _report(run, step, encoder, ema.module)


def _report(run: common.Run, step: int, encoder: Encoder, decoder: Decoder) -> None:
    run.log(step=step, **evaluate(copy.deepcopy(encoder).cpu(), copy.deepcopy(decoder).cpu(), 100))


def _noise(latents: torch.Tensor, largest: float) -> torch.Tensor:
    """Noise for the first half of the batch, of a deviation drawn from [0, largest] for each picture."""
    deviation = largest * torch.rand(len(latents), 1, 1, 1, device=latents.device)
    deviation[len(latents) // 2 :] = 0
    return deviation * torch.randn_like(latents)


def main() -> None:
    arguments = common.command_line("Trains the autoencoder.")
    if arguments.evaluate:
        print(evaluate(*load_vae(latest()), Settings().held_out))
    else:
        train(arguments)


if __name__ == "__main__":
    main()
