"""What gets a vision transformer off the ground in minutes: it learns what each of its patches shows.

A scene knows where its objects stand, so every patch has a label: the concept at its middle, or else the background.
A linear head on the patches' last states learns these labels beside the model's own loss and is thrown away. The patch
embedding begins as whitened principal components, so that details are not drowned by mean colours.
"""

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from models.train.augment import augment
from models.train.judge import pictures_of
from models.world.artwork import artwork
from models.world.backgrounds import SIZE
from models.world.concepts import BACKGROUND_INDEX, BACKGROUNDS, CONCEPT_INDEX, CONCEPTS, VENDORS
from models.world.scenes import Scene, scene_at

PATCH = 16
BACKGROUND_WEIGHT = 0.1  # three patches of four show the background, and that is learned in no time
LABELS = len(CONCEPTS) + len(BACKGROUNDS)


class PatchHead(nn.Module):
    """States (B, 1 + patches, width) of a vision tower to the loss of its patches' labels (B, patches)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm, self.linear = nn.LayerNorm(width), nn.Linear(width, LABELS)

    def loss(self, states: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        weights = torch.ones(LABELS, device=states.device)
        weights[len(CONCEPTS) :] = BACKGROUND_WEIGHT
        return F.cross_entropy(self.linear(self.norm(states[:, 1:])).flatten(0, 1), labels.flatten(), weights)


def pixel_labels(scene: Scene) -> np.ndarray:
    """float32 (128, 128): the index of the concept that covers the pixel, or 128 + the index of the background."""
    labels = np.full((SIZE, SIZE), len(CONCEPTS) + BACKGROUND_INDEX[scene.background], np.float32)
    vendor = VENDORS.index(scene.vendor)
    for thing in scene.objects:
        left, top, right, bottom = thing.box
        alpha = artwork().sprites[thing.size][vendor, CONCEPT_INDEX[thing.concept], ..., 3]
        labels[top:bottom, left:right][alpha > 127] = CONCEPT_INDEX[thing.concept]
    return labels


def augmented(scenes: list[Scene], seed: int, strength: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Augmented pictures (B, 3, 128, 128) in [-1, 1] and the labels of their patches, int64 (B, 64)."""
    labels = torch.from_numpy(np.stack([pixel_labels(scene) for scene in scenes]))
    pictures, labels = augment(pictures_of(scenes), labels, torch.Generator().manual_seed(seed), strength)
    middle = PATCH // 2
    return pictures, labels[:, middle::PATCH, middle::PATCH].flatten(1).long()


@torch.no_grad()
def begin_with_components(embedding: nn.Conv2d, count: int = 96, fitted_on: int = 400) -> None:
    """Sets a patch embedding (width, 3, 16, 16) to a random rotation of whitened principal components of patches."""
    pictures = pictures_of([scene_at("train", number) for number in range(fitted_on)])
    rows = F.unfold(pictures, PATCH, stride=PATCH).transpose(1, 2).reshape(-1, 3 * PATCH * PATCH)
    rows = rows - rows.mean(0)
    values, vectors = torch.linalg.eigh(rows.T @ rows / len(rows))
    components = vectors.flip(1)[:, :count] * values.flip(0)[:count].rsqrt()
    rotation = torch.randn(embedding.weight.shape[0], count, generator=torch.Generator().manual_seed(0))
    embedding.weight.copy_((rotation / count**0.5 @ components.T).view_as(embedding.weight))
