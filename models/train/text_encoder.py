"""Trains the prompt encoder of the diffusion model: a CLIPTextModel that reads scenes out of captions.

Linear heads on the pooled state (and on the mean of all states) name what a caption says: concept and count of the left
and the right group, the set of concepts, background, position, size and style. No picture is needed, so a few minutes
are enough, and the UNet starts with states that already tell a castle from a cat in both languages. The heads are
thrown away.

`latest.pt` holds {"text_encoder": weights, "config": keywords of CLIPTextConfig, "heads": weights, "step"}.

    python -m models.train.text_encoder --minutes 5
    python -m models.train.text_encoder --evaluate
"""

from models.train import common  # first: it sets the thread counts

# isort: split

import random
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn
from transformers import CLIPTextConfig, CLIPTextModel

from models.tokenizer import tokenizer
from models.train.judge import objects_shown
from models.world import grammar
from models.world.concepts import BACKGROUND_INDEX, BACKGROUNDS, CONCEPT_INDEX, CONCEPTS, TRAIN_VENDORS
from models.world.scenes import KINDS, Scene, scene_at

POSITIONS = ("", "left", "middle", "right")
SIZES = ("small", "medium", "big")
FACTS = {
    "left": len(CONCEPTS),
    "right": len(CONCEPTS) + 1,
    "left_count": 3,
    "right_count": 4,
    "background": len(BACKGROUNDS),
    "position": len(POSITIONS),
    "size": len(SIZES),
    "vendor": len(TRAIN_VENDORS),
}
"""What a caption can tell of a scene, and how many classes each fact has."""


@dataclass(frozen=True)
class Settings:
    width: int = 256
    layers: int = 2
    batch: int = 64
    learning_rate: float = 1e-3
    warm_up: int = 100
    # which of two things stands left is the hardest to read, so most captions tell of two
    kinds: tuple = (((1,), 25), ((2,), 8), ((3,), 5), ((1, 1), 46), ((2, 1), 8), ((1, 2), 8))
    held_out: int = 1000


def new_text_encoder(settings: Settings) -> tuple[CLIPTextModel, dict]:
    """A fresh encoder and the keywords of its configuration."""
    config = {
        "vocab_size": tokenizer.load().get_vocab_size(),
        "hidden_size": settings.width,
        "intermediate_size": 2 * settings.width,
        "projection_dim": settings.width,
        "num_hidden_layers": settings.layers,
        "num_attention_heads": settings.width // 64,
        "max_position_embeddings": tokenizer.MAX_LENGTH,
        "hidden_act": "gelu",
        "pad_token_id": tokenizer.PAD,
        "bos_token_id": tokenizer.BOS,
        "eos_token_id": tokenizer.EOS,
    }
    return CLIPTextModel(CLIPTextConfig(**config)), config


def encode_prompts(text_encoder: CLIPTextModel, input_ids: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Ids int64 (batch, T) → states float32 (batch, T, width) and the state of each row's `<eos>` (batch, width)."""
    states = text_encoder(input_ids).last_hidden_state
    return states, tokenizer.at_eos(states, input_ids)


def latest() -> Path:
    return common.train_directory() / "text_encoder" / "latest.pt"


def load_text_encoder(path: Path) -> tuple[CLIPTextModel, dict]:
    """The encoder of a checkpoint, frozen, in evaluation mode, on the CPU, and its configuration's keywords."""
    state = common.load_checkpoint(path)
    text_encoder = CLIPTextModel(CLIPTextConfig(**state["config"]))
    text_encoder.load_state_dict(state["text_encoder"])
    return text_encoder.eval().requires_grad_(False), state["config"]


class Heads(nn.Module):
    """One linear classifier for each fact of a scene that a caption can tell."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.facts = nn.ModuleDict({name: nn.Linear(width, count) for name, count in FACTS.items()})
        self.concepts = nn.Linear(width, len(CONCEPTS))

    def loss(self, state: torch.Tensor, facts: dict[str, torch.Tensor], concepts: torch.Tensor) -> torch.Tensor:
        """The summed cross entropies of all facts for states (batch, width)."""
        total = sum(F.cross_entropy(head(state), facts[name]) for name, head in self.facts.items())
        naming = F.binary_cross_entropy_with_logits(self.concepts(state), concepts, reduction="sum")
        return total + naming / len(state)


def facts_of(scene: Scene) -> dict[str, int]:
    """Class index of each of `FACTS`; a style that is not painted counts as the usual one."""
    left, right = scene.groups[0], scene.groups[1] if len(scene.groups) > 1 else None
    return {
        "left": CONCEPT_INDEX[left.concept],
        "right": CONCEPT_INDEX[right.concept] if right else len(CONCEPTS),
        "left_count": left.count - 1,
        "right_count": right.count if right else 0,
        "background": BACKGROUND_INDEX[scene.background],
        "position": POSITIONS.index(left.position),
        "size": SIZES.index(left.size),
        "vendor": TRAIN_VENDORS.index(scene.vendor) if scene.vendor in TRAIN_VENDORS else 0,
    }


def facts_table(scenes: list[Scene]) -> torch.Tensor:
    """Int64 (scenes, facts), in the order of `FACTS`."""
    rows = [facts_of(scene) for scene in scenes]
    return torch.tensor([[row[name] for name in FACTS] for row in rows])


def by_name(table: torch.Tensor) -> dict[str, torch.Tensor]:
    """The columns of what `facts_table` gives."""
    return dict(zip(FACTS, table.unbind(1), strict=True))


def captions_of(scenes: list[Scene], key: object, language: str | None = None, thorough: bool = False) -> list[str]:
    """One caption for each scene, in the language or in either, always the same for the same key."""
    rng = random.Random(f"captions/{key}")
    return [grammar.caption(scene, language or rng.choice(grammar.LANGUAGES), rng, thorough) for scene in scenes]


def _batch(split: str, number: int, size: int, language: str | None = None) -> tuple:
    kinds = dict(Settings().kinds) if split == "train" else KINDS
    scenes = [scene_at(split, number * size + i, kinds=kinds) for i in range(size)]
    ids, mask = tokenizer.batch(captions_of(scenes, (split, number), language), full=False)
    return ids, mask, by_name(facts_table(scenes)), objects_shown(scenes)


@torch.no_grad()
def evaluate(text_encoder: CLIPTextModel, heads: Heads, count: int) -> dict[str, float]:
    """Shares of captions of held-out scenes out of whose pooled state all concepts, and left and right, are read."""
    figures = {}
    for split in ("test", "unseen"):
        for language in grammar.LANGUAGES:
            ids, _, facts, concepts = _batch(split, 0, count, language)
            pooled = encode_prompts(text_encoder, ids)[1]
            read = (heads.concepts(pooled) > 0) == concepts.bool()
            figures[f"{split}_{language}"] = read.all(1).float().mean().item()
            placed = [heads.facts[side](pooled).argmax(1) == facts[side] for side in ("left", "right")]
            figures[f"{split}_{language}_places"] = (placed[0] & placed[1]).float().mean().item()
    return figures


def train(arguments) -> None:
    settings, run, step = Settings(), common.Run("text_encoder", arguments.minutes), 0
    text_encoder, config = new_text_encoder(settings)
    heads = Heads(settings.width)
    if state := run.earlier(arguments.resume):
        text_encoder.load_state_dict(state["text_encoder"])
        heads.load_state_dict(state["heads"])
        step = state["step"]
    both = nn.ModuleList([text_encoder, heads]).to(arguments.device)
    optimizer = torch.optim.AdamW(both.parameters(), settings.learning_rate, betas=(0.9, 0.98), weight_decay=0.01)
    run.log(settings=asdict(settings), parameters=common.count_parameters(text_encoder), step=step)
    batches = common.prefetch(lambda number: _batch("train", number, settings.batch), first=step)
    while not run.stopping():
        common.set_learning_rate(optimizer, common.warm_cosine(step, settings.warm_up, run.progress()))
        ids, mask, facts, concepts = next(batches)
        facts = {name: fact.to(arguments.device) for name, fact in facts.items()}
        ids, mask, concepts = (tensor.to(arguments.device) for tensor in (ids, mask, concepts))
        states, pooled = encode_prompts(text_encoder, ids)
        mean = (states * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
        loss = heads.loss(pooled, facts, concepts) + 0.5 * heads.loss(mean, facts, concepts)
        common.descend(optimizer, loss)
        step += 1
        if step % 50 == 0:
            run.log(step=step, loss=round(loss.item(), 3))
        if run.due() or run.stopping():
            weights = {"text_encoder": text_encoder.state_dict(), "heads": heads.state_dict()}
            common.save_checkpoint({**weights, "config": config, "step": step}, run.checkpoint)
            text_encoder.eval()
            run.log(step=step, **evaluate(text_encoder, heads, 200))
            text_encoder.train()


def main() -> None:
    arguments = common.command_line("Trains the prompt encoder.")
    if not arguments.evaluate:
        train(arguments)
        return
    state = common.load_checkpoint(latest())
    heads = Heads(Settings().width)
    heads.load_state_dict(state["heads"])
    print(evaluate(load_text_encoder(latest())[0], heads, Settings().held_out))


if __name__ == "__main__":
    main()
