"""6.9  The gap of a bound, cut in two."""

# Built from solutions/nfvi/gaps.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from jaxtyping import Array, Float
from dflvi.checking.compare import T64, close, fields, has_shape
from dflvi.checking.exercise import Exercise


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
    raise NotImplementedError("yours to write")

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
)
