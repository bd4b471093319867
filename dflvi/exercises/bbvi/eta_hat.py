"""3.1  Where a batch wants the natural parameters to be."""

# Built from solutions/bbvi/eta_hat.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from jaxtyping import Array, Float
from dflvi.checking import mixtures, oracles
from dflvi.checking.compare import Tolerance, close, finite, has_shape
from dflvi.checking.exercise import Exercise
from dflvi.types import Scalar


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
    raise NotImplementedError("yours to write")

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
)
