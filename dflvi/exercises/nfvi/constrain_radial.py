"""6.3  A radial layer that can be undone."""

# Built from solutions/nfvi/constrain_radial.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from dflvi.checking.compare import fields, finite, has_shape, holds
from dflvi.checking.exercise import Exercise
from dflvi.types import Scalar


def constrain_radial(alpha_raw: Scalar | float, beta_raw: Scalar | float) -> tuple[Scalar, Scalar]:
    """Any two numbers made lawful for the radial layer z + beta / (alpha + r) (z - z_ref).

    Args:
        alpha_raw: any number, from -30 to 30 where it is checked.
        beta_raw: any number, up to 1000 in size.

    Returns:
        alpha: positive and growing with alpha_raw, by any function of it that you like.
        beta: -alpha + m(beta_raw), where m is positive: m(a) = log(1 + exp(a)), as in the paper, or the same with its
            argument shifted such that beta_raw = 0 gives beta = 0.

    The layer is one to one if alpha > 0 and beta >= -alpha. JAX must be able to differentiate both results in both
    arguments. (Rezende and Mohamed 2015, eq. 14 and appendix A.2.)
    """
    raise NotImplementedError("yours to write")

_N = 40


def _called(attempt, alpha_raw, beta_raw, where):
    results = attempt.float64.vmap(0, 0)(np.asarray(alpha_raw), np.asarray(beta_raw))
    both = (has_shape(one, (_N,), where=where, what=name)
            for one, name in zip(fields(results, "alpha", "beta"), ("alpha", "beta"), strict=True))  # fmt: skip
    return tuple(finite(one, where=where).astype(np.float64) for one in both)


def two_numbers_come_back(attempt):
    alpha, beta = fields(attempt(np.float32(-0.5), np.float32(0.7)), "alpha", "beta")
    finite(has_shape(alpha, (), where="raw numbers -0.5 and 0.7", what="alpha"), what="alpha")
    finite(has_shape(beta, (), where="raw numbers -0.5 and 0.7", what="beta"), what="beta")


def alpha_is_positive_and_grows(attempt):
    raw = np.linspace(-30, 30, _N)
    where = "alpha_raw from -30 to 30, beta_raw = 0.5"
    alpha, _ = _called(attempt, raw, np.full(_N, 0.5), where)
    holds(float(alpha.min()) > 0, "alpha is not positive everywhere. At r = alpha the layer would divide by zero.",
          value=alpha, where=where, got=f"at least {alpha.min():.3g}")  # fmt: skip
    holds(bool(np.all(np.diff(alpha) > 0)), "alpha does not grow with alpha_raw.", value=alpha, where=where)


def the_layer_can_always_be_undone(attempt):
    alpha_raw = attempt.rng.uniform(-4, 4, _N)
    beta_raw = np.concatenate([attempt.rng.uniform(-8, 8, _N - 6), [20, -20, 300, -300, 1000, -1000]])
    where = f"{_N} draws, beta_raw up to 1000 in size"
    alpha, beta = _called(attempt, alpha_raw, beta_raw, where)
    least = float(np.min(alpha + beta))
    holds(least >= -1e-6, "beta is below -alpha somewhere: near the centre such a layer turns space inside out.",
          value=least, tolerance=1e-3, where=where, expected="alpha + beta >= 0", got=f"{least:.4g}")  # fmt: skip


def it_can_pull_points_in(attempt):
    where = "alpha_raw = 1, beta_raw from -8 to -4"
    _, beta = _called(attempt, np.ones(_N), np.linspace(-8, -4, _N), where)
    most = float(beta.max())
    holds(most < 0, "However negative beta_raw is, beta is not: such a layer can only push points away.", value=most,
          where=where, got=f"up to {most:.3g}")  # fmt: skip


def it_follows_one_of_the_two_m(attempt):
    alpha_raw, raw = attempt.rng.uniform(-1.5, 3, _N), np.linspace(-5, 8, _N)
    where = f"{_N} draws, alpha_raw from -1.5 to 3, beta_raw from -5 to 8"
    alpha, beta = _called(attempt, alpha_raw, raw, where)
    got = alpha + beta
    shifts = (0.0, alpha + np.log(-np.expm1(-np.maximum(alpha, 1e-9))))
    worst = min(float(np.abs(got - np.logaddexp(0.0, raw + shift)).max()) for shift in shifts)
    holds(worst < 1e-4, "alpha + beta is neither what the paper's m makes of beta_raw, nor what the shifted one does.",
          value=got, where=where, got=f"off by up to {worst:.3g}")  # fmt: skip


exercise = Exercise(
    constrain_radial,
    question="6.3",
    minutes=8,
    difficulty=1,
    differentiable=True,
    hints=(
        "Which of the two has a bound of its own, and which has a bound that depends on the other?",
        "Make alpha first, by a function that is positive everywhere. Then start beta at its bound and add something "
        "positive.",
        "jax.nn.softplus does for both: once for alpha, and once for what is added to minus alpha.",
    ),
    checks=(
        two_numbers_come_back,
        alpha_is_positive_and_grows,
        the_layer_can_always_be_undone,
        it_can_pull_points_in,
        it_follows_one_of_the_two_m,
    ),
)
