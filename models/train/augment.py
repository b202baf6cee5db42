"""Strong augmentation of rendered scenes for the models that look at pictures: they must read unknown drawings too."""

import math

import torch
import torch.nn.functional as F

MEAN, STD = 0.5, 0.5
_LUMA = torch.tensor([0.299, 0.587, 0.114])


def augment(
    pictures: torch.Tensor, labels: torch.Tensor, generator: torch.Generator, strength: float = 1.0
) -> tuple[torch.Tensor, torch.Tensor]:
    """float32 (B, 3, S, S) in [-1, 1] to the same: hue, contrast, affine, blur, grey, noise and a cut-out, at random.

    `labels` float32 (B, S, S), whole numbers that say what each pixel shows, move with the pixels. Pictures, labels and
    generator are on one device.

    A share `strength` of the pictures is changed, the others stay as they are. Hue turns by at most a tenth of the
    circle: red and green apples stay what they are. Nothing is mirrored, so that left and right keep their meaning.
    """
    random = lambda *shape: torch.rand(*shape, generator=generator, device=pictures.device)
    plain, count = pictures, len(pictures)
    pictures = _colours(pictures, random(count), random(count), random(count), random(count))
    grid = _grid(pictures, random(count), random(count), random(count, 2))
    pictures = F.grid_sample(pictures, grid, padding_mode="border", align_corners=False)
    moved = F.grid_sample(labels[:, None], grid, mode="nearest", padding_mode="border", align_corners=False)[:, 0]
    blurred = F.avg_pool2d(F.pad(pictures, (1, 1, 1, 1), mode="replicate"), 3, 1)
    pictures = torch.where(random(count, 1, 1, 1) < 0.3, blurred, pictures)
    noise = torch.randn(pictures.shape, generator=generator, device=pictures.device) * 0.12
    pictures = pictures + noise * (random(count, 1, 1, 1) - 0.3).clamp_min(0)
    pictures = _cut_out(pictures, random(count), random(count, 2)).clamp(-1, 1)
    changed = random(count, 1, 1, 1) < strength
    return torch.where(changed, pictures, plain), torch.where(changed[:, 0], moved, labels)


def _colours(pictures, hue, contrast, brightness, grey) -> torch.Tensor:
    angle = (hue - 0.5) * 0.2 * 2 * math.pi
    cosine, sine = angle.cos()[:, None, None], angle.sin()[:, None, None] / math.sqrt(3)
    axis = torch.tensor([[0.0, -1, 1], [1, 0, -1], [-1, 1, 0]], device=pictures.device)
    # Rodrigues' rotation about the grey axis
    turn = cosine * torch.eye(3, device=pictures.device) + sine * axis + (1 - cosine) / 3
    pictures = torch.einsum("bij,bjhw->bihw", turn, pictures)
    luma = torch.einsum("c,bchw->bhw", _LUMA.to(pictures.device), pictures)[:, None]
    strength = torch.where(grey < 0.1, 1.0, 0.5 * (grey - 0.55).clamp_min(0))[:, None, None, None]
    pictures = torch.lerp(pictures, luma, strength)
    return pictures * (0.7 + 0.6 * contrast)[:, None, None, None] + (0.4 * (brightness - 0.5))[:, None, None, None]


def _grid(pictures, turn, scale, shift) -> torch.Tensor:
    angle = (turn - 0.5) * math.radians(30)
    size = 1 / (0.85 + 0.4 * scale)
    matrix = torch.stack([angle.cos(), -angle.sin(), angle.sin(), angle.cos()], -1).view(-1, 2, 2) * size[:, None, None]
    theta = torch.cat([matrix, (shift[:, :, None] - 0.5) * 0.2], -1)
    return F.affine_grid(theta, list(pictures.shape), align_corners=False)


def _cut_out(pictures, chance, centre) -> torch.Tensor:
    size = pictures.shape[-1]
    positions = torch.arange(size, device=pictures.device)
    near = lambda axis: (positions[None] - centre[:, axis, None] * size).abs() < 12
    hole = near(0)[:, None, :, None] & near(1)[:, None, None, :] & (chance < 0.3)[:, None, None, None]
    return pictures.masked_fill(hole, 0.0)
