"""6.9  The gap of a bound, cut in two."""

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking.compare import T64, close, fields, has_shape
from dflvi.checking.exercise import Exercise, Mistake, one_edit


def gaps(logpx: Float[Array, "..."], L_star: Float[Array, "..."], L_amort: Float[Array, "..."]) -> dict:
    """What a bound lacks of the evidence, and whose fault it is: the family's, or the network's.

    Args:
        logpx: log p(x) in nats, a number or one for each image.
        L_star: the highest ELBO that a q of the family can have at this x, in nats, of the same shape.
        L_amort: the ELBO of the q that the encoder puts out for this x, in nats, of the same shape.

    Returns:
        a dict of three entries in nats, of the shape of the arguments.
        approx: the approximation gap, that the best q of the family leaves.
        amort: the amortisation gap, that comes from not having put out the best q.
        total: the whole inference gap.

    (Cremer, Li and Duvenaud 2018, section 3.)
    """
    return {"approx": logpx - L_star, "amort": L_star - L_amort, "total": logpx - L_amort}


# ---- other right answers ----------------------------------------------------------------------


def by_steps_of_a_stair(logpx, L_star, L_amort):
    """The three heights in a column, and their differences."""
    steps = -jnp.diff(jnp.stack([jnp.asarray(logpx), L_star, L_amort]), axis=0)
    return {"total": steps.sum(axis=0), "amort": steps[1], "approx": steps[0]}


def as_a_tuple(logpx, L_star, L_amort):
    """With NumPy, in the order of the text."""
    whole, part = np.subtract(logpx, L_amort), np.subtract(L_star, L_amort)
    return whole - part, part, whole


# ---- checks: cheap to deep --------------------------------------------------------------------

_PLACES = 6


def _three(attempt):
    """The learner's three and the true ones, which the arguments were made from."""
    rng = attempt.rng
    logpx, approx, amort = -rng.uniform(5, 90, _PLACES), rng.uniform(0.1, 2, _PLACES), rng.uniform(2.5, 9, _PLACES)
    got = fields(attempt.float64(logpx, logpx - approx, logpx - approx - amort), "approx", "amort", "total")
    got = [has_shape(part, (_PLACES,), what=name) for part, name in zip(got, ("approx", "amort", "total"), strict=True)]
    return got, (approx, amort, approx + amort), f"{_PLACES} images"


def the_whole_is_what_the_encoder_lacks(attempt):
    (_, _, total), truth, where = _three(attempt)
    close(total, truth[2], T64, where=where, what="total", says="from log p(x) down to the encoder's bound")


def the_parts_make_the_whole(attempt):
    (approx, amort, total), _, where = _three(attempt)
    close(approx.astype(np.float64) + amort, total.astype(np.float64), T64, where=where, says="approx plus amort")


def each_part_is_whose_it_is(attempt):
    (approx, amort, _), truth, where = _three(attempt)
    close(approx, truth[0], T64, where=where, what="approx", says="what no q of the family can avoid")
    close(amort, truth[1], T64, where=where, what="amort", says="what is lost between the best q and the encoder's")


exercise = Exercise(
    gaps,
    question="6.9",
    minutes=4,
    difficulty=1,
    hints=(
        "Three numbers lie on a line for each image. Which is the highest, which the lowest?",
        "The best q of the family stands between. What is above it is the family's fault, what is below it is the "
        "network's.",
        "Both gaps are differences of neighbours, the higher less the lower, and the third is that of the two outer "
        "ones.",
    ),
    checks=(the_whole_is_what_the_encoder_lacks, the_parts_make_the_whole, each_part_is_whose_it_is),
    variants=(by_steps_of_a_stair, as_a_tuple),
    mistakes=(
        Mistake(
            "downwards",
            lambda logpx, L_star, L_amort: {
                name: -part for name, part in by_steps_of_a_stair(logpx, L_star, L_amort).items()},
            "All your gaps are negative. They say how much is missing, and a bound lies below.",
            caught_by=the_whole_is_what_the_encoder_lacks,
        ),
        Mistake(
            "whole-gap-for-amortisation",
            one_edit('"amort": L_star - L_amort', '"amort": logpx - L_amort'),
            "Your amortisation gap is the whole gap. Give the encoder the best q there is: it should be zero then.",
            also=lambda logpx, L_star, L_amort: (logpx - L_star, logpx - L_amort, logpx - L_amort),
            caught_by=the_parts_make_the_whole,
        ),
        Mistake(
            "parts-exchanged",
            one_edit('"approx": logpx - L_star, "amort": L_star - L_amort',
                     '"approx": L_star - L_amort, "amort": logpx - L_star'),
            "A better encoder makes your approximation gap smaller, and it cannot change the family. Have the two "
            "changed places?",
            caught_by=each_part_is_whose_it_is,
        ),
    ),
    answer="""
$\\log p(x) - L[q_\\phi] = (\\log p(x) - L[q^*]) + (L[q^*] - L[q_\\phi])$. The first is the least KL from the family
to the posterior, the second what the network loses on top. With exact numbers none of the three is negative; an
estimate that is shows a grid or a k that is too small, or an optimiser that has not arrived.
""",
    afterword="Three numbers an image, two differences. The work is in getting the three.",
)
