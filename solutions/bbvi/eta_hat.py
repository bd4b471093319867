"""3.1  Where a batch wants the natural parameters to be."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking import mixtures, oracles
from dflvi.checking.compare import Tolerance, close, finite, has_shape
from dflvi.checking.exercise import Exercise, Mistake, one_edit
from dflvi.types import Scalar
from solutions.bbvi.from_natural import from_natural
from solutions.cavi.cavi_step import cavi_step


def eta_hat(
    x_batch: Float[Array, " B"], eta: Float[Array, "2 K"], sigma2: float | Scalar, n_total: int
) -> Float[Array, "2 K"]:
    """The natural parameters that a sweep over all the data would lead to, estimated from a batch of them.

    Args:
        x_batch: the batch, [B], B at least 1.
        eta: natural parameters of the factors q(mu_k) as they are now, [2, K].
        sigma2: prior variance of the means.
        n_total: how many data there are in all, an int. The batch was drawn from them, all equally likely.

    Returns:
        [2, K]. First the labels of the batch get their best responsibilities at eta. Given these, the best
        factors of the means have the natural parameters asked for; of their two ingredients, prior and data,
        the second is estimated from the batch: on average over batches the result has to be that of all data.

    With the whole data as the batch it is a sweep of `cavi_step` (question 2.8), written in eta. Use yours.
    """
    m, s2 = from_natural(eta)
    phi = cavi_step(x_batch, m, s2, sigma2)[2]
    total, count = x_batch @ phi, phi.sum(axis=0)
    copies = n_total / x_batch.size
    return jnp.stack([copies * total, -0.5 * (1 / sigma2 + copies * count)])


# ---- other right answers ----------------------------------------------------------------------


def from_the_result_of_a_sweep(x_batch, eta, sigma2, n_total):
    """A sweep over the batch as if it were all, less the prior, scaled, and the prior again."""
    m, s2, _ = cavi_step(x_batch, eta[0] / (-2 * eta[1]), -1 / (2 * eta[1]), sigma2)
    prior = jnp.stack([jnp.zeros_like(m), jnp.full_like(m, -1 / (2 * sigma2))])
    return prior + (jnp.stack([m / s2, -1 / (2 * s2)]) - prior) * n_total / len(x_batch)


def datum_by_datum(x_batch, eta, sigma2, n_total):
    """An average over the batch of what each datum says, by itself."""

    def says(x):
        s2 = 1 / (-2 * eta[1])
        fit = -0.5 * (x - eta[0] * s2) ** 2 - 0.5 * s2
        phi = jnp.exp(fit - jax.scipy.special.logsumexp(fit))
        return phi * x, phi / -2

    linear, square = (n_total * part.mean(axis=0) for part in jax.vmap(says)(x_batch))
    return jnp.array([linear, square - 1 / (2 * sigma2)])


def by_differentiating_the_bound(x_batch, eta, sigma2, n_total):
    """The gradient of the expected log joint in the mean parameters."""

    def fit(mean):
        return jax.vmap(lambda x: x * mean[0] - mean[1] / 2)(x_batch)

    s2 = -0.5 / eta[1]
    mean = jnp.stack([eta[0] * s2, (eta[0] * s2) ** 2 + s2])
    phi = jax.lax.stop_gradient(jax.nn.softmax(fit(mean)))

    def log_joint(mean):
        return n_total * jnp.mean(jnp.sum(phi * fit(mean), axis=1)) - jnp.sum(mean[1]) / (2 * sigma2)

    return jax.grad(log_joint)(mean)


# ---- checks: cheap to deep --------------------------------------------------------------------

_SIGMA2, _N, _GRID = 4.0, 30, np.linspace(-15.0, 15.0, 4001)


def _start(rng):
    """30 data in three overlapping groups, not in order, and factors of different widths."""
    x = rng.permutation(mixtures.points(rng, _N, (-2.5, 0.5, 3.0)))
    eta = np.array([[-2.4, 1.2, 2.6], [-0.8, -0.25, -0.6]]) + 0.05 * rng.normal(size=(2, 3))
    return x, eta.astype(np.float32)


def gives_a_row_for_mu_and_a_row_for_its_square(attempt):
    x, eta = _start(attempt.rng)
    has_shape(attempt(x, eta, _SIGMA2, _N), (2, 3), where=f"B = N = {_N}, K = 3")
    finite(attempt(x[:1], eta[:, :1], _SIGMA2, 1), shape=(2, 1), where="B = N = 1, K = 1")


def the_way_there_is_the_natural_gradient(attempt):
    # In two forms: it is the gradient in the mean parameters E[mu], E[mu^2]; and the Fisher information
    # times it is the gradient in eta.
    x, eta = _start(attempt.rng)
    hat = has_shape(attempt(x, eta, _SIGMA2, _N), (2, 3), where=f"B = N = {_N}, K = 3").astype(np.float64)
    way, eta = hat - eta, eta.astype(np.float64)
    m, s2 = mixtures.moments(eta, _GRID)
    logits = mixtures.log_fit(x, m, s2)

    def in_means(mean):
        return mixtures.bound(x, _SIGMA2, logits, mean[0], np.log(mean[1] - mean[0] ** 2))

    def in_eta(eta):
        m, s2 = mixtures.moments(eta, _GRID)
        return mixtures.bound(x, _SIGMA2, logits, m, np.log(s2))

    where = f"the batch is all N = {_N} data, K = 3, sigma2 = {_SIGMA2:g}"
    says = "how far it is from eta to your target, row by row, against the natural gradient of the ELBO"
    close(way, oracles.gradient(in_means, np.stack([m, s2 + m**2])), Tolerance(1e-3, 1e-3), where=where, says=says)
    ordinary = np.einsum("kab,bk->ak", mixtures.fisher(eta, _GRID), way)
    close(ordinary, oracles.gradient(in_eta, eta), Tolerance(2e-3, 1e-3), where=where,
          says="the Fisher information times that way, against the gradient of the ELBO in eta")  # fmt: skip


def batches_agree_on_average_with_all_the_data(attempt):
    x, eta = _start(attempt.rng)
    full = has_shape(attempt(x, eta, _SIGMA2, _N), (2, 3), where=f"B = N = {_N}, K = 3")
    parts = attempt.vmap(0, None, None, None)(x.reshape(6, 5), eta, _SIGMA2, _N)
    parts = has_shape(parts, (6, 2, 3), where="B = 5, N = 30, K = 3")
    mean, where = parts.astype(np.float64).mean(axis=0), "six batches of 5, disjoint, that make up all 30 data"
    for row, name in ((1, "second"), (0, "first")):
        close(mean[row], full[row], Tolerance(1e-4, 1e-4), where=where,
              says=f"the {name} row, averaged over the batches, against that of all data")  # fmt: skip


def a_batch_need_not_divide_the_data(attempt):
    # The target is a straight line in n_total: 30 is in the middle between 28 and 32, which 4 divides.
    x, eta = _start(attempt.rng)
    low, middle, high = (
        has_shape(attempt(x[:4], eta, _SIGMA2, n), (2, 3), where=f"B = 4, N = {n}, K = 3").astype(np.float64)
        for n in (28, 30, 32)
    )
    close(middle, (low + high) / 2, Tolerance(1e-4, 1e-4), where="B = 4, N = 30, K = 3",
          says="the target for N = 30, against half way between those for 28 and 32")  # fmt: skip


# ---- mistakes that are no edit of one place ---------------------------------------------------


def _with_phi(phi, x_batch, sigma2, n_total):
    copies = n_total / x_batch.size
    return jnp.stack([copies * (x_batch @ phi), -0.5 * (1 / sigma2 + copies * phi.sum(axis=0))])


def ignores_the_variance_in_phi(x_batch, eta, sigma2, n_total):
    """Responsibilities at the means."""
    m, _ = from_natural(eta)
    phi = jax.nn.softmax(jnp.outer(x_batch, m) - 0.5 * m[None, :] ** 2, axis=1)
    return _with_phi(phi, x_batch, sigma2, n_total)


def phi_of_the_new_means(x_batch, eta, sigma2, n_total):
    """Responsibilities computed again after the sweep."""
    m, s2, _ = cavi_step(x_batch, *from_natural(eta), sigma2)
    phi = cavi_step(x_batch, m, s2, sigma2)[2]
    return _with_phi(phi, x_batch, sigma2, n_total)


exercise = Exercise(
    eta_hat,
    question="3.1",
    minutes=20,
    difficulty=2,
    hints=(
        "Write the m and s2 of a sweep in natural parameters. Which sums over the data are left, and which "
        "number is not a sum over data?",
        "The sums are a soft total and a soft count of each component. From a batch they are estimated: "
        "each datum of it stands for several. The prior is there once, whatever the batch.",
        "Get m and s2 from eta, phi from your `cavi_step` on the batch, then the two sums over the batch. "
        "Multiply both by the number of data for which a datum of the batch stands. The precision of the "
        "prior joins the count, and the second row is minus one half of that.",
    ),
    checks=(
        gives_a_row_for_mu_and_a_row_for_its_square,
        the_way_there_is_the_natural_gradient,
        batches_agree_on_average_with_all_the_data,
        a_batch_need_not_divide_the_data,
    ),
    variants=(from_the_result_of_a_sweep, datum_by_datum, by_differentiating_the_bound),
    mistakes=(
        Mistake(
            "a-column-each",
            one_edit("copies * count)])", "copies * count)], axis=1)"),
            "The result has a row for each component. As in `to_natural`, it has two rows and a column for "
            "each.",
            caught_by=gives_a_row_for_mu_and_a_row_for_its_square,
        ),
        Mistake(
            "the-way-and-not-the-place",
            lambda x_batch, eta, sigma2, n_total: datum_by_datum(x_batch, eta, sigma2, n_total) - eta,
            "That is the difference between the target and where you are. The place itself is asked for.",
            caught_by=the_way_there_is_the_natural_gradient,
        ),
        Mistake(
            "no-prior",
            one_edit("1 / sigma2 + copies", "copies"),
            "Your second row is the same for sigma2 = 4 and for sigma2 = 0.1. A component without data should "
            "end at its prior.",
            caught_by=the_way_there_is_the_natural_gradient,
        ),
        Mistake(
            "no-half",
            one_edit("-0.5 * (1", "-(1"),
            "The first row is right, the second is twice what it should be. You return minus the precision.",
            caught_by=the_way_there_is_the_natural_gradient,
        ),
        Mistake(
            "mean-and-variance",
            lambda x_batch, eta, sigma2, n_total: jnp.stack(
                from_natural(datum_by_datum(x_batch, eta, sigma2, n_total))
            ),
            "A mean and a variance came back. The target is to be averaged with eta later, so it has to be in "
            "the same coordinates.",
            caught_by=the_way_there_is_the_natural_gradient,
        ),
        Mistake(
            "phi-ignores-the-variance",
            ignores_the_variance_in_phi,
            "The responsibilities take the means of the factors for the truth. Widen one factor and keep its "
            "mean: your target does not notice.",
            caught_by=the_way_there_is_the_natural_gradient,
        ),
        Mistake(
            "phi-one-half-step-later",
            phi_of_the_new_means,
            "Your responsibilities were computed at the new means. They belong to eta as it is now, or the "
            "step goes from another place than where you stand.",
            caught_by=the_way_there_is_the_natural_gradient,
        ),
        Mistake(
            "batch-taken-for-all",
            one_edit("copies = n_total / x_batch.size", "copies = 1.0"),
            "Feed the same 5 points as a batch out of 5 and out of 1,000: your target is identical. Should it "
            "be? The width of q would settle as if you had 5 data in all.",
            also=lambda x_batch, eta, sigma2, n_total: datum_by_datum(x_batch, eta, sigma2, len(x_batch)),
            caught_by=batches_agree_on_average_with_all_the_data,
        ),
        Mistake(
            "prior-scaled-too",
            one_edit("-0.5 * (1 / sigma2 + copies * count)", "-0.5 * copies * (1 / sigma2 + count)"),
            "Average your target over the six batches and compare the second row with that of all data: it is "
            "too far from zero, by the same number for each k. One piece is being repeated.",
            caught_by=batches_agree_on_average_with_all_the_data,
        ),
        Mistake(
            "average-instead-of-total",
            one_edit("copies = n_total / x_batch.size", "copies = 1 / x_batch.size"),
            "Your target sees one datum, however many there are: s2 stays near that of a single observation. "
            "For how many data does one of the batch stand?",
            caught_by=the_way_there_is_the_natural_gradient,
        ),
        Mistake(
            "whole-number-of-batches",
            one_edit("n_total / x_batch.size", "n_total // x_batch.size"),
            "With B = 4 and N = 30 your target is that for 28 data. The two numbers are divided, and the rest "
            "is dropped on the way.",
            caught_by=a_batch_need_not_divide_the_data,
        ),
    ),
    answer="""
A sweep gives $1/s_k^2 = 1/\\sigma^2 + \\sum_i \\varphi_{ik}$ and $m_k / s_k^2 = \\sum_i \\varphi_{ik} x_i$. In
natural parameters:

$$\\hat\\eta_k = \\Big(\\sum_i \\varphi_{ik} x_i,\\; -\\tfrac12 \\big(\\tfrac{1}{\\sigma^2} + \\sum_i
\\varphi_{ik}\\big)\\Big).$$

Both rows are a constant plus a sum over data, and a sum over data is estimated without bias by N/B times the
sum over a batch. The constant is the prior's and is not estimated. In m and s2, which are quotients, this would
not work: the average of quotients is not the quotient of averages.
""",
    afterword="The way from eta to this target is the natural gradient, no matrix inverted.",
)
