"""4.3  The gradient of a smoothed problem."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking.compare import has_shape, holds, statistic_is
from dflvi.checking.exercise import Exercise, Mistake, one_edit
from dflvi.types import Key, Scalar


def relaxed_grad(key: Key, a: Float[Array, " m"], f: Float[Array, " m"], tau: Scalar, n: int) -> Float[Array, " m"]:
    """The pathwise estimate of the gradient in a of E[f . y], where y is a softened draw of a category.

    Args:
        key: a PRNG key. All randomness comes from it.
        a: logits, [m].
        f: the value at each category, [m]; f . y is their average with weights y.
        tau: the temperature, a positive number.
        n: how many independent draws of y, a Python int, at least 1.

    Returns:
        the estimate, [m], with the slope along each path.

    With g as in `gumbel_argmax`, y is the softmax of the noisy logits a + g, all of them divided by tau: a point in
    the simplex that comes close to a corner when tau is small. (Maddison, Mnih and Teh 2017; Jang, Gu
    and Poole, Categorical Reparameterization with Gumbel-Softmax, 2017.)
    """
    g = jax.random.gumbel(key, (n, a.size))

    def average(a):
        y = jax.nn.softmax((a[None] + g) / tau, axis=1)
        return jnp.mean(y @ f)

    return jax.grad(average)(a)


# ---- other right answers ----------------------------------------------------------------------


def by_the_slope_of_softmax(key, a, f, tau, n):
    """Each path by hand."""
    u = jax.random.uniform(key, (n, a.shape[0]), minval=1e-20, maxval=1 - 1e-7)
    y = jax.nn.softmax((a[None] - jnp.log(-jnp.log(u))) / tau, axis=-1)
    slopes = y * (f[None] - (y @ f)[:, None]) / tau
    return slopes.sum(axis=0) / n


def path_by_path(key, a, f, tau, n):
    """A gradient for each key, mapped."""

    def slope(key):
        clocks = jax.random.exponential(key, a.shape)
        return jax.grad(lambda a: jnp.vdot(f, jax.nn.softmax((a - jnp.log(clocks)) * (1 / tau))))(a)

    return jnp.mean(jax.vmap(slope)(jax.random.split(key, n)), axis=0)


# ---- checks: cheap to deep --------------------------------------------------------------------

A = np.array([0.2, -1.0, 0.5], np.float32)
F = np.array([1.0, 3.0, -2.0], np.float32)
N, KEYS = 16, 1000
TAUS = (2.0, 0.6)
WHERE = f"a = (0.2, -1, 0.5), f = (1, 3, -2), n = {N}"


def _one(attempt, key):
    return has_shape(attempt(key, A, F, 2.0, N), (3,), where=f"{WHERE}, tau = 2")


def _many(attempt, tau):
    got = attempt.vmap(0, None, None, None, None)(attempt.keys(KEYS), A, F, tau, N)
    return has_shape(got, (KEYS, 3), where=f"{WHERE}, tau = {tau}").astype(np.float64)


def _exact(tau):
    """Mean and variance of one path's slope.

    Softened draws depend on the ratios of the three exponential clocks, which are uniform on a triangle: a sum over
    a grid of 300 by 300 points of it.
    """
    line = (np.arange(300) + 0.5) / 300
    u, v = np.meshgrid(np.sqrt(line), line)
    clocks = np.stack([1 - u, u * (1 - v), u * v], axis=-1).reshape(-1, 3)
    powers = (np.exp(A.astype(np.float64)) / clocks) ** (1 / tau)
    y = powers / powers.sum(axis=1, keepdims=True)
    slopes = np.stack([(y * F * ((np.arange(3) == k) - y[:, k : k + 1])).sum(axis=1) for k in range(3)], axis=1) / tau
    return slopes.mean(axis=0), slopes.var(axis=0)


def is_an_estimate_for_each_logit(attempt):
    moves = bool(np.any(_one(attempt, attempt.key()) != 0))
    holds(moves, "The estimate is exactly zero in every component.", value=float(moves), where=f"{WHERE}, tau = 2")


def draws_with_the_key_it_is_given(attempt):
    key, other = attempt.key(), attempt.key()
    first, again, second = (_one(attempt, k) for k in (key, key, other))
    same = bool(np.array_equal(first, again))
    holds(same, "One key gave two results. A function of a key draws from nothing else.", value=float(same),
          where=f"the same key twice, {WHERE}, tau = 2")  # fmt: skip
    same = bool(np.allclose(first, second, rtol=1e-6))
    # The number without noise, to tell a fixed key from no noise at all.
    soft = np.exp(A.astype(np.float64) / 2)
    soft /= soft.sum()
    quiet = bool(np.allclose(first, soft * (F - soft @ F) / 2, rtol=1e-3))
    holds(not same, "Two keys gave the same estimate.", value=[same, quiet], where=f"two keys, {WHERE}, tau = 2",
          got=str(np.round(first, 4)))  # fmt: skip


def scatters_as_n_paths_do(attempt):
    # An average of 16 bounded slopes has kurtosis below 3.5: 2.5 % for a standard deviation over 1,000 keys.
    _, variance = _exact(2.0)
    got = _many(attempt, 2.0).std(axis=0) / np.sqrt(variance / N)
    statistic_is(got, np.ones(3), 1.2 * 0.025, comparisons=3, where=f"{WHERE}, tau = 2, {KEYS} keys",
                 says="the scatter from key to key, in units of what n independent paths have")  # fmt: skip


def averages_to_the_gradient_of_the_smoothed_problem(attempt):
    # A mean of 16,000 bounded slopes: normal. The slack is for the grid behind the truth.
    for tau in TAUS:
        mean, variance = _exact(tau)
        statistic_is(_many(attempt, tau).mean(axis=0), mean, 1.02 * np.sqrt(variance / (N * KEYS)), comparisons=6,
                     slack=1e-3, where=f"{WHERE}, tau = {tau}, {KEYS} keys",
                     says="the mean over keys is the slope of E[f . y]")  # fmt: skip


# ---- known wrong answers ----------------------------------------------------------------------


def by_the_score(key, a, f, tau, n):
    """An unbiased estimate of the slope of the hard problem."""
    z = jax.random.categorical(key, a, shape=(n,))
    return jnp.mean(f[z][:, None] * (jax.nn.one_hot(z, a.size) - jax.nn.softmax(a)), axis=0)


def through_the_hard_choice(key, a, f, tau, n):
    """The corner itself."""
    g = jax.random.gumbel(key, (n, a.size))
    return jax.grad(lambda a: jnp.mean(jax.nn.one_hot(jnp.argmax(a + g, axis=1), a.size) @ f))(a)


exercise = Exercise(
    relaxed_grad,
    question="4.3",
    minutes=8,
    difficulty=2,
    hints=(
        "It is `pathwise_grad` again: noise outside, a smooth function of the parameters inside, JAX for the slope.",
        "The only new thing is what stands between a and f. Where `gumbel_argmax` takes the place of the largest, "
        "take a softmax of the same numbers, made sharper by the temperature.",
        "n rows of Gumbel noise; inside, softmax along each row of all that is noisy over tau, times f, averaged. "
        "Differentiate that in a.",
    ),
    checks=(
        is_an_estimate_for_each_logit,
        draws_with_the_key_it_is_given,
        scatters_as_n_paths_do,
        averages_to_the_gradient_of_the_smoothed_problem,
    ),
    variants=(by_the_slope_of_softmax, path_by_path),
    mistakes=(
        Mistake(
            "hard-after-all",
            through_the_hard_choice,
            "Zero in every component: an argmax has no slope. The softened choice is what can be differentiated.",
            caught_by=is_an_estimate_for_each_logit,
        ),
        Mistake(
            "no-noise",
            one_edit("(a[None] + g)", "(a[None] + 0 * g)"),
            "Every key gives the same gradient, as there is no noise in it: that is the slope of f at a softmax, and "
            "not of an expectation.",
            caught_by=draws_with_the_key_it_is_given,
        ),
        Mistake(
            "fixed-key-inside",
            one_edit("gumbel(key,", "gumbel(jax.random.key(0),"),
            "At tau = 2 two keys agree to the last digit. Whose key makes your noise?",
            caught_by=draws_with_the_key_it_is_given,
        ),
        Mistake(
            "temperature-forgotten",
            one_edit(" / tau, axis", ", axis"),
            "The result is one and the same for tau = 2 and tau = 0.6. Where does the temperature enter?",
            also=lambda key, a, f, tau, n: by_the_slope_of_softmax(key, a, f, 1.0, n),
            caught_by=scatters_as_n_paths_do,
        ),
        Mistake(
            "temperature-upside-down",
            one_edit("(a[None] + g) / tau", "(a[None] + g) * tau"),
            "At tau = 2 your y are close to corners, as they should be at low temperatures. Hot means soft.",
            caught_by=scatters_as_n_paths_do,
        ),
        Mistake(
            "noise-not-cooled",
            one_edit("(a[None] + g) / tau", "a[None] / tau + g"),
            "The temperature acts on the logits and not on the noise in yours. At low tau the noise is then drowned, "
            "and the corners come up with other probabilities.",
            caught_by=scatters_as_n_paths_do,
        ),
        Mistake(
            "one-log-missing",
            one_edit("jax.random.gumbel", "jax.random.exponential"),
            "The noise has one log too few; test it in `gumbel_argmax`, where the frequencies tell.",
            caught_by=scatters_as_n_paths_do,
        ),
        Mistake(
            "score-instead",
            by_the_score,
            "That is the gradient of the hard problem, without bias. A good thing to have; but the softened problem "
            "has another gradient, and the difference is what we are after.",
            caught_by=scatters_as_n_paths_do,
        ),
        Mistake(
            "sum-instead-of-mean",
            one_edit("jnp.mean(", "jnp.sum("),
            "With n = 16 paths the result is 16 times too large. What does an expectation do with the number of draws?",
            caught_by=scatters_as_n_paths_do,
        ),
        Mistake(
            "one-path-n-times",
            one_edit("(n, a.size))", "(1, a.size)) * jnp.ones((n, 1))"),
            "The mean is right and n = 16 does not help: all rows of your noise are equal.",
            caught_by=scatters_as_n_paths_do,
        ),
        Mistake(
            "downhill",
            one_edit("return jnp.mean(", "return -jnp.mean("),
            "Your gradient points to smaller values of f: its second component is negative, and the second category "
            "has the largest value of all.",
            caught_by=averages_to_the_gradient_of_the_smoothed_problem,
        ),
    ),
    answer="""
$y = \\mathrm{softmax}((a + g)/\\tau)$, and along a path
$\\partial (f\\cdot y)/\\partial a_k = y_k (f_k - f\\cdot y)/\\tau$. The estimate is unbiased for the slope of
$J_\\tau(a) = \\mathbb E[f \\cdot y]$, which is not J: for $\\tau \\to 0$ it tends to J, and the slopes, which are near
zero except close to a border between corners where they are of size $1/\\tau$, scatter more and more.
""",
    afterword="Unbiased for the wrong problem. How wrong, the next cells show.",
)
