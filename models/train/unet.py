"""Trains the UNet that paints latents of sticker scenes, conditioned on prompts in English and Chinese.

A diffusers UNet2DConditionModel over the latents of `vae.py`, with cross attention to the states of the prompt encoder
(`text_encoder.py`) and its pooled state added to the time embedding; the sketch of `sketch.py` stands beside the noisy
latents. Inside it predicts the clean latents, for 48 numbers of noise a cell do not fit through a narrow network (Li
and He 2025, "Back to basics"); outside it gives v under a cosine schedule whose last step is pure noise (Lin et al.
2024), with trailing steps. Cells that show objects weigh more, for backgrounds are learned in minutes; the weight of
nearly clean latents is bounded as in min-SNR (Hang et al. 2023).

`latest.pt` holds {"unet": weights, "unet_ema": their moving average, "text_encoder": weights, "config", "optimizer",
"updates", "step"}; "config" is {"unet": keywords of UNet2DConditionModel, "text_encoder": keywords of CLIPTextConfig,
"scheduler": keywords of DDIMScheduler}. `load_unet(path)` gives what is served.

    python -m models.train.unet --minutes 60 --resume
    python -m models.train.unet --evaluate
"""

from models.train import common  # first: it sets the thread counts

# isort: split

import copy
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import torch
from diffusers import DDIMScheduler, UNet2DConditionModel
from diffusers.models.unets.unet_2d_condition import UNet2DConditionOutput
from PIL import Image
from transformers import CLIPTextConfig, CLIPTextModel

from models.tokenizer import tokenizer
from models.train import text_encoder as prompts
from models.train.judge import load_judge, named_right, pictures_of, verdicts
from models.train.sketch import Settings as SketchSettings
from models.train.sketch import Sketcher, cell_weights, training_prompts, training_scenes
from models.train.sketch import latest as latest_sketch
from models.train.vae import CHANNELS, PATCH, Decoder, Encoder, load_vae
from models.train.vae import latest as latest_vae
from models.world.grammar_inverse import objects_named
from models.world.scenes import SIZE, scene_at

SCHEDULER = {
    "num_train_timesteps": 1000,
    "beta_schedule": "squaredcos_cap_v2",
    "prediction_type": "v_prediction",
    "rescale_betas_zero_snr": True,
    "timestep_spacing": "trailing",
    "set_alpha_to_one": True,
    "clip_sample": False,
}
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


@dataclass(frozen=True)
class Settings:
    widths: tuple[int, ...] = (96, 192)
    batch: int = 16
    learning_rate: float = 1e-3
    warm_up: int = 200
    weight_decay: float = 0.01
    ema: float = 0.998
    snr_limit: float = 5.0
    time_shift: float = 2.0  # above 1 draws noisier times more often: there it is decided what is shown
    scenes: SketchSettings = field(default_factory=SketchSettings)  # what is drawn, as for the sketcher
    guidance: float = 1.5
    steps: int = 30
    evaluation_seconds: int = 1500
    held_out: int = 100  # prompts of each split and language that `--evaluate` paints


class StickerUnet(UNet2DConditionModel):
    """A UNet2DConditionModel that predicts clean latents inside (`clean`) and gives v to its caller (`forward`).

    It sees the noisy latents and the sketch of the prompt, and what it draws is added to the sketch.

    v = (alpha x - clean) / sigma, with alpha and sigma of each timestep under `SCHEDULER`. What the network cannot
    know, detail of deviation `unknown`, is taken from the noisy latents as a Wiener filter would, so that nearly clean
    latents need not be copied through it.
    """

    unknown = 0.05
    smallest_sigma = 0.05  # below it the quotient would blow rounding up, and hardly any noise is left to remove

    def __init__(self, **config) -> None:
        super().__init__(**config)
        self.sketcher = Sketcher()
        # no buffer: those are rounded to fp16 at export, which would take the last noise for none
        self.power_of_signal = DDIMScheduler(**SCHEDULER).alphas_cumprod

    def clean(self, sample, timestep, encoder_hidden_states, class_labels) -> torch.Tensor:
        """Clean latents (batch, 48, h, w) of noisy ones, timesteps int64 (batch), states and pooled states."""
        sketch = self.sketcher(class_labels, *sample.shape[-2:])
        seen = torch.cat([sample, sketch], 1)
        drawn = sketch + super().forward(seen, timestep, encoder_hidden_states, class_labels, return_dict=False)[0]
        alpha, sigma = self.alpha_sigma(timestep)
        kept = alpha * self.unknown**2 / ((alpha * self.unknown) ** 2 + sigma**2)
        return kept * sample + (1 - kept * alpha) * drawn

    def forward(self, sample, timestep, encoder_hidden_states, class_labels=None, return_dict=True, **_):
        timestep = torch.as_tensor(timestep, device=sample.device).reshape(-1)
        alpha, sigma = self.alpha_sigma(timestep)
        clean = self.clean(sample, timestep.expand(sample.shape[0]), encoder_hidden_states, class_labels)
        v = (alpha * sample - clean) / sigma.clamp_min(self.smallest_sigma)
        return UNet2DConditionOutput(sample=v) if return_dict else (v,)

    def alpha_sigma(self, timestep: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """The shares of signal and noise at timesteps int64 (batch), each (batch, 1, 1, 1)."""
        power = self.power_of_signal.to(timestep.device)[timestep].reshape(-1, 1, 1, 1)
        return power.sqrt(), (1 - power).sqrt()


def unet_config(settings: Settings) -> dict:
    """Keywords of the UNet: 8 × 8 latents of 48 channels, attention where a cell is 32 pixels."""
    return {
        "sample_size": SIZE // PATCH,
        "in_channels": 2 * CHANNELS,
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
    return unet.eval().requires_grad_(False), text_encoder.eval().requires_grad_(False), state["config"]


@torch.no_grad()
def paint(
    unet, text_encoder, texts: list[str], steps: int, guidance: float, seed: int, device: str = "cpu"
) -> torch.Tensor:
    """Latents float32 (texts, 48, 8, 8) painted by DDIM with classifier-free guidance; the same seed gives the same."""
    scheduler = DDIMScheduler(**SCHEDULER)
    scheduler.set_timesteps(steps)
    ids, _ = tokenizer.batch([""] * len(texts) + texts)
    states, pooled = prompts.encode_prompts(text_encoder, ids.to(device))
    shape = (len(texts), CHANNELS, SIZE // PATCH, SIZE // PATCH)
    latents = torch.randn(shape, generator=torch.Generator().manual_seed(seed)).to(device)
    for timestep in scheduler.timesteps:
        both = unet(torch.cat([latents, latents]), timestep, states, class_labels=pooled).sample
        without, given = both.chunk(2)
        latents = scheduler.step(without + guidance * (given - without), timestep, latents).prev_sample
    return latents


def save_grid(pictures: torch.Tensor, path: Path, columns: int = 4) -> None:
    """Writes pictures (batch, 3, height, width) in [-1, 1] as one PNG; the batch is a multiple of `columns`."""
    bytes_ = ((pictures + 1) * 127.5).round().clamp(0, 255).byte().permute(0, 2, 3, 1).cpu().numpy()
    rows = [np.concatenate(list(bytes_[i : i + columns]), 1) for i in range(0, len(bytes_), columns)]
    Image.fromarray(np.concatenate(rows)).save(path)


def evaluate(unet, text_encoder, decoder: Decoder, settings: Settings, count: int, device: str = "cpu") -> dict:
    """Shares of pictures whose whole object set and background the judge names as the prompt's scene has them.

    One prompt in ten leaves the place open: for it any background is right, so it does not count there.
    """
    figures, judge = {}, load_judge()
    for split in ("test", "unseen"):
        scenes = [scene_at(split, number, settings.scenes.vendors) for number in range(count)]
        for language in ("en", "zh"):
            texts = prompts.captions_of(scenes, (split, "evaluation"), language)
            seen = []
            for first in range(0, count, 25):
                chunk = texts[first : first + 25]
                latents = paint(unet, text_encoder, chunk, settings.steps, settings.guidance, first, device)
                seen += verdicts(judge, decoder(latents.cpu()))
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
        scenes = [scene_at(split, number, settings.scenes.vendors) for number in range(count)]
        ids, _ = tokenizer.batch(prompts.captions_of(scenes, (split, "evaluation"), "en"))
        _, pooled = prompts.encode_prompts(text_encoder, ids)
        seen = verdicts(judge, decoder(unet.sketcher(pooled, SIZE // PATCH, SIZE // PATCH)))
        figures[f"{split}_en_objects"], _ = named_right(seen, scenes)
    return figures


class Batches:
    """Training batches made on the CPU: latents, prompt states, pooled prompt states and the weight of each cell."""

    def __init__(self, settings: Settings, encoder: Encoder, text_encoder: CLIPTextModel) -> None:
        self._settings, self._encoder, self._text_encoder = settings, encoder, text_encoder

    @torch.no_grad()
    def __call__(self, number: int) -> tuple[torch.Tensor, ...]:
        scenes = training_scenes(self._settings.scenes, number, self._settings.batch)
        texts = training_prompts(self._settings.scenes, scenes, number)
        states, pooled = prompts.encode_prompts(self._text_encoder, tokenizer.batch(texts)[0])
        weights = cell_weights(scenes, self._settings.scenes.object_weight)
        return self._encoder(pictures_of(scenes)), states, pooled, weights


def loss_of(unet: StickerUnet, settings: Settings, batch: tuple[torch.Tensor, ...]) -> torch.Tensor:
    """The weighted squared error of v at one time for each row; the times of a batch are spread over the schedule."""
    latents, states, pooled, weights = batch
    rows = len(latents)
    places = (torch.randperm(rows) + torch.rand(rows)) / rows
    places = settings.time_shift * places / (1 + (settings.time_shift - 1) * places)
    times = (places * SCHEDULER["num_train_timesteps"]).long().to(latents.device)
    alpha, sigma = unet.alpha_sigma(times)
    clean = unet.clean(alpha * latents + sigma * torch.randn_like(latents), times, states, pooled)
    error = ((clean - latents).pow(2) * weights).mean((1, 2, 3)) / weights.mean((1, 2, 3))
    return (error * sigma.flatten().pow(-2).clamp_max(settings.snr_limit + 1)).mean()


def _state(unet, ema, text_encoder, config, optimizer, step: int) -> dict:
    weights = {
        "unet": unet.state_dict(),
        "unet_ema": ema.module.state_dict(),
        "text_encoder": text_encoder.state_dict(),
    }
    return {**weights, "config": config, "optimizer": optimizer.state_dict(), "updates": ema.updates, "step": step}


def _begin(settings: Settings, resume: bool, checkpoint: Path) -> dict:
    """What training goes on from: the local checkpoint, else what is committed, else a fresh UNet."""
    if resume and checkpoint.exists():
        return common.load_checkpoint(checkpoint)
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


def train(arguments) -> None:
    settings, run = Settings(), common.Run("unet", arguments.minutes)
    state = _begin(settings, arguments.resume, run.checkpoint)
    config, step = state["config"], state["step"]
    encoder, _ = load_vae(latest_vae())
    text_encoder = CLIPTextModel(CLIPTextConfig(**config["text_encoder"])).eval().requires_grad_(False)
    text_encoder.load_state_dict(state["text_encoder"])
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
    if "optimizer" in state:
        optimizer.load_state_dict(state["optimizer"])
    del state
    run.log(settings=asdict(settings), parameters=common.count_parameters(unet), step=step)
    batches, losses = common.prefetch(Batches(settings, encoder, text_encoder), first=step, depth=2), []
    first = step
    evaluation = common.Timer(settings.evaluation_seconds)
    while not run.stopping():
        common.set_learning_rate(
            optimizer, common.warm_cosine(step - first, settings.warm_up, run.progress(), floor=0.02)
        )
        loss = loss_of(unet, settings, tuple(part.to(arguments.device) for part in next(batches)))
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        ema.update(unet)
        step += 1
        losses.append(loss.item())
        if step % 50 == 0:
            run.log(step=step, loss=round(float(np.mean(losses[-50:])), 4))
        if run.due() or run.stopping():
            common.save_checkpoint(_state(unet, ema, text_encoder, config, optimizer, step), run.checkpoint)
        if evaluation.due():
            _report(run, step, ema.module, text_encoder, load_vae(latest_vae())[1], settings, arguments.device)


def _report(run: common.Run, step: int, unet, text_encoder, decoder: Decoder, settings: Settings, device: str) -> None:
    """Paints the demo prompts into a PNG beside the log and judges a few held-out prompts."""
    text_encoder = copy.deepcopy(text_encoder).to(device)
    latents = paint(unet, text_encoder, list(DEMO_PROMPTS), settings.steps, settings.guidance, 1, device)
    save_grid(decoder(latents.cpu()), run.folder / f"grid-{step:06d}.png")
    run.log(step=step, **evaluate(unet, text_encoder, decoder, settings, 10, device))


def main() -> None:
    arguments = common.command_line("Trains the UNet.")
    if not arguments.evaluate:
        train(arguments)
        return
    unet, text_encoder, _ = load_unet(latest())
    settings = Settings()
    unet.to(arguments.device)
    text_encoder.to(arguments.device)
    print(evaluate(unet, text_encoder, load_vae(latest_vae())[1], settings, settings.held_out, arguments.device))


if __name__ == "__main__":
    main()
