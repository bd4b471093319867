"""3.6  The labels of new data, with all else held."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking import mixtures, oracles
from dflvi.checking.compare import Tolerance, close, finite, has_shape, holds
from dflvi.checking.exercise import Exercise, Mistake, one_edit


def local_posterior(x_new: Float[Array, " M"], m: Float[Array, " K"], s2: Float[Array, " K"]) -> Float[Array, "M K"]:
    """The best q(c_i) for new data, while the factors q(mu_k) = N(m_k, s2_k) stay as they are.

    Args:
        x_new: the new data, [M].
        m: means of the factors of the component means, [K]. They are not changed.
        s2: variances of these factors, [K]. They are not changed.

    Returns:
        phi, [M, K]: row i holds the probabilities of datum i's label that make the ELBO highest, given m and s2.

    Data of 1,000 and more must give finite numbers in float32.
    """
    return jax.nn.softmax(x_new[:, None] * m[None, :] - 0.5 * (m**2 + s2)[None, :], axis=1)


# ---- other right answers ----------------------------------------------------------------------


def one_datum_at_a_time(x_new, m, s2):
    """From squared distances, mapped over the data."""

    def of_one(x):
        cost = (jnp.square(x - m) + s2) / 2
        weight = jnp.exp(cost.min() - cost)
        return weight / jnp.sum(weight)

    return jax.vmap(of_one)(x_new)


def in_logs(x_new, m, s2):
    """The average log likelihood, less its logsumexp."""
    fit = jax.scipy.stats.norm.logpdf(jnp.expand_dims(x_new, 1), m) - jnp.log(jnp.exp(s2 / 2))
    return jnp.exp(fit - jax.scipy.special.logsumexp(fit, axis=1, keepdims=True))


# ---- checks: cheap to deep --------------------------------------------------------------------


def _start(rng):
    x = mixtures.points(rng, 20, (-2.5, 0.5, 3.0))
    m = (np.array([-2.0, 1.0, 2.5]) + 0.3 * rng.normal(size=3)).astype(np.float32)
    return x, m, rng.permutation([4.0, 0.5, 1.0]).astype(np.float32)


def rows_are_distributions(attempt):
    x, m, s2 = _start(attempt.rng)
    phi = has_shape(attempt(x, m, s2), (20, 3), where="M = 20, K = 3")
    close(phi.sum(axis=1), np.ones(20), where="M = 20, K = 3", says="each row of phi sums to one")
    holds(float(phi.min()) >= 0, "A probability in phi is negative.", value=phi, got=f"{float(phi.min()):.3g}")


def far_data_give_finite_numbers(attempt):
    _, _, s2 = _start(attempt.rng)
    x = np.resize(np.array([150.0, -1000.0, 1000.0], np.float32), 20)
    finite(attempt(x, np.array([-900.0, 20.0, 950.0], np.float32), s2), shape=(20, 3),
           where="x of 150, -1000 and 1000, m = (-900, 20, 950)", what="phi")  # fmt: skip


def no_other_labels_have_a_higher_elbo(attempt):
    # The best q(c_i) is proportional to the exponential of the average log likelihood, which is had by quadrature.
    x, m, s2 = _start(attempt.rng)
    want = np.exp(oracles.log_softmax(mixtures.log_fit(x, m, s2)))
    phi = has_shape(attempt(x, m, s2), (20, 3), where="M = 20, K = 3")
    close(phi, want, Tolerance(2e-5, 1e-4), where=f"M = 20, m = {np.round(m, 2)}, s2 = {np.round(s2, 3)}", says="phi")


exercise = Exercise(
    local_posterior,
    question="3.6",
    minutes=5,
    difficulty=1,
    hints=(
        "Which part of a sweep of coordinate ascent depends on a single datum and on m and s2, and on nothing else?",
        "It is the first block of `cavi_step`, for the new data alone. The old data have spoken already: all they "
        "said is in m and s2.",
        "One softmax a row, over a score that rewards a near m_k and charges for its square and for s2.",
    ),
    checks=(rows_are_distributions, far_data_give_finite_numbers, no_other_labels_have_a_higher_elbo),
    variants=(one_datum_at_a_time, in_logs),
    mistakes=(
        Mistake(
            "normalised-over-data",
            one_edit("axis=1", "axis=0"),
            "A new datum has to belong somewhere with probability one. In your phi the columns sum to one, so that "
            "new data compete with each other.",
            caught_by=rows_are_distributions,
        ),
        Mistake(
            "exp-that-overflows",
            lambda x_new, m, s2: (lambda w: w / w.sum(axis=1, keepdims=True))(
                jnp.exp(x_new[:, None] * m[None, :] - 0.5 * (m**2 + s2)[None, :])
            ),
            "With data near 1,000 you return nan. A score may be large; only differences within a row matter.",
            caught_by=far_data_give_finite_numbers,
        ),
        Mistake(
            "ignores-s2",
            one_edit("(m**2 + s2)", "(m**2 + 0.0 * s2)"),
            "Change s2 and your labels stay as they were. A component of whose place we know little should claim "
            "less.",
            also=lambda x_new, m, s2: jax.nn.softmax(-0.5 * jnp.square(jnp.subtract.outer(x_new, m)), axis=1),
            caught_by=no_other_labels_have_a_higher_elbo,
        ),
        Mistake(
            "predictive-density",
            lambda x_new, m, s2: jax.nn.softmax(
                jax.scipy.stats.norm.logpdf(x_new[:, None], m, jnp.sqrt(1 + s2)), axis=1
            ),
            "You weigh the components by their predictive densities, in which the mean is averaged out before the "
            "log. That is a fair rule for a label. The factor that maximises the ELBO averages the log, and the two "
            "differ where s2 is large.",
            caught_by=no_other_labels_have_a_higher_elbo,
        ),
        Mistake(
            "hard-assignments",
            lambda x_new, m, s2: jax.nn.one_hot(jnp.argmax(one_datum_at_a_time(x_new, m, s2), axis=1), m.size),
            "Your rows hold zeros and a one. A datum half way between two components is half of each.",
            caught_by=no_other_labels_have_a_higher_elbo,
        ),
        Mistake(
            "standard-deviation",
            one_edit("(m**2 + s2)", "(m**2 + jnp.sqrt(s2))"),
            "You add a standard deviation to a square: the units do not fit. It shows at s2 = 4 and not at 1.",
            caught_by=no_other_labels_have_a_higher_elbo,
        ),
    ),
    answer="""
It is the first half of a sweep, on the new data alone: $\\varphi_{ik} \\propto \\exp(x_i m_k - (m_k^2 + s_k^2)/2)$.
M new data cost M rows, whether the model has been fitted to a thousand or to a billion. Where there is no closed form
this is an optimisation for each datum, with the globals frozen. An inference network (section 4) learns to do it in
one go.
""",
    afterword="Locals are cheap as long as the globals stay where they are.",
)
