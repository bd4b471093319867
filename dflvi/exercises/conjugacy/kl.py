"""1.4  The Kullback-Leibler divergence between two distributions over n cells."""

# Built from solutions/conjugacy/kl.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from jaxtyping import Array, Float
from dflvi.checking.compare import Tolerance, close, finite, has_shape, holds
from dflvi.checking.exercise import Exercise
from dflvi.types import Scalar


def kl(q: Float[Array, " n"], p: Float[Array, " n"]) -> Scalar:
    """KL(q || p), in nats: how much q differs from p, averaged where q is.

    Args:
        q: probabilities of n cells, [n], summing to one. Some may be zero.
        p: probabilities of the same cells, [n], summing to one. Some may be zero.

    Returns:
        the divergence, a number that is at least zero up to rounding. A cell with q = 0 contributes nothing,
        also where p = 0 too. If q has mass in a cell where p has none, the result is +inf. JAX must be able to
        differentiate it where all probabilities are positive.

    (Goodfellow et al., Deep Learning, eq. 3.50, for cells.)
    """
    raise NotImplementedError("yours to write")

CLOSE = Tolerance(1e-5, 1e-5)

N, CELLS = 40, 6


def _distributions(rng, spread=1.2):
    logits = spread * rng.normal(size=(N, CELLS))
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    return p / p.sum(axis=1, keepdims=True)


def _mapped(attempt, q, p, where):
    got = attempt.vmap(0, 0)(q.astype(np.float32), p.astype(np.float32))
    return has_shape(got, (N,), where=where).astype(np.float64)


def is_zero_and_flat_where_q_is_p(attempt):
    p = np.array([0.1, 0.2, 0.3, 0.4], np.float32)
    where = "q = p = [.1, .2, .3, .4]"
    close(attempt(p, p), 0.0, where=where, says="nothing differs")
    slope = finite(attempt.grad(0)(p, p), shape=(4,), where=where, what="the gradient in q").astype(np.float64)
    in_logits = p * (slope - p @ slope)  # along the simplex; off it there is nothing to ask
    close(in_logits, np.zeros(4), where=where, says="a minimum is flat", what="the gradient in the logits of q")


def is_never_negative(attempt):
    q, p = _distributions(attempt.rng), _distributions(attempt.rng)
    q[: N // 2] = 0.05 * q[: N // 2] + 0.95 * p[: N // 2]
    where = f"{N} random pairs over {CELLS} cells, half of them close to each other"
    got = _mapped(attempt, q, p, where)
    lowest = float(np.min(got))
    holds(lowest >= -1e-5, "A divergence came out negative.", value=got, where=where, expected="at least 0",
          got=f"{lowest:.4g}")  # fmt: skip


def merging_cells_never_adds(attempt):
    # Two merged cells are written as two cells with half of their sum each, which has the same divergence.
    q, p = _distributions(attempt.rng), _distributions(attempt.rng)
    merged = [np.concatenate([one[:, :4], np.repeat(one[:, 4:].mean(axis=1, keepdims=True), 2, axis=1)], axis=1)
              for one in (q, p)]  # fmt: skip
    where = f"{N} pairs over {CELLS} cells, before and after the last two cells are averaged"
    before, after = _mapped(attempt, q, p, where), _mapped(attempt, *merged, where)
    gain = after - before
    holds(bool(np.all(gain <= 1e-5)), "Who looks less closely cannot see more of a difference.", value=gain,
          where=where, expected="no gain", got=f"a gain of {float(np.max(gain)):.4g}")  # fmt: skip


def adds_up_along_a_chain(attempt):
    # The cells are (a, b), 2 x 3: KL of the pair = KL of a + E_q KL of b given a. Marginal and conditionals are
    # spread evenly over 6 cells, so that the shape is the same.
    q, p = _distributions(attempt.rng), _distributions(attempt.rng)
    pairs = [one.reshape(N, 2, 3) for one in (q, p)]
    of_a = [one.sum(axis=2) for one in pairs]
    where = f"{N} pairs over cells (a, b), 2 x 3: the KL of (a, b) against that of a and of b given a"
    whole = _mapped(attempt, q, p, where)
    parts = _mapped(attempt, *(np.repeat(one / 3, 3, axis=1) for one in of_a), where)
    for a in range(2):
        given = [np.tile(one[:, a] / marginal[:, [a]], 2) / 2 for one, marginal in zip(pairs, of_a, strict=True)]
        parts = parts + of_a[0][:, a] * _mapped(attempt, *given, where)
    close(whole, parts, Tolerance(2e-5, 2e-5), where=where, says="the parts add up to the whole")


def cells_that_q_never_visits_cost_nothing(attempt):
    q, p, moved = (_distributions(attempt.rng) for _ in range(3))
    q[:, :3] = 0.0
    q /= q.sum(axis=1, keepdims=True)
    moved[:, :3] *= p[:, :3].sum(axis=1, keepdims=True) / moved[:, :3].sum(axis=1, keepdims=True)
    moved[:, 3:] = p[:, 3:]
    nowhere = p.copy()
    nowhere[:, 1] += nowhere[:, 0]
    nowhere[:, 0] = 0.0
    where = f"{N} pairs over {CELLS} cells, q = 0 in the first three"
    got = finite(_mapped(attempt, q, p, where), where=where)
    for other, what in ((moved, "p moved about among those three"), (nowhere, "p = 0 too in the first")):
        close(_mapped(attempt, q, other, where), got, CLOSE, where=f"{where}; {what}", says="nothing changes")


def is_infinite_where_p_excludes_what_q_visits(attempt):
    q, p = _distributions(attempt.rng), _distributions(attempt.rng)
    p[:, 2] = 0.0
    p /= p.sum(axis=1, keepdims=True)
    where = f"{N} pairs over {CELLS} cells, p = 0 in the third, where q is not"
    got = _mapped(attempt, q, p, where)
    others = np.delete(q, 2, axis=1)
    without = np.sum(others * np.log(others / np.delete(p, 2, axis=1)), axis=1)  # as if that cell were not there
    left_out = np.abs(got - without) <= 1e-3
    kinds = np.select([np.isnan(got), np.isposinf(got), left_out], [2.0, 1.0, 0.0], 3.0)
    shown = ", ".join(f"{one:.4g}" for one in got[:3])
    holds(bool(np.all(kinds == 1.0)), "What p holds to be impossible happens under q, and that has no finite price.",
          value=kinds, where=where, expected="inf", got=f"{shown}, ...")  # fmt: skip


def is_the_area_along_the_path_from_p_to_q(attempt):
    # With m_t = (1 - t) p + t q, d/dt KL(m_t || p) = sum (q - p) log(m_t / p), and KL is 0 at t = 0. Near t = 1
    # a cell with q = 0 has a log singularity; t = 1 - s^4 takes it away.
    q, p = _distributions(attempt.rng), _distributions(attempt.rng)
    q[::2, 1] = 0.0
    q /= q.sum(axis=1, keepdims=True)
    q, p = (one.astype(np.float32).astype(np.float64) for one in (q, p))
    nodes, weights = np.polynomial.legendre.leggauss(80)
    s, weights = (nodes[:, None, None] + 1) / 2, weights / 2
    slope = np.sum((q - p) * np.log1p((1 - s**4) * (q / p - 1)), axis=2)
    want = weights @ (slope * 4 * s[..., 0] ** 3)
    where = f"{N} random pairs over {CELLS} cells, every other q with a zero"
    close(_mapped(attempt, q, p, where), want, Tolerance(2e-5, 2e-5), where=where, says="KL(q || p)")


exercise = Exercise(
    kl,
    question="1.4",
    minutes=8,
    difficulty=1,
    differentiable=True,
    hints=(
        "It is an average of a log ratio. Which of the two distributions does the averaging, and which of the "
        "two stands on top in the ratio?",
        "Write the sum first for positive numbers and check that it is zero for q = p. Then ask what x log x "
        "tends to as x goes to zero, and make the code say so: 0 times -inf is nan for a computer.",
        "Where q is zero, put harmless numbers into the log before you take it (`jnp.where` on its arguments), so "
        "that no nan ever arises. Leave the cells with p = 0 and q > 0 alone: the log does the right thing there.",
    ),
    checks=(
        is_zero_and_flat_where_q_is_p,
        is_never_negative,
        merging_cells_never_adds,
        adds_up_along_a_chain,
        cells_that_q_never_visits_cost_nothing,
        is_infinite_where_p_excludes_what_q_visits,
        is_the_area_along_the_path_from_p_to_q,
    ),
)
