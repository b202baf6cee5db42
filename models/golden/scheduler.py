"""Steps of diffusers' noise schedulers: `python -m models.golden.scheduler`.

`scheduler.safetensors` has DDIM alone, `solvers.safetensors` the schedulers that count in sigmas, and each scheduler
from the middle, as image to image begins, and `unclip_scheduler.safetensors` those of unCLIP. There the output has
`variances[i]` behind `predictions[i]` where the model predicts a variance.

Every case starts from `sample` and takes, at step i, `predictions[i]` as the model's output and `noise[i]` as the
variance noise (used where eta is above zero). `<case>_steps` holds x_{t-1} after each step, `<case>_originals` the
predicted x_0 of each step, `<case>_timesteps` the timesteps; `alphas_<schedule>` the cumulative alphas (float32, 1000).
In `solvers` a case begins at step `begin`; above 0 its first sample is `<case>_noised`, the scheduler's mixture of
`sample` and `noise[0]`. `<case>_inputs` are what the network is given at each step, where that is not the sample.
"""

import inspect
import itertools
from unittest import mock

import torch
from diffusers import (
    DDIMScheduler,
    DDPMScheduler,
    EulerAncestralDiscreteScheduler,
    EulerDiscreteScheduler,
    UnCLIPScheduler,
)
from diffusers.schedulers import scheduling_euler_ancestral_discrete as ancestral

from models.golden.common import write
from models.golden.samplers import SCHEDULERS

SHAPE = (1, 2, 3, 4)
SCHEDULES = {
    "linear": {"beta_schedule": "linear", "beta_start": 0.0001, "beta_end": 0.02},
    "scaled_linear": {"beta_schedule": "scaled_linear", "beta_start": 0.00085, "beta_end": 0.012},
    "squaredcos_cap_v2": {"beta_schedule": "squaredcos_cap_v2", "beta_start": 0.0001, "beta_end": 0.02},
}
SPACINGS = [("leading", 1, False), ("leading", 0, True), ("trailing", 0, True), ("trailing", 0, False)]
PREDICTIONS = ["epsilon", "v_prediction"]
STEP_COUNTS = [1, 7, 30]
ETAS = [0.0, 0.5]
SOLVER_SETTINGS = [  # schedule, spacing, offset, prediction, whether the last timestep is pure noise
    ("linear", "leading", 0, "epsilon", False),
    ("scaled_linear", "leading", 1, "epsilon", False),
    ("scaled_linear", "leading", 1, "v_prediction", False),
    ("scaled_linear", "trailing", 0, "v_prediction", True),
    ("squaredcos_cap_v2", "trailing", 0, "epsilon", False),
    ("squaredcos_cap_v2", "trailing", 0, "v_prediction", True),
]
SOLVER_RUNS = [(1, 0), (7, 0), (15, 0), (7, 4), (16, 15)]  # steps, and the one that is begun with
UNCLIP_SETTINGS = [("epsilon", None), ("epsilon", 1.0), ("sample", 5.0), ("sample", 0.5)]  # prediction, and its range
DDPM_SETTINGS = [("epsilon", 1.0), ("sample", 5.0)]
LEARNED_SETTINGS = [("epsilon", 1.0), ("sample", None)]  # where the network predicts the variance too
UNCLIP_RUNS = [(1000, 2), (1000, 7), (1000, 25), (20, 20)]  # timesteps of the training, and steps
TIMESTEP_COUNTS = [1, 2, 3, 7, 20, 30, 50, 99, 100, 150]


def scheduler(schedule: str, spacing: str, offset: int, to_one: bool, prediction: str, zero_snr: bool = False):
    return DDIMScheduler(
        num_train_timesteps=1000,
        **SCHEDULES[schedule],
        timestep_spacing=spacing,
        steps_offset=offset,
        set_alpha_to_one=to_one,
        prediction_type=prediction,
        rescale_betas_zero_snr=zero_snr,
        clip_sample=False,
    )


def run(ddim: DDIMScheduler, steps: int, eta: float, sample, predictions, noise) -> tuple:
    """All x_{t-1} and all predicted x_0 of `steps` steps, each (steps, *SHAPE)."""
    ddim.set_timesteps(steps)
    outputs, originals = [], []
    for index, timestep in enumerate(ddim.timesteps):
        variance_noise = noise[index] if eta > 0 else None
        result = ddim.step(predictions[index], timestep, sample, eta=eta, variance_noise=variance_noise)
        sample = result.prev_sample
        outputs.append(sample)
        originals.append(result.pred_original_sample)
    return torch.stack(outputs), torch.stack(originals)


def add_steps(tensors: dict, cases: list) -> None:
    choices = [(*choice, False) for choice in itertools.product(SCHEDULES, SPACINGS, PREDICTIONS, STEP_COUNTS, ETAS)]
    zero_snr = itertools.product(
        ["scaled_linear", "squaredcos_cap_v2"], SPACINGS[2:], ["v_prediction"], STEP_COUNTS, ETAS, [True]
    )
    for schedule, (spacing, offset, to_one), prediction, steps, eta, zero in [*choices, *zero_snr]:
        ddim = scheduler(schedule, spacing, offset, to_one, prediction, zero)
        name = f"case_{len(cases):03d}"
        given = (tensors["sample"], tensors["predictions"], tensors["noise"])
        tensors[f"{name}_steps"], tensors[f"{name}_originals"] = run(ddim, steps, eta, *given)
        tensors[f"{name}_timesteps"] = ddim.timesteps.to(torch.int64)
        case = {"kind": "steps", "name": name, "steps": steps, "eta": eta, "prediction_type": prediction}
        case |= {"timestep_spacing": spacing, "steps_offset": offset, "set_alpha_to_one": to_one}
        cases.append(case | SCHEDULES[schedule] | {"num_train_timesteps": 1000, "rescale_betas_zero_snr": zero})


def add_timesteps(tensors: dict, cases: list) -> None:
    for (spacing, offset, to_one), steps in itertools.product(SPACINGS[:3], TIMESTEP_COUNTS):
        ddim = scheduler("scaled_linear", spacing, offset, to_one, "epsilon")
        ddim.set_timesteps(steps)
        name = f"timesteps_{spacing}_{offset}_{steps}"
        tensors[name] = ddim.timesteps.to(torch.int64)
        cases.append(
            {"kind": "timesteps", "tensor": name, "timestep_spacing": spacing, "steps_offset": offset, "steps": steps}
        )


def run_solver(solver, steps: int, begin: int, given: tuple) -> dict:
    """The stages of one run that begins at step `begin`, each (steps - begin, *SHAPE)."""
    sample, predictions, noise = given
    solver.set_timesteps(steps)
    if hasattr(solver, "set_begin_index"):  # DDIM looks into its timesteps instead
        solver.set_begin_index(begin)
    found = {"steps": [], "originals": [], "inputs": []}
    if begin > 0:
        sample = found["noised"] = solver.add_noise(sample, noise[0], solver.timesteps[begin : begin + 1])
    for index in range(begin, steps):
        timestep = solver.timesteps[index]
        found["inputs"].append(solver.scale_model_input(sample, timestep))
        drawn = mock.patch.object(ancestral, "randn_tensor", return_value=noise[index])
        with drawn:
            result = solver.step(predictions[index], timestep, sample)
        sample = result.prev_sample
        found["steps"].append(sample)
        # DPM-Solver++ tells its predicted x_0 only as what the next step remembers
        is_told = "pred_original_sample" in result
        found["originals"].append(result.pred_original_sample if is_told else solver.model_outputs[-1])
    stages = {stage: torch.stack(rows) if isinstance(rows, list) else rows for stage, rows in found.items()}
    if not isinstance(solver, EulerDiscreteScheduler | EulerAncestralDiscreteScheduler):
        del stages["inputs"]
    return stages | {"timesteps": solver.timesteps.to(torch.int64)}


def add_solvers(tensors: dict, cases: list) -> None:
    given = (tensors["sample"], tensors["predictions"], tensors["noise"])
    for kind, settings, (steps, begin) in itertools.product(SCHEDULERS, SOLVER_SETTINGS, SOLVER_RUNS):
        if kind == "ddim" and begin == 0:
            continue  # `scheduler.safetensors` has these
        schedule, spacing, offset, prediction, zero = settings
        chosen = {"timestep_spacing": spacing, "steps_offset": offset, "prediction_type": prediction}
        chosen |= SCHEDULES[schedule] | {"num_train_timesteps": 1000, "rescale_betas_zero_snr": zero}
        name = f"case_{len(cases):03d}"
        more = {"clip_sample": False} if kind == "ddim" else {}
        made = run_solver(SCHEDULERS[kind](**chosen, **more), steps, begin, given)
        tensors |= {f"{name}_{stage}": tensor for stage, tensor in made.items()}
        cases.append({"kind": "solver", "name": name, "scheduler": kind, "steps": steps, "begin": begin} | chosen)


def add_unclip(tensors: dict, cases: list) -> None:
    """Each step is told which one follows, as Karlo's pipelines do; Stable unCLIP's DDPMScheduler knows it itself."""
    settings = [(*one, UnCLIPScheduler, "fixed_small_log") for one in UNCLIP_SETTINGS]
    settings += [(*one, DDPMScheduler, "fixed_small_log") for one in DDPM_SETTINGS]
    settings += [(*one, UnCLIPScheduler, "learned_range") for one in LEARNED_SETTINGS]
    for (prediction, clip, kind, variance), (train, steps) in itertools.product(settings, UNCLIP_RUNS):
        chosen = {"prediction_type": prediction, "num_train_timesteps": train, "variance_type": variance}
        kept = {"clip_sample": False} if clip is None else {"clip_sample_range": clip}
        unclip = kind(**chosen, **kept, beta_schedule="squaredcos_cap_v2")
        unclip.set_timesteps(steps)
        sample, name, rows = tensors["sample"], f"case_{len(cases):03d}", []
        for index, (timestep, following) in enumerate(itertools.zip_longest(unclip.timesteps, unclip.timesteps[1:])):
            told = {"prev_timestep": following} if kind is UnCLIPScheduler else {}
            output = tensors["predictions"][index]
            if variance == "learned_range":
                output = torch.cat([output, tensors["variances"][index]], 1)
            with mock.patch.object(inspect.getmodule(kind), "randn_tensor", return_value=tensors["noise"][index]):
                sample = unclip.step(output, timestep, sample, **told).prev_sample
            rows.append(sample)
        tensors |= {f"{name}_steps": torch.stack(rows), f"{name}_timesteps": unclip.timesteps.to(torch.int64)}
        case = {"kind": "unclip", "name": name, "steps": steps} | chosen
        case |= {} if kind is UnCLIPScheduler else {"scheduler": "ddpm"}
        cases.append(case | ({} if clip is None else {"clip_sample_range": clip}))


def main() -> None:
    generator = torch.Generator().manual_seed(5)
    given = {"sample": torch.randn(SHAPE, generator=generator)}
    for name in ("predictions", "noise"):
        given[name] = torch.randn((max(STEP_COUNTS), *SHAPE), generator=generator)
    tensors, cases = dict(given), []
    add_steps(tensors, cases)
    add_timesteps(tensors, cases)
    for name, values in SCHEDULES.items():
        for zero in (False, True):
            tensor = f"alphas_{name}{'_zero_snr' if zero else ''}"
            tensors[tensor] = scheduler(name, "trailing", 0, True, "epsilon", zero).alphas_cumprod
            cases.append({"kind": "alphas", "tensor": tensor, "rescale_betas_zero_snr": zero, **values})
    write("scheduler", tensors, cases)
    tensors, cases = dict(given), []
    add_solvers(tensors, cases)
    write("solvers", tensors, cases)
    given["variances"] = torch.randn((max(STEP_COUNTS), *SHAPE), generator=generator)
    tensors, cases = dict(given), []
    add_unclip(tensors, cases)
    write("unclip_scheduler", tensors, cases)


if __name__ == "__main__":
    main()
