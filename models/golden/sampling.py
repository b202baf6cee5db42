"""Filters of next-token logits as transformers applies them: `python -m models.golden.sampling`.

Each case takes `logits_<i>` (64) and, in the order of `generate`, the repetition penalty over `history`, the
temperature, top-k and top-p; a null leaves a filter out. `<name>_scores` are the filtered logits (-inf where a token
is out), `<name>_probabilities` their softmax.
"""

import itertools

import torch
from transformers import (
    LogitsProcessorList,
    RepetitionPenaltyLogitsProcessor,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
)

from models.golden.common import write

VOCABULARY = 64
SETTINGS = [
    *itertools.product([None, 1.3], [None, 0.7, 2.0], [None, 1, 5, 200], [None]),
    *itertools.product([None, 1.3], [None, 0.7], [None, 10], [0.05, 0.5, 0.9, 0.999]),
]


def logits(index: int) -> torch.Tensor:
    """Flat, ordinary, peaked and tied logits."""
    values = torch.randn(VOCABULARY, generator=torch.Generator().manual_seed(index))
    return {0: values * 0.1, 1: values * 2, 2: values * 8, 3: (values * 2).round()}[index]


def filters(penalty, temperature, top_k, top_p) -> LogitsProcessorList:
    chosen = LogitsProcessorList()
    if penalty is not None:
        chosen.append(RepetitionPenaltyLogitsProcessor(penalty))
    if temperature is not None:
        chosen.append(TemperatureLogitsWarper(temperature))
    if top_k is not None:
        chosen.append(TopKLogitsWarper(top_k))
    if top_p is not None:
        chosen.append(TopPLogitsWarper(top_p))
    return chosen


def main() -> None:
    history = torch.tensor([[1, 7, 7, 30, 63]])
    tensors, cases = {"history": history[0]}, []
    for index in range(4):
        tensors[f"logits_{index}"] = logits(index)
        for setting in SETTINGS:
            penalty, temperature, top_k, top_p = setting
            if index == 3 and (top_k or top_p):
                continue  # among equal logits the library keeps whichever its sort puts first
            scores = filters(*setting)(history, logits(index)[None].clone())[0]
            name = f"case_{len(cases):03d}"
            tensors[f"{name}_scores"] = scores
            tensors[f"{name}_probabilities"] = torch.softmax(scores, -1)
            case = {"name": name, "logits": f"logits_{index}", "repetition_penalty": penalty}
            cases.append(case | {"temperature": temperature, "top_k": top_k, "top_p": top_p})
    write("sampling", tensors, cases)


if __name__ == "__main__":
    main()
