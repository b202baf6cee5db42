"""Mixed pictures that are wanted at random times, and what became of them."""

import random
from dataclasses import dataclass
from pathlib import Path

STEPS = (5, 10, 20, 30, 50)
GUIDANCE = (1.0, 1.5, 4.0)
"""1.0 takes no pass without the prompt, and so half of the work."""
IMAGES = (1, 1, 1, 2)


@dataclass(frozen=True)
class Arrival:
    """A picture that somebody wants: when (seconds from the start), which, and whether a refusal sends them away."""

    at: float
    patient: bool
    steps: int
    guidance: float
    images: int
    side: int
    seed: int
    prompt: str

    @property
    def units(self) -> int:
        """Rows that the UNet runs for it."""
        return self.steps * self.images * (1 if self.guidance == 1 else 2)


@dataclass(frozen=True)
class Outcome:
    """How an arrival ended; times in seconds from the start of the load."""

    arrival: Arrival
    begin: float
    end: float
    code: str
    refusals: int
    refusals_without_delay: int


def poisson(rate: float, seconds: float, seed: int, texts: list[str], side: int, patient: float = 1) -> list[Arrival]:
    """Arrivals at `rate` a second for so long; a share of them is patient. The same seed gives the same ones."""
    draw = random.Random(seed)
    arrivals, at = [], draw.expovariate(rate)
    while at < seconds:
        arrivals.append(
            Arrival(
                at=round(at, 4),
                patient=draw.random() < patient,
                steps=draw.choice(STEPS),
                guidance=draw.choice(GUIDANCE),
                images=draw.choice(IMAGES),
                side=side,
                seed=len(arrivals),
                prompt=draw.choice(texts),
            )
        )
        at += draw.expovariate(rate)
    return arrivals


def write(arrivals: list[Arrival], file: Path) -> None:
    """One line each, as the load client and the peers read it."""
    file.write_text("".join("\t".join(_fields(arrival)) + "\n" for arrival in arrivals))


def read(file: Path) -> list[Arrival]:
    """What `write` wrote."""
    arrivals = []
    for line in file.read_text().splitlines():
        at, patient, steps, guidance, images, side, seed, prompt = line.split("\t")
        numbers = (int(steps), float(guidance), int(images), int(side), int(seed))
        arrivals.append(Arrival(float(at), patient == "patient", *numbers, prompt))
    return arrivals


def outcomes(answer: dict, arrivals: list[Arrival]) -> list[Outcome]:
    """The answer of a load client to a file of `arrivals`."""
    return [Outcome(arrivals[number], *rest) for number, *rest in answer["outcomes"]]


def percentile(values: list[float], share: float) -> float:
    """The value that a share of all does not exceed."""
    return sorted(values)[max(0, -(-len(values) * int(share * 100) // 100) - 1)]


def _fields(arrival: Arrival) -> list[str]:
    patience = "patient" if arrival.patient else "impatient"
    numbers = (arrival.steps, arrival.guidance, arrival.images, arrival.side, arrival.seed)
    return [str(arrival.at), patience, *map(str, numbers), arrival.prompt]
