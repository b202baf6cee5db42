"""Trains what unCLIP adds: a prior, and a projection through which an image embedding is painted.

The prior (Ramesh et al. 2022) is a diffusers PriorTransformer that denoises CLIP image embeddings, given the prompt's
token states and pooled state; it predicts the clean embedding, normalised by mean and deviation. The projection, a
perceptron, turns an image embedding into a pooled prompt state: that of a prompt that names the objects, their numbers,
sizes and places, the background and the style which the embedding tells. The UNet of `unet.py` paints from it as it
paints a sketch whose words it was not told. CLIP (`clip.py`) is what is committed; its text tower is the diffusion
model's text encoder.

`latest.pt` holds {"projection", "prior": moving averages of the weights, "raw": those that are trained, "optimizer",
"step"}.

    python -m models.train.unclip --minutes 12 --resume
    python -m models.train.unclip --evaluate
"""

from models.train import common  # first: it sets the thread counts

# isort: split

import random
from dataclasses import asdict, dataclass
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple

import torch
import torch.nn.functional as F
from diffusers import PriorTransformer, UnCLIPScheduler
from torch import nn
from transformers import CLIPModel, CLIPTextModel

from models.tokenizer import tokenizer
from models.train import clip, unet
from models.train import text_encoder as prompts
from models.train.judge import load_judge, named_right, pictures_of, verdicts
from models.train.patches import augmented, labelled
from models.train.vae import latest as latest_vae
from models.train.vae import load_vae
from models.world.concepts import TRAIN_VENDORS
from models.world.scenes import scene_at

NAME = "sticker-unclip"
SCHEDULER = {"prediction_type": "sample", "num_train_timesteps": 1000, "clip_sample_range": 5.0}
"""Keywords of diffusers' UnCLIPScheduler, Karlo's: a squared-cosine schedule, ancestral steps of small variance."""


@dataclass(frozen=True)
class Settings:
    batch: int = 32
    learning_rate: float = 1e-3
    warm_up: int = 100
    weight_decay: float = 0.01
    ema: float = 0.995
    hidden: int = 512  # of the projection
    layers: int = 3  # of the prior
    heads: int = 4
    augmentation: float = 0.5  # share of the pictures that are changed before they are embedded
    caption_dropout: float = 0.1
    normalised_on: int = 1024  # scenes that mean and deviation of image embeddings are taken from
    steps: int = 25  # of the prior
    guidance: float = 1.0  # of the prior; above one, embeddings leave what CLIP gives to pictures
    sharpness: float = 5.0  # of what is painted from: a state that hedges between objects paints all of them
    held_out: int = 100


class Projection(nn.Sequential):
    """L2-normalised image embeddings float32 (batch, 192) → pooled prompt states (batch, 256)."""

    def __init__(self, embedding: int, hidden: int, width: int) -> None:
        layers = (nn.LayerNorm(embedding), nn.Linear(embedding, hidden), nn.GELU(), nn.Linear(hidden, width))
        super().__init__(*layers, nn.LayerNorm(width))


class Prior(PriorTransformer):
    """A PriorTransformer whose inner width is that of the token states, so that they go in as they are."""

    def __init__(self, settings: Settings, embedding: int, width: int) -> None:
        super().__init__(
            num_attention_heads=settings.heads,
            attention_head_dim=width // settings.heads,
            num_layers=settings.layers,
            embedding_dim=embedding,
            num_embeddings=tokenizer.MAX_LENGTH,
            additional_embeddings=4,
            encoder_hid_proj_type=None,
            embedding_proj_dim=width,
        )
        nn.init.normal_(self.positional_embedding, std=0.02)

    def normalised(self, embeddings: torch.Tensor) -> torch.Tensor:
        return (embeddings - self.clip_mean) / self.clip_std


def build() -> tuple[Projection, Prior]:
    settings, embedding, width = Settings(), clip.config().projection_dim, prompts.Settings().width
    return Projection(embedding, settings.hidden, width), Prior(settings, embedding, width)


def latest() -> Path:
    return common.train_directory() / "unclip" / "latest.pt"


def load_unclip(path: Path) -> tuple[Projection, Prior]:
    """The averaged projection and prior of a checkpoint, frozen, in evaluation mode."""
    state, (projection, prior) = common.load_checkpoint(path), build()
    projection.load_state_dict(state["projection"])
    prior.load_state_dict(state["prior"])
    return projection.eval().requires_grad_(False), prior.eval().requires_grad_(False)


def text_mask(input_ids: torch.Tensor) -> torch.Tensor:
    """Float32 (batch, T): one up to and with the first `<eos>`."""
    ended = (input_ids == tokenizer.EOS).cumsum(1) - (input_ids == tokenizer.EOS).long()
    return (ended == 0).float()


@torch.no_grad()
def embed(prior: Prior, text_encoder: CLIPTextModel, texts: list[str], seed: int) -> torch.Tensor:
    """L2-normalised image embeddings float32 (texts, 192) that the prior makes of prompts."""
    settings, scheduler = Settings(), UnCLIPScheduler(**SCHEDULER)
    scheduler.set_timesteps(settings.steps)
    generator = torch.Generator().manual_seed(seed)
    ids, _ = tokenizer.batch([""] * len(texts) + texts)
    states, pooled = prompts.encode_prompts(text_encoder, ids)
    latents = torch.randn(len(texts), prior.config.embedding_dim, generator=generator)
    for timestep, following in zip_longest(scheduler.timesteps, scheduler.timesteps[1:]):
        both = prior(torch.cat([latents, latents]), timestep, pooled, states, text_mask(ids))
        without, told = both.predicted_image_embedding.chunk(2)
        predicted = without + settings.guidance * (told - without)
        latents = scheduler.step(predicted, timestep, latents, following, generator).prev_sample
    return F.normalize(prior.post_process_latents(latents), dim=-1)


def pooled_states(projection: Projection, embeddings: torch.Tensor) -> torch.Tensor:
    """(batch, 256): what is painted from, sharpened."""
    return Settings().sharpness * projection(embeddings)


@torch.no_grad()
def vary(projection: Projection, model, text_encoder: CLIPTextModel, given, embeddings: torch.Tensor, seed: int):
    """Latents painted from image embeddings: their pooled states, and the token states of no prompt."""
    pooled = pooled_states(projection, embeddings)
    states, nothing = prompts.encode_prompts(text_encoder, tokenizer.batch([""] * 2 * len(pooled))[0])
    conditions = states, torch.cat([nothing[: len(pooled)], pooled])
    settings = unet.Settings()
    return unet.denoise(model, conditions, given, settings.steps, settings.guidance, seed)


@torch.no_grad()
def evaluate(projection: Projection, prior: Prior, painters: tuple, count: int) -> dict[str, float]:
    """What held-out pictures and prompts become, painted by `painters`: UNet, text encoder, encoder and decoder.

    `_cosine`: of the true picture's embedding to the prior's, and to the text's own. `_varied`: the share of variations
    of a held-out picture in which the judge names the same objects; `_distance`: the mean absolute difference of two
    variations' pixels, in 1/255. `_prior`: the share named right of pictures painted from the prompt through the prior.
    """
    model, text_encoder, encoder, decoder = painters
    judge, embedder, figures = load_judge(), clip.committed(), {}
    for split in ("test", "unseen"):
        scenes = [scene_at(split, number, TRAIN_VENDORS) for number in range(count)]
        texts = prompts.captions_of(scenes, (split, "unclip"))
        true = clip.image_features(embedder, pictures_of(scenes))
        told = clip.text_features(embedder, *tokenizer.batch(texts))
        made = embed(prior, text_encoder, texts, 0)
        figures[f"{split}_prior_cosine"] = round((made * true).sum(1).mean().item(), 4)
        figures[f"{split}_text_cosine"] = round((told * true).sum(1).mean().item(), 4)
        given = unet.nothing_given(encoder, count)
        varied = [decoder(vary(projection, model, text_encoder, given, true, seed)) for seed in (1, 2)]
        from_prior = decoder(vary(projection, model, text_encoder, given, made, 1))
        figures[f"{split}_varied"] = round(named_right(verdicts(judge, varied[0]), scenes)[0], 4)
        figures[f"{split}_distance"] = round((varied[0] - varied[1]).abs().mean().item() * 127.5, 2)
        figures[f"{split}_prior"] = round(named_right(verdicts(judge, from_prior), scenes)[0], 4)
    return figures


class Drawn(NamedTuple):
    """What the pictures of a batch show, a row a picture."""

    pixels: torch.Tensor
    labels: torch.Tensor
    ids: torch.Tensor
    facts: torch.Tensor
    """Int64 (batch, facts), as `prompts.facts_table` gives them."""
    number: int
    """The batch's."""


class Batches:
    """Training batches: image embeddings, the facts they tell, token states, pooled states and masks of captions."""

    def __init__(self, settings: Settings, text_encoder: CLIPTextModel, embedder: CLIPModel) -> None:
        self._settings, self._text_encoder, self._embedder = settings, text_encoder, embedder

    def draw(self, number: int) -> Drawn:
        settings, rng = self._settings, random.Random(f"unclip/{number}")
        scenes = [scene_at("train", number * settings.batch + i, clip.VENDORS_SEEN) for i in range(settings.batch)]
        texts = prompts.captions_of(scenes, ("unclip", number))
        texts = ["" if rng.random() < settings.caption_dropout else text for text in texts]
        return Drawn(*labelled(scenes), tokenizer.batch(texts)[0], prompts.facts_table(scenes), number)

    @torch.no_grad()
    def finish(self, drawn: Drawn) -> tuple[torch.Tensor, ...]:
        pictures, _ = augmented(drawn.pixels, drawn.labels, drawn.number, self._settings.augmentation)
        embeddings = clip.image_features(self._embedder, pictures)
        states, pooled = prompts.encode_prompts(self._text_encoder, drawn.ids)
        return embeddings, drawn.facts, states, pooled, text_mask(drawn.ids)


def losses_of(projection: Projection, prior: Prior, heads: nn.ModuleDict, scheduler, batch) -> dict:
    """Cross entropy of what the sketcher's heads read in projected states; the prior's squared error."""
    embeddings, table, states, pooled, mask = batch
    projected, facts = projection(embeddings), prompts.by_name(table)
    read = sum(F.cross_entropy(head(projected), facts[name]) for name, head in heads.items())
    clean, noise = prior.normalised(embeddings), torch.randn_like(embeddings)
    times = torch.randint(0, SCHEDULER["num_train_timesteps"], (len(clean),), device=clean.device)
    power = scheduler.alphas_cumprod.to(clean.device)[times][:, None]
    predicted = prior(power.sqrt() * clean + (1 - power).sqrt() * noise, times, pooled, states, mask)
    return {"facts": read, "prior": F.mse_loss(predicted.predicted_image_embedding, clean)}


@torch.no_grad()
def _normalise(prior: Prior, settings: Settings) -> None:
    scenes = [scene_at("train", number, clip.VENDORS_SEEN) for number in range(settings.normalised_on)]
    embeddings = clip.image_features(clip.committed(), pictures_of(scenes))
    prior.clip_mean.copy_(embeddings.mean(0, keepdim=True))
    prior.clip_std.copy_(embeddings.std(0, keepdim=True))


def train(arguments) -> None:
    settings, run, step = common.chosen(Settings(), arguments), common.Run("unclip", arguments.minutes), 0
    projection, prior = build()
    model, text_encoder, _ = unet.load_unet(unet.latest())
    state = run.earlier(arguments.resume)
    if not state and arguments.resume and common.load_committed(prior, NAME, "prior.prior."):
        common.load_committed(projection, NAME, "image_projection.projection.")
    elif not state:
        _normalise(prior, settings)
    for constant in (prior.clip_mean, prior.clip_std):
        constant.requires_grad_(False)
    both = nn.ModuleDict({"projection": projection, "prior": prior})
    heads = model.sketcher.facts
    embedder = clip.committed()
    for module in (both, heads, text_encoder, embedder):
        module.to(arguments.device)
    average = common.Ema(both, settings.ema)
    trained = [parameter for parameter in both.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(trained, settings.learning_rate, weight_decay=settings.weight_decay)
    if state:
        both.load_state_dict(state["raw"])
        average.module["projection"].load_state_dict(state["projection"])
        average.module["prior"].load_state_dict(state["prior"])
        common.restore_optimizer(optimizer, state)
        step = average.updates = state["step"]
    run.log(settings=asdict(settings), parameters=common.count_parameters(both), step=step)
    batches, first = Batches(settings, text_encoder, embedder), step
    drawn = common.prefetch(batches.draw, first=step, workers=arguments.workers)
    scheduler = UnCLIPScheduler(**SCHEDULER)
    while not run.stopping():
        factor = common.warm_cosine(step - first, settings.warm_up, run.progress(), floor=0.02)
        common.set_learning_rate(optimizer, factor)
        batch = batches.finish(common.moved(next(drawn), arguments.device))
        losses = losses_of(projection, prior, heads, scheduler, batch)
        common.descend(optimizer, sum(losses.values()))
        average.update(both)
        step += 1
        if step % 50 == 0:
            run.log(step=step, **{name: round(loss.item(), 4) for name, loss in losses.items()})
        if run.due() or run.stopping():
            parts = {name: module.state_dict() for name, module in average.module.items()}
            state = parts | {"raw": both.state_dict(), "optimizer": optimizer.state_dict(), "step": step}
            common.save_checkpoint(state, run.checkpoint)


def main() -> None:
    arguments = common.command_line("Trains the prior and the projection of unCLIP.")
    if arguments.evaluate:
        model, text_encoder, _ = unet.load_unet(unet.latest())
        painters = (model, text_encoder, *load_vae(latest_vae()))
        print(evaluate(*load_unclip(latest()), painters, Settings().held_out))
    else:
        train(arguments)


if __name__ == "__main__":
    main()
