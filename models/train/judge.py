"""Trains the judge: a plain small CNN that names the objects and the background of a picture.

It only ever measures: no other model is trained on it or steered by it. It ships as `models/judge/judge.safetensors`
(fp16). `latest.pt` holds {"model": weights, "step": int}.

    python -m models.train.judge --minutes 8
    python -m models.train.judge --evaluate
"""

from models.train import common  # first: it sets the thread counts

# isort: split

from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from torch import nn

from models.world.concepts import BACKGROUND_INDEX, BACKGROUNDS, CONCEPT_INDEX, CONCEPTS
from models.world.scenes import Scene, render, scene_at

JUDGE = Path(__file__).parents[1] / "judge" / "judge.safetensors"


@dataclass(frozen=True)
class Settings:
    batch: int = 32
    learning_rate: float = 2e-3
    weight_decay: float = 0.01
    warm_up: int = 50
    held_out: int = 1000  # scenes of each split that `--evaluate` judges


class Judge(nn.Module):
    """Picture float32 (batch, 3, 128, 128) in [-1, 1] → object logits (batch, 128) and background logits (batch, 10).

    An object's logit is the log-sum-exp of its logits over the 8 × 8 cells: it is there if some cell shows it.
    """

    def __init__(self) -> None:
        super().__init__()
        widths = ((3, 24, 5, 2), (24, 48, 3, 2), (48, 96, 3, 2), (96, 96, 3, 1), (96, 160, 3, 2))
        self.trunk = nn.Sequential(
            *(
                nn.Sequential(nn.Conv2d(i, o, k, s, k // 2, bias=False), nn.BatchNorm2d(o), nn.ReLU())
                for i, o, k, s in widths
            )
        )
        self.objects = nn.Conv2d(160, len(CONCEPTS), 1)
        self.background = nn.Linear(160, len(BACKGROUNDS))
        nn.init.constant_(self.objects.bias, -8.0)

    def forward(self, picture: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        features = self.trunk(picture)
        return self.objects(features).flatten(2).logsumexp(-1), self.background(features.mean((2, 3)))


@dataclass(frozen=True)
class Verdict:
    """What the judge sees in one picture: the set of concept ids and the background's id."""

    objects: frozenset[str]
    background: str


def load_judge(path: Path = JUDGE) -> Judge:
    judge = Judge()
    judge.load_state_dict({name: tensor.float() for name, tensor in load_file(path).items()}, strict=False)
    return judge.eval()


@torch.no_grad()
def verdicts(judge: Judge, pictures: torch.Tensor) -> list[Verdict]:
    """Names pictures float32 (batch, 3, 128, 128) in [-1, 1]; objects are those above one half, or else the best."""
    objects, backgrounds = judge(pictures)
    objects[torch.arange(len(objects)), objects.argmax(1)] = 1.0
    return [
        Verdict(frozenset(CONCEPTS[i].id for i in row.nonzero().flatten().tolist()), BACKGROUNDS[background].id)
        for row, background in zip(objects > 0, backgrounds.argmax(1).tolist(), strict=True)
    ]


def named_right(seen: list[Verdict], scenes: list[Scene]) -> tuple[float, float]:
    """The shares of pictures whose whole object set, and whose background, the judge names as the scene has them."""
    pairs = list(zip(seen, scenes, strict=True))
    objects = np.mean([verdict.objects == set(scene.counts) for verdict, scene in pairs])
    return float(objects), float(np.mean([verdict.background == scene.background for verdict, scene in pairs]))


def pictures_of(scenes: list[Scene]) -> torch.Tensor:
    """Renders scenes to float32 (batch, 3, 128, 128) in [-1, 1]."""
    return pictures_from(pixels_of(scenes))


def pixels_of(scenes: list[Scene]) -> torch.Tensor:
    """Renders scenes to uint8 (batch, 128, 128, 3)."""
    return torch.from_numpy(np.stack([render(scene) for scene in scenes]))


def pictures_from(pixels: torch.Tensor) -> torch.Tensor:
    """Pixels uint8 (batch, H, W, 3) to float32 (batch, 3, H, W) in [-1, 1]."""
    return pixels.permute(0, 3, 1, 2).float().div_(127.5).sub_(1)


def pixels_from(pictures: torch.Tensor) -> torch.Tensor:
    """The reverse, rounded to the nearest level."""
    return ((pictures + 1) * 127.5).round().clamp(0, 255).byte().permute(0, 2, 3, 1).contiguous()


def objects_shown(scenes: list[Scene]) -> torch.Tensor:
    """Float32 (scenes, 128): one where the scene shows the concept."""
    shown = torch.zeros(len(scenes), len(CONCEPTS))
    for row, scene in enumerate(scenes):
        shown[row, [CONCEPT_INDEX[concept] for concept in scene.counts]] = 1
    return shown


def _batch(number: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    settings = Settings()
    scenes = [scene_at("train", number * settings.batch + i) for i in range(settings.batch)]
    backgrounds = torch.tensor([BACKGROUND_INDEX[scene.background] for scene in scenes])
    return _roughen(pictures_of(scenes)), objects_shown(scenes), backgrounds


def _roughen(pictures: torch.Tensor) -> torch.Tensor:
    """Blurs half of the pictures and adds noise to all, so that soft generated pictures are still named."""
    half = len(pictures) // 2
    blurred = F.avg_pool2d(F.pad(pictures[:half], (1, 1, 1, 1), mode="replicate"), 3, 1)
    pictures = torch.cat([blurred, pictures[half:]])
    return pictures + torch.randn_like(pictures) * 0.08 * torch.rand(len(pictures), 1, 1, 1)


def evaluate(judge: Judge, count: int) -> dict[str, float]:
    """Shares named right on held-out scenes of both held-out splits."""
    figures = {}
    judge.eval()
    for split in ("test", "unseen"):
        scenes = [scene_at(split, number) for number in range(count)]
        seen = [v for i in range(0, count, 50) for v in verdicts(judge, pictures_of(scenes[i : i + 50]))]
        figures[f"{split}_objects"], figures[f"{split}_backgrounds"] = named_right(seen, scenes)
    return figures


def train(arguments) -> None:
    settings, run, judge, step = Settings(), common.Run("judge", arguments.minutes), Judge(), 0
    if state := run.earlier(arguments.resume):
        judge.load_state_dict(state["model"])
        step = state["step"]
    elif arguments.resume and JUDGE.exists():
        judge = load_judge()
    judge.to(arguments.device)
    optimizer = torch.optim.AdamW(judge.parameters(), settings.learning_rate, weight_decay=settings.weight_decay)
    run.log(settings=asdict(settings), parameters=common.count_parameters(judge), step=step)
    batches = common.prefetch(_batch, first=step)
    while not run.stopping():
        judge.train()
        common.set_learning_rate(optimizer, common.warm_cosine(step, settings.warm_up, run.progress(), floor=0.01))
        pictures, objects, backgrounds = (tensor.to(arguments.device) for tensor in next(batches))
        object_logits, background_logits = judge(pictures)
        loss = F.binary_cross_entropy_with_logits(object_logits, objects, reduction="sum") / len(pictures)
        loss = loss + F.cross_entropy(background_logits, backgrounds)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        step += 1
        if step % 50 == 0:
            run.log(step=step, loss=round(loss.item(), 4))
        if run.due() or run.stopping():
            common.save_checkpoint({"model": judge.state_dict(), "step": step}, run.checkpoint)
            run.log(step=step, **evaluate(judge.cpu(), 100))
            judge.to(arguments.device)
    JUDGE.parent.mkdir(exist_ok=True)
    weights = {name: tensor.half() for name, tensor in judge.state_dict().items() if tensor.is_floating_point()}
    save_file(weights, JUDGE)
    run.log(step=step, **evaluate(load_judge(), settings.held_out))


def main() -> None:
    arguments = common.command_line("Trains the judge of pictures.")
    if arguments.evaluate:
        print(evaluate(load_judge(), Settings().held_out))
    else:
        train(arguments)


if __name__ == "__main__":
    main()
