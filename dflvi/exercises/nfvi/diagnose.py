"""6.9  What is wrong with a model, from its numbers on training and on test images."""

# Built from solutions/nfvi/diagnose.py by `python -m solutions build`. Edit that file, not this one.

from collections.abc import Mapping
import numpy as np
from dflvi.checking.compare import Wrong, holds
from dflvi.checking.exercise import Exercise


def diagnose(train: Mapping, test: Mapping) -> str:
    """Which of four things is wrong, told from averages over training images and over test images.

    Args:
        train: a mapping with five numbers in nats, averages over the images that the model was trained on: logpx (the
            exact evidence), L_star and L_amort (the best bound of the family and the encoder's), approx and amort
            (the approximation gap and the amortisation gap).
        test: the same, over images that it has never seen.

    Returns:
        one of these words:
        "decoder overfit": p(x) itself is worse on new images.
        "encoder overfit": the encoder misses the best q on new images, and not on those that it was fitted to.
        "family too poor": even the best q of the family is far from the posterior.
        "underfit encoder": the encoder misses the best q on all images.

    In the check exactly one of them is the case, by at least 3 nats, and nothing else is off by more than 0.5.
    """
    raise NotImplementedError("yours to write")

WORDS = ("decoder overfit", "encoder overfit", "family too poor", "underfit encoder")


def _case(rng, cause):
    """A pair of records with this one cause of at least 3 nats, and little else."""

    def record(logpx, approx, amort):
        L_star = logpx - approx
        numbers = {"logpx": logpx, "L_star": L_star, "L_amort": L_star - amort, "approx": approx, "amort": amort}
        return {name: float(number) for name, number in numbers.items()}

    size, level = rng.uniform(3.2, 9.0), -rng.uniform(15, 160)
    small = rng.uniform(0.02, 0.4, 4)
    train, test = [level, small[0], small[1]], [level + rng.uniform(-0.4, 0.4), small[2], small[3]]
    if cause == 0:
        test[0] = level - size
    if cause == 1:
        test[2] += size
    if cause == 2:
        train[1], test[1] = train[1] + size, test[1] + size
    if cause == 3:
        train[2], test[2] = train[2] + size, test[2] + size
    return record(*train), record(*test)


def _finds(attempt, cause, story):
    said = []
    for _ in range(3):
        train, test = _case(attempt.rng, cause)
        word = attempt(train, test)
        if not isinstance(word, str) or word.strip().lower() not in WORDS:
            raise Wrong("One of the four words is asked for.", expected=", ".join(WORDS), got=str(word)[:60])
        said.append(WORDS.index(word.strip().lower()))
        where = "; ".join(
            f"{name}: " + ", ".join(f"{what} {one[what]:.1f}" for what in ("logpx", "approx", "amort"))
            for name, one in (("train", train), ("test", test))
        )
        holds(said[-1] == cause, f"{story} You say: {word}.", value=np.array(said), where=where, got=word)


def a_model_that_is_worse_on_new_images(attempt):
    _finds(attempt, 0, "The exact evidence is lower on new images, and both gaps are small everywhere.")


def an_encoder_that_is_worse_on_new_images(attempt):
    _finds(attempt, 1, "The evidence is the same on both, and so is what the best q reaches.")


def a_family_that_cannot_do_it(attempt):
    _finds(attempt, 2, "On all images the best q of the family is far below log p(x), and the encoder puts it out.")


def an_encoder_that_does_it_nowhere(attempt):
    _finds(attempt, 3, "On all images, old and new, there is a better q in the family than the encoder's.")


exercise = Exercise(
    diagnose,
    question="6.9",
    minutes=8,
    difficulty=2,
    hints=(
        "Go through the four words. Which one number, or which pair of numbers, speaks of each?",
        "Two of them are about a difference between train and test, two about a gap that is there on both.",
        "The evidence for the decoder; the approximation gap for the family; the amortisation gap for the encoder, and "
        "there train decides: is it small on the images that the encoder was fitted to?",
    ),
    checks=(
        a_model_that_is_worse_on_new_images,
        an_encoder_that_is_worse_on_new_images,
        a_family_that_cannot_do_it,
        an_encoder_that_does_it_nowhere,
    ),
)
