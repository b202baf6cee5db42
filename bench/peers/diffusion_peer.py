"""A diffusers pipeline with the weights that ship: `python -m bench.peers.diffusion_peer --help`.

CLIPTextModel, UNet2DConditionModel, DDIMScheduler and the shipped autoencoder, put together as StableDiffusionPipeline
does it (prompt and empty prompt in one call of the UNet), but for the pooled prompt, which that pipeline cannot pass.
"""

import io

import torch
from diffusers import DDIMScheduler
from diffusers.image_processor import VaeImageProcessor

from bench.peers import closed_loop
from models.export import diffusion as exporter
from models.export import manifest_file
from models.tokenizer import tokenizer


def main() -> None:
    arguments = closed_loop.arguments(__doc__)
    folder = arguments.repository / "sticker-diffusion" / "1"
    unet, text_model, _, decoder = exporter.shipped(folder)
    text_encoder = exporter.TextEncoder(text_model, tokenizer.EOS)
    parameters = manifest_file.read(folder / "model.yaml")["parameters"]
    side = parameters["size"]["default"] // parameters["downscale_factor"]
    guidance, shape = parameters["default_guidance_scale"], (1, parameters["latent_channels"], side, side)
    settings = {key: parameters[key] for key in exporter.SCHEDULER_KEYS}
    texts, processor = arguments.texts.read_text().splitlines(), VaeImageProcessor()

    @torch.inference_mode()
    def generate(number: int) -> bytes:
        scheduler = DDIMScheduler(**settings, clip_sample=False)
        scheduler.set_timesteps(arguments.steps)
        states, pooled = text_encoder(tokenizer.batch(["", texts[number % len(texts)]])[0])
        latents = torch.randn(shape, generator=torch.Generator().manual_seed(number))
        for timestep in scheduler.timesteps:
            both = unet(torch.cat([latents] * 2), timestep, states, class_labels=pooled).sample
            without, given = both.chunk(2)
            latents = scheduler.step(without + guidance * (given - without), timestep, latents).prev_sample
        png = io.BytesIO()
        processor.postprocess(decoder(latents), output_type="pil")[0].save(png, "PNG")
        return png.getvalue()

    closed_loop.serve({"generate": generate}, arguments.threads)


if __name__ == "__main__":
    main()
