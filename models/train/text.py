"""Trains `micro-text`, a GPT2LMHeadModel that tells bilingual micro-stories which a grammar wrote.

    python -m models.train.text --minutes 8 --resume
    python -m models.train.text --evaluate

`latest.pt` holds {"model": weights, "step": int}.
"""

from models.train import common  # first: it sets the thread counts

# isort: split

import math
import random
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from transformers import GPT2Config, GPT2LMHeadModel

from models.tokenizer import tokenizer
from models.world import grammar, stories
from models.world.scenes import scene_at

MAX_TOKENS = 96


@dataclass(frozen=True)
class Settings:
    batch: int = 32
    learning_rate: float = 2e-3
    weight_decay: float = 0.05
    warm_up: int = 40
    held_out: int = 300  # scenes of each language whose stories `--evaluate` reads


def build() -> GPT2LMHeadModel:
    """2.2 M parameters, input and output embeddings tied."""
    return GPT2LMHeadModel(
        GPT2Config(
            vocab_size=tokenizer.load().get_vocab_size(),
            n_positions=MAX_TOKENS,
            n_embd=192,
            n_layer=4,
            n_head=4,
            bos_token_id=tokenizer.BOS,
            eos_token_id=tokenizer.EOS,
            pad_token_id=tokenizer.PAD,
            attn_implementation="eager",
            resid_pdrop=0.0,
            embd_pdrop=0.0,
            attn_pdrop=0.0,
        )
    )


def latest() -> Path:
    return common.train_directory() / "text" / "latest.pt"


def load_text(path: Path) -> GPT2LMHeadModel:
    model = build()
    model.load_state_dict(common.load_checkpoint(path)["model"])
    return model.eval()


def _stories(split: str, first: int, count: int, language: str | None = None) -> list[str]:
    scenes = [scene_at(split, number) for number in range(first, first + count)]
    rng = random.Random(f"text/{split}/{first}")
    return [stories.story(scene, language or rng.choice(grammar.LANGUAGES), rng) for scene in scenes]


def _batch(number: int) -> tuple[torch.Tensor, torch.Tensor]:
    count = Settings().batch
    return tokenizer.batch(_stories("train", number * count, count), MAX_TOKENS, full=False)


def loss_of(model: GPT2LMHeadModel, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Mean cross entropy of each next token, `<eos>` included."""
    logits = model(input_ids=ids, attention_mask=mask).logits[:, :-1]
    wanted = ids[:, 1:].masked_fill(mask[:, 1:] == 0, -100)
    return F.cross_entropy(logits.flatten(0, 1), wanted.flatten(), ignore_index=-100)


@torch.no_grad()
def evaluate(model: GPT2LMHeadModel, count: int) -> dict[str, float]:
    """Perplexity a token on stories about held-out scenes; the stories' own randomness is part of it."""
    model.eval()
    figures = {}
    for language in grammar.LANGUAGES:
        ids, mask = tokenizer.batch(_stories("test", 0, count, language), MAX_TOKENS, full=False)
        figures[f"perplexity_{language}"] = round(math.exp(loss_of(model, ids, mask).item()), 3)
    return figures


def train(arguments) -> None:
    settings, run, model, step = Settings(), common.Run("text", arguments.minutes), build(), 0
    if state := run.earlier(arguments.resume):
        model.load_state_dict(state["model"])
        step = state["step"]
    elif arguments.resume:
        common.load_committed(model, "micro-text", "decoder.")
    model.to(arguments.device)
    optimizer = torch.optim.AdamW(
        model.parameters(), settings.learning_rate, betas=(0.9, 0.95), weight_decay=settings.weight_decay
    )
    run.log(settings=asdict(settings), parameters=common.count_parameters(model), step=step)
    batches, first = common.prefetch(_batch, first=step), step
    while not run.stopping():
        model.train()
        factor = common.warm_cosine(step - first, settings.warm_up, run.progress(), floor=0.02)
        common.set_learning_rate(optimizer, factor)
        loss = loss_of(model, *(tensor.to(arguments.device) for tensor in next(batches)))
        common.descend(optimizer, loss)
        step += 1
        if step % 20 == 0:
            run.log(step=step, loss=round(loss.item(), 4))
        if run.due() or run.stopping():
            common.save_checkpoint({"model": model.state_dict(), "step": step}, run.checkpoint)
            run.log(step=step, **evaluate(model, 64))
    run.log(step=step, **evaluate(model, settings.held_out))


def main() -> None:
    arguments = common.command_line("Trains the teller of micro-stories.")
    if arguments.evaluate:
        print(evaluate(load_text(latest()), Settings().held_out))
    else:
        train(arguments)


if __name__ == "__main__":
    main()
