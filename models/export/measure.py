"""Measures a model as it ships and writes the figures into its card: `python -m models.export.measure sticker-clip`.

Every figure is taken on held-out data, `--count` scenes each. What falls short of its goal is written as it is.
"""

from models.train import common  # first: it sets the thread counts

# isort: split

import argparse
from collections.abc import Callable
from pathlib import Path

from models.export import manifest_file
from models.export.command import REPOSITORY
from models.world import grammar

QUESTIONS = {
    "object": "yes or no: objects",
    "category": "yes or no: categories",
    "background": "yes or no: places",
    "count": "how many",
    "colour": "colours",
    "what": "what",
    "where": "where",
    "side": "which side",
    "kind": "what kind of thing",
    "absent": "unknown, of what the picture lacks",
}
LANGUAGE_NAMES = {"en": "English", "zh": "Chinese"}
COMPOSITIONS = {"test": "seen", "unseen": "unseen"}
EDGES_OF = ("with", "without", "autoencoder")


def _figure(name: str, value: float, goal: float | None, unit: str = "ratio") -> dict:
    return {"figure": name, "value": round(value, 4), "unit": unit} | ({} if goal is None else {"goal": goal})


def clip(folder: Path, count: int) -> list[dict]:
    from models.export import clip as exporter

    found, figures = exporter.trainer.evaluate(exporter.shipped(folder), count), []
    for vendor, goal in (("fluent", None), ("noto", None), ("twemoji", 0.8)):
        seen = "the unseen vendor, Twemoji" if vendor == "twemoji" else f"held-out scenes, {vendor.capitalize()}"
        for language in grammar.LANGUAGES:
            name = f"zero-shot top-1 of 128 concepts, {seen}, {LANGUAGE_NAMES[language]}"
            figures.append(_figure(name, found[f"{vendor}_{language}"], goal))
    return figures


def caption(folder: Path, count: int) -> list[dict]:
    from models.export import caption as exporter

    found, figures = exporter.trainer.evaluate(exporter.shipped(folder), count), []
    kinds = {"test": ("training vendors", 0.95), "unseen": ("unseen compositions", None)}
    kinds["twemoji"] = ("the unseen vendor, Twemoji", 0.8)
    for kind, (name, goal) in kinds.items():
        for language in grammar.LANGUAGES:
            spoken = f"{name}, {LANGUAGE_NAMES[language]}"
            figures.append(_figure(f"object F1, {spoken}", found[f"{kind}_{language}_f1"], goal))
            figures.append(_figure(f"backgrounds named right, {spoken}", found[f"{kind}_{language}_backgrounds"], None))
    return figures


def vqa(folder: Path, count: int) -> list[dict]:
    from models.export import vqa as exporter

    temperature = manifest_file.read(folder / "model.yaml")["parameters"]["temperature"]
    found, figures = exporter.trainer.evaluate(exporter.shipped(folder), count, temperature), []
    kinds = {"test": ("training vendors", 0.95), "unseen": ("unseen compositions", None)}
    kinds["twemoji"] = ("the unseen vendor, Twemoji", 0.8)
    for kind, (seen, goal) in kinds.items():
        figures.append(_figure(f"answers exactly right, {seen}", found[kind]["all"], goal))
        error = _figure(f"expected calibration error, {seen}", found[kind]["calibration"], None)
        figures.append(error | ({"limit": 0.05} if kind == "test" else {}))
        for language, spoken in LANGUAGE_NAMES.items():
            for asked, what in QUESTIONS.items():
                figures.append(_figure(f"{what}, {seen}, {spoken}", found[kind][f"{language}_{asked}"], goal))
    named = {"unknown": "answered unknown", "below_half": "confidence below one half", "confidence": "mean confidence"}
    return figures + [
        _figure(f"questions outside the world: {name}", found["outside"][key], None) for key, name in named.items()
    ]


def fusion(folder: Path, count: int) -> list[dict]:
    """`times`: the attention that falls inside the object's boxes over their share of the picture."""
    from models.export import fusion as exporter

    found, figures = exporter.trainer.evaluate(*exporter.shipped(folder), count), []
    kinds = {"test": ("training vendors", 0.95, 3.0), "unseen": ("unseen compositions", 0.95, 3.0)}
    kinds["twemoji"] = ("the unseen vendor, Twemoji", None, None)
    for kind, (seen, matched, looked) in kinds.items():
        for language, spoken in LANGUAGE_NAMES.items():
            match, attention = (found[f"{kind}_{language}_{key}"] for key in ("match", "attention"))
            figures.append(_figure(f"told right from wrong in one thing, {seen}, {spoken}", match, matched))
            figures.append(_figure(f"attention on the named object, {seen}, {spoken}", attention, looked, "times"))
    return figures


def text(folder: Path, count: int) -> list[dict]:
    from models.export import text as exporter

    found = exporter.trainer.evaluate(exporter.shipped(folder), count)
    return [
        _figure(f"perplexity a token, held-out stories, {spoken}", found[f"perplexity_{language}"], None, "perplexity")
        for language, spoken in LANGUAGE_NAMES.items()
    ]


def diffusion(folder: Path, count: int) -> list[dict]:
    from models.export import diffusion as exporter

    unet, prompts, encoder, decoder = exporter.shipped(folder)
    settings = exporter.trainer.Settings()
    found = exporter.trainer.evaluate(unet, prompts, (encoder, decoder), settings, count)
    figures = []
    for split, composed, goal in (("test", "seen", 0.95), ("unseen", "unseen", 0.9)):
        for language, spoken in LANGUAGE_NAMES.items():
            kind = f"{composed} compositions, {spoken} prompts"
            figures.append(_figure(f"objects named right, {kind}", found[f"{split}_{language}_objects"], goal))
            figures.append(_figure(f"backgrounds right, {kind}", found[f"{split}_{language}_background"], 0.95))
    sketched = exporter.trainer.evaluate_sketch(unet, prompts, decoder, settings, count)
    for split, composed in COMPOSITIONS.items():
        kind = f"{composed} compositions, English prompts"
        figures.append(_figure(f"the same of the sketch alone, {kind}", sketched[f"{split}_en_objects"], None))
    ratios = exporter.vae.evaluate(encoder, decoder, 200)
    figures.append(_figure("autoencoder PSNR, held-out scenes", ratios["psnr_test"], 28.0, "dB"))
    return [*figures, _figure("autoencoder PSNR, unseen compositions", ratios["psnr_unseen"], 28.0, "dB")]


def inpainting(folder: Path, count: int) -> list[dict]:
    """The mask is a box around one of a picture's groups, the prompt names it alone."""
    from models.export import diffusion as exporter
    from models.train import inpainting as trainer

    unet, prompts, *autoencoder = exporter.shipped(folder)
    found, figures = trainer.evaluate(unet, prompts, tuple(autoencoder), exporter.trainer.Settings(), count), []
    for split, composed in COMPOSITIONS.items():
        for language, spoken in LANGUAGE_NAMES.items():
            kind = f"{composed} compositions, {spoken} prompts"
            for name, way in (("inpainted", ""), ("enlarged", f", padding_mask_crop {trainer.PADDING}")):
                said = f"asked object painted into a mask{way}, {kind}"
                figures.append(_figure(said, found[f"{split}_{language}_{name}"], 0.85))
    return figures


def samplers(folder: Path, count: int) -> list[dict]:
    """The goal is what `diffusion` found with 30 steps of DDIM on the same prompts, less two points."""
    from models.export import sampling

    found, figures, shares, goals = sampling.evaluate(folder, count), [], [], []
    known = {figure["figure"]: figure["value"] for figure in manifest_file.read(folder / "model.yaml")["quality"]}
    for split, composed in COMPOSITIONS.items():
        for language, spoken in LANGUAGE_NAMES.items():
            kind = f"objects named right, {composed} compositions, {spoken} prompts"
            goals.append(round(known[kind] - 0.02, 4))
            shares.append(found[f"{split}_{language}_objects"])
            figures.append(_figure(f"{kind}, DPM-Solver++ 2M with 12 steps", shares[-1], goals[-1]))
    mean = sum(shares) / len(shares)
    return [*figures, _figure("the same over all four", mean, round(sum(goals) / len(goals), 4))]


def styles(folder: Path, count: int) -> list[dict]:
    from models.export import style

    found, figures = style.evaluate(folder, count), []
    for vendor in style.VENDORS:
        drawn = f"drawings of {vendor.capitalize()} told from the other vendor's after the autoencoder"
        figures.append(_figure(drawn, found[f"drawn_{vendor}"], None))
        for language, spoken in LANGUAGE_NAMES.items():
            name = f"pictures that look like {vendor.capitalize()}, its style added by EnhancePrompt, {spoken}"
            figures.append(_figure(name, found[f"{vendor}_{language}"], 0.9))
    for language, spoken in LANGUAGE_NAMES.items():
        name = f"pictures that look like Noto, no style added, {spoken}"
        figures.append(_figure(name, 1 - found[f"alone_{language}"], None))
    return figures


def controlnet(folder: Path, count: int) -> list[dict]:
    """Edge pixels count as met within one pixel; the autoencoder alone says what no control can exceed."""
    from models.export import controlnet as exporter
    from models.export import diffusion

    unet, prompts, *autoencoder = diffusion.shipped(REPOSITORY / exporter.BASE / "1")
    found = exporter.trainer.evaluate(exporter.shipped(folder), unet, prompts, tuple(autoencoder), count)
    figures = []
    for split, composed in COMPOSITIONS.items():
        kind, f1 = f"{composed} compositions", {name: found[f"{split}_edge_f1_{name}"] for name in EDGES_OF}
        figures.append(_figure(f"edge F1 with control, {kind}", f1["with"], 0.8))
        figures.append(_figure(f"edge F1 without control, {kind}", f1["without"], None))
        figures.append(_figure(f"edge F1 of the autoencoder alone, {kind}", f1["autoencoder"], None))
        figures.append(_figure(f"edge F1 with control over without, {kind}", f1["with"] / f1["without"], 2.0, "times"))
        figures.append(_figure(f"objects named right with control, {kind}", found[f"{split}_objects"], 0.85))
    return figures


def unclip(folder: Path, count: int) -> list[dict]:
    """Of the prior the goal is the cosine that the text's own embedding has; of variations that they differ at all."""
    from models.export import diffusion
    from models.export import unclip as exporter

    _, projection, prior = exporter.shipped(folder)
    painters = diffusion.shipped(REPOSITORY / exporter.BASE / "1")
    found, figures = exporter.trainer.evaluate(projection, prior, painters, count), []
    for split, composed in COMPOSITIONS.items():
        kind, of_text = f"{composed} compositions", found[f"{split}_text_cosine"]
        to_picture = "cosine to the embedding of the picture that the prompt tells"
        figures.append(_figure(f"{to_picture}, the prior's, {kind}", found[f"{split}_prior_cosine"], of_text, "cosine"))
        figures.append(_figure(f"{to_picture}, the text's own, {kind}", of_text, None, "cosine"))
        figures.append(_figure(f"variations that keep the objects, {kind}", found[f"{split}_varied"], 0.85))
        named = f"objects named right in pictures through the prior, {kind}"
        figures.append(_figure(named, found[f"{split}_prior"], None))
        apart = f"mean difference of two variations' pixels, of 255 levels, {kind}"
        figures.append(_figure(apart, found[f"{split}_distance"], None, "levels"))
    return figures


MEASURES: dict[str, tuple[str, Callable[[Path, int], list[dict]], int]] = {
    "sticker-clip": ("sticker-clip", clip, 512),
    "sticker-caption": ("sticker-caption", caption, 200),
    "sticker-vqa": ("sticker-vqa", vqa, 200),
    "sticker-fusion": ("sticker-fusion", fusion, 400),
    "micro-text": ("micro-text", text, 300),
    "sticker-diffusion": ("sticker-diffusion", diffusion, 100),
    "sticker-controlnet-canny": ("sticker-controlnet-canny", controlnet, 100),
    "sticker-diffusion-inpainting": ("sticker-diffusion", inpainting, 100),
    "sticker-unclip": ("sticker-unclip", unclip, 100),
    "sticker-diffusion-samplers": ("sticker-diffusion", samplers, 100),
    "sticker-diffusion-styles": ("sticker-diffusion", styles, 100),
}
"""What can be measured: of which model, by what, over how many held-out scenes of each kind."""


def _measured(figure: dict) -> str:
    """The key in `MEASURES` that a figure's command names."""
    return figure["command"].split()[3]


def main() -> None:
    parser = argparse.ArgumentParser(description="Measures a model of the repository and writes its card's quality.")
    parser.add_argument("model", choices=MEASURES)
    parser.add_argument("--count", type=int, help="held-out scenes of each kind")
    parser.add_argument("--threads", type=int, default=common.THREADS)
    arguments = parser.parse_args()
    model, measure, count = MEASURES[arguments.model]
    folder = REPOSITORY / model / "1"
    count = arguments.count or count
    figures = measure(folder, count)
    command = f"python -m models.export.measure {arguments.model} --count {count}"
    manifest = manifest_file.read(folder / "model.yaml")
    kept = [figure for figure in manifest["quality"] if _measured(figure) != arguments.model]
    manifest["quality"] = kept + [figure | {"command": command} for figure in figures]
    manifest["quality"].sort(key=lambda figure: list(MEASURES).index(_measured(figure)))
    manifest_file.write(folder / "model.yaml", manifest)
    for figure in figures:
        print(f"{figure['figure']}: {figure['value']} {figure['unit']}, goal {figure.get('goal', '-')}")


if __name__ == "__main__":
    main()
