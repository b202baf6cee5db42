"""Vectors of `torch.randn` on a CPU generator: `python -m models.golden.noise`.

Single draws for every length of 1 to 40 (below 16 torch goes another way than above it) and for whole latents, over
ordinary and extreme seeds; sequences of draws from one generator, as an eta above zero needs them.
"""

import torch

from models.golden.common import write

SEEDS = [0, 1, 42, 123456789, 2**31, 2**32 - 1, 2**32, 2**32 + 5, 2**63 - 1, -1, -12345, -(2**63)]
LENGTHS = [*range(1, 41), 3072]
SEQUENCES = [(0, [3072, 3072]), (42, [17, 5, 40, 3, 1, 16]), (-1, [1, 1, 1, 2, 33]), (7, [15, 16, 15])]


def draw(seed: int, lengths: list[int]) -> list[torch.Tensor]:
    """Consecutive float32 draws of the given lengths from one CPU generator."""
    generator = torch.Generator("cpu").manual_seed(seed)
    return [torch.randn(length, generator=generator) for length in lengths]


def main() -> None:
    tensors, cases = {}, []
    for seed in SEEDS:
        for length in LENGTHS if seed in (0, 42, -1) else (1, 15, 16, 17, 40, 3072):
            name = f"seed_{seed}_length_{length}"
            tensors[name] = draw(seed, [length])[0]
            cases.append({"kind": "single", "seed": str(seed), "length": length, "tensor": name})
    for seed, lengths in SEQUENCES:
        names = [f"sequence_{seed}_{index}" for index in range(len(lengths))]
        tensors.update(zip(names, draw(seed, lengths), strict=True))
        cases.append({"kind": "sequence", "seed": str(seed), "lengths": lengths, "tensors": names})
    write("noise", tensors, cases)


if __name__ == "__main__":
    main()
