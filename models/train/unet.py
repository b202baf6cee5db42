"""Trains the UNet that paints latents of sticker scenes, conditioned on prompts in English and Chinese.

A diffusers UNet2DConditionModel over the latents of `vae.py`, with cross attention to the states of the prompt encoder
(`text_encoder.py`) and its pooled state added to the time embedding; the sketch of `sketch.py` stands beside the noisy
latents. Inside it predicts the clean latents, for 48 numbers of noise a cell do not fit through a narrow network (Li
and He 2025, "Back to basics"); outside it gives v under a cosine schedule whose last step is pure noise (Lin et al.
2024), with trailing steps. Cells that show objects weigh more, for backgrounds are learned in minutes; the weight of
nearly clean latents is bounded as in min-SNR (Hang et al. 2023).

One network paints whole pictures and into masks: like Stable Diffusion's inpainting UNet it also sees the mask and the
latents of what is outside of it (`Surroundings`); for a whole picture the mask covers everything. What the prompt names
is sketched inside the mask. A share of the pictures is painted from the sketch alone, without the prompt's words: a
sketch is a sum, in which two objects that never met are as good as any two, so this part cannot lean on pairs learned
by heart; and it is how an image embedding, turned into a pooled state, becomes a picture (`unclip.py`).

`latest.pt` holds {"unet": weights, "unet_ema": their moving average, "text_encoder": weights, "config", "optimizer",
"updates", "step"}; "config" is {"unet": keywords of UNet2DConditionModel, "text_encoder": keywords of CLIPTextConfig,
"scheduler": keywords of DDIMScheduler}. `load_unet(path)` gives what is served.

    python -m models.train.unet --minutes 60 --resume
    python -m models.train.unet --evaluate
"""

from models.train import common  # first: it sets the thread counts

# isort: split

import copy
import random
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from diffusers import DDIMScheduler, UNet2DConditionModel
from diffusers.models.unets.unet_2d_condition import UNet2DConditionOutput
from PIL import Image
from transformers import CLIPTextConfig, CLIPTextModel

from models.tokenizer import tokenizer
from models.train import text_encoder as prompts
from models.train.judge import load_judge, named_right, pictures_from, pixels_from, pixels_of, verdicts
from models.train.sketch import Sketcher
from models.train.sketch import latest as latest_sketch
from models.train.vae import CHANNELS, PATCH, Decoder, Encoder, load_vae
from models.train.vae import latest as latest_vae
from models.world.grammar import LANGUAGES
from models.world.grammar_inverse import objects_named
from models.world.scenes import SIZE, Group, Scene, grounded, object_mask, scene_at, split_of

SCHEDULER = {
    "num_train_timesteps": 1000,
    "beta_schedule": "squaredcos_cap_v2",
    "prediction_type": "v_prediction",
    "rescale_betas_zero_snr": True,
    "timestep_spacing": "trailing",
    "set_alpha_to_one": True,
    "clip_sample": False,
}
HELD_OUT_VENDORS = ("fluent",) * 6 + ("noto",)
"""The styles of held-out pictures, in their shares."""
PAINTED_AT_ONCE = 25  # held-out pictures; each such group has its number as seed
DEMO_PROMPTS = (
    "a castle under the night sky",
    "一座神秘的古堡在月光下闪闪发光",
    "一只猫在雪地上",
    "a red apple and a dog on green grass",
    "two cats on a beach",
    "a rocket in the desert",
    "三只企鹅在城市里",
    "a big pizza in a room",
)


Control = Callable[[torch.Tensor], torch.Tensor]
"""Gives what is added to the sketch, (rows, 48, h, w), for pooled prompt states (rows, 256); see `controlnet.py`."""
Painter = Callable[[list[str], int], torch.Tensor]
"""Gives pictures float32 (texts, 3, height, width) in [-1, 1] for texts and a seed."""


@dataclass(frozen=True)
class Settings:
    widths: tuple[int, ...] = (96, 192)
    batch: int = 16
    learning_rate: float = 6e-4
    warm_up: int = 200
    weight_decay: float = 0.01
    ema: float = 0.998
    snr_limit: float = 5.0
    time_shift: float = 2.0  # above 1 draws noisier times more often: there it is decided what is shown
    vendors: tuple[str, ...] = ("fluent",) * 5 + ("noto",) * 2  # the shares of the styles
    caption_dropout: float = 0.1
    object_weight: float = 3.0  # what a cell full of objects weighs more than a bare one
    untold: float = 0.3  # share of whole captions whose words are kept from the UNet, which then sees their sketch
    masked: float = 0.4  # share of the pictures of which a part is given
    cut_out: float = 0.7  # share of these whose mask is a box around one group
    part_named: float = 0.6  # share of the latter whose prompt names this group alone
    known_weight: float = 0.25  # what a cell outside of the mask weighs
    margin: int = 24  # pixels by which the box around a group grows at most
    guidance: float = 1.5
    steps: int = 30
    evaluation_seconds: int = 1500
    held_out: int = 100  # prompts of each split and language that `--evaluate` paints


class Surroundings(NamedTuple):
    """What is given of each picture, as diffusers' inpainting pipeline prepares it.

    `mask` float32 (batch, 1, h, w) is one where the UNet paints, `latents` (batch, 48, h, w) are those of the picture
    with grey (0) in place of the masked pixels.
    """

    mask: torch.Tensor
    latents: torch.Tensor

    def repeated(self, times: int) -> "Surroundings":
        return Surroundings(self.mask.repeat(times, 1, 1, 1), self.latents.repeat(times, 1, 1, 1))


def surroundings(encoder: Encoder, pictures: torch.Tensor, masks: torch.Tensor) -> Surroundings:
    """Of pictures (batch, 3, H, W) in [-1, 1] and pixel masks (batch, 1, H, W) of zeros and ones."""
    latents = encoder(pictures * (masks < 0.5))
    return Surroundings(F.interpolate(masks, size=latents.shape[-2:]), latents)


def nothing_given(encoder: Encoder, count: int) -> Surroundings:
    """Everything is to be painted."""
    return surroundings(encoder, torch.zeros(count, 3, SIZE, SIZE), torch.ones(count, 1, SIZE, SIZE))


class StickerUnet(UNet2DConditionModel):
    """A UNet2DConditionModel that predicts clean latents inside (`clean`) and gives v to its caller (`forward`).

    It sees the noisy latents, the sketch of the prompt and the surroundings, and what it draws is added to the sketch.

    v = (alpha x - clean) / sigma, with alpha and sigma of each timestep under `SCHEDULER`. What the network cannot
    know, detail of deviation `unknown`, is taken from the noisy latents as a Wiener filter would, so that nearly clean
    latents need not be copied through it.
    """

    unknown = 0.05
    same_states = 0.03  # mean distance within which states are those of no prompt; the nearest word's are 0.13 away
    smallest_sigma = 0.05  # below it the quotient would blow rounding up, and hardly any noise is left to remove

    def __init__(self, **config) -> None:
        super().__init__(**config)
        self.sketcher = Sketcher()
        # no buffer: those are rounded to fp16 at export, which would take the last noise for none
        self.power_of_signal = DDIMScheduler(**SCHEDULER).alphas_cumprod
        self.nothing = torch.zeros(2, config["projection_class_embeddings_input_dim"])

    def clean(
        self,
        sample,
        timestep,
        encoder_hidden_states,
        class_labels,
        given: Surroundings,
        sketched=None,
        sketch_residual: torch.Tensor | float = 0.0,
    ) -> torch.Tensor:
        """Clean latents (batch, 48, h, w) of noisy ones, timesteps int64 (batch), states and pooled states.

        `sketched` are the pooled states of what the sketch shows, where that is not what the states tell;
        `sketch_residual` (batch, 48, h, w) is added to the sketch.
        """
        told = class_labels if sketched is None else sketched
        sketch = self.sketcher(told, *sample.shape[-2:], given.mask) + sketch_residual
        seen = torch.cat([sample, sketch, given.mask, given.latents], 1)
        drawn = super().forward(seen, timestep, encoder_hidden_states, class_labels, return_dict=False)[0]
        alpha, sigma = self.alpha_sigma(timestep)
        kept = alpha * self.unknown**2 / ((alpha * self.unknown) ** 2 + sigma**2)
        return kept * sample + (1 - kept * alpha) * (sketch + drawn)

    def forward(
        self,
        sample,
        timestep,
        encoder_hidden_states,
        class_labels=None,
        *,
        mask,
        masked_image_latents,
        sketch_residual=0.0,
        return_dict=True,
    ):
        timestep = torch.as_tensor(timestep, device=sample.device).reshape(-1)
        alpha, sigma = self.alpha_sigma(timestep)
        given = Surroundings(mask, masked_image_latents)
        timesteps = timestep.expand(sample.shape[0])
        told = self.told(encoder_hidden_states, class_labels)
        clean = self.clean(sample, timesteps, encoder_hidden_states, told, given, class_labels, sketch_residual)
        v = (alpha * sample - clean) / sigma.clamp_min(self.smallest_sigma)
        return UNet2DConditionOutput(sample=v) if return_dict else (v,)

    def know_nothing(self, text_encoder: CLIPTextModel) -> None:
        """Lets `told` know the states of no prompt: of `<eos>`, the pooled one, and of the padding after it."""
        with torch.no_grad():
            self.nothing = prompts.encode_prompts(text_encoder, tokenizer.batch([""])[0])[0][0, 1:3]

    def told(self, states: torch.Tensor, pooled: torch.Tensor) -> torch.Tensor:
        """What words tell, (batch, width): their pooled state, or that of no prompt where the states are of none.

        Where words were kept from it, training knew no pooled state of them either but for the sketch; so is painted
        what an image embedding tells.
        """
        apart = (states[:, 1:3] - self.nothing).abs().mean((1, 2))
        return torch.where(apart[:, None] < self.same_states, self.nothing[0], pooled)

    def alpha_sigma(self, timestep: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """The shares of signal and noise at timesteps int64 (batch), each (batch, 1, 1, 1)."""
        self.power_of_signal = self.power_of_signal.to(timestep.device)
        power = self.power_of_signal[timestep].reshape(-1, 1, 1, 1)
        return power.sqrt(), (1 - power).sqrt()


def unet_config(settings: Settings) -> dict:
    """Keywords of the UNet: 8 × 8 latents of 48 channels, attention where a cell is 32 pixels."""
    return {
        "sample_size": SIZE // PATCH,
        "in_channels": 3 * CHANNELS + 1,  # noisy latents, sketch, mask, latents of what is given
        "out_channels": CHANNELS,
        "block_out_channels": list(settings.widths),
        "layers_per_block": 1,
        "down_block_types": ["DownBlock2D", "CrossAttnDownBlock2D"],
        "mid_block_type": "UNetMidBlock2DCrossAttn",
        "up_block_types": ["CrossAttnUpBlock2D", "UpBlock2D"],
        "cross_attention_dim": prompts.Settings().width,
        "attention_head_dim": [width // 32 for width in settings.widths],
        "class_embed_type": "simple_projection",
        "projection_class_embeddings_input_dim": prompts.Settings().width,
        "resnet_time_scale_shift": "scale_shift",
    }


def latest() -> Path:
    return common.train_directory() / "unet" / "latest.pt"


def load_unet(path: Path) -> tuple[StickerUnet, CLIPTextModel, dict]:
    """The averaged UNet, its text encoder and their configuration (see the head), frozen, evaluating, on the CPU.

    Pool the text encoder's states with `text_encoder.encode_prompts`; the pooled state goes in as `class_labels`.
    """
    state = common.load_checkpoint(path)
    unet = StickerUnet(**state["config"]["unet"])
    unet.load_state_dict(state["unet_ema"])
    text_encoder = CLIPTextModel(CLIPTextConfig(**state["config"]["text_encoder"]))
    text_encoder.load_state_dict(state["text_encoder"])
    unet.know_nothing(text_encoder)
    return unet.eval().requires_grad_(False), text_encoder.eval().requires_grad_(False), state["config"]


@torch.no_grad()
def paint(
    unet,
    text_encoder,
    texts: list[str],
    given: Surroundings,
    steps: int,
    guidance: float,
    seed: int,
    device: str = "cpu",
    control: Control | None = None,
) -> torch.Tensor:
    """Latents float32 (texts, 48, 8, 8) painted from prompts, see `denoise`."""
    ids, _ = tokenizer.batch([""] * len(texts) + texts)
    conditions = prompts.encode_prompts(text_encoder, ids.to(device))
    return denoise(unet, conditions, given, steps, guidance, seed, control)


@torch.no_grad()
def denoise(
    unet,
    conditions: tuple[torch.Tensor, torch.Tensor],
    given: Surroundings,
    steps: int,
    guidance: float,
    seed: int,
    control: Control | None = None,
) -> torch.Tensor:
    """Latents float32 (rows, 48, 8, 8), by DDIM with classifier-free guidance; the same seed gives the same.

    `conditions` are token states and pooled states of 2 · rows, first those without a prompt.
    """
    scheduler = DDIMScheduler(**SCHEDULER)
    scheduler.set_timesteps(steps)
    states, pooled = conditions
    shape = (len(pooled) // 2, CHANNELS, SIZE // PATCH, SIZE // PATCH)
    latents = torch.randn(shape, generator=torch.Generator().manual_seed(seed)).to(pooled.device)
    mask, masked = (part.to(pooled.device) for part in given.repeated(2))
    seen = {"class_labels": pooled, "mask": mask, "masked_image_latents": masked}
    if control:
        seen["sketch_residual"] = control(pooled)
    for timestep in scheduler.timesteps:
        sample = torch.cat([latents, latents])
        without, told = unet(sample, timestep, states, **seen).sample.chunk(2)
        latents = scheduler.step(without + guidance * (told - without), timestep, latents).prev_sample
    return latents


def save_grid(pictures: torch.Tensor, path: Path, columns: int = 4) -> None:
    """Writes pictures (batch, 3, height, width) in [-1, 1] as one PNG; the batch is a multiple of `columns`."""
    bytes_ = pixels_from(pictures).cpu().numpy()
    rows = [np.concatenate(list(bytes_[i : i + columns]), 1) for i in range(0, len(bytes_), columns)]
    Image.fromarray(np.concatenate(rows)).save(path)


def evaluate(unet, text_encoder, autoencoder: tuple[Encoder, Decoder], settings: Settings, count: int, device="cpu"):
    """What `judged` finds in pictures by DDIM."""
    encoder, decoder = autoencoder

    def painter(texts: list[str], seed: int) -> torch.Tensor:
        given = nothing_given(encoder, len(texts))
        latents = paint(unet, text_encoder, texts, given, settings.steps, settings.guidance, seed, device)
        return decoder(latents.cpu())

    return judged(painter, HELD_OUT_VENDORS, count)


def judged(painter: Painter, vendors: tuple[str, ...], count: int) -> dict[str, float]:
    """Shares of pictures whose whole object set and background the judge names as the prompt's scene has them.

    One prompt in ten leaves the place open: for it any background is right, so it does not count there.
    """
    figures, judge = {}, load_judge()
    for split in ("test", "unseen"):
        scenes = [scene_at(split, number, vendors) for number in range(count)]
        for language in LANGUAGES:
            texts = prompts.captions_of(scenes, (split, "evaluation"), language)
            seen = []
            for first in range(0, count, PAINTED_AT_ONCE):
                seen += verdicts(judge, painter(texts[first : first + PAINTED_AT_ONCE], first))
            figures[f"{split}_{language}_objects"], _ = named_right(seen, scenes)
            placed = [number for number, text in enumerate(texts) if objects_named(text)[1] is not None]
            _, figures[f"{split}_{language}_background"] = named_right(
                [seen[number] for number in placed], [scenes[number] for number in placed]
            )
    return figures


@torch.no_grad()
def evaluate_sketch(unet, text_encoder, decoder: Decoder, settings: Settings, count: int) -> dict:
    """Shares of sketches alone, not painted further, whose whole object set the judge names right."""
    figures, judge = {}, load_judge()
    for split in ("test", "unseen"):
        scenes = [scene_at(split, number, HELD_OUT_VENDORS) for number in range(count)]
        ids, _ = tokenizer.batch(prompts.captions_of(scenes, (split, "evaluation"), "en"))
        _, pooled = prompts.encode_prompts(text_encoder, ids)
        seen = verdicts(judge, decoder(unet.sketcher(pooled, SIZE // PATCH, SIZE // PATCH)))
        figures[f"{split}_en_objects"], _ = named_right(seen, scenes)
    return figures


def training_scenes(settings: Settings, number: int) -> list[Scene]:
    """Scenes of a batch, all on the ground: the fewer places of a thing, the sooner learned."""
    scenes, candidate = [], number * 4 * settings.batch
    while len(scenes) < settings.batch:
        scene = grounded(scene_at("train", candidate, settings.vendors))
        if split_of(scene) == "train":
            scenes.append(scene)
        candidate += 1
    return scenes


def training_prompts(settings: Settings, scenes: list[Scene], number: int) -> list[str]:
    """Their captions, which name all that is unusual; a share is dropped for guidance."""
    rng = random.Random(f"dropout/{number}")
    texts = prompts.captions_of(scenes, ("pictures", number), thorough=True)
    return ["" if rng.random() < settings.caption_dropout else text for text in texts]


def cell_weights(scenes: list[Scene], object_weight: float) -> torch.Tensor:
    """Float32 (scenes, 1, 8, 8): one for a bare cell, `object_weight` more for one full of objects."""
    masks = torch.from_numpy(np.stack([object_mask(scene) for scene in scenes])).float()[:, None] / 255
    return 1 + object_weight * F.avg_pool2d(masks, PATCH)


def box_mask(scene: Scene, group: Group, margin: int, rng: random.Random) -> torch.Tensor:
    """Float32 (1, 1, 128, 128): one in a box around the group's objects, grown by 0 … `margin` pixels a side."""
    boxes = [thing.box for thing in scene.objects if thing.concept == group.concept]
    left, top = (min(box[side] for box in boxes) - rng.randint(0, margin) for side in (0, 1))
    right, bottom = (max(box[side] for box in boxes) + rng.randint(0, margin) for side in (2, 3))
    return _rectangle(left, top, right, bottom)


def _rectangle(left: int, top: int, right: int, bottom: int) -> torch.Tensor:
    mask = torch.zeros(1, 1, SIZE, SIZE)
    mask[..., max(0, top) : bottom, max(0, left) : right] = 1
    return mask


class Drawn(NamedTuple):
    """What the pictures of a batch show, a row a picture."""

    pixels: torch.Tensor
    """Uint8 (batch, 128, 128, 3)."""
    masks: torch.Tensor
    """Float32 (batch, 1, 128, 128), one where the UNet paints."""
    ids: torch.Tensor
    """Int64 (batch, 32) of the prompts."""
    hidden: torch.Tensor
    """Bool (batch): whether the UNet is not told the words, and has but their sketch."""
    weights: torch.Tensor
    """Float32 (batch, 1, 8, 8): what each cell counts."""


def drawn_whole(scenes: list[Scene], texts: list[str], object_weight: float) -> Drawn:
    """Scenes of which nothing is given and no word is hidden."""
    masks, hidden = torch.ones(len(scenes), 1, SIZE, SIZE), torch.zeros(len(scenes), dtype=torch.bool)
    return Drawn(pixels_of(scenes), masks, tokenizer.batch(texts)[0], hidden, cell_weights(scenes, object_weight))


class Batch(NamedTuple):
    """What one step learns from: all float32, a row a picture."""

    latents: torch.Tensor
    states: torch.Tensor
    pooled: torch.Tensor
    sketched: torch.Tensor
    mask: torch.Tensor
    masked_latents: torch.Tensor
    weights: torch.Tensor
    sketch_residual: torch.Tensor
    """What is added to the sketch."""


class Batches:
    """Training batches: drawn on the CPU, finished on the device by the frozen encoders of pictures and prompts."""

    def __init__(self, settings: Settings, encoder: Encoder, text_encoder: CLIPTextModel) -> None:
        self.settings, self.encoder, self.text_encoder = settings, encoder, text_encoder
        self._no_words = tokenizer.batch([""])[0]

    def draw(self, number: int) -> Drawn:
        settings, rng = self.settings, random.Random(f"batch/{number}")
        scenes = training_scenes(settings, number)
        groups = [self._group_cut_out(scene, rng) for scene in scenes]
        masks = torch.cat([self._mask(scene, group, rng) for scene, group in zip(scenes, groups, strict=True)])
        parts = [group is not None and rng.random() < settings.part_named for group in groups]
        shown = [
            replace(scene, groups=(group,)) if part else scene
            for scene, group, part in zip(scenes, groups, parts, strict=True)
        ]
        texts = training_prompts(settings, shown, number)
        hidden = [not part and rng.random() < settings.untold for part in parts]
        weights = cell_weights(scenes, settings.object_weight)
        weights = weights * (settings.known_weight + (1 - settings.known_weight) * F.avg_pool2d(masks, PATCH))
        return Drawn(pixels_of(scenes), masks, tokenizer.batch(texts)[0], torch.tensor(hidden), weights)

    @torch.no_grad()
    def finish(self, drawn: Drawn) -> Batch:
        states, sketched = prompts.encode_prompts(self.text_encoder, drawn.ids)
        no_states, nothing = prompts.encode_prompts(self.text_encoder, self._no_words.to(drawn.ids.device))
        hidden = drawn.hidden[:, None]
        states, pooled = torch.where(hidden[..., None], no_states, states), torch.where(hidden, nothing, sketched)
        pictures = pictures_from(drawn.pixels)
        latents, given = self.encoder(pictures), surroundings(self.encoder, pictures, drawn.masks)
        return Batch(latents, states, pooled, sketched, *given, drawn.weights, torch.zeros_like(latents))

    def _group_cut_out(self, scene: Scene, rng: random.Random) -> Group | None:
        cut_out = rng.random() < self.settings.masked * self.settings.cut_out
        return rng.choice(scene.groups) if cut_out else None

    def _mask(self, scene: Scene, group: Group | None, rng: random.Random) -> torch.Tensor:
        if group is not None:
            return box_mask(scene, group, self.settings.margin, rng)
        settings = self.settings
        if rng.random() < settings.masked * (1 - settings.cut_out) / (1 - settings.masked * settings.cut_out):
            width, height = rng.randint(SIZE // 3, SIZE), rng.randint(SIZE // 3, SIZE)
            left, top = rng.randint(0, SIZE - width), rng.randint(0, SIZE - height)
            return _rectangle(left, top, left + width, top + height)
        return torch.ones(1, 1, SIZE, SIZE)


def loss_of(unet: StickerUnet, settings: Settings, batch: Batch) -> torch.Tensor:
    """The weighted squared error of v at one time for each row; the times of a batch are spread over the schedule."""
    rows, latents, weights = len(batch.latents), batch.latents, batch.weights
    times = spread_times(rows, settings).to(latents.device)
    alpha, sigma = unet.alpha_sigma(times)
    noisy = alpha * latents + sigma * torch.randn_like(latents)
    given = Surroundings(batch.mask, batch.masked_latents)
    clean = unet.clean(noisy, times, batch.states, batch.pooled, given, batch.sketched, batch.sketch_residual)
    error = ((clean - latents).pow(2) * weights).mean((1, 2, 3)) / weights.mean((1, 2, 3))
    return (error * sigma.flatten().pow(-2).clamp_max(settings.snr_limit + 1)).mean()


def spread_times(rows: int, settings: Settings) -> torch.Tensor:
    """Timesteps int64 (rows), one of each equal part of the schedule, shifted towards noise by `time_shift`."""
    places = (torch.randperm(rows) + torch.rand(rows)) / rows
    places = settings.time_shift * places / (1 + (settings.time_shift - 1) * places)
    return (places * SCHEDULER["num_train_timesteps"]).long()


def _state(unet, ema, text_encoder, config, optimizer, step: int) -> dict:
    weights = {
        "unet": unet.state_dict(),
        "unet_ema": ema.module.state_dict(),
        "text_encoder": text_encoder.state_dict(),
    }
    return {**weights, "config": config, "optimizer": optimizer.state_dict(), "updates": ema.updates, "step": step}


def _begin(settings: Settings, resume: bool) -> dict:
    """What training begins with where there is no local checkpoint: what is committed, or else a fresh UNet."""
    text_encoder, text_config = prompts.new_text_encoder(prompts.Settings())
    config = {"unet": unet_config(settings), "text_encoder": text_config, "scheduler": SCHEDULER}
    unet = StickerUnet(**config["unet"])
    committed = resume and common.load_committed(unet, "sticker-diffusion", "unet.unet.")
    if committed:
        common.load_committed(text_encoder, "sticker-diffusion", "text_encoder.")
    else:
        text_encoder, _ = prompts.load_text_encoder(prompts.latest())
        unet.sketcher.load_state_dict(common.load_checkpoint(latest_sketch())["sketcher"])
        torch.nn.init.zeros_(unet.conv_out.weight)  # so that it begins with the sketch
        torch.nn.init.zeros_(unet.conv_out.bias)
    weights = {"unet": unet.state_dict(), "unet_ema": unet.state_dict(), "text_encoder": text_encoder.state_dict()}
    return {**weights, "config": config, "updates": 0, "step": 0}


def train(arguments, steer=lambda batches: batches) -> None:
    """Trains on batches that `steer` may add to; see `steered.py`."""
    settings, run = common.chosen(Settings(), arguments), common.Run("unet", arguments.minutes)
    state = run.earlier(arguments.resume) or _begin(settings, arguments.resume)
    config, step = state["config"], state["step"]
    encoder, _ = load_vae(latest_vae())
    text_encoder = CLIPTextModel(CLIPTextConfig(**config["text_encoder"])).eval().requires_grad_(False)
    text_encoder.load_state_dict(state["text_encoder"])
    text_encoder.to(arguments.device)
    unet = StickerUnet(**config["unet"]).to(arguments.device)
    unet.load_state_dict(state["unet"])
    unet.sketcher.requires_grad_(False)  # it is an exact solution, which steps of descent would only shake
    ema = common.Ema(unet, settings.ema)
    ema.module.load_state_dict(state["unet_ema"])
    ema.updates = state["updates"]
    trained = [parameter for parameter in unet.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(
        trained, settings.learning_rate, betas=(0.9, 0.99), weight_decay=settings.weight_decay
    )
    common.restore_optimizer(optimizer, state)
    del state
    run.log(settings=asdict(settings), parameters=common.count_parameters(unet), step=step)
    batches, losses = steer(Batches(settings, encoder.to(arguments.device), text_encoder)), []
    drawn = common.prefetch(batches.draw, first=step, depth=2, workers=arguments.workers)
    first = step
    evaluation = common.Timer(settings.evaluation_seconds)
    while not run.stopping():
        common.set_learning_rate(
            optimizer, common.warm_cosine(step - first, settings.warm_up, run.progress(), floor=0.02)
        )
        loss = loss_of(unet, settings, batches.finish(common.moved(next(drawn), arguments.device)))
        common.descend(optimizer, loss)
        ema.update(unet)
        step += 1
        losses.append(loss.detach())
        if step % 50 == 0:
            run.log(step=step, loss=round(torch.stack(losses).mean().item(), 4))
            losses.clear()
        if run.due() or run.stopping():
            common.save_checkpoint(_state(unet, ema, text_encoder, config, optimizer, step), run.checkpoint)
        if evaluation.due():
            _report(run, step, ema.module, text_encoder, load_vae(latest_vae()), settings, arguments.device)


def _report(run: common.Run, step: int, unet, text_encoder, autoencoder, settings: Settings, device: str) -> None:
    """Paints the demo prompts into a PNG beside the log and judges a few held-out prompts."""
    text_encoder, given = copy.deepcopy(text_encoder).to(device), nothing_given(autoencoder[0], len(DEMO_PROMPTS))
    latents = paint(unet, text_encoder, list(DEMO_PROMPTS), given, settings.steps, settings.guidance, 1, device)
    save_grid(autoencoder[1](latents.cpu()), run.folder / f"grid-{step:06d}.png")
    run.log(step=step, **evaluate(unet, text_encoder, autoencoder, settings, 10, device))


def main() -> None:
    arguments = common.command_line("Trains the UNet.")
    if not arguments.evaluate:
        train(arguments)
        return
    unet, text_encoder, _ = load_unet(latest())
    settings = Settings()
    unet.to(arguments.device)
    text_encoder.to(arguments.device)
    print(evaluate(unet, text_encoder, load_vae(latest_vae()), settings, settings.held_out, arguments.device))


if __name__ == "__main__":
    main()
