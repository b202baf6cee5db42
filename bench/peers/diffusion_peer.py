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
from models.tokenizer import tokenizer
from models.train import text_encoder as prompts
from models.train import unet as trainer


def main() -> None:
    arguments = closed_loop.arguments(__doc__)
    unet, text_encoder, _, decoder = exporter.shipped(arguments.repository / "sticker-diffusion" / "1")
    texts = arguments.texts.read_text().splitlines()
    guidance, channels, size = trainer.Settings().guidance, unet.config.in_channels, unet.config.sample_size
    processor = VaeImageProcessor()

    @torch.inference_mode()
    def generate(number: int) -> bytes:
        scheduler = DDIMScheduler(**trainer.SCHEDULER)
        scheduler.set_timesteps(arguments.steps)
        states, pooled = prompts.encode_prompts(text_encoder, tokenizer.batch(["", texts[number % len(texts)]])[0])
        latents = torch.randn(1, channels, size, size, generator=torch.Generator().manual_seed(number))
        for timestep in scheduler.timesteps:
            both = unet(torch.cat([latents, latents]), timestep, states, class_labels=pooled).sample
            without, given = both.chunk(2)
            latents = scheduler.step(without + guidance * (given - without), timestep, latents).prev_sample
        png = io.BytesIO()
        processor.postprocess(decoder(latents), output_type="pil")[0].save(png, "PNG")
        return png.getvalue()

    closed_loop.serve({"generate": generate}, arguments.threads)


if __name__ == "__main__":
    main()
