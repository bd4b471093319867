"""2.8  Coordinate ascent to convergence."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking import mixtures, oracles
from dflvi.checking.compare import Picture, Tolerance, close, fields, finite, has_shape, holds
from dflvi.checking.exercise import Exercise, Mistake, one_edit
from dflvi.types import CaviResult, Scalar
from solutions.cavi.cavi_step import cavi_step
from solutions.cavi.elbo import elbo


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

    def sweep(state, _):
        m, s2, phi, last, n, done = state
        new_m, new_s2, new_phi = cavi_step(x, m, s2, sigma2)
        value = elbo(x, new_phi, new_m, new_s2, sigma2)
        stop = jnp.abs(value - last) < tol * jnp.abs(value)
        new = (new_m, new_s2, new_phi, value, n + 1, stop)
        state = jax.tree.map(lambda old, new: jnp.where(done, old, new), state, new)
        return state, state[3]

    start = (m0, s20, jnp.zeros((x.size, m0.size)), jnp.array(-jnp.inf), jnp.array(0), jnp.array(False))
    (m, s2, phi, _, n_iter, _), elbos = jax.lax.scan(sweep, start, length=max_iters)
    return CaviResult(m, s2, phi, elbos, n_iter)


# ---- other right answers ----------------------------------------------------------------------


def with_a_while_loop(x, m0, s20, sigma2, max_iters=200, tol=1e-6):
    """Stops for real."""

    def goes_on(state):
        n, elbos = state[3], state[4]
        change = jnp.abs(elbos[n - 1] - elbos[n - 2])
        return (n < max_iters) & ((n < 2) | (change > tol * jnp.abs(elbos[n - 1])))

    def sweep(state):
        m, s2, phi = cavi_step(x, *state[:2], sigma2)
        n, elbos = state[3:]
        return m, s2, phi, n + 1, elbos.at[n].set(elbo(x, phi, m, s2, sigma2))

    start = (m0, s20, jnp.zeros((x.size, m0.size)), 0, jnp.zeros(max_iters))
    m, s2, phi, n, elbos = jax.lax.while_loop(goes_on, sweep, start)
    elbos = jnp.where(jnp.arange(max_iters) < n, elbos, elbos[n - 1])
    return {"m": m, "s2": s2, "phi": phi, "elbos": elbos, "n_iter": n}


def with_a_python_loop(x, m0, s20, sigma2, max_iters=200, tol=1e-6):
    """Breaks out of a for, counts the changes and not the sweeps, and cannot be jitted."""
    m, s2, elbos = m0, s20, []
    for _ in range(max_iters):
        m, s2, phi = cavi_step(x, m, s2, sigma2)
        elbos.append(float(elbo(x, phi, m, s2, sigma2)))
        if len(elbos) > 1 and abs(elbos[-1] - elbos[-2]) / abs(elbos[-2]) < tol:
            break
    padded = elbos + [elbos[-1]] * (max_iters - len(elbos))
    return m, s2, phi, np.array(padded), len(elbos) - 1


# ---- checks: cheap to deep --------------------------------------------------------------------

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


# ---- mistakes that need a helper --------------------------------------------------------------


def _means_from(phi, x, sigma2):
    s2 = 1 / (1 / sigma2 + phi.sum(axis=0))
    return s2 * (x @ phi), s2


def _jacobi_in_python(x, m0, s20, sigma2, max_iters=200, tol=1e-6):
    m, s2, phi, elbos = m0, s20, jnp.zeros((x.size, m0.size)), []
    for _ in range(max_iters):
        old = phi
        phi = cavi_step(x, m, s2, sigma2)[2]
        m, s2 = _means_from(old, x, sigma2)
        elbos.append(elbo(x, phi, m, s2, sigma2))
    return m, s2, phi, jnp.stack(elbos), max_iters


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
    variants=(with_a_while_loop, with_a_python_loop),
    mistakes=(
        Mistake(
            "old-phi-for-the-means",
            one_edit(
                "cavi_step(x, m, s2, sigma2)",
                "(*_means_from(phi, x, sigma2), cavi_step(x, m, s2, sigma2)[2])",
            ),
            "Your ELBO goes down, from an undecided start at the second or third sweep: the means were "
            "computed from the phi of the sweep before. Coordinate ascent climbs only if each block uses "
            "the freshest others.",
            also=_jacobi_in_python,
            caught_by=the_elbo_never_falls,
        ),
        Mistake(
            "the-loss-for-the-elbo",
            one_edit("value = elbo", "value = -elbo"),
            "Your trace only goes down, by as much as it should go up: it holds a loss. `elbos` is what "
            "is maximised.",
            caught_by=the_elbo_never_falls,
        ),
        Mistake(
            "no-entropy-of-the-means",
            one_edit(
                "elbo(x, new_phi, new_m, new_s2, sigma2)",
                "elbo(x, new_phi, new_m, new_s2, sigma2) - 0.5 * jnp.sum(jnp.log(2 * jnp.pi * jnp.e * new_s2))",
            ),
            "With K = 1 the last ELBO should be log p(x), and yours lies below it although m and s2 are "
            "right. One of the two kinds of factors of q has not paid in its entropy.",
            caught_by=one_component_reaches_the_log_evidence,
        ),
        Mistake(
            "plug-in-likelihood",
            one_edit(
                "elbo(x, new_phi, new_m, new_s2, sigma2)",
                "elbo(x, new_phi, new_m, new_s2, sigma2) + 0.5 * jnp.sum(new_phi @ new_s2)",
            ),
            "Your ELBO exceeds log p(x) for K = 1, which no ELBO can. The likelihood was evaluated at m "
            "as if mu_k were known to be there.",
            caught_by=one_component_reaches_the_log_evidence,
        ),
        Mistake(
            "per-datum",
            one_edit("value = elbo(x, new_phi, new_m, new_s2, sigma2)",
                     "value = elbo(x, new_phi, new_m, new_s2, sigma2) / x.size"),
            "You divided by N. The ELBO bounds log p(x) of all data together; per datum it is a nice "
            "number to print, and another one.",
            caught_by=one_component_reaches_the_log_evidence,
        ),
        Mistake(
            "never-stops",
            one_edit("jnp.abs(value - last) < tol * jnp.abs(value)", "jnp.array(False)"),
            "All max_iters sweeps are done, also where the first one is exact (K = 1). tol is not looked at.",
            caught_by=one_component_reaches_the_log_evidence,
        ),
        Mistake(
            "padded-with-zeros",
            one_edit("phi, elbos, n_iter)", "phi, elbos * (jnp.arange(max_iters) < n_iter), n_iter)"),
            "After the sweep at which you stop, `elbos` is zero, far above what was reached. A plot or a "
            "max over it would be fooled: let the last value stand there.",
            caught_by=one_component_reaches_the_log_evidence,
        ),
        Mistake(
            "no-prior-of-the-labels",
            one_edit(
                "elbo(x, new_phi, new_m, new_s2, sigma2)",
                "elbo(x, new_phi, new_m, new_s2, sigma2) + x.size * jnp.log(m.size)",
            ),
            "For K = 1 your ELBO is right, for K = 3 it is too large, by a number for each datum. What "
            "do the labels c_i pay before any x is seen?",
            caught_by=one_iteration_is_one_sweep_and_its_elbo,
        ),
        Mistake(
            "elbo-in-the-middle-of-a-sweep",
            one_edit("elbo(x, new_phi, new_m, new_s2, sigma2)", "elbo(x, new_phi, m, s2, sigma2)"),
            "With max_iters = 1 the ELBO you report is not that of the m and s2 you return: it was taken "
            "before they were updated.",
            caught_by=one_iteration_is_one_sweep_and_its_elbo,
        ),
        Mistake(
            "start-variances-ignored",
            one_edit("start = (m0, s20,", "start = (m0, jnp.ones_like(s20),"),
            "Change s20 and your first sweep stays the same. It matters: a component that is unsure of "
            "its mean claims fewer data.",
            caught_by=one_iteration_is_one_sweep_and_its_elbo,
        ),
        Mistake(
            "absolute-change",
            one_edit("tol * jnp.abs(value)", "tol"),
            "You stop later than asked: the change is compared with tol itself. Twice the data would "
            "double the change and not your limit.",
            caught_by=stops_after_the_first_small_relative_change,
        ),
        Mistake(
            "tol-ignored",
            one_edit("tol * jnp.abs(value)", "1e-6 * jnp.abs(value)"),
            "A larger tol does not make it stop earlier: a fixed number stands where the argument should.",
            caught_by=stops_after_the_first_small_relative_change,
        ),
        Mistake(
            "start-variances-in-every-sweep",
            one_edit("cavi_step(x, m, s2, sigma2)", "cavi_step(x, m, s20, sigma2)"),
            "The first sweep is right, and the place where it comes to rest is not a maximum: phi still "
            "leans on the s20 of the start. Is s2 carried from sweep to sweep?",
            caught_by=ends_where_every_slope_is_zero,
        ),
    ),
    answer="""
A sweep is one `cavi_step`; after it the ELBO of question 2.7 is evaluated at the new m, s2 and phi.

The loop is a `lax.scan` of fixed length with a flag in its carry. Once the flag is up, `jnp.where` keeps
the old state, so that the trace repeats its last value by itself and the function can be jitted and
mapped over starts. A `while_loop` really stops, and a Python loop reads more easily; both are fine.
""",
    afterword="A trace that never falls is necessary and not enough: several wrong updates climb as well.",
)
