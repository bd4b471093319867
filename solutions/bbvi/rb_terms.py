"""3.10  Counting what is left of the weight."""

import numpy as np

from dflvi.checking.compare import Wrong, array, close
from dflvi.checking.exercise import Exercise, Mistake, one_edit


def rb_terms(name: str, N: int) -> int:
    """How many factors of the model are left in the Rao-Blackwellised weight of a variable.

    The model: p(beta) times the product over i = 1 ... N of p(z_i | beta) p(x_i | z_i, beta); x is observed. In
    the gradient of a variable's own parameters the weight log p - log q keeps those factors of p in which the
    variable occurs (BBVI, eq. 6). Count the factors of p; the variable's own log q is not counted.

    Args:
        name: "beta", or "z_i" for one of the local variables.
        N: number of data, at least 1.

    Returns:
        the number of factors, an int.
    """
    return {"beta": 2 * N + 1, "z_i": 2}[name]


# ---- other right answers ----------------------------------------------------------------------


def by_listing_the_factors(name, N):
    """Writes down who occurs in each factor."""
    factors = [{"beta"}]
    for i in range(N):
        factors += [{"beta", i}, {"beta", i}]
    return sum(("beta" if name == "beta" else 0) in factor for factor in factors)


# ---- checks: cheap to deep --------------------------------------------------------------------


def _log_factors(beta, z, x):
    """The logs of all factors of a model of this form."""
    return np.concatenate([[-(beta**2)], np.cos(z + beta), np.sin(x * z + 2 * beta)])


def _changed(rng, name, n):
    """How many of them change when the variable does."""
    z, x = rng.uniform(0.2, 1.0, n), rng.uniform(0.2, 1.0, n)
    before = _log_factors(0.3, z, x)
    after = _log_factors(0.4, z, x) if name == "beta" else _log_factors(0.3, z + 0.1 * np.eye(n)[0], x)
    return int(np.sum(before != after))


def _count(attempt, name, n):
    got = array(attempt(name, n)).astype(np.float64)
    if got.shape not in ((), (1,)):
        raise Wrong("One number is asked for.", got=f"shape {got.shape}")
    return got.reshape(())


def a_local_variable_has_as_many_as_change_with_it(attempt):
    for n in (7, 1, 40):
        close(_count(attempt, "z_i", n), _changed(attempt.rng, "z_i", n), where=f'name = "z_i", N = {n}',
              says="the number of factors")  # fmt: skip


def the_global_variable_has_as_many_as_change_with_it(attempt):
    for n in (7, 1, 40):
        close(_count(attempt, "beta", n), _changed(attempt.rng, "beta", n), where=f'name = "beta", N = {n}',
              says="the number of factors")  # fmt: skip


exercise = Exercise(
    rb_terms,
    question="3.10",
    minutes=5,
    difficulty=1,
    hints=(
        "Go through the product from left to right. In which factors does z_3 occur?",
        "For N = 2 write all factors down, there are five. Underline beta in them, then z_1.",
        "A local variable occurs in its prior and in the likelihood of its own datum. The global one occurs in its "
        "own prior and in both factors of every datum.",
    ),
    checks=(a_local_variable_has_as_many_as_change_with_it, the_global_variable_has_as_many_as_change_with_it),
    variants=(by_listing_the_factors,),
    mistakes=(
        Mistake(
            "exchanged",
            lambda name, N: {"z_i": 2 * N + 1, "beta": 2}[name],
            "Your local variable gets more factors as N grows. One z_i has never heard of the other data.",
            also=lambda name, N: 2 if name == "beta" else 1 + N + N,
            caught_by=a_local_variable_has_as_many_as_change_with_it,
        ),
        Mistake(
            "prior-of-the-local-left-out",
            lambda name, N: {"beta": N + 1, "z_i": 1}[name],
            "You count the likelihood of a datum and not the factor that gives z_i its distribution.",
            caught_by=a_local_variable_has_as_many_as_change_with_it,
        ),
        Mistake(
            "log-q-counted",
            lambda name, N: {"beta": 2 * N + 2, "z_i": 3}[name],
            "You are above by one for both: log q is in the weight, and it is no factor of the model.",
            caught_by=a_local_variable_has_as_many_as_change_with_it,
        ),
        Mistake(
            "prior-of-beta-left-out",
            one_edit("2 * N + 1", "2 * N"),
            "For N = 1 your global variable has 2 factors. There is a third one that does not mention any datum.",
            caught_by=the_global_variable_has_as_many_as_change_with_it,
        ),
        Mistake(
            "only-one-factor-a-datum",
            one_edit("2 * N + 1", "N + 1"),
            "You count one factor a datum for beta. In this model both the distribution of z_i and that of x_i "
            "mention it.",
            caught_by=the_global_variable_has_as_many_as_change_with_it,
        ),
    ),
    answer="""
$z_i$ occurs in $p(z_i \\mid \\beta)$ and $p(x_i \\mid z_i, \\beta)$: 2, whatever N. $\\beta$ occurs in $p(\\beta)$ and
in both factors of every datum: 2N + 1, that is, in all of them. So Rao-Blackwellization takes away nearly everything
from the weight of a local variable, and nothing of the model from that of the global one.
""",
    afterword="All of the model's factors are left for beta: its gradient gains nothing here.",
)
