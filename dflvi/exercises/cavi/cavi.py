"""2.8  Coordinate ascent to convergence."""

# Built from solutions/cavi/cavi.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from jaxtyping import Array, Float
from dflvi.checking import mixtures, oracles
from dflvi.checking.compare import Picture, Tolerance, close, fields, finite, has_shape, holds
from dflvi.checking.exercise import Exercise
from dflvi.types import CaviResult, Scalar


def cavi(
    x: Float[Array, " N"],
    m0: Float[Array, " K"],
    s20: Float[Array, " K"],
    sigma2: float | Scalar,
    max_iters: int = 200,
    tol: float | Scalar = 1e-6,
) -> CaviResult:
    """Sweeps of `cavi_step` from a start (m0, s20), until the ELBO has all but stopped changing.

    Args:
        x: data, [N].
        m0: means to start from, [K].
        s20: variances to start from, [K].
        sigma2: prior variance of the means.
        max_iters: most sweeps to do, a Python int, at least 1.
        tol: stop after the first sweep that changes the ELBO by less than tol relative to its size; tol = 0
            means to go on.

    Returns:
        the five parts of a `CaviResult` (`dflvi.types`), in that container, a tuple or a dict. elbos has
        length max_iters and holds the ELBO in nats after each sweep (Blei et al., eq. 21, with every
        constant); entries after the last sweep done repeat its value.

    A scan, a while_loop or a Python loop are all right. You have an ELBO already, from question 2.7.
    """
    raise NotImplementedError("yours to write")

_SIGMA2, _N, _SWEEPS = 4.0, 120, 40

_NAMES = ("m", "s2", "phi", "elbos", "n_iter")


def _overlapping(rng):
    """Groups so close that CAVI needs 10 to 60 sweeps, and an undecided start."""
    x = mixtures.points(rng, _N, (-2.5, 0.5, 3.0))
    m0 = (np.array([-1.0, 0.2, 1.0]) + 0.3 * rng.normal(size=3)).astype(np.float32)
    return x, m0, np.ones(3, np.float32)


def _run(attempt, x, m0, s20, *more):
    """The five parts; `more` is max_iters and tol, or nothing."""
    result = dict(zip(_NAMES, fields(attempt(x, m0, s20, _SIGMA2, *more), *_NAMES), strict=True))
    max_iters = more[0] if more else 200
    shapes = (m0.shape, m0.shape, (len(x), len(m0)), (max_iters,), ())
    where = f"N = {len(x)}, K = {len(m0)}, max_iters = {max_iters}"
    for name, shape in zip(_NAMES, shapes, strict=True):
        has_shape(result[name], shape, where=where, what=name)
    return result


def the_elbo_never_falls(attempt):
    x, m0, s20 = _overlapping(attempt.rng)
    elbos = _run(attempt, x, m0, s20, _SWEEPS, 0.0)["elbos"]
    where = f"N = {_N}, K = 3, sigma2 = {_SIGMA2:g}, tol = 0, m0 = {np.round(m0, 2)}"
    elbos = finite(elbos, where=where, what="elbos").astype(np.float64)
    falls = elbos[:-1] - elbos[1:] - 1e-6 * np.abs(elbos[1:]) - 1e-4
    worst = int(np.argmax(falls))
    picture = Picture(np.arange(1, _SWEEPS + 1), np.maximum.accumulate(elbos), elbos, "sweep", "ELBO (nats)")
    holds(bool(np.all(falls <= 0)), f"The ELBO falls from sweep {worst + 1} to sweep {worst + 2}.",
          value=elbos, where=where, expected="at least as much as before", picture=picture,
          got=f"{elbos[worst]:.6g}, then {elbos[worst + 1]:.6g}")  # fmt: skip


def one_component_reaches_the_log_evidence(attempt):
    # With K = 1 the family holds the posterior, so the ELBO ends at log p(x): x is jointly normal.
    x, m0, s20 = _overlapping(attempt.rng)
    result = _run(attempt, x, m0[:1], s20[:1])
    where = f"K = 1, N = {_N}, sigma2 = {_SIGMA2:g}, max_iters and tol left out"
    x = x.astype(np.float64)
    precision = 1 / _SIGMA2 + _N
    mean = x.sum() / precision
    close(result["m"], [mean], Tolerance(1e-4, 1e-4), where=where, says="the exact mean", what="m")
    close(result["s2"], [1 / precision], where=where, says="the exact variance", what="s2")
    evidence = oracles.multivariate_normal_logpdf(x, 0.0, np.eye(_N) + _SIGMA2)
    known = {"log N": np.log(_N), "log sigma2": np.log(_SIGMA2)}
    close(result["elbos"][-1], evidence, Tolerance(1e-2, 2e-5), where=where, what="elbos", known=known,
          says="the last ELBO, which is log p(x) here")  # fmt: skip
    n = float(result["n_iter"])
    holds(1 <= n <= 3, "With one component the first sweep is exact, and the second sees no change.", value=n,
          where=where, expected="n_iter of 2 (or 1, or 3)", got=f"{n:g}")  # fmt: skip


def one_iteration_is_one_sweep_and_its_elbo(attempt):
    x, m0, _ = _overlapping(attempt.rng)
    s20 = attempt.rng.permutation([4.0, 0.5, 1.0]).astype(np.float32)
    result = _run(attempt, x, m0, s20, 1, 0.0)
    where = f"max_iters = 1, s20 = {s20}"
    m, log_s2 = result["m"], np.log(np.maximum(finite(result["s2"], what="s2"), 1e-30))
    logits = mixtures.logits_of(finite(result["phi"], what="phi"))
    value = mixtures.bound(x, _SIGMA2, logits, m, log_s2)
    known = {"N log K": _N * np.log(3.0)}
    close(result["elbos"][0], value, Tolerance(1e-2, 2e-5), where=where, known=known, what="elbos",
          says="the ELBO of the m, s2 and phi that you returned")  # fmt: skip
    tolerance = Tolerance(5e-3, 0.0)
    in_logits = mixtures.slopes(x, _SIGMA2, logits, m0, np.log(s20))[0]
    close(in_logits, np.zeros((_N, 3)), tolerance, where=where, what="the slope",
          says="the ELBO at m0, s20 still has a slope in the logits of phi")  # fmt: skip
    in_m = mixtures.slopes(x, _SIGMA2, logits, m, log_s2)[1]
    close(in_m, np.zeros(3), tolerance, where=where, says="the ELBO still has a slope in m", what="the slope")


def stops_after_the_first_small_relative_change(attempt):
    # The sweeps of a run with tol = 0 say how many a run with another tol should take.
    x, m0, s20 = _overlapping(attempt.rng)
    elbos = _run(attempt, x, m0, s20, _SWEEPS, 0.0)["elbos"].astype(np.float64)
    change = np.abs(np.diff(elbos) / elbos[1:])
    smallest = np.minimum.accumulate(change)
    clear = np.where(smallest[:-1] > 3e-4, smallest[:-1] / np.maximum(change[1:], 1e-9), 0.0)
    last_large = 1 + int(np.argmax(clear[1:]))
    tol = float(np.sqrt(smallest[last_large] * max(change[last_large + 1], 1e-9)))
    sweeps = last_large + 3
    result = _run(attempt, x, m0, s20, _SWEEPS, tol)
    n = float(result["n_iter"])
    shown = ", ".join(f"{c:.2g}" for c in change[:sweeps])
    where = f"tol = {tol:.3g}; the relative changes, from the second sweep on, are {shown}, ..."
    says = "It stops at another sweep than the first whose relative change is below tol."
    holds(abs(n - sweeps) <= 1, says, value=n, tolerance=0.05, where=where, got=f"{n:g}",
          expected=f"n_iter of about {sweeps}")  # fmt: skip
    rest = result["elbos"][sweeps + 1 :]
    close(rest, np.full(rest.shape, elbos[sweeps - 1]), Tolerance(1e-3, 1e-4), where=where, what="elbos",
          says="after the last sweep its ELBO is repeated")  # fmt: skip


def ends_where_every_slope_is_zero(attempt):
    x = mixtures.points(attempt.rng, _N, (-5.0, 0.0, 5.0))
    m0 = (np.array([-4.0, 1.0, 3.0]) + 0.3 * attempt.rng.normal(size=3)).astype(np.float32)
    s20 = attempt.rng.permutation([4.0, 0.5, 1.0]).astype(np.float32)
    result = _run(attempt, x, m0, s20, _SWEEPS, 0.0)
    where = f"groups at -5, 0 and 5, N = {_N}, tol = 0, {_SWEEPS} sweeps"
    m, s2, phi = (finite(result[name], where=where, what=name) for name in _NAMES[:3])
    slopes = mixtures.slopes(x, _SIGMA2, mixtures.logits_of(phi), m, np.log(np.maximum(s2, 1e-30)))
    for slope, name in zip(slopes, ("the logits of phi", "m", "log s2"), strict=True):
        close(slope, np.zeros(slope.shape), Tolerance(2e-2, 0.0), where=where, what="the slope",
              says=f"at the end the ELBO still has a slope in {name}")  # fmt: skip
    order = [2, 0, 1]
    renamed = _run(attempt, x, m0[order], s20[order], _SWEEPS, 0.0)["m"]
    where = "components 1, 2, 3 renamed 3, 1, 2"
    close(renamed, m[order], Tolerance(1e-3, 1e-3), where=where, says="m", what="m")


exercise = Exercise(
    cavi,
    question="2.8",
    minutes=20,
    difficulty=3,
    hints=(
        "You have the sweep and the ELBO. What is left is a loop that carries (m, s2, phi), the last ELBO and "
        "a counter. Get it to run max_iters sweeps first, and see to stopping afterwards.",
        "One round: a sweep, then the ELBO of what the sweep returned, then the comparison with the ELBO of "
        "the round before, relative to its size. Test it with K = 1, where the trace must end at log p(x) "
        "and two rounds are enough.",
        "In a lax.scan the number of sweeps is fixed, so carry a flag that says whether we have stopped, "
        "and use jnp.where with it to keep the old state. Body: one `cavi_step`, its ELBO, the "
        "comparison with the ELBO of the sweep before. Start the last ELBO at minus infinity.",
    ),
    slow=True,
    checks=(
        the_elbo_never_falls,
        one_component_reaches_the_log_evidence,
        one_iteration_is_one_sweep_and_its_elbo,
        stops_after_the_first_small_relative_change,
        ends_where_every_slope_is_zero,
    ),
)
