"""Pictures that sticker-controlnet-canny steers, with diffusers' own scheduler: `python -m models.golden.controlnet`.

As `models.golden.diffusion`, and `<case>_control_0` uint8 (height, width, 3): the edges that were asked for.
"""

import torch

from models.export import controlnet as exporter
from models.export import diffusion, manifest_file
from models.golden import diffusion as pictures
from models.golden.common import REPOSITORY, write
from models.train.controlnet import NAME, controlled, edges_of
from models.train.judge import pictures_of
from models.world.scenes import scene_at

CONTROL = {"scale": 1.0, "start": 0.0, "end": 1.0}
CASES = [
    {"name": "castle", "prompt": "a castle", "seed": 43, "steps": 8, "scene": 0, "all_latents": True},
    {"name": "cat", "prompt": "一只猫", "seed": 7, "steps": 5, "scene": 1, "controls": [CONTROL | {"scale": 0.5}]},
]
DEFAULTS = pictures.DEFAULTS | {"controls": [CONTROL], "guess_mode": False}


@torch.no_grad()
def main() -> None:
    model, models = exporter.shipped(REPOSITORY / NAME / "1"), diffusion.shipped(pictures.FOLDER)
    parameters = manifest_file.read(pictures.FOLDER / "model.yaml")["parameters"]
    cases, tensors = [DEFAULTS | case for case in CASES], {}
    for case in cases:
        edges = edges_of(pictures_of([scene_at("test", case["scene"])]))
        control = controlled(model, edges, case["controls"][0]["scale"])
        tensors |= pictures.paint(case, models, parameters, pictures.everything(case, models[2]), control)
        tensors[f"{case['name']}_control_0"] = (edges[0] * 255).to(torch.uint8).permute(1, 2, 0)
    write(NAME, tensors, cases)


if __name__ == "__main__":
    main()
