"""Trains `sticker-vqa`, a BlipForQuestionAnswering that answers questions about scenes in English and Chinese.

    python -m models.train.vqa --minutes 35 --resume
    python -m models.train.vqa --evaluate

The vision tower is that of the committed sticker-caption, which already names what it sees; its layers join in, slowly,
once the text has learned to look (`Settings.alone`), its stem never. The text encoder reads the question and looks at
the picture, the decoder writes the answer from what the encoder's states tell. From answers alone "is there a cat?" is
learned very late; so each word that names an object also learns to look at the patches that show it, or at the state
of the class if there are none (`grounding_loss`).

The confidence of an answer is the product of the probabilities of its ids, `<eos>` included, with all logits divided by
one temperature that is fitted on validation scenes. Of the answer "unknown" it is what that leaves to all others.
`latest.pt` holds {"model", "raw": weights, "step": int, "temperature": float}; `model` is the moving average.
"""

from models.train import common  # first: it sets the thread counts

# isort: split

import copy
import random
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

import torch
import torch.nn.functional as F
from transformers import BlipForQuestionAnswering

from models.tokenizer import tokenizer
from models.train import caption, clip
from models.train.judge import pictures_of
from models.train.painted import looks
from models.train.patches import ConvolutionalStem, labelled
from models.train.words import concepts_named, grounding_loss
from models.world import outside, questions
from models.world.concepts import UNSEEN_VENDOR
from models.world.grammar import LANGUAGES
from models.world.questions import Question
from models.world.scenes import Scene, scene_at

MAX_QUESTION = 48
"""Ids of a question, `<bos>` and `<eos>` included."""
MAX_ANSWER = 12
"""Ids of an answer, `<eos>` included."""
KINDS = {(1,): 32, (2,): 15, (3,): 11, (1, 1): 30, (2, 1): 6, (1, 2): 6}
TEMPERATURES = [0.6 + 0.05 * step for step in range(49)]


@dataclass(frozen=True)
class Settings:
    batch: int = 16  # pictures
    asked: int = 6  # questions about each picture
    usual_length: int = 18  # ids of a question in most batches
    long_every: int = 8  # every so many batches have questions of any length
    learning_rate: float = 1.2e-3
    vision_learning_rate: float = 1.5e-4
    alone: float = 0.3  # share of the time in which the vision tower does not learn
    weight_decay: float = 0.05
    warm_up: int = 100
    ema: float = 0.995
    augmentation: float = 0.5  # share of the pictures that are changed
    painted: float = 0.3  # share of the pictures that look as if a diffusion model had painted them
    glimpsed: int = 8  # scenes of each kind that are asked about while it trains
    grounding: float = 0.5  # what the loss of words that name objects weighs
    fitted_on: int = 200  # scenes that the temperature is fitted on at the end
    held_out: int = 200  # scenes of each kind that `--evaluate` asks about


def build() -> BlipForQuestionAnswering:
    """3.1 M parameters.

    As in BLIP's own training (Li et al. 2022, section 3.1), encoder and decoder share all but their self-attention.
    """
    measures = caption.config(intermediate_size=256, num_hidden_layers=2, max_position_embeddings=MAX_QUESTION)
    model = BlipForQuestionAnswering(measures)
    model.vision_model.embeddings.patch_embedding = ConvolutionalStem(measures.vision_config.hidden_size).fold()
    encoder, decoder = model.text_encoder, model.text_decoder.bert
    decoder.embeddings = encoder.embeddings
    for theirs, ours in zip(encoder.encoder.layer, decoder.encoder.layer, strict=True):
        ours.crossattention, ours.intermediate, ours.output = theirs.crossattention, theirs.intermediate, theirs.output
    model.text_decoder.cls.predictions.decoder.weight = encoder.embeddings.word_embeddings.weight
    return model


def latest() -> Path:
    return common.train_directory() / "vqa" / "latest.pt"


def load_vqa(path: Path) -> tuple[BlipForQuestionAnswering, float]:
    """The averaged model of a checkpoint, in evaluation mode, and the temperature of its confidence."""
    state, model = common.load_checkpoint(path), build()
    model.load_state_dict(state["model"])
    return model.eval(), state["temperature"]


def begin(model: BlipForQuestionAnswering, resume: bool) -> None:
    """Gives a fresh model what the committed captioner has learned, or all that is committed of itself.

    From the captioner come the vision tower, the words and, for each layer of the encoder, how text looks at pictures.
    """
    common.load_committed(model, "sticker-caption", "vision.")
    captioner = caption.build()
    if common.load_committed(captioner.text_decoder, "sticker-caption", "decoder."):
        known, encoder = captioner.text_decoder, model.text_encoder
        encoder.embeddings.word_embeddings.load_state_dict(known.bert.embeddings.word_embeddings.state_dict())
        model.text_decoder.cls.predictions.transform.load_state_dict(known.cls.predictions.transform.state_dict())
        for ours, theirs in zip(
            encoder.encoder.layer, known.bert.encoder.layer[: len(encoder.encoder.layer)], strict=True
        ):
            ours.attention.load_state_dict(theirs.attention.state_dict())
            ours.crossattention.load_state_dict(theirs.crossattention.state_dict())
    if resume and common.load_committed(model, "sticker-vqa", "vision."):
        common.load_committed(model.text_encoder, "sticker-vqa", "question.text_encoder.")
        common.load_committed(model.text_decoder, "sticker-vqa", "decoder.")


def _through(layers: Iterable, states: torch.Tensor, own, seen: torch.Tensor, mask=None, looks=None) -> torch.Tensor:
    """States (B, T, D) after the text layers.

    `own` is added to the scores of the self-attention. `seen` (P, N, D) is what the rows look at, `mask` is added to
    those scores; where P is less than B, each of the P is seen by B / P rows one after another, and its keys and values
    are made once for all of them. (transformers' own forward leaves out the cross-attention's mask in 4.57.) To a list
    `looks` is added where each token looks in each layer, (B, T, N), the mean over the heads.
    """
    for layer in layers:
        states = layer.attention(states, own)[0]
        cross = layer.crossattention
        asking = states.view(len(seen), -1, states.shape[-1])
        found, shares = cross.self(asking, encoder_hidden_states=seen, encoder_attention_mask=mask)[:2]
        if looks is not None:
            looks.append(shares.mean(1).view(*states.shape[:2], -1))
        states = layer.feed_forward_chunk(cross.output(found.view(states.shape), states))
    return states


def _hidden(mask: torch.Tensor) -> torch.Tensor:
    """(…) of ones and zeros to what is added to scores (…)."""
    return (1.0 - mask.float()) * torch.finfo(torch.float32).min


def question_states(model, seen: torch.Tensor, ids: torch.Tensor, mask: torch.Tensor, looks=None) -> torch.Tensor:
    """(B, T, D) of questions (B, T) about pictures whose patches are `seen` (P, N, D), B / P questions for each."""
    encoder = model.text_encoder
    own = _hidden(mask[:, None, None])
    return _through(encoder.encoder.layer, encoder.embeddings(ids), own, seen, looks=looks)


def answer_logits(model, states: torch.Tensor, mask: torch.Tensor, ids: torch.Tensor) -> torch.Tensor:
    """Logits (B, T, V) of the ids that follow each of `ids` (B, T), given the states of the questions."""
    decoder, width = model.text_decoder, ids.shape[1]
    own = _hidden(torch.ones(width, width, device=ids.device).tril())[None, None]
    layers = decoder.bert.encoder.layer
    return decoder.cls(_through(layers, decoder.bert.embeddings(ids), own, states, _hidden(mask[:, None, None])))


class Drawn(NamedTuple):
    """Pictures, and `asked` questions about each, one after another."""

    pixels: torch.Tensor
    labels: torch.Tensor
    ids: torch.Tensor
    mask: torch.Tensor
    named: torch.Tensor
    answers: torch.Tensor
    answers_mask: torch.Tensor
    number: int
    """The batch's."""


def _draw(settings: Settings, number: int) -> Drawn:
    rng, first = random.Random(f"vqa/{number}"), number * settings.batch
    scenes = [scene_at("train", first + row, clip.VENDORS_SEEN, KINDS) for row in range(settings.batch)]
    longest = MAX_QUESTION if number % settings.long_every == 0 else settings.usual_length
    asked = [question for scene in scenes for question in _questions(scene, settings.asked, longest, rng)]
    ids, mask = tokenizer.batch([question.text for question in asked], MAX_QUESTION, full=False)
    named = torch.tensor([concepts_named(question.text, ids.shape[1]) for question in asked])
    answers = tokenizer.batch([question.answer for question in asked], full=False)
    return Drawn(*labelled(scenes), ids, mask, named, *answers, number)


def _questions(scene: Scene, count: int, longest: int, rng: random.Random) -> list[Question]:
    """Questions of at most `longest` ids: one long question would pad all others of its batch."""
    made: list[Question] = []
    while len(made) < count:
        [question] = questions.questions(scene, 1, rng)
        if len(tokenizer.encode(question.text, MAX_QUESTION)) <= longest:
            made.append(question)
    return made


def losses_of(model, settings: Settings, batch: Drawn, vision_learns: bool) -> dict[str, torch.Tensor]:
    """`answer`: mean cross entropy of the answers' ids, `<eos>` included; `location`: `grounding_loss`."""
    pixels, labels, ids, mask, named, answers, answers_mask, number = batch
    pictures, labels = looks(pixels, labels, number, settings.augmentation, settings.painted)
    with torch.set_grad_enabled(vision_learns):
        seen = model.vision_model(pixel_values=pictures)[0]
    where: list[torch.Tensor] = []
    states = question_states(model, seen, ids, mask, where)
    logits = answer_logits(model, states, mask, answers[:, :-1])
    wanted = answers[:, 1:].masked_fill(answers_mask[:, 1:] == 0, -100)
    answer = F.cross_entropy(logits.flatten(0, 1), wanted.flatten(), ignore_index=-100)
    return {"answer": answer, "location": grounding_loss(where[-1][..., 1:], named, labels)}


@dataclass(frozen=True)
class Answered:
    """The greedy answer to a question; `confidences` at each of `TEMPERATURES`."""

    question: Question
    text: str
    confidences: tuple[float, ...]

    @property
    def right(self) -> bool:
        return self.text == self.question.answer

    @property
    def unknown(self) -> bool:
        return self.text in outside.UNKNOWN.values()

    def confidence(self, temperature: float) -> float:
        sure = self.confidences[min(range(len(TEMPERATURES)), key=lambda i: abs(TEMPERATURES[i] - temperature))]
        return 1 - sure if self.unknown else sure


@torch.no_grad()
def answered(model: BlipForQuestionAnswering, scenes: list[Scene], asked: list[list[Question]]) -> list[Answered]:
    """Greedy answers to the questions `asked` about each scene, in order."""
    found = []
    for scene, some in zip(scenes, asked, strict=True):
        seen = model.vision_model(pixel_values=pictures_of([scene]))[0]
        ids, mask = tokenizer.batch([question.text for question in some], MAX_QUESTION, full=False)
        states = question_states(model, seen, ids, mask)
        rows, sure = torch.full((len(some), 1), tokenizer.BOS), torch.zeros(len(some), len(TEMPERATURES))
        open_ = torch.ones(len(some), dtype=torch.bool)
        while rows.shape[1] <= MAX_ANSWER and open_.any():
            logits = answer_logits(model, states, mask, rows)[:, -1]
            best = logits.argmax(-1, keepdim=True)
            chances = [(logits / temperature).log_softmax(-1).gather(1, best) for temperature in TEMPERATURES]
            sure += torch.cat(chances, 1) * open_[:, None]
            rows = torch.cat([rows, best.masked_fill(~open_[:, None], tokenizer.PAD)], 1)
            open_ &= best[:, 0] != tokenizer.EOS
        for question, row, chance in zip(some, rows.tolist(), sure.exp().tolist(), strict=True):
            found.append(Answered(question, tokenizer.decode(row), tuple(chance)))
    return found


def asked_about(scenes: list[Scene], types: tuple[str, ...]) -> list[list[Question]]:
    """One question of each type and language about each scene, where it gives one; the same for the same scenes."""
    rows = []
    for number, scene in enumerate(scenes):
        rng = random.Random(f"asked/{number}")
        made = [questions.ask(scene, kind, language, rng) for kind in types for language in LANGUAGES]
        rows.append([question for question in made if question])
    return rows


def fit_temperature(found: list[Answered]) -> float:
    """The temperature whose confidences say best which answers are right (least log loss)."""
    given = [answer for answer in found if not answer.unknown]
    right = torch.tensor([float(answer.right) for answer in given])
    sure = torch.tensor([answer.confidences for answer in given]).clamp(1e-6, 1 - 1e-6)
    losses = [F.binary_cross_entropy(sure[:, index], right).item() for index in range(len(TEMPERATURES))]
    return TEMPERATURES[losses.index(min(losses))]


def calibration_error(found: list[Answered], temperature: float, bins: int = 10) -> float:
    """Expected calibration error of the answers that are not "unknown", in bins of equal width (Guo et al. 2017)."""
    return sum(share * abs(sure - right) for sure, right, share in reliability(found, temperature, bins))


def reliability(found: list[Answered], temperature: float, bins: int = 10) -> list[tuple[float, float, float]]:
    """(mean confidence, share that is right, share of all answers) of each bin that holds some."""
    given = [(answer.confidence(temperature), answer.right) for answer in found if not answer.unknown]
    rows = []
    for index in range(bins):
        some = [pair for pair in given if min(bins - 1, int(pair[0] * bins)) == index]
        if some:
            sure, right = (sum(column) / len(some) for column in zip(*some, strict=True))
            rows.append((sure, right, len(some) / len(given)))
    return rows


def held_out(count: int) -> dict[str, list[Scene]]:
    """Scenes by what is held out: as in training, compositions never trained on, a vendor never trained on."""
    sets = {"test": ("test", {}), "unseen": ("unseen", {}), "twemoji": ("test", {"vendors": (UNSEEN_VENDOR,)})}
    return {
        name: [scene_at(split, number, kinds=KINDS, **extra) for number in range(count)]
        for name, (split, extra) in sets.items()
    }


def temperature_of(model: BlipForQuestionAnswering, count: int) -> float:
    scenes = [scene_at("validation", number, clip.VENDORS_SEEN, KINDS) for number in range(count)]
    return fit_temperature(answered(model, scenes, asked_about(scenes, questions.IN_WORLD)))


def outside_answered(model: BlipForQuestionAnswering, scenes: list[Scene]) -> list[Answered]:
    """Answers to every measured question from outside the world, three scenes for each."""
    asked: list[list[Question]] = [[] for _ in scenes]
    for language in LANGUAGES:
        for number, text in enumerate(outside.measured_questions(language)):
            for turn in range(3):
                question = Question("outside", language, text, outside.UNKNOWN[language])
                asked[(3 * number + turn) % len(scenes)].append(question)
    pairs = [(scene, some) for scene, some in zip(scenes, asked, strict=True) if some]
    return answered(model, [scene for scene, _ in pairs], [some for _, some in pairs])


def figures_of(found: list[Answered], temperature: float) -> dict[str, float]:
    """Exact match over all, per type and language, and the calibration error."""
    figures = {"all": _share(found), "calibration": round(calibration_error(found, temperature), 4)}
    for language in LANGUAGES:
        for kind in questions.TYPES:
            some = [a for a in found if (a.question.language, a.question.type) == (language, kind)]
            if some:
                figures[f"{language}_{kind}"] = _share(some)
    return figures


def _share(found: list[Answered]) -> float:
    return round(sum(answer.right for answer in found) / len(found), 4)


def evaluate(model: BlipForQuestionAnswering, count: int, temperature: float) -> dict[str, object]:
    """Figures on what is held out (`held_out`, `outside_answered`)."""
    figures: dict[str, object] = {"temperature": round(temperature, 2)}
    for name, scenes in held_out(count).items():
        figures[name] = figures_of(answered(model, scenes, asked_about(scenes, questions.TYPES[:-1])), temperature)
    strange = outside_answered(model, held_out(50)["test"])
    sure = [answer.confidence(temperature) for answer in strange]
    figures["outside"] = {"unknown": round(sum(a.unknown for a in strange) / len(strange), 4)}
    figures["outside"] |= {"confidence": round(sum(sure) / len(sure), 4)}
    figures["outside"] |= {"below_half": round(sum(one < 0.5 for one in sure) / len(sure), 4)}
    return figures


def train(arguments) -> None:
    settings, run = common.chosen(Settings(), arguments), common.Run("vqa", arguments.minutes)
    model, step = build(), 0
    state = run.earlier(arguments.resume)
    if not state:
        begin(model, arguments.resume)
    model.to(arguments.device)
    average = common.Ema(model, settings.ema)
    if state:
        model.load_state_dict(state["raw"])
        average.module.load_state_dict(state["model"])
        step = average.updates = state["step"]
    vision = [*model.vision_model.encoder.parameters(), *model.vision_model.post_layernorm.parameters()]
    model.vision_model.embeddings.requires_grad_(False)
    text = [*{*model.text_encoder.parameters(), *model.text_decoder.parameters()}]
    optimizer = torch.optim.AdamW(
        [{"params": vision, "lr": settings.vision_learning_rate}, {"params": text, "lr": settings.learning_rate}],
        betas=(0.9, 0.98),
        weight_decay=settings.weight_decay,
    )
    run.log(settings=asdict(settings), parameters=common.count_parameters(model), step=step)
    drawn, first = common.prefetch(partial(_draw, settings), first=step, workers=arguments.workers), step
    while not run.stopping():
        factor = common.warm_cosine(step - first, settings.warm_up, run.progress(), floor=0.02)
        common.set_learning_rate(optimizer, factor)
        batch = common.moved(next(drawn), arguments.device)
        losses = losses_of(model.train(), settings, batch, run.progress() > settings.alone)
        common.descend(optimizer, losses["answer"] + settings.grounding * losses["location"])
        average.update(model)
        step += 1
        if step % 20 == 0:
            run.log(step=step, **{name: round(loss.item(), 4) for name, loss in losses.items()})
        if run.due():
            judged, temperature = _save(run, model, average, step, settings.glimpsed)
            run.log(step=step, **evaluate(judged, settings.glimpsed, temperature))
    _save(run, model, average, step, settings.fitted_on)


def _save(run: common.Run, model, average: common.Ema, step: int, count: int) -> tuple[torch.nn.Module, float]:
    """Also returns the averaged model on the CPU and its temperature, fitted on `count` scenes."""
    judged = copy.deepcopy(average.module).cpu()
    temperature = temperature_of(judged, count)
    state = {"model": judged.state_dict(), "raw": model.state_dict(), "step": step, "temperature": temperature}
    common.save_checkpoint(state, run.checkpoint)
    return judged, temperature


def main() -> None:
    arguments = common.command_line("Trains the answerer of questions.")
    if arguments.evaluate:
        model, temperature = load_vqa(latest())
        print(evaluate(model, Settings().held_out, temperature))
    else:
        train(arguments)


if __name__ == "__main__":
    main()
