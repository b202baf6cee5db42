"""Goes on training the UNet of `unet.py` on pictures that are steered by edges and by image embeddings, too.

A share of each batch is painted from a sketch that edges have changed (`controlnet.py`), another without any words from
the pooled state that an image embedding becomes (`unclip.py`). Both networks are frozen here: a UNet that has seen
nothing but the sketches of words takes a sharp one for the blur of a mean, and paints over what it tells.

    python -m models.train.steered --minutes 60 --resume
"""

from models.train import common  # first: it sets the thread counts

# isort: split

from dataclasses import dataclass, replace
from typing import NamedTuple

import torch

from models.train import clip, controlnet, unclip, unet
from models.train.judge import pictures_from
from models.world.scenes import scene_at


@dataclass(frozen=True)
class Settings:
    controlled: float = 0.15  # share of the rows whose sketch edges have changed
    likened: float = 0.15  # share of the rows that are painted from an image embedding


class Drawn(NamedTuple):
    told: unet.Drawn
    controlled: controlnet.Drawn
    likened: unet.Drawn


class Batches:
    """The batches of `batches`, the last rows of which are steered."""

    def __init__(self, batches: unet.Batches, device: str) -> None:
        base, shares = batches.settings, Settings()
        rows = [max(1, round(share * base.batch)) for share in (shares.controlled, shares.likened)]
        self._base, self._likened = base, rows[1]
        told = replace(base, batch=base.batch - sum(rows))
        self._told = unet.Batches(told, batches.encoder, batches.text_encoder)
        self._controlled = controlnet.Batches(replace(controlnet.Settings(), batch=rows[0], unet=base), self._told)
        self._edge_sketcher = controlnet.load_controlnet(controlnet.latest()).to(device)
        self._projection = unclip.load_unclip(unclip.latest())[0].to(device)
        self._embedder = clip.committed().to(device)

    def draw(self, number: int) -> Drawn:
        first = number * self._likened
        scenes = [scene_at("train", first + i, self._base.vendors) for i in range(self._likened)]
        likened = unet.drawn_whole(scenes, [""] * len(scenes), self._base.object_weight)
        return Drawn(self._told.draw(number), self._controlled.draw(number), likened)

    @torch.no_grad()
    def finish(self, drawn: Drawn) -> unet.Batch:
        controlled, edges = self._controlled.finish(drawn.controlled)
        controlled = controlled._replace(sketch_residual=self._edge_sketcher(controlled.pooled, edges))
        parts = self._told.finish(drawn.told), controlled, self._like(drawn.likened)
        return unet.Batch(*(torch.cat(rows) for rows in zip(*parts, strict=True)))

    def _like(self, likened: unet.Drawn) -> unet.Batch:
        """As `unclip.vary` paints: what the embedding tells is sketched, and no word is told."""
        embeddings = clip.image_features(self._embedder, pictures_from(likened.pixels))
        return self._told.finish(likened)._replace(sketched=unclip.pooled_states(self._projection, embeddings))


def main() -> None:
    arguments = common.command_line("Goes on training the UNet, some of whose pictures are steered.")
    unet.train(arguments, lambda batches: Batches(batches, arguments.device))


if __name__ == "__main__":
    main()
