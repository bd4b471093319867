"""2.4  The expected log likelihood of each datum, one term of the ELBO."""

# Built from solutions/cavi/expected_loglik.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from jaxtyping import Array, Float
from dflvi.checking import mixtures, oracles
from dflvi.checking.compare import Picture, Tolerance, close, finite, has_shape
from dflvi.checking.exercise import Exercise


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
    raise NotImplementedError("yours to write")

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
)
