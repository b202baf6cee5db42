"""Where an exported model comes from: a trainer's checkpoint, or a Hugging Face folder with its own tokenizer."""

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path

from transformers import AutoTokenizer

from models.tokenizer import tokenizer as embedded_tokenizer

_CLIP_MEAN, _CLIP_STD = [0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711]


@dataclass(frozen=True)
class Origin:
    """`folder` is the Hugging Face folder or None; `checkpoint` the trainer's file or None for its latest one."""

    name: str
    card: dict
    tokenizer: Path
    ids: dict[str, int]
    folder: Path | None = None
    checkpoint: Path | None = None

    def preprocessing(self, size: int) -> dict:
        """Picture size, mean and deviation as `preprocessor_config.json` says; without one, as CLIP's papers do."""
        if self.folder is None:
            return {"image_size": size, "mean": [0.5] * 3, "std": [0.5] * 3}
        path = self.folder / "preprocessor_config.json"
        config = json.loads(path.read_text()) if path.exists() else {}
        return {
            "image_size": size,
            "mean": config.get("image_mean", _CLIP_MEAN),
            "std": config.get("image_std", _CLIP_STD),
        }


def of_checkpoint(name: str, card: dict, checkpoint: Path | None) -> Origin:
    return Origin(name, card, embedded_tokenizer.FILE, embedded_tokenizer.IDS, checkpoint=checkpoint)


def of_folder(folder: Path, name: str, licence: str) -> Origin:
    """A tokenizer without a pad token pads with its end token; one without a bos token begins with its cls or end."""
    inside = folder / "tokenizer" if (folder / "tokenizer").is_dir() else folder
    fast = AutoTokenizer.from_pretrained(inside, use_fast=True)
    path = Path(tempfile.mkdtemp()) / "tokenizer.json"
    fast.backend_tokenizer.save(str(path))
    end = fast.sep_token_id if fast.eos_token_id is None else fast.eos_token_id
    begin = next(token for token in (fast.bos_token_id, fast.cls_token_id, end) if token is not None)
    ids = {"pad_id": end if fast.pad_token_id is None else fast.pad_token_id, "bos_id": begin, "eos_id": end}
    card = {"licence": licence, "provenance": f"Exported from the Hugging Face folder {folder.name}."}
    return Origin(name, card, path, ids, folder=folder)
