"""Beam search as transformers does it: `python -m models.golden.beam`.

The model is a table: row t of `table_<i>` (16 × 16) holds the logits after token t. Each case gives the beam count, the
length penalty, the repetition penalty, the fewest and the most new tokens; `<name>_<k>` holds the new tokens of the
k-th best sequence, the end token (0) included where the text ended by it, and `scores` their scores.
"""

import itertools
from collections.abc import Iterator

import torch
from transformers import GenerationConfig, GenerationMixin, PretrainedConfig, PreTrainedModel
from transformers.modeling_outputs import CausalLMOutput

from models.golden.common import write

VOCABULARY = 16
END = 0
PROMPT = [3, 5]


class TableConfig(PretrainedConfig):
    model_type = "table"

    def __init__(self, **kwargs):
        super().__init__(vocab_size=VOCABULARY, num_hidden_layers=1, **kwargs)


class TableModel(PreTrainedModel, GenerationMixin):
    config_class = TableConfig
    main_input_name = "input_ids"

    def __init__(self, table: torch.Tensor):
        super().__init__(TableConfig())
        self.table = torch.nn.Parameter(table)

    def forward(self, input_ids, **_):
        return CausalLMOutput(logits=self.table[input_ids])

    def prepare_inputs_for_generation(self, input_ids, **_):
        return {"input_ids": input_ids}


def table(seed: int) -> torch.Tensor:
    """Peaked logits, in which the end token is neither rare nor certain."""
    return torch.randn(VOCABULARY, VOCABULARY, generator=torch.Generator().manual_seed(seed)) * 2


def settings() -> Iterator[tuple]:
    """Beams, length penalty, repetition penalty, fewest and most new tokens, sequences."""
    for beams, length, repetition, most in itertools.product([2, 4, 8], [-1.0, 0.0, 1.0, 2.0], [1.0, 1.3], [1, 6, 20]):
        yield beams, length, repetition, 0, most, 1
    yield from itertools.product([4], [0.0, 1.0], [1.0, 1.3], [0, 9], [20], [4])


def apart(scores: list[float]) -> list[float]:
    """The first scores, as far as each is clearly above the next: rounding decides the order of equal ones."""
    near = (place for place, (one, other) in enumerate(itertools.pairwise(scores)) if one - other < 1e-4)
    return scores[: next(near, max(1, len(scores) - 1))]


def main() -> None:
    tensors, cases = {}, []
    for seed in range(4):
        tensors[f"table_{seed}"] = table(seed)
        model = TableModel(table(seed)).eval()
        for beams, length, repetition, fewest, most, sequences in settings():
            config = GenerationConfig(
                num_beams=beams,
                length_penalty=length,
                repetition_penalty=repetition,
                min_new_tokens=fewest or None,
                max_new_tokens=most,
                num_return_sequences=sequences,
                eos_token_id=END,
                pad_token_id=VOCABULARY - 1,
                do_sample=False,
                use_cache=False,
                return_dict_in_generate=True,
                output_scores=True,
            )
            result = model.generate(torch.tensor([PROMPT]), generation_config=config)
            name = f"case_{len(cases):03d}"
            scores = apart(result.sequences_scores.tolist())
            for place, row in enumerate(result.sequences[: len(scores), len(PROMPT) :].to(torch.int64)):
                ends = (row == END).nonzero().flatten().tolist()
                tensors[f"{name}_{place}"] = row[: ends[0] + 1 if ends else None].clone()  # without padding
            case = {"name": name, "table": f"table_{seed}", "beams": beams, "length_penalty": length}
            case |= {"repetition_penalty": repetition, "min_tokens": fewest, "max_tokens": most}
            cases.append(case | {"scores": scores})
    write("beam", tensors, cases)


if __name__ == "__main__":
    main()
