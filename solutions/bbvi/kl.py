"""3.3  The KL divergence between two normals, as a function of their parameters."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking.compare import Tolerance, close, has_shape, holds
from dflvi.checking.exercise import Exercise, Mistake, one_edit
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
    (mu, sigma), (mu2, sigma2) = lam, lam2
    return jnp.log(sigma2 / sigma) + (sigma**2 + (mu - mu2) ** 2) / (2 * sigma2**2) - 0.5


# ---- other right answers ----------------------------------------------------------------------


def with_a_ratio_of_variances(lam, lam2):
    """In the ratio of the variances and the distance in units of the second."""
    ratio, gap = (lam[0 + 1] / lam2[1]) ** 2, (lam[0] - lam2[0]) / lam2[1]
    return 0.5 * (ratio - 1 - jnp.log(ratio) + gap**2)


def by_quadrature(lam, lam2):
    """The average of a log ratio at three points, which is exact for quadratics."""
    nodes, weights = jnp.array([-(3.0**0.5), 0.0, 3.0**0.5]), jnp.array([1.0, 4.0, 1.0]) / 6
    x = lam[0] + lam[1] * nodes
    log_ratio = jax.scipy.stats.norm.logpdf(x, lam[0], lam[1]) - jax.scipy.stats.norm.logpdf(x, lam2[0], lam2[1])
    return weights @ log_ratio


# ---- checks: cheap to deep --------------------------------------------------------------------
# Values are always asked for 40 pairs at once: one program. Slopes and curvatures have one each.

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
    variants=(with_a_ratio_of_variances, by_quadrature),
    mistakes=(
        Mistake(
            "forgot-the-half",
            one_edit(" - 0.5", ""),
            "Two equal normals are 0.5 apart by your account. One of the two log densities has left a constant behind.",
            caught_by=is_zero_and_flat_where_both_agree,
        ),
        Mistake(
            "log-ratio-upside-down",
            one_edit("sigma2 / sigma)", "sigma / sigma2)"),
            "Zero where both agree, and no minimum there: let the second standard deviation grow from 1.4, and yours "
            "falls. Which of the two stands on top in the log?",
            caught_by=is_zero_and_flat_where_both_agree,
        ),
        Mistake(
            "sign",
            lambda lam, lam2: -with_a_ratio_of_variances(lam, lam2),
            "None of your values is positive, so the best second normal would be the one furthest away. Look at what "
            "is averaged: first minus second.",
            caught_by=is_never_negative,
        ),
        Mistake(
            "variances-for-deviations",
            lambda lam, lam2: 0.5 * (jnp.log(lam2[1] / lam[1]) + (lam[1] + (lam[0] - lam2[0]) ** 2) / lam2[1] - 1),
            "Measure x in another unit and your value changes. The second entry is read as a variance; it carries the "
            "unit of x itself.",
            caught_by=does_not_know_the_unit_of_x,
        ),
        Mistake(
            "roles-exchanged",
            one_edit("(mu, sigma), (mu2, sigma2) = lam, lam2", "(mu2, sigma2), (mu, sigma) = lam, lam2"),
            "With lam = [0, 1] and lam2 = [0, 2] the value should be 0.318 and yours is 0.807: the second normal does "
            "the averaging. Where the two agree, value, slope and curvature are the same for both orders, so look "
            "elsewhere.",
            also=lambda lam, lam2: by_quadrature(lam2, lam),
            caught_by=is_the_average_of_a_log_ratio,
        ),
        Mistake(
            "symmetrised",
            lambda lam, lam2: 0.5 * (with_a_ratio_of_variances(lam, lam2) + with_a_ratio_of_variances(lam2, lam)),
            "Exchange the two arguments and yours stays the same. Only one direction is asked for.",
            caught_by=is_the_average_of_a_log_ratio,
        ),
        Mistake(
            "mean-over-the-first-spread",
            one_edit("(2 * sigma2**2) - 0.5", "(2 * sigma2**2) - 0.5 + (mu - mu2) ** 2 * (sigma**-2 - sigma2**-2) / 2"),
            "Right for equal standard deviations. With lam = [0, 1] and lam2 = [3, 2] yours measures the distance of "
            "the means by the wrong one of the two.",
            caught_by=is_the_average_of_a_log_ratio,
        ),
    ),
    answer="""
$$\\mathrm{KL}(\\lambda\\,\\|\\,\\lambda') = \\log\\frac{\\sigma'}{\\sigma} +
\\frac{\\sigma^2 + (\\mu-\\mu')^2}{2\\sigma'^2} - \\frac12 .$$

The first term comes from the normalisers, the second is the average of $(x-\\mu')^2/2\\sigma'^2$ under the first
normal, and the half is the same average with its own mean and deviation. For $\\lambda' = [0, 1]$ it is one
coordinate of 1.5.
""",
    afterword="Keep it: its curvature at lam2 = lam is what this question is about.",
)
