"""3.3  The KL divergence between two normals, as a function of their parameters."""

# Built from solutions/bbvi/kl.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from jaxtyping import Array, Float
from dflvi.checking.compare import Tolerance, close, has_shape, holds
from dflvi.checking.exercise import Exercise
from dflvi.checking.oracles import normal_expectation, normal_logpdf
from dflvi.types import Scalar


def kl(lam: Float[Array, " 2"], lam2: Float[Array, " 2"]) -> Scalar:
    """KL(q_lam || q_lam2) between two normals on the line, in nats. The first does the averaging.

    Args:
        lam: mean and standard deviation of the first, [mu, sigma], sigma positive.
        lam2: the same of the second, [mu, sigma].

    Returns:
        the divergence, a number. JAX must be able to differentiate it in both arguments, twice.

    (This is the divergence of 1.5 with a second normal in the place of the standard one. The `kl` of question 1.4,
    between distributions over cells, is another function.)
    """
    raise NotImplementedError("yours to write")

N = 40


def _pairs(rng):
    mu, sigma = rng.normal(size=(2, N)), rng.uniform(0.5, 2.5, (2, N))
    return np.stack([mu, sigma], axis=-1).astype(np.float32)


def _values(attempt, lam, lam2, where):
    got = attempt.vmap(0, 0)(lam.astype(np.float32), lam2.astype(np.float32))
    return has_shape(got, (N,), where=where).astype(np.float64)


def is_zero_and_flat_where_both_agree(attempt):
    lam = np.array([0.7, 1.4], np.float32)
    where = "lam = lam2 = [0.7, 1.4]"
    close(_values(attempt, np.tile(lam, (N, 1)), np.tile(lam, (N, 1)), where), np.zeros(N), where=where,
          says="nothing differs")  # fmt: skip
    close(attempt.grad(1)(lam, lam), np.zeros(2), where=where, says="a minimum is flat", what="the gradient in lam2")


def is_never_negative(attempt):
    lam, lam2 = _pairs(attempt.rng)
    where = f"{N} random pairs"
    got = _values(attempt, lam, lam2, where)
    lowest = float(np.min(got))
    holds(lowest >= -1e-5, "A divergence came out negative.", value=got, where=where, expected="at least 0",
          got=f"{lowest:.4g}")  # fmt: skip


def does_not_know_the_unit_of_x(attempt):
    (lam, lam2), unit, shift = _pairs(attempt.rng), 2.5, np.array([0.8, 0.0])
    where = f"{N} random pairs, x against 2.5 x + 0.8: all means and standard deviations follow"
    before = _values(attempt, lam, lam2, where)
    after = _values(attempt, unit * lam + shift, unit * lam2 + shift, where)
    close(after, before, Tolerance(5e-5, 5e-5), where=where, says="a divergence has no unit")


def is_the_average_of_a_log_ratio(attempt):
    lam, lam2 = _pairs(attempt.rng)

    def truth(one, other):
        def log_ratio(x):
            return normal_logpdf(x, one[0], one[1] ** 2) - normal_logpdf(x, other[0], other[1] ** 2)

        return float(normal_expectation(log_ratio, one[0], one[1] ** 2))

    pairs = list(zip(lam.astype(np.float64), lam2.astype(np.float64), strict=True))
    want = np.array([truth(one, other) for one, other in pairs])
    where = f"{N} random pairs [mu, sigma]"
    close(_values(attempt, lam, lam2, where), want, Tolerance(3e-5, 3e-5), where=where,
          says="KL(q_lam || q_lam2) against quadrature")  # fmt: skip
    # How it bends, where the two do not agree: there the order of the arguments shows as well.
    (one, other), h = pairs[0], 1e-3
    moves = h * np.eye(2)
    want = [[truth(one, other + a + b) - truth(one, other + a - b) - truth(one, other - a + b)
             + truth(one, other - a - b) for b in moves] for a in moves]  # fmt: skip
    where = f"lam = [{one[0]:.3g}, {one[1]:.3g}], lam2 = [{other[0]:.3g}, {other[1]:.3g}]"
    close(attempt.grad(1).jacobian(1)(lam[0], lam2[0]), np.array(want) / (4 * h**2), Tolerance(1e-3, 1e-3),
          where=where, says="the second derivatives in lam2")  # fmt: skip


exercise = Exercise(
    kl,
    question="3.3",
    minutes=8,
    difficulty=1,
    differentiable=True,
    hints=(
        "The divergence is an average, under the first normal, of a difference of two log densities. Which averages "
        "of x does that need?",
        "The constants with pi cancel. What is left: a log of a ratio of the standard deviations, the average of a "
        "squared distance to the second mean, and the average of a squared distance to the first.",
        "The average squared distance of a draw to another point is its variance plus the squared distance of the "
        "mean to that point. Measure it in units of the second normal.",
    ),
    checks=(
        is_zero_and_flat_where_both_agree,
        is_never_negative,
        does_not_know_the_unit_of_x,
        is_the_average_of_a_log_ratio,
    ),
)
