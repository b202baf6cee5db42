"""Hugging Face folders with random weights: the layouts and configurations of real checkpoints, whole or tiny.

Whole ones have the published sizes (Stable Diffusion 1.5, Stable unCLIP 2.1 small, Karlo, CLIP ViT-L/14, BLIP
base, GPT-2 with 124 M parameters). All weights are numbers that fp16 holds, drawn from a fixed seed, and stored so.
"""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from diffusers import (
    AutoencoderKL,
    ControlNetModel,
    DDPMScheduler,
    DiffusionPipeline,
    PNDMScheduler,
    PriorTransformer,
    StableDiffusionInpaintPipeline,
    StableDiffusionPipeline,
    StableUnCLIPImg2ImgPipeline,
    UnCLIPScheduler,
    UNet2DConditionModel,
    UNet2DModel,
)
from diffusers.pipelines.deprecated.unclip import UnCLIPImageVariationPipeline, UnCLIPTextProjModel
from diffusers.pipelines.stable_diffusion.stable_unclip_image_normalizer import StableUnCLIPImageNormalizer
from transformers import (
    BlipConfig,
    BlipForConditionalGeneration,
    BlipForQuestionAnswering,
    BlipImageProcessor,
    CLIPConfig,
    CLIPImageProcessor,
    CLIPModel,
    CLIPTextConfig,
    CLIPTextModel,
    CLIPTextModelWithProjection,
    CLIPVisionConfig,
    CLIPVisionModelWithProjection,
    GPT2Config,
    GPT2LMHeadModel,
    PreTrainedTokenizer,
)

SEED = 5
TINY_TOWER = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2}


@dataclass(frozen=True)
class Sizes:
    """What tells a whole checkpoint from a tiny one: keywords of the configurations of its networks."""

    text: dict
    unet: dict
    coder: dict
    clip_text: dict
    clip_vision: dict
    projection: int
    unclip_text: dict
    unclip_unet: dict
    prior: dict
    decoder: dict
    super_resolution: dict
    blip_text: dict
    blip_vision: dict
    blip_spread: float
    gpt2: dict


TINY_UNET = {
    "sample_size": 8,
    "block_out_channels": (8, 16),
    "layers_per_block": 1,
    "down_block_types": ("CrossAttnDownBlock2D", "DownBlock2D"),
    "up_block_types": ("UpBlock2D", "CrossAttnUpBlock2D"),
    "cross_attention_dim": 16,
    "attention_head_dim": 4,
    "norm_num_groups": 4,
}
TINY = Sizes(
    text=TINY_TOWER,
    unet=TINY_UNET,
    coder={"block_out_channels": (8, 16), "norm_num_groups": 4, "sample_size": 16},
    clip_text=TINY_TOWER,
    clip_vision=TINY_TOWER | {"image_size": 32, "patch_size": 8},
    projection=12,
    unclip_text=TINY_TOWER,
    unclip_unet=TINY_UNET,
    prior={"num_attention_heads": 2, "attention_head_dim": 8, "num_layers": 2, "embedding_dim": 16},
    decoder={
        "sample_size": 8,
        "block_out_channels": (8, 16),
        "layers_per_block": 1,
        "down_block_types": ("ResnetDownsampleBlock2D", "SimpleCrossAttnDownBlock2D"),
        "up_block_types": ("SimpleCrossAttnUpBlock2D", "ResnetUpsampleBlock2D"),
        "cross_attention_dim": 24,
        "attention_head_dim": 4,
        "norm_num_groups": 4,
    },
    super_resolution={
        "sample_size": 32,
        "block_out_channels": (8, 16),
        "layers_per_block": 1,
        "down_block_types": ("ResnetDownsampleBlock2D",) * 2,
        "up_block_types": ("ResnetUpsampleBlock2D",) * 2,
        "norm_num_groups": 4,
    },
    blip_text=TINY_TOWER | {"encoder_hidden_size": 16, "max_position_embeddings": 64},
    blip_vision=TINY_TOWER | {"image_size": 32, "patch_size": 8},
    blip_spread=0.12,
    gpt2={"n_positions": 64, "n_embd": 16, "n_layer": 2, "n_head": 2},
)
FULL_UNET = {
    "sample_size": 64,
    "block_out_channels": (320, 640, 1280, 1280),
    "layers_per_block": 2,
    "down_block_types": ("CrossAttnDownBlock2D",) * 3 + ("DownBlock2D",),
    "up_block_types": ("UpBlock2D",) + ("CrossAttnUpBlock2D",) * 3,
    "cross_attention_dim": 768,
    "attention_head_dim": 8,
}
FULL = Sizes(
    text={"hidden_size": 768, "intermediate_size": 3072, "num_hidden_layers": 12, "num_attention_heads": 12},
    unet=FULL_UNET,
    coder={"block_out_channels": (128, 256, 512, 512), "layers_per_block": 2, "sample_size": 512},
    clip_text={"hidden_size": 768, "intermediate_size": 3072, "num_hidden_layers": 12, "num_attention_heads": 12},
    clip_vision={
        "hidden_size": 1024,
        "intermediate_size": 4096,
        "num_hidden_layers": 24,
        "num_attention_heads": 16,
        "image_size": 224,
        "patch_size": 14,
    },
    projection=768,
    unclip_text={  # that of OpenCLIP's ViT-H but for its last layer
        "hidden_size": 1024,
        "intermediate_size": 4096,
        "num_hidden_layers": 23,
        "num_attention_heads": 16,
        "hidden_act": "gelu",
    },
    unclip_unet=FULL_UNET
    | {
        "sample_size": 96,
        "cross_attention_dim": 1024,
        "attention_head_dim": (5, 10, 20, 20),
        "use_linear_projection": True,
        "upcast_attention": True,
    },
    prior={"embedding_dim": 768},  # the other defaults of PriorTransformer are Karlo's
    decoder={
        "sample_size": 64,
        "block_out_channels": (320, 640, 960, 1280),
        "layers_per_block": 3,
        "down_block_types": ("ResnetDownsampleBlock2D",) + ("SimpleCrossAttnDownBlock2D",) * 3,
        "up_block_types": ("SimpleCrossAttnUpBlock2D",) * 3 + ("ResnetUpsampleBlock2D",),
        "cross_attention_dim": 1536,
        "attention_head_dim": 64,
    },
    super_resolution={
        "sample_size": 256,
        "block_out_channels": (320, 640, 960, 1280),
        "layers_per_block": 3,
        "down_block_types": ("ResnetDownsampleBlock2D",) * 4,
        "up_block_types": ("ResnetUpsampleBlock2D",) * 4,
    },
    blip_text={},  # BlipConfig's defaults are BLIP base
    blip_vision={},
    blip_spread=0.05,
    gpt2={},  # GPT2Config's defaults are GPT-2 with 124 M parameters
)


def stable_diffusion(folder: Path, sizes: Sizes, words: Callable[[Path], PreTrainedTokenizer]) -> Path:
    """As runwayml/stable-diffusion-v1-5 lies there, but for the safety checker, which the fleet does not run."""
    return _pipeline(StableDiffusionPipeline, 4, folder, sizes, words)


def inpainting(folder: Path, sizes: Sizes, words: Callable[[Path], PreTrainedTokenizer]) -> Path:
    """As runwayml/stable-diffusion-inpainting lies there: a UNet of 9 channels."""
    return _pipeline(StableDiffusionInpaintPipeline, 9, folder, sizes, words)


def controlnet(folder: Path, sizes: Sizes, _words: Callable[[Path], PreTrainedTokenizer]) -> Path:
    """As lllyasviel/sd-controlnet-canny lies there; its last layers, zero before training, are random too."""
    torch.manual_seed(SEED)
    blocks = len(sizes.coder["block_out_channels"])
    kept = ("block_out_channels", "layers_per_block", "down_block_types", "cross_attention_dim", "attention_head_dim")
    model = ControlNetModel(
        conditioning_embedding_out_channels=(16, 32, 96, 256)[:blocks],
        norm_num_groups=sizes.unet.get("norm_num_groups", 32),
        **{key: sizes.unet[key] for key in kept},
    )
    ends = [*model.controlnet_down_blocks, model.controlnet_mid_block, model.controlnet_cond_embedding.conv_out]
    for layer in ends:
        torch.nn.init.normal_(layer.weight, std=0.3)
    return _save(model, folder)


def stable_unclip(folder: Path, sizes: Sizes, words: Callable[[Path], PreTrainedTokenizer]) -> Path:
    """As stabilityai/stable-diffusion-2-1-unclip-small lies there."""
    torch.manual_seed(SEED)
    width = sizes.prior["embedding_dim"]
    vision = CLIPVisionConfig(projection_dim=width, **sizes.clip_vision)
    normalizer = StableUnCLIPImageNormalizer(width)
    _normal(normalizer.mean, normalizer.std)
    noised = {"class_embed_type": "projection", "projection_class_embeddings_input_dim": 2 * width}
    painting = replace(sizes, text=sizes.unclip_text, unet=sizes.unclip_unet)
    parts = _parts(folder, painting, words, {"in_channels": 4, **noised}, prediction_type="v_prediction")
    parts["tokenizer"].pad_token = "!"
    side = sizes.clip_vision["image_size"]
    return _save_pipeline(
        StableUnCLIPImg2ImgPipeline(
            image_encoder=CLIPVisionModelWithProjection(vision),
            feature_extractor=CLIPImageProcessor(size={"shortest_edge": side}, crop_size=side),
            image_normalizer=normalizer,
            image_noising_scheduler=DDPMScheduler(beta_schedule="squaredcos_cap_v2"),
            **parts,
        ),
        folder,
    )


def prior(folder: Path, sizes: Sizes, words: Callable[[Path], PreTrainedTokenizer]) -> Path:
    """The prior of kakaobrain/karlo-v1-alpha as it lies there, with what reads for it, and nothing else of Karlo."""
    torch.manual_seed(SEED)
    tokenizer, width = words(folder / "tokenizer"), sizes.prior["embedding_dim"]
    network = PriorTransformer(**sizes.prior)
    for embedding in (network.positional_embedding, network.prd_embedding):
        torch.nn.init.normal_(embedding, std=0.2)
    _normal(network.clip_mean, network.clip_std)
    _loud(network, network.proj_to_clip_embeddings)
    reading = _clip_text(sizes.clip_text, tokenizer)
    reading.projection_dim = width
    text = CLIPTextModelWithProjection(reading)
    for name, part in (("prior", network), ("text_encoder", text)):
        part.half().save_pretrained(folder / name)
    settings = {"prediction_type": "sample", "clip_sample_range": 5.0}
    UnCLIPScheduler(**settings).save_pretrained(folder / "prior_scheduler")
    return folder


def karlo(folder: Path, sizes: Sizes, words: Callable[[Path], PreTrainedTokenizer]) -> Path:
    """As fusing/karlo-image-variations-diffusers lies there; `prior` has the text encoder of the same seed."""
    prior(folder, sizes, words)  # the folder of text to pictures has it, and this one its text encoder
    for part in ("prior", "prior_scheduler"):
        shutil.rmtree(folder / part)
    text = CLIPTextModelWithProjection.from_pretrained(folder / "text_encoder", dtype=torch.float32)
    torch.manual_seed(SEED)
    width, hidden = sizes.prior["embedding_dim"], sizes.decoder["cross_attention_dim"]
    channels, side = sizes.decoder["block_out_channels"], sizes.clip_vision["image_size"]
    projection = UnCLIPTextProjModel(
        clip_embeddings_dim=width, time_embed_dim=4 * channels[0], cross_attention_dim=hidden
    )
    torch.nn.init.normal_(projection.learned_classifier_free_guidance_embeddings)
    unet = UNet2DConditionModel(
        in_channels=3,
        out_channels=6,
        class_embed_type="identity",
        mid_block_type="UNetMidBlock2DSimpleCrossAttn",
        resnet_time_scale_shift="scale_shift",
        **sizes.decoder,
    )
    enlarging = {"in_channels": 6, "out_channels": 3, "add_attention": False, "resnet_time_scale_shift": "scale_shift"}
    first, last = (UNet2DModel(**enlarging, **sizes.super_resolution) for _ in range(2))
    vision = CLIPVisionConfig(projection_dim=width, **sizes.clip_vision)
    return _save_pipeline(
        UnCLIPImageVariationPipeline(
            decoder=_loud(unet, unet.conv_out),
            text_encoder=text,
            tokenizer=words(folder / "tokenizer"),
            text_proj=projection,
            feature_extractor=CLIPImageProcessor(size={"shortest_edge": side}, crop_size=side),
            image_encoder=CLIPVisionModelWithProjection(vision),
            super_res_first=_loud(first, first.conv_out),
            super_res_last=_loud(last, last.conv_out),
            decoder_scheduler=UnCLIPScheduler(variance_type="learned_range"),
            super_res_scheduler=UnCLIPScheduler(),
        ),
        folder,
    )


def _normal(mean: torch.nn.Parameter, std: torch.nn.Parameter) -> None:
    """A mean and a deviation of embeddings, unlike for each coordinate."""
    torch.nn.init.normal_(mean, std=0.3)
    torch.nn.init.uniform_(std, 0.5, 1.5)


def _pipeline(kind: type, channels: int, folder: Path, sizes: Sizes, words: Callable) -> Path:
    torch.manual_seed(SEED)
    parts = _parts(folder, sizes, words, {"in_channels": channels})
    return _save_pipeline(
        kind(**parts, safety_checker=None, feature_extractor=None, requires_safety_checker=False), folder
    )


def _parts(folder: Path, sizes: Sizes, words: Callable, unet: dict, **scheduler: str) -> dict:
    """What every pipeline here has; `unet` and `scheduler`: keywords of those two."""
    tokenizer = words(folder / "tokenizer")
    blocks = len(sizes.coder["block_out_channels"])
    coder = AutoencoderKL(
        down_block_types=("DownEncoderBlock2D",) * blocks,
        up_block_types=("UpDecoderBlock2D",) * blocks,
        latent_channels=4,
        scaling_factor=0.18215,
        **sizes.coder,
    )
    steps = PNDMScheduler(
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        skip_prk_steps=True,
        set_alpha_to_one=False,
        steps_offset=1,
        **scheduler,
    )
    return {
        "vae": _loud(coder, coder.decoder.conv_out),
        "text_encoder": CLIPTextModel(_clip_text(sizes.text, tokenizer)),
        "tokenizer": tokenizer,
        "unet": _loud(network := UNet2DConditionModel(**unet, **sizes.unet), network.conv_out),
        "scheduler": steps,
    }


def _save_pipeline(pipeline: DiffusionPipeline, folder: Path) -> Path:
    for part in pipeline.components.values():
        if isinstance(part, torch.nn.Module):
            part.half()
    pipeline.save_pretrained(folder)
    if "scheduler" in pipeline.components:  # clips as little as it does there, though PNDM does not know of it
        _say(folder / "scheduler" / "scheduler_config.json", clip_sample=False)
    return folder


def _say(path: Path, **settings: object) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | settings, indent=2))


def _loud(network: torch.nn.Module, last: torch.nn.Conv2d | torch.nn.Linear) -> torch.nn.Module:
    """Random networks whisper: with a louder last layer, pictures have contrast and steps move the latents."""
    last.weight.data *= 4
    return network


def _clip_text(tower: dict, tokenizer: PreTrainedTokenizer) -> CLIPTextConfig:
    """Special tokens as the first checkpoints state them: wrongly, so that transformers looks for the greatest id."""
    ids = {"bos_token_id": 0, "eos_token_id": 2, "pad_token_id": 1}
    return CLIPTextConfig(vocab_size=len(tokenizer), max_position_embeddings=77, **ids, **tower)


def clip(folder: Path, sizes: Sizes, words: Callable[[Path], PreTrainedTokenizer]) -> Path:
    torch.manual_seed(SEED)
    text = _clip_text(sizes.clip_text, words(folder)).to_dict()
    model = CLIPModel(CLIPConfig(text_config=text, vision_config=sizes.clip_vision, projection_dim=sizes.projection))
    side = sizes.clip_vision["image_size"]
    CLIPImageProcessor(size={"shortest_edge": side}, crop_size=side).save_pretrained(folder)
    return _save(model, folder)


def blip(folder: Path, sizes: Sizes, words: Callable[[Path], PreTrainedTokenizer]) -> Path:
    return _blip(BlipForConditionalGeneration, folder, sizes, words)


def blip_vqa(folder: Path, sizes: Sizes, words: Callable[[Path], PreTrainedTokenizer]) -> Path:
    return _blip(BlipForQuestionAnswering, folder, sizes, words)


def _blip(kind: type, folder: Path, sizes: Sizes, words: Callable[[Path], PreTrainedTokenizer]) -> Path:
    torch.manual_seed(SEED)
    tokenizer = words(folder)
    ids = {"bos_token_id": tokenizer.bos_token_id, "sep_token_id": tokenizer.sep_token_id, "eos_token_id": 2}
    # Transformers' own spread for the vision tower is so small that fp16 has only zeros for it.
    spread = {"initializer_range": sizes.blip_spread}
    text = {"vocab_size": len(tokenizer), "pad_token_id": tokenizer.pad_token_id, **ids, **spread, **sizes.blip_text}
    vision = spread | sizes.blip_vision
    model = kind(BlipConfig(text_config=text, vision_config=vision, **spread))
    side = model.config.vision_config.image_size
    BlipImageProcessor(size={"height": side, "width": side}).save_pretrained(folder)
    return _save(model, folder)


def gpt2(folder: Path, sizes: Sizes, words: Callable[[Path], PreTrainedTokenizer]) -> Path:
    torch.manual_seed(SEED)
    tokenizer = words(folder)
    ids = {"bos_token_id": tokenizer.bos_token_id, "eos_token_id": tokenizer.eos_token_id}
    return _save(GPT2LMHeadModel(GPT2Config(vocab_size=len(tokenizer), **ids, **sizes.gpt2)), folder)


def _save(model, folder: Path) -> Path:
    model.half().save_pretrained(folder)
    (folder / "README.md").write_text("---\nlicense: cc0-1.0\n---\n\nRandom weights, drawn by models/checkpoints.\n")
    return folder
