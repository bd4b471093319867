"""1.3  The log-likelihood of a Gaussian mean."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking import oracles
from dflvi.checking.compare import T32, Picture, Tolerance, close, finite, has_shape, holds
from dflvi.checking.exercise import Exercise, Mistake, one_edit
from dflvi.types import Scalar


def log_likelihood(mu: Scalar, x: Float[Array, " n"], var: Scalar | float = 1.0) -> Scalar:
    """The log density, in nats, of n independent draws from N(mu, var), as a function of mu.

    Args:
        mu: the mean, a number.
        x: the data, [n]; n = 0 is allowed, and then nothing has been observed.
        var: the known variance of one draw (not its standard deviation), a number. Left out, it is 1.

    Returns:
        log p(x | mu), a number, with all constants. JAX must be able to differentiate it in every argument.

    It has to be right for data far from zero too: x may lie near 10,000, where float32 has seven digits in all.
    """
    return -0.5 * jnp.sum((x - mu) ** 2) / var - 0.5 * x.size * jnp.log(2 * jnp.pi * var)


# ---- other right answers ----------------------------------------------------------------------


def by_scipy(mu, x, var=1.0):
    """A sum of log densities; `scale` is a standard deviation."""
    return jax.scipy.stats.norm.logpdf(x, loc=mu, scale=jnp.sqrt(var)).sum()


def datum_by_datum(mu, x, var=1.0):
    """One draw at a time, as standardised residuals."""
    total = 0.0 * mu
    for one in x:
        z = (one - mu) / var**0.5
        total = total - (z * z + jnp.log(var) + jnp.log(2 * jnp.pi)) / 2
    return total


def around_the_mean(mu, x, var=1.0):
    """Spread of the data around their mean, and the distance of that mean from mu."""
    n = max(x.size, 1)
    mean = jnp.sum(x) / n
    squares = jnp.sum((x - mean) ** 2) + x.size * (mean - mu) ** 2
    return -squares / (2 * var) - x.size * jnp.log(jnp.sqrt(2 * jnp.pi * var))


# ---- checks: cheap to deep --------------------------------------------------------------------

_MU = np.linspace(-2.5, 3.1, 9, dtype=np.float32)


def _data(rng, n=6):
    return rng.normal(0.4, 1.7, n).astype(np.float32)


def is_one_number_and_zero_without_data(attempt):
    value = finite(has_shape(attempt(0.3, np.zeros(0, np.float32), 2.5), (), where="n = 0"), where="n = 0")
    close(value, 0.0, where="mu = 0.3, var = 2.5, n = 0", says="no data are certain: the log of 1")
    x = _data(attempt.rng)
    finite(attempt.vmap(0, None, None)(_MU, x, 2.5), shape=_MU.shape, where="nine mu, n = 6, var = 2.5")


def seeing_the_data_twice_doubles_it(attempt):
    x = _data(attempt.rng, 3)
    log_p = attempt.vmap(0, None, None)
    once, twice = log_p(_MU, x, 2.5), log_p(_MU, np.concatenate([x, x]), 2.5)
    want = 2 * finite(once, shape=_MU.shape).astype(np.float64)
    close(twice, want, where="three draws, and each of them twice, var = 2.5",
          says="independent data multiply their densities")  # fmt: skip


def integrates_to_one_over_one_datum(attempt):
    x = np.linspace(-30, 30, 241, dtype=np.float32)
    where = "n = 1, mu = 0.8, var = 2.5, 241 values of the datum"
    log_p = attempt.vmap(None, 0, None)(0.8, x[:, None], 2.5)
    log_p = finite(has_shape(log_p, (241,), where=where), where=where).astype(np.float64)
    target = np.exp(oracles.normal_logpdf(x.astype(np.float64), 0.8, 2.5))
    picture = Picture(x, target, np.exp(np.minimum(log_p, 5.0)), "x", "density")
    mass = oracles.trapezoid(np.exp(np.minimum(log_p, 50.0)), x)
    close(mass, 1.0, Tolerance(1e-4, 0), where=where, says="the integral of the density over x", picture=picture)


def slopes_as_the_residuals_pull(attempt):
    x = _data(attempt.rng)
    slope = attempt.grad(0).vmap(0, None, None)(_MU, x, 2.5)
    residuals = x.astype(np.float64) - _MU.astype(np.float64)[:, None]
    close(slope, residuals.sum(axis=1) / 2.5, Tolerance(1e-4, 1e-4), where="nine mu, n = 6, var = 2.5",
          what="the derivative in mu")  # fmt: skip


def is_the_sum_of_normal_log_densities_far_from_zero_too(attempt):
    x = _data(attempt.rng)
    for words, more in (("var = 0.4", (0.4,)), ("var left out", ())):
        want = [oracles.normal_logpdf(x.astype(np.float64), mu, *more).sum() for mu in _MU.astype(np.float64)]
        got = attempt.vmap(0, *[None] * (1 + len(more)))(_MU, x, *more)
        close(got, want, T32._replace(rel=3e-5), where=f"nine mu, n = 6, {words}", says="log p(x | mu)")
    x = (1e4 + attempt.rng.normal(size=30)).astype(np.float32)
    want = oracles.normal_logpdf(x.astype(np.float64), 1e4).sum()
    got = float(finite(attempt(1e4, x, 1.0), shape=(), where="30 draws around 10,000"))
    good = abs(got - want) <= 0.5
    holds(good, "Right for data near zero; for data near 10,000 the digits are gone.", value=float(good),
          where="30 draws from N(10000, 1), mu = 10000", expected=f"{want:.6g}, to half a nat", got=f"{got:.6g}",
          )  # fmt: skip


exercise = Exercise(
    log_likelihood,
    question="1.3",
    minutes=6,
    difficulty=1,
    differentiable=True,
    hints=(
        "Independent draws multiply their densities. What becomes of a product when you take its log, and "
        "what is the log density of one draw?",
        "There are two kinds of term: a square for each datum, and a constant for each datum. How often does "
        "the constant occur when there are n of them?",
        "Subtract mu from the data first, then square, add up, and divide by twice the variance; the "
        "minus sign stays. Then n halves of the log of the variance and of 2 pi. `jax.scipy.stats.norm.logpdf` "
        "does it for one datum, if you remember that its scale is a standard deviation.",
    ),
    checks=(
        is_one_number_and_zero_without_data,
        seeing_the_data_twice_doubles_it,
        integrates_to_one_over_one_datum,
        slopes_as_the_residuals_pull,
        is_the_sum_of_normal_log_densities_far_from_zero_too,
    ),
    variants=(by_scipy, datum_by_datum, around_the_mean),
    mistakes=(
        Mistake(
            "one-number-a-datum",
            one_edit(
                "-0.5 * jnp.sum((x - mu) ** 2) / var - 0.5 * x.size * jnp",
                "-0.5 * (x - mu) ** 2 / var - 0.5 * jnp",
            ),
            "You have the log density of each datum, n numbers. They were drawn independently: what is the "
            "log density of all of them together?",
            caught_by=is_one_number_and_zero_without_data,
        ),
        Mistake(
            "mean-instead-of-sum",
            lambda mu, x, var=1.0: by_scipy(mu, x, var) / max(x.size, 1),
            "Each datum seen twice should count twice, and your value stays what it was. An average over the "
            "data forgets how many there are, and then the width of a posterior cannot depend on it.",
            also=lambda mu, x, var=1.0: datum_by_datum(mu, x, var) / (x.size or 1),
            caught_by=seeing_the_data_twice_doubles_it,
        ),
        Mistake(
            "constant-once",
            one_edit("0.5 * x.size * jnp", "0.5 * min(x.size, 1) * jnp"),
            "With one datum you are right, with two you are not: the constant belongs to each of them. "
            "Write the product of two densities out.",
            caught_by=seeing_the_data_twice_doubles_it,
        ),
        Mistake(
            "no-constant",
            one_edit(" - 0.5 * x.size * jnp.log(2 * jnp.pi * var)", ""),
            "Right shape, wrong height: over one datum your density does not integrate to one, and the "
            "evidence will be off by a multiple of n. Which part does not contain mu?",
            caught_by=integrates_to_one_over_one_datum,
        ),
        Mistake(
            "no-two-pi",
            one_edit("2 * jnp.pi * var", "1.0 * var"),
            "Your constant knows the variance and not the rest of the normaliser: at var = 1 it is zero, and "
            "the area under exp(-x^2 / 2) is not one. How large is it?",
            caught_by=integrates_to_one_over_one_datum,
        ),
        Mistake(
            "standard-deviation-for-variance",
            lambda mu, x, var=1.0: by_scipy(mu, x, var**2),
            "At var = 1 nobody can tell, at var = 2.5 your curve is too wide. It takes `var` for a "
            "standard deviation.",
            caught_by=slopes_as_the_residuals_pull,
        ),
        Mistake(
            "variance-of-the-sample",
            lambda mu, x, var=1.0: by_scipy(mu, x, jnp.var(x) + 1e-12 if x.size > 1 else var),
            "The noise of one draw is given, and your curve changes its width when the data happen to lie "
            "closer together. Where does your variance come from?",
            caught_by=slopes_as_the_residuals_pull,
        ),
        Mistake(
            "slope-uphill",
            one_edit("-0.5 * jnp.sum", "0.5 * jnp.sum"),
            "Your density is lowest where the data are, and it grows without end as mu leaves them. Look at "
            "the sign in the exponent.",
            caught_by=integrates_to_one_over_one_datum,
        ),
        Mistake(
            "mu-is-ignored",
            one_edit("(x - mu) ** 2", "(x - jnp.mean(x) * (x.size > 1) - mu * (x.size == 1)) ** 2"),
            "Move mu, and for more than one datum your value stays. You put the mean of the data in the place "
            "where the candidate mu belongs.",
            caught_by=slopes_as_the_residuals_pull,
        ),
        Mistake(
            "expanded-square",
            one_edit("jnp.sum((x - mu) ** 2)", "(jnp.sum(x**2) - 2 * mu * jnp.sum(x) + x.size * mu**2)"),
            "Equal on paper, and for data near 10,000 it is a small difference of numbers near 10^10: float32 "
            "has rounded it away. Which subtraction should come first?",
            caught_by=is_the_sum_of_normal_log_densities_far_from_zero_too,
        ),
    ),
    answer="""
The draws are independent, so the density of all of them is a product and its log a sum:

$$\\log p(x_{1:n} \\mid \\mu) = -\\frac{1}{2\\sigma^2} \\sum_i (x_i - \\mu)^2 - \\frac n2 \\log 2\\pi\\sigma^2.$$

With unit variance and 2 pi in its place this is the answer to part a. As a function of mu it is a parabola. The
differences are taken before they are squared: expanded, the three sums would be near $10^{10}$ for a hundred data near
$10^4$, and their difference, about a hundred, would have no digits left.
""",
    afterword="As a function of mu it is a parabola: all that the data say about mu is in its top and its width.",
)
