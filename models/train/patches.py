"""What gets a vision transformer off the ground in minutes: early convolutions, and a label for each of its patches.

A few convolutions in the place of the one 16 × 16 that cuts the patches learn much faster (Xiao et al. 2021, "Early
convolutions help transformers see better"). A scene knows where its objects stand, so every patch has a label: the
concept at its middle, or else the background. A linear head on the patches' last states learns these labels beside the
model's own loss and is thrown away.
"""

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from models.train.augment import augment
from models.train.judge import pictures_from, pixels_of
from models.world.artwork import artwork
from models.world.backgrounds import SIZE
from models.world.concepts import BACKGROUND_INDEX, BACKGROUNDS, CONCEPT_INDEX, CONCEPTS, VENDORS
from models.world.scenes import Scene

PATCH = 16
BACKGROUND_WEIGHT = 0.1  # three patches of four show the background, and that is learned in no time
LABELS = len(CONCEPTS) + len(BACKGROUNDS)


class ConvolutionalStem(nn.Sequential):
    """Pictures (B, 3, S, S) → (B, width, S / 16, S / 16), in the place of a vision tower's patch embedding."""

    widths = ((3, 24, 5, 2), (24, 48, 3, 2), (48, 96, 3, 2), (96, 96, 3, 1), (96, 160, 3, 2))

    def __init__(self, width: int) -> None:
        layers = []
        for inputs, outputs, kernel, stride in self.widths:
            layers += [nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2), nn.BatchNorm2d(outputs), nn.ReLU()]
        super().__init__(*layers, nn.Conv2d(self.widths[-1][1], width, 1))

    @property
    def weight(self) -> torch.Tensor:
        """The towers of transformers ask it for the dtype of what it takes."""
        return self[-1].weight

    def fold(self) -> "ConvolutionalStem":
        """Moves the running statistics into the convolutions, which gives the same in evaluation with fewer weights."""
        for index in range(0, len(self) - 1, 3):
            self[index] = fuse_conv_bn_eval(self[index].eval(), self[index + 1].eval())
            self[index + 1] = nn.Identity()
        return self

    @torch.no_grad()
    def unfold(self, pictures: torch.Tensor) -> "ConvolutionalStem":
        """Sets fresh norms behind folded weights so that they change nothing on these pictures: training can go on."""
        states = pictures
        for layer in self:
            if isinstance(layer, nn.BatchNorm2d):
                layer.running_var, layer.running_mean = torch.var_mean(states, (0, 2, 3))
                layer.weight.copy_((layer.running_var + layer.eps).sqrt())
                layer.bias.copy_(layer.running_mean)
            else:
                states = layer(states)
        return self


class StemHead(nn.Conv2d):
    """What a stem gives (B, width, 8, 8) to the loss of naming the objects (B, 128); thrown away after training.

    An object's logit is the log-sum-exp of its logits over the cells: it is there if some cell shows it.
    """

    def __init__(self, width: int) -> None:
        super().__init__(width, len(CONCEPTS), 1)
        nn.init.constant_(self.bias, -8.0)

    def logits(self, cells: torch.Tensor) -> torch.Tensor:
        return self(F.relu(cells)).flatten(2).logsumexp(-1)

    def loss(self, cells: torch.Tensor, shown: torch.Tensor) -> torch.Tensor:
        return F.binary_cross_entropy_with_logits(self.logits(cells), shown, reduction="sum") / len(shown)


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
    """uint8 (128, 128): the index of the concept that covers the pixel, or 128 + the index of the background."""
    labels = np.full((SIZE, SIZE), len(CONCEPTS) + BACKGROUND_INDEX[scene.background], np.uint8)
    vendor = VENDORS.index(scene.vendor)
    for thing in scene.objects:
        left, top, right, bottom = thing.box
        alpha = artwork().sprites[thing.size][vendor, CONCEPT_INDEX[thing.concept], ..., 3]
        labels[top:bottom, left:right][alpha > 127] = CONCEPT_INDEX[thing.concept]
    return labels


def labelled(scenes: list[Scene]) -> tuple[torch.Tensor, torch.Tensor]:
    """Pixels uint8 (B, 128, 128, 3) of scenes and their labels uint8 (B, 128, 128)."""
    return pixels_of(scenes), torch.from_numpy(np.stack([pixel_labels(scene) for scene in scenes]))


def augmented(
    pixels: torch.Tensor, labels: torch.Tensor, seed: int, strength: float
) -> tuple[torch.Tensor, torch.Tensor]:
    """Augmented pictures (B, 3, 128, 128) in [-1, 1] of what `labelled` gave, and their patches' labels, int64 (B, 64).

    The same seed gives the same on the same device, which is that of the pixels.
    """
    generator = torch.Generator(pixels.device).manual_seed(seed)
    pictures, labels = augment(pictures_from(pixels), labels.float(), generator, strength)
    middle = PATCH // 2
    return pictures, labels[:, middle::PATCH, middle::PATCH].flatten(1).long()
