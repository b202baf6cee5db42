"""A diffusers pipeline with the weights that ship: `python -m bench.peers.diffusion_peer --help`.

CLIPTextModel, UNet2DConditionModel, DDIMScheduler and the shipped autoencoder, put together as StableDiffusionPipeline
does it (prompt and empty prompt in one call of the UNet), but for the pooled prompt, which that pipeline cannot pass.
"""

import io
from functools import cache

import torch
from diffusers import DDIMScheduler
from diffusers.image_processor import VaeImageProcessor

from bench import mix
from bench.peers import closed_loop
from models.export import diffusion as exporter
from models.export import manifest_file
from models.tokenizer import tokenizer
from models.train.unet import Surroundings, surroundings


def main() -> None:
    arguments = closed_loop.arguments(__doc__)
    folder = arguments.repository / "sticker-diffusion" / "1"
    unet, text_model, encoder, decoder = exporter.shipped(folder)
    text_encoder = exporter.TextEncoder(text_model, tokenizer.EOS)
    parameters = manifest_file.read(folder / "model.yaml")["parameters"]
    side, guidance = parameters["size"]["default"], parameters["default_guidance_scale"]
    settings = {key: parameters[key] for key in exporter.SCHEDULER_KEYS}
    texts, processor = arguments.texts.read_text().splitlines(), VaeImageProcessor()

    @torch.inference_mode()
    def generate(wanted: mix.Arrival) -> None:
        scheduler = DDIMScheduler(**settings, clip_sample=False)
        scheduler.set_timesteps(wanted.steps)
        prompts = [wanted.prompt] * wanted.images
        guided = wanted.guidance > 1
        states, pooled = text_encoder(tokenizer.batch([""] * wanted.images + prompts if guided else prompts)[0])
        latents = torch.cat([noise(wanted.seed + image, wanted.side) for image in range(wanted.images)])
        mask, masked = everything(wanted.side).repeated(len(states))
        seen = {"class_labels": pooled, "mask": mask, "masked_image_latents": masked}
        for timestep in scheduler.timesteps:
            prediction = unet(torch.cat([latents] * 2) if guided else latents, timestep, states, **seen).sample
            if guided:
                without, given = prediction.chunk(2)
                prediction = without + wanted.guidance * (given - without)
            latents = scheduler.step(prediction, timestep, latents).prev_sample
        for picture in processor.postprocess(decoder(latents), output_type="pil"):
            picture.save(io.BytesIO(), "PNG")

    @cache
    def everything(pixels: int) -> Surroundings:
        return surroundings(encoder, torch.zeros(1, 3, pixels, pixels), torch.ones(1, 1, pixels, pixels))

    def noise(seed: int, pixels: int) -> torch.Tensor:
        latent_side = pixels // parameters["downscale_factor"]
        shape = (1, parameters["latent_channels"], latent_side, latent_side)
        return torch.randn(shape, generator=torch.Generator().manual_seed(seed))

    def usual(number: int) -> None:
        prompt = texts[number % len(texts)]
        generate(mix.Arrival(0, True, arguments.steps, guidance, 1, side, number, prompt))

    closed_loop.serve({"generate": usual}, arguments.threads, mixed=generate)


if __name__ == "__main__":
    main()
