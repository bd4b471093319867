"""1.3  The log-likelihood of a Gaussian mean."""

# Built from solutions/conjugacy/log_likelihood.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from jaxtyping import Array, Float
from dflvi.checking import oracles
from dflvi.checking.compare import T32, Picture, Tolerance, close, finite, has_shape, holds
from dflvi.checking.exercise import Exercise
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
    raise NotImplementedError("yours to write")

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
)
