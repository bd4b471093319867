"""2.4  The expected log likelihood of each datum, one term of the ELBO."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking import mixtures, oracles
from dflvi.checking.compare import Picture, Tolerance, close, finite, has_shape
from dflvi.checking.exercise import Exercise, Mistake, one_edit


def expected_loglik(
    x: Float[Array, " N"], phi: Float[Array, "N K"], m: Float[Array, " K"], s2: Float[Array, " K"]
) -> Float[Array, " N"]:
    """E_q[log p(x_i | c_i, mu)] in nats, one number for each datum.

    The model: x_i | c_i = k, mu ~ N(mu_k, 1). The approximation: c_i ~ Categorical(phi_i) and mu_k ~ N(m_k, s2_k),
    all independent (Blei et al., section 3).

    Args:
        x: data, [N].
        phi: responsibilities, [N, K]; each row is a distribution.
        m: means of the factors q(mu_k), [K].
        s2: their variances, [K]; zero is allowed.

    Returns:
        the averages, [N]. JAX must be able to differentiate them in phi, m and s2.

    The numbers may lie far from zero: in float32, x = 10,000.3 with m = (10,000, 10,001) must be right to
    0.01.
    """
    square = (x[:, None] - m[None, :]) ** 2 + s2[None, :]
    return -0.5 * (jnp.log(2 * jnp.pi) + jnp.sum(phi * square, axis=1))


# ---- other right answers ----------------------------------------------------------------------


def by_logpdf(x, phi, m, s2):
    """A log density at the mean, less what the spread of the mean costs, weighted by a dot product a datum."""

    def of_one(x, weights):
        return jnp.dot(weights, jax.scipy.stats.norm.logpdf(x, loc=m) - s2 / 2)

    return jax.vmap(of_one)(x, phi)


def component_by_component(x, phi, m, s2):
    """With a Python loop, from the moments of x - mu_k."""
    total = jnp.zeros_like(x)
    for k in range(m.shape[0]):
        first = x - m[k]
        total = total + phi[:, k] * (jnp.square(first) + s2[k] + jnp.log(2 * jnp.pi))
    return -total / 2


# ---- checks: cheap to deep --------------------------------------------------------------------

_N, _WHERE = 6, "N = 6, K = 3"
_CLOSE = Tolerance(1e-4, 1e-4)


def _case(rng):
    """Six data and three factors whose variances differ and are of order one."""
    x = (3 * rng.normal(size=_N)).astype(np.float32)
    phi = np.exp(oracles.log_softmax(rng.normal(size=(_N, 3)))).astype(np.float32)
    m = (np.array([-2.0, 1.0, 2.5]) + 0.3 * rng.normal(size=3)).astype(np.float32)
    return x, phi, m, rng.permutation([4.0, 0.5, 1.0]).astype(np.float32)


def _averages(attempt, x, phi, m, s2, where=_WHERE):
    return finite(has_shape(attempt(x, phi, m, s2), x.shape, where=where), where=where)


def moving_x_and_m_together_changes_nothing(attempt):
    x, phi, m, s2 = _case(attempt.rng)
    value = _averages(attempt, x, phi, m, s2)
    moved = _averages(attempt, x + np.float32(2), phi, m + np.float32(2), s2)
    close(moved, value, _CLOSE, where="2 added to every x and every m", says="only distances count")
    order = [2, 0, 1]
    renamed = _averages(attempt, x, phi[:, order], m[order], s2[order])
    where = "components 1, 2, 3 renamed 3, 1, 2 in phi, m and s2"
    close(renamed, value, _CLOSE, where=where, says="names of components do not count")


def is_a_log_density_where_nothing_is_unsure(attempt):
    x, _, m, s2 = _case(attempt.rng)
    owner = np.arange(_N) % 3
    phi = np.eye(3, dtype=np.float32)[owner]
    want = oracles.normal_logpdf(x.astype(np.float64), m[owner].astype(np.float64))
    where = f"{_WHERE}, every row of phi one-hot, s2 = 0"
    close(_averages(attempt, x, phi, m, 0 * s2, where), want, _CLOSE, where=where, says="log N(x_i; m_k, 1)",
          known={"two log(2 pi)": 2 * np.log(2 * np.pi)})  # fmt: skip


def is_linear_between_two_phi(attempt):
    x, phi, m, s2 = _case(attempt.rng)
    other = np.roll(phi, 1, axis=1)
    ends = [_averages(attempt, x, one, m, s2).astype(np.float64) for one in (phi, other)]
    mixed = (0.25 * phi + 0.75 * other).astype(np.float32)
    where = "phi a quarter one legal phi and three quarters another"
    close(_averages(attempt, x, mixed, m, s2), 0.25 * ends[0] + 0.75 * ends[1], _CLOSE, where=where,
          says="the same mixture of the two results")  # fmt: skip


def averages_over_labels_and_means(attempt):
    x, phi, m, s2 = _case(attempt.rng)
    want = np.sum(phi * mixtures.log_fit(x, m, s2), axis=1)
    got = _averages(attempt, x, phi, m, s2)
    where = f"{_WHERE}, m = {np.round(m, 2)}, s2 = {s2}"
    picture = Picture(np.arange(1, _N + 1), want, got, "datum", "average log likelihood (nats)")
    close(got, want, _CLOSE, where=where, picture=picture,
          says="the average over q, by enumerating c and integrating over mu")  # fmt: skip


def far_data_keep_their_digits(attempt):
    x = np.full(_N, 1e4 + 0.3, np.float32)
    phi = np.tile(np.array([0.5, 0.5, 0.0], np.float32), (_N, 1))
    m, s2 = np.array([1e4, 1e4 + 1, 1e4], np.float32), np.array([0.1, 0.2, 3.0], np.float32)
    want = np.sum(phi * mixtures.log_fit(x, m, s2), axis=1)
    where = "x = 10000.3, m = (10000, 10001, 10000), s2 = (0.1, 0.2, 3), phi = (0.5, 0.5, 0), in float32"
    close(_averages(attempt, x, phi, m, s2, where), want, Tolerance(1e-2, 0.0), where=where)


def slopes_are_those_of_the_average(attempt):
    # The average is linear in s2 and quadratic in m, so differences over a step of one are exact.
    x, phi, m, s2 = _case(attempt.rng)
    s2[1] = 0.0
    base = mixtures.log_fit(x, m, s2)
    in_s2 = phi * (mixtures.log_fit(x, m, s2 + 1.0) - base)
    in_m = phi * (mixtures.log_fit(x, m + 1.0, s2) - mixtures.log_fit(x, m - 1.0, s2)) / 2
    where = f"{_WHERE}, s2 = {s2}"
    for name, place, want in (("s2", 3, in_s2), ("m", 2, in_m)):
        slope = attempt.jacobian(place)(x, phi, m, s2)
        close(slope, want, _CLOSE, where=where, what=f"the Jacobian in {name}", says=f"the slopes in {name}")


exercise = Exercise(
    expected_loglik,
    question="2.4",
    minutes=10,
    difficulty=2,
    differentiable=True,
    hints=(
        "Write log p(x_i | c_i, mu) with an indicator c_ik that is one for the component of datum i and zero for "
        "the others. It is then a sum over k in which each term is a product.",
        "c_i and mu are independent under q, so the average of each product is a product of averages: one of an "
        "indicator, one of a square in mu_k. For the square you need two moments of a Gaussian.",
        "The mean of (x_i - mu_k)^2 under q is the squared distance of x_i from the mean of mu_k, plus one "
        "number more, which is there even if that distance is zero. Weight with phi, then see which part of "
        "the log density does not depend on k.",
    ),
    checks=(
        moving_x_and_m_together_changes_nothing,
        is_a_log_density_where_nothing_is_unsure,
        is_linear_between_two_phi,
        averages_over_labels_and_means,
        far_data_keep_their_digits,
        slopes_are_those_of_the_average,
    ),
    variants=(by_logpdf, component_by_component),
    mistakes=(
        Mistake(
            "sign-of-the-cross-term",
            one_edit("x[:, None] - m[None, :]", "x[:, None] + m[None, :]"),
            "Shift x and m together by 2: nothing should happen, and your result moves. When a datum sits on its "
            "component, x = m, the two should cancel.",
            also=lambda x, phi, m, s2: by_logpdf(-x, phi, m, s2),
            caught_by=moving_x_and_m_together_changes_nothing,
        ),
        Mistake(
            "log-2-pi-for-every-component",
            one_edit("(jnp.log(2 * jnp.pi) + jnp.sum(phi * square, axis=1))",
                     "jnp.sum(jnp.log(2 * jnp.pi) + phi * square, axis=1)"),
            "Your result changes when a component is added that no datum uses. The constant of the Gaussian was "
            "counted K times; whose weight is it to carry?",
            caught_by=is_a_log_density_where_nothing_is_unsure,
        ),
        Mistake(
            "no-half",
            one_edit("-0.5 * (", "-1.0 * ("),
            "Take phi one-hot and s2 = 0, where nothing is unsure: your result should be the log density of x, "
            "and it is twice that.",
            caught_by=is_a_log_density_where_nothing_is_unsure,
        ),
        Mistake(
            "phi-squared",
            one_edit("phi * square", "phi**2 * square"),
            "One-hot rows come out right and mixed ones do not. An average is linear in the probabilities: a "
            "datum that is half one and half the other lies half way between the two results.",
            caught_by=is_linear_between_two_phi,
        ),
        Mistake(
            "average-mean-first",
            one_edit("jnp.sum(phi * square, axis=1)", "(x - phi @ m) ** 2 + phi @ s2"),
            "You averaged the means over phi and then took one distance. A datum half way between two components "
            "is at distance zero from that average and far from both: it should pay for the distance.",
            caught_by=is_linear_between_two_phi,
        ),
        Mistake(
            "expanded-square",
            one_edit("(x[:, None] - m[None, :]) ** 2", "(x[:, None] ** 2 + m[None, :] ** 2 - 2 * jnp.outer(x, m))"),
            "Right on paper. At x = 10,000.3 the squares are near 100,000,000, float32 keeps seven digits of them, "
            "and what is left after they cancel is rounding. Subtract before you square.",
            caught_by=far_data_keep_their_digits,
        ),
        Mistake(
            "means-plugged-in",
            one_edit(" + s2[None, :]", ""),
            "You plugged in the means. A mean that wobbles costs something: raise one s2 and your result does not "
            "move.",
            caught_by=averages_over_labels_and_means,
        ),
        Mistake(
            "standard-deviation-for-variance",
            one_edit("s2[None, :]", "jnp.sqrt(s2)[None, :]"),
            "Fine at s2 = 1 and off at s2 = 4: a standard deviation was added to a square. Check the mean of "
            "mu^2 by drawing a thousand mu.",
            caught_by=averages_over_labels_and_means,
        ),
        Mistake(
            "variance-inside-the-square",
            one_edit("m[None, :]) ** 2 + s2[None, :]", "(m + s2)[None, :]) ** 2"),
            "With s2 = 4 you measure the distance from a point that is 4 to the right of the mean. The spread of "
            "mu_k goes to both sides; what does it do to a mean square?",
            caught_by=averages_over_labels_and_means,
        ),
        Mistake(
            "root-of-zero",
            one_edit("s2[None, :]", "jnp.sqrt(s2)[None, :] ** 2"),
            "The values are right. At s2 = 0 the gradient is nan: you took a square root on the way, whose slope "
            "at zero is infinite, and squared it again.",
            caught_by=slopes_are_those_of_the_average,
        ),
    ),
    answer="""
With indicators, log p(x_i | c_i, mu) = sum_k c_ik log N(x_i; mu_k, 1). Under q the label and the means are
independent, so E[c_ik log N(x_i; mu_k, 1)] = phi_ik E[log N(x_i; mu_k, 1)], and

E[(x_i - mu_k)^2] = x_i^2 - 2 x_i m_k + (m_k^2 + s2_k) = (x_i - m_k)^2 + s2_k.

Since each row of phi sums to one, log 2 pi leaves the sum: the average is
-1/2 [log 2 pi + sum_k phi_ik ((x_i - m_k)^2 + s2_k)]. The review writes the square multiplied out; for
numbers in float32 the form with the difference is the one to compute.
""",
    afterword="Only two moments of q(mu_k) enter, so any other q with these two would do as well.",
)
