"""6.3  A radial layer that can be undone."""

import math

import jax
import jax.numpy as jnp
import numpy as np

from dflvi.checking.compare import fields, finite, has_shape, holds
from dflvi.checking.exercise import Exercise, Mistake, one_edit
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
    alpha = jax.nn.softplus(alpha_raw)
    return alpha, jax.nn.softplus(beta_raw) - alpha


# ---- other right answers ----------------------------------------------------------------------


def with_an_exp(alpha_raw, beta_raw):
    """Alpha by an exponential, m shifted to a beta of zero at zero, and a dict."""
    alpha = jnp.exp(alpha_raw)
    shift = alpha + jnp.log(-jnp.expm1(-alpha))  # log(exp(alpha) - 1), without overflow
    return {"alpha": alpha, "beta": jnp.logaddexp(0.0, beta_raw + shift) - alpha}


def with_math(alpha_raw, beta_raw):
    """Python's math, the two numbers with their larger part taken out."""
    alpha, room = (max(float(a), 0.0) + math.log1p(math.exp(-abs(float(a)))) for a in (alpha_raw, beta_raw))
    return alpha, room - alpha


# ---- checks: cheap to deep --------------------------------------------------------------------

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
    variants=(with_an_exp, with_math),
    mistakes=(
        Mistake(
            "beta-alone",
            one_edit("return alpha, jax.nn.softplus(beta_raw) - alpha", "return jax.nn.softplus(beta_raw) - alpha"),
            "One number comes back. The layer needs both, and the second is lawful only beside the first.",
            caught_by=two_numbers_come_back,
        ),
        Mistake(
            "alpha-as-it-comes",
            one_edit("alpha = jax.nn.softplus(alpha_raw)", "alpha = jnp.asarray(alpha_raw)"),
            "A raw alpha of -1 stays -1, and a point at distance one from the centre is sent to infinity.",
            caught_by=alpha_is_positive_and_grows,
        ),
        Mistake(
            "alpha-squared",
            one_edit("alpha = jax.nn.softplus(alpha_raw)", "alpha = alpha_raw * alpha_raw"),
            "Squared, the raw -1 and 1 are one layer, and between them lies a place with a slope of zero where "
            "training stops. Something that grows is wanted.",
            caught_by=alpha_is_positive_and_grows,
        ),
        Mistake(
            "beta-as-it-comes",
            lambda a, b: (jax.nn.softplus(a), jnp.asarray(b)),
            "A raw beta of -8 comes out as it went in, below minus alpha. Points near the centre then change sides.",
            also=lambda a, b: (jnp.logaddexp(a, 0.0), b + 0 * a),
            caught_by=the_layer_can_always_be_undone,
        ),
        Mistake(
            "bound-of-the-raw-alpha",
            lambda a, b: (jax.nn.softplus(a), jax.nn.softplus(b) - a),
            "You start beta at minus the *raw* alpha, and the layer uses the other one. With a raw alpha of -1 your "
            "beta is always above 1: nothing is ever pulled in.",
            caught_by=it_follows_one_of_the_two_m,
        ),
        Mistake(
            "bound-of-the-planar-layer",
            lambda a, b: (jax.nn.softplus(a), jax.nn.softplus(b) - 1),
            "Minus one was the bound of the planar layer. This one has a bound that moves with alpha; try an alpha of "
            "0.1.",
            caught_by=the_layer_can_always_be_undone,
        ),
        Mistake(
            "exp-overflows",
            lambda a, b: (jax.nn.softplus(a), jnp.log(1 + jnp.exp(b)) - jax.nn.softplus(a)),
            "With a beta_raw of 1000 your beta is infinite, because an exp was, on the way to its logarithm.",
            caught_by=the_layer_can_always_be_undone,
        ),
        Mistake(
            "beta-positive",
            lambda a, b: (jax.nn.softplus(a), jax.nn.softplus(b)),
            "All your layers push points away from the centre. Half of the lawful ones gather them there.",
            caught_by=it_can_pull_points_in,
        ),
        Mistake(
            "a-hard-floor",
            lambda a, b: (jax.nn.softplus(a), jnp.maximum(b, -jax.nn.softplus(a))),
            "Whatever is below the bound is put on it, where the slope is zero: a layer that once got there stays.",
            caught_by=it_follows_one_of_the_two_m,
        ),
    ),
    answer="""
With r the distance to z_ref, the layer keeps directions and sends r to r + beta r / (alpha + r). The slope of that is
1 + alpha beta / (alpha + r)^2; it is smallest at r = 0, where it is 1 + beta / alpha. So beta >= -alpha makes it rise
everywhere.

With raw zeros alpha = log 2 and beta = -log 2 + log 2 = 0: with a softplus for both, the radial layer starts as the
identity. The planar one did so only with the shifted m.
""",
    afterword="Two numbers and a centre: that is all a radial layer has.",
)
