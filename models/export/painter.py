"""Paints with the graphs of a repository entry, as the service does, by any of diffusers' noise schedulers."""

from pathlib import Path

import numpy as np
import torch
from diffusers import SchedulerMixin

from models.export import manifest_file, parity
from models.export.diffusion import SCHEDULER_KEYS
from models.tokenizer import tokenizer


class Painter:
    """The text-to-image model in `folder` on ONNX Runtime, with the noise schedule and guidance of its card."""

    def __init__(self, folder: Path) -> None:
        card = manifest_file.read(folder / "model.yaml")
        self.parameters = card["parameters"]
        self._graphs = {
            name: parity.session(folder / spec["graphs"]["onnxruntime"]["file"])
            for name, spec in card["artifacts"].items()
        }
        self._inputs = {port["name"]: port for port in card["artifacts"]["unet"]["inputs"]}

    def scheduler(self, kind: type[SchedulerMixin]) -> SchedulerMixin:
        """A scheduler of diffusers that counts in sigmas."""
        return kind(**{key: self.parameters[key] for key in SCHEDULER_KEYS if key != "set_alpha_to_one"})

    def encode(self, pictures: torch.Tensor) -> torch.Tensor:
        """Latents of pictures (batch, 3, height, width) in [-1, 1]."""
        return self._run("vae_encoder", image=pictures)[0]

    def decode(self, latents: torch.Tensor) -> torch.Tensor:
        return self._run("vae_decoder", latents=latents)[0]

    def paint(self, texts: list[str], scheduler: SchedulerMixin, steps: int, seed: int) -> torch.Tensor:
        """Pictures float32 (texts, 3, height, width) in [-1, 1], of the default size and guidance."""
        scheduler.set_timesteps(steps)
        side = self.parameters["size"]["default"] // self.parameters["downscale_factor"]
        shape = (len(texts), self.parameters["latent_channels"], side, side)
        latents = torch.randn(shape, generator=torch.Generator().manual_seed(seed)) * scheduler.init_noise_sigma
        conditions = self._conditions(texts) | self._nothing_given(2 * len(texts))
        for timestep in scheduler.timesteps:
            sample = scheduler.scale_model_input(torch.cat([latents] * 2), timestep)
            times = torch.full((len(sample),), int(timestep))
            without, given = self._run("unet", sample=sample, timestep=times, **conditions)[0].chunk(2)
            guided = without + self.parameters["default_guidance_scale"] * (given - without)
            latents = scheduler.step(guided, timestep, latents).prev_sample
        return self.decode(latents)

    def _conditions(self, texts: list[str]) -> dict[str, torch.Tensor]:
        ids, _ = tokenizer.batch([""] * len(texts) + texts)
        states, pooled = self._run("text_encoder", input_ids=ids)
        conditions = {"encoder_hidden_states": states, "text_embeds": pooled}
        return {name: tensor for name, tensor in conditions.items() if name in self._inputs}

    def _nothing_given(self, rows: int) -> dict[str, torch.Tensor]:
        """No part of the picture and no ControlNet, for a UNet that takes such: as the service fills them in."""
        side, given = self.parameters["size"]["default"], {}
        for name, port in self._inputs.items():
            if name == "masked_image_latents":
                given[name] = self.encode(torch.zeros(rows, 3, side, side))
            elif "downscale" in port:
                shape = (rows, port["shape"][1], side // port["downscale"], side // port["downscale"])
                given[name] = torch.ones(shape) if name == "mask" else torch.zeros(shape)
        return given

    def _run(self, artifact: str, **inputs: torch.Tensor) -> list[torch.Tensor]:
        arrays = {name: np.ascontiguousarray(tensor.numpy()) for name, tensor in inputs.items()}
        return [torch.from_numpy(array) for array in self._graphs[artifact].run(None, arrays)]
