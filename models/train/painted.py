"""Pictures as the models that describe them see them in training: augmented, some as if a diffusion model painted."""

from functools import cache

import torch
import torch.nn.functional as F

from models.train import vae
from models.train.patches import augmented


def looks(
    pixels: torch.Tensor, labels: torch.Tensor, seed: int, strength: float, painted: float
) -> tuple[torch.Tensor, torch.Tensor]:
    """Augmented pictures and labels of their patches (see `augmented`); a share `painted` of them as if painted."""
    pictures, labels = augmented(pixels, labels, seed, strength)
    return some_painted(pictures, seed, painted) if vae.latest().exists() else pictures, labels


def some_painted(pictures: torch.Tensor, seed: int, share: float) -> torch.Tensor:
    """Pictures, the first of which, a share of them, are as if painted."""
    count = round(share * len(pictures))
    return torch.cat([as_if_painted(pictures[:count], seed), pictures[count:]])


@cache
def _autoencoder(device: torch.device) -> tuple[vae.Encoder, vae.Decoder]:
    encoder, decoder = vae.load_vae(vae.latest())
    return encoder.to(device), decoder.to(device)


@torch.no_grad()
def as_if_painted(pictures: torch.Tensor, seed: int) -> torch.Tensor:
    """Pictures as a diffusion model leaves them: smoothed and noised latents, each as much as chance will, decoded.

    The linear half of the decoder is enough, and a hundred times as fast as the whole.
    """
    device = pictures.device
    encoder, decoder = _autoencoder(device)
    generator = torch.Generator(device).manual_seed(seed)
    latents = encoder(pictures)
    amounts = torch.rand(2, len(pictures), 1, 1, 1, generator=generator, device=device)
    smooth = F.avg_pool2d(F.pad(latents, (1, 1, 1, 1), mode="replicate"), 3, 1)
    noise = torch.randn(latents.shape, generator=generator, device=device)
    return decoder.linear(torch.lerp(latents, smooth, 0.5 * amounts[0]) + 0.6 * amounts[1] * noise).clamp(-1, 1)
