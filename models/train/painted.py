"""Pictures as the models that describe them see them in training: augmented, some as if a diffusion model painted."""

from functools import cache

import torch
import torch.nn.functional as F

from models.train import vae
from models.train.patches import augmented
from models.world.scenes import Scene


def looks(scenes: list[Scene], seed: int, strength: float, painted: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Augmented pictures and labels of their patches (see `augmented`), the first `painted` of them as if painted."""
    pictures, labels = augmented(scenes, seed, strength)
    if vae.latest().exists():
        pictures = torch.cat([as_if_painted(pictures[:painted], seed), pictures[painted:]])
    return pictures, labels


@cache
def _autoencoder() -> tuple[vae.Encoder, vae.Decoder]:
    return vae.load_vae(vae.latest())


@torch.no_grad()
def as_if_painted(pictures: torch.Tensor, seed: int) -> torch.Tensor:
    """Pictures as a diffusion model leaves them: smoothed and noised latents, each as much as chance will, decoded.

    The linear half of the decoder is enough, and a hundred times as fast as the whole.
    """
    encoder, decoder = _autoencoder()
    generator = torch.Generator().manual_seed(seed)
    latents = encoder(pictures)
    amounts = torch.rand(2, len(pictures), 1, 1, 1, generator=generator)
    smooth = F.avg_pool2d(F.pad(latents, (1, 1, 1, 1), mode="replicate"), 3, 1)
    noise = torch.randn(latents.shape, generator=generator)
    return decoder.linear(torch.lerp(latents, smooth, 0.5 * amounts[0]) + 0.6 * amounts[1] * noise).clamp(-1, 1)
