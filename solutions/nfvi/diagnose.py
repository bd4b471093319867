"""6.9  What is wrong with a model, from its numbers on training and on test images."""

from collections.abc import Mapping

import numpy as np

from dflvi.checking.compare import Wrong, holds
from dflvi.checking.exercise import Exercise, Mistake, one_edit


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
    causes = {
        "decoder overfit": train["logpx"] - test["logpx"],
        "encoder overfit": test["amort"] - train["amort"],
        "family too poor": min(train["approx"], test["approx"]),
        "underfit encoder": train["amort"],
    }
    return max(causes, key=causes.get)


# ---- other right answers ----------------------------------------------------------------------


def question_by_question(train, test):
    """Like a doctor: one question after the other, by a nat and a half."""
    if test["logpx"] < train["logpx"] - 1.5:
        return "decoder overfit"
    if test["logpx"] - test["L_star"] > 1.5:
        return "family too poor"
    if train["L_star"] - train["L_amort"] > 1.5:
        return "underfit encoder"
    return "encoder overfit"


def from_a_vector(train, test):
    """Four symptoms in a vector, the largest wins; in capitals."""
    fall = np.array([float(train[name]) - float(test[name]) for name in ("logpx", "amort")])
    both = np.array([float(train[name]) + float(test[name]) for name in ("approx", "amort")]) / 2
    symptoms = [fall[0], -fall[1], both[0], both[1] - abs(fall[1]) / 2]
    words = ["Decoder overfit", "Encoder overfit", "Family too poor", "Underfit encoder"]
    return words[int(np.argmax(symptoms))]


# ---- checks -----------------------------------------------------------------------------------

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


# ---- known wrong answers ----------------------------------------------------------------------


def any_fall_is_the_encoders(train, test):
    if train["L_amort"] - test["L_amort"] > 1.5:
        return "encoder overfit"
    return diagnose(train, test)


def any_fall_is_the_decoders(train, test):
    if train["L_amort"] - test["L_amort"] > 1.5:
        return "decoder overfit"
    return diagnose(train, test)


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
    variants=(question_by_question, from_a_vector),
    mistakes=(
        Mistake(
            "any-fall-is-the-encoders",
            any_fall_is_the_encoders,
            "The bound is lower on new images and you blame the encoder. Look at log p(x): it fell by as much, and no "
            "encoder has a part in it.",
            caught_by=a_model_that_is_worse_on_new_images,
        ),
        Mistake(
            "any-fall-is-the-decoders",
            any_fall_is_the_decoders,
            "The bound is lower on new images and you blame the decoder. Its own number, log p(x), has not moved. "
            "Train ELBO above test ELBO is a symptom with two causes.",
            also=lambda train, test: (
                "decoder overfit" if test["L_amort"] + 1.5 < train["L_amort"] else question_by_question(train, test)
            ),
            caught_by=an_encoder_that_is_worse_on_new_images,
        ),
        Mistake(
            "whole-gap-is-the-encoders",
            one_edit('"underfit encoder": train["amort"]', '"underfit encoder": train["logpx"] - train["L_amort"]'),
            "You read the whole gap as the encoder's. Here a perfect encoder would have the same one.",
            caught_by=a_family_that_cannot_do_it,
        ),
        Mistake(
            "test-alone",
            one_edit('test["amort"] - train["amort"]', 'test["amort"] + 0.2'),
            "The amortisation gap on test images is large and you call that over-fitting. On the training images it is "
            "as large; nothing was fitted too well there.",
            caught_by=an_encoder_that_does_it_nowhere,
        ),
    ),
    answer="""
| what is large | word |
|---|---|
| logpx on train less logpx on test | decoder overfit |
| amort on test less amort on train | encoder overfit |
| approx on both | family too poor |
| amort on both | underfit encoder |

Train ELBO less test ELBO alone tells nothing: it is the sum of the first two.

**Encoder over-fitting, in words.** The encoder is fitted to the ELBO of training images only. There it can put out
the best q, and on new images something else; the decoder need not over-fit for that. The amortisation gap on test
grows while that on train falls. Optimising q for each test image repairs it, which proves where the fault was.

**Flow or encoder?** A flow widens the family, so that it helps against the approximation gap; it also helps the
amortisation gap, since a coarse base output is bent by learnt warps, with few extra parameters. Take it when data are
few and the gap on test is far above that on train, when the approximation gap matters, or when the decoder is frozen.
Take a larger encoder, more data or regularisation when the amortisation gap on *train* is what is large and there are
data enough. And remember that a model adapts: trained with a Gaussian q, posteriors become nearly Gaussian.

**Rubric.** The decomposition; where the encoder is fitted; growth of the test gap; the innocent decoder; what a flow
does to both gaps; when to take which; the model's adaptation; optimisation at test time.
""",
    afterword="Four patients, five numbers. The bound alone would have confused the first two.",
)
