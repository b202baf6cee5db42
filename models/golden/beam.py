"""Beam search as transformers does it: `python -m models.golden.beam`.

The model is a table: row t of `table_<i>` (16 × 16) holds the logits after token t. Each case gives the beam count, the
length penalty, the repetition penalty and the most new tokens; `<name>` holds the best sequence's new tokens, the end
token (0) included where the text ended by it, and `score` its score.
"""

import itertools

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


def main() -> None:
    tensors, cases = {}, []
    for seed in range(4):
        tensors[f"table_{seed}"] = table(seed)
        model = TableModel(table(seed)).eval()
        for beams, length, repetition, most in itertools.product(
            [2, 4, 8], [-1.0, 0.0, 1.0, 2.0], [1.0, 1.3], [1, 6, 20]
        ):
            config = GenerationConfig(
                num_beams=beams,
                length_penalty=length,
                repetition_penalty=repetition,
                max_new_tokens=most,
                eos_token_id=END,
                pad_token_id=VOCABULARY - 1,
                do_sample=False,
                use_cache=False,
                return_dict_in_generate=True,
                output_scores=True,
            )
            result = model.generate(torch.tensor([PROMPT]), generation_config=config)
            name = f"case_{len(cases):03d}"
            tensors[name] = result.sequences[0, len(PROMPT) :].to(torch.int64).clone()
            case = {"name": name, "table": f"table_{seed}", "beams": beams, "length_penalty": length}
            case |= {"repetition_penalty": repetition, "max_tokens": most}
            cases.append(case | {"score": result.sequences_scores[0].item()})
    write("beam", tensors, cases)


if __name__ == "__main__":
    main()
