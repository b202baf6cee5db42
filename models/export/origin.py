"""Where an exported model comes from: a trainer's checkpoint, or a Hugging Face folder with its own tokenizer."""

from dataclasses import dataclass
from pathlib import Path

from transformers import AutoImageProcessor, AutoTokenizer

from models.tokenizer import tokenizer as embedded_tokenizer

BICUBIC = 3


class UnsupportedError(Exception):
    """A checkpoint asks for something that the fleet does not do."""


@dataclass(frozen=True)
class Choices:
    """What is asked for beyond the folder itself.

    `lora`: a file of low-rank changes, merged into the weights `lora_scale` times. `controllable`: whether a UNet takes
    the residuals of ControlNets. `base`: the model of the repository that a ControlNet steers; `conditioning`: what its
    control images show. `prior`: a folder whose prior serves beside a pipeline that has none, with its text encoder.
    """

    lora: Path | None = None
    lora_scale: float = 1.0
    controllable: bool = False
    base: str | None = None
    conditioning: str = "canny"
    prior: Path | None = None


NO_CHOICES = Choices()


@dataclass(frozen=True)
class Origin:
    """`folder` is the Hugging Face folder or None; `checkpoint` the trainer's file or None for its latest one.

    `tokenizer` is the text of its `tokenizer.json`, `ids` its special tokens as the manifest names them; empty where
    the model reads no text.
    """

    name: str
    card: dict
    tokenizer: str
    ids: dict[str, int]
    folder: Path | None = None
    checkpoint: Path | None = None
    choices: Choices = NO_CHOICES

    def preprocessing(self, size: int, part: str = "") -> dict:
        """How a picture becomes `pixel_values` of `size`: as the folder's `preprocessor_config.json` says.

        `part`: the folder inside it where that file lies.
        """
        if self.folder is None:
            return {"image_size": size, "mean": [0.5] * 3, "std": [0.5] * 3}
        processor = AutoImageProcessor.from_pretrained(self.folder / part, use_fast=False)
        return _preprocessing(processor.to_dict(), size)


def _preprocessing(config: dict, size: int) -> dict:
    resized, square = config.get("size", {}), {"height": size, "width": size}
    if resized == {"shortest_edge": size} and config.get("do_center_crop") and config.get("crop_size") == square:
        fit = "cover"
    elif resized == square and not config.get("do_center_crop"):
        fit = "stretch"
    else:
        found = {key: config.get(key) for key in ("size", "do_center_crop", "crop_size")}
        raise UnsupportedError(f"preprocessor_config.json: {found} (expected: pictures that become {size} x {size})")
    for key, expected in (("do_resize", True), ("do_rescale", True), ("do_normalize", True), ("resample", BICUBIC)):
        if config.get(key, expected) != expected:
            raise UnsupportedError(f"preprocessor_config.json: {key}: {config[key]} (expected: {expected})")
    return {"image_size": size, "fit": fit, "mean": list(config["image_mean"]), "std": list(config["image_std"])}


def of_checkpoint(name: str, card: dict, checkpoint: Path | None) -> Origin:
    words = embedded_tokenizer.FILE.read_text()
    return Origin(name, card, words, embedded_tokenizer.IDS, checkpoint=checkpoint)


def of_folder(folder: Path, name: str, licence: str, choices: Choices = NO_CHOICES) -> Origin:
    provenance = f"Exported from the Hugging Face folder {folder.name}."
    if choices.lora:
        provenance += f" The LoRA {choices.lora.name} is merged into it {choices.lora_scale:g} times."
    if choices.prior:
        provenance += f" The prior is that of the folder {choices.prior.name}."
    card = {"licence": licence, "provenance": provenance}
    if choices.base is not None:
        return Origin(name, card, "", {}, folder=folder, choices=choices)
    inside = folder / "tokenizer" if (folder / "tokenizer").is_dir() else folder
    return Origin(name, card, *words_of(inside), folder=folder, choices=choices)


def words_of(folder: Path) -> tuple[str, dict[str, int]]:
    """The `tokenizer` and `ids` of an origin whose tokenizer lies in `folder`.

    One without a pad token pads with its end token; one without a bos token begins with its cls or end.
    """
    fast = AutoTokenizer.from_pretrained(folder, use_fast=True)
    end = fast.sep_token_id if fast.eos_token_id is None else fast.eos_token_id
    begin = next(token for token in (fast.bos_token_id, fast.cls_token_id, end) if token is not None)
    ids = {"pad_id": end if fast.pad_token_id is None else fast.pad_token_id, "bos_id": begin, "eos_id": end}
    return fast.backend_tokenizer.to_str(), ids
