"""3.11  The black-box gradient of the mixture's ELBO, one sample at a time."""

# Built from solutions/bbvi/bbvi_grad_samples.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from jaxtyping import Array, Float
from dflvi.checking import mixtures
from dflvi.checking.compare import close, fields, finite, has_shape, holds, mean_is
from dflvi.checking.exercise import Exercise
from dflvi.types import Key, Scalar


def bbvi_grad_samples(
    params: dict[str, Array], key: Key, x: Float[Array, " N"], sigma2: float | Scalar, S: int, rb: str, cv: bool
) -> dict[str, Float[Array, "S ..."]]:
    """S samples of the score-function estimate of the gradient of the ELBO, in all parameters of q.

    Args:
        params: {"m": [K], "log_s": [K], "logits": [N, K]} as in `sample_q`.
        key: a PRNG key. All randomness comes from it.
        x: data, [N].
        sigma2: prior variance of the means.
        S: how many samples, a Python int, at least 1 (at least 4 if cv).
        rb: "none": each score is multiplied by log p(x, mu, c) - log q(mu, c), all of it; "graph": only by the
            terms that contain the variable whose factor is differentiated (Rao-Blackwellization).
        cv: True: with control variates made of the scores. The estimate has to stay unbiased, at S = 4 too.

    Returns:
        a dict like params whose entries have a leading axis S: the terms whose mean over the samples is the
        estimate, in nats per unit of the parameter.

    The model is that of section 2: mu_k ~ N(0, sigma2), c_i uniform over K, x_i ~ N(mu_{c_i}, 1). Values of log
    densities are used, never their slopes in mu (Ranganath, Gerrish and Blei 2014, eq. 2, 6 and 8).
    """
    raise NotImplementedError("yours to write")

A = {"m": [-0.5, 1.0], "log_s": [-0.36, 0.18], "logits": [[1.0, -0.5], [0.2, 0.6], [-1.0, 0.4], [0.3, 1.5]]}

B = {"m": [-0.5, 1.0], "log_s": [-0.92, 0.59], "logits": [[1.0, -0.5], [0.2, 0.6]]}

DATA = {"A": ([-1.0, 0.5, 2.0, 3.0], 4.0, A), "B": ([-1.0, 0.5], 0.25, B)}

NAMES = ("m", "log_s", "logits")

DRAWS = 20_000


def _problem(which):
    x, sigma2, params = DATA[which]
    return np.array(x, np.float32), sigma2, {name: np.array(part, np.float32) for name, part in params.items()}


def _exact(x, sigma2, params):
    """The gradient of the ELBO, by differences; one in log s is twice that in log s^2."""
    in_logits, in_m, in_log_s2 = mixtures.slopes(x, sigma2, params["logits"], params["m"], 2 * params["log_s"])
    return {"m": in_m, "log_s": 2 * in_log_s2, "logits": in_logits}


def _samples(attempt, problem, n, rb, cv):
    x, sigma2, params = problem
    where = f'N = {len(x)}, K = {len(params["m"])}, S = {n}, rb = "{rb}", cv = {cv}'
    parts = fields(attempt(params, attempt.key(), x, sigma2, n, rb, cv), *NAMES)
    shapes = ((n, *params[name].shape) for name in NAMES)
    parts = [has_shape(part, shape, where=where, what=name) for part, shape, name in zip(parts, shapes, NAMES)]
    return {name: finite(part, where=where, what=name).astype(np.float64) for part, name in zip(parts, NAMES)}, where


def _averages_to_the_gradient(attempt, which, n, rb, cv, draws=None):
    problem = _problem(which)
    if draws is None:
        draws, where = _samples(attempt, problem, n, rb, cv)
    else:
        draws, where = draws
    exact = _exact(*problem)
    # Terms are products of normals to the fourth power: means of 20,000 are close to normal, a tenth more for what
    # is left. 16 coordinates at most.
    for name in NAMES:
        d = draws[name]
        spread = 1.1 * d.std(axis=0) + 1e-3 * np.sqrt(len(d)) * (1 + np.abs(exact[name])) / 5
        mean_is(d, exact[name], sd=spread, comparisons=16, where=f"data {which}: {where}", what=name,
                says=f"the mean of the samples for {name}, against the gradient of the ELBO")  # fmt: skip


def has_a_sample_axis_before_each_parameter(attempt):
    _samples(attempt, _problem("A"), 5, "graph", False)


def samples_for_the_logits_of_a_point_sum_to_zero(attempt):
    draws, where = _samples(attempt, _problem("A"), 5, "graph", False)
    close(draws["logits"].sum(axis=2), np.zeros((5, 4)), where=where, what="logits",
          says="raising all logits of a point alike changes nothing, so the entries of a row sum to")  # fmt: skip


def the_plain_estimate_is_unbiased(attempt):
    _averages_to_the_gradient(attempt, "A", DRAWS, "none", False)


def rao_blackwellization_leaves_the_gradient(attempt):
    _averages_to_the_gradient(attempt, "B", DRAWS, "graph", False)
    _averages_to_the_gradient(attempt, "A", DRAWS, "graph", False)


def control_variates_leave_the_gradient_at_four_samples(attempt):
    x, sigma2, params = _problem("A")
    n, keys = 4, 1500
    mapped = attempt.vmap(None, 0, None, None, None, None, None)
    parts = fields(mapped(params, attempt.keys(keys), x, sigma2, n, "graph", True), *NAMES)
    where = f'S = {n}, rb = "graph", cv = True, {keys} keys'
    draws = {}
    for part, name in zip(parts, NAMES):
        part = has_shape(part, (keys, n, *params[name].shape), where=where, what=name)
        draws[name] = finite(part, where=where, what=name).astype(np.float64).mean(axis=1)
    _averages_to_the_gradient(attempt, "A", n, "graph", True, draws=(draws, where))


def each_remedy_lowers_what_it_should(attempt):
    rng = attempt.rng
    x = mixtures.points(rng, 100, (-3.0, 0.5, 4.0))
    params = {"m": np.array([-1.0, 0.3, 1.5]), "log_s": np.zeros(3), "logits": np.zeros((100, 3))}
    problem = x, 9.0, {name: part.astype(np.float32) for name, part in params.items()}
    ways = (("none", False), ("none", True), ("graph", False))
    found = (_samples(attempt, problem, 500, *way)[0] for way in ways)
    plain, cv, rb = ({name: d.var(axis=0).mean() for name, d in draws.items()} for draws in found)
    where = "N = 100, K = 3, uniform responsibilities, S = 500"

    def lowers(by, before, after, what):
        ratio = before / max(after, 1e-30)
        holds(ratio >= by, f"{what} should lower the variance by far more.", value=float(np.log(ratio)), tolerance=0.3,
              where=where, expected=f"at least {by} times", got=f"{ratio:.3g} times")  # fmt: skip

    lowers(10, plain["m"], cv["m"], "With the control variate the samples for m vary less; it")
    lowers(500, plain["logits"], rb["logits"], "Without the terms of other points the samples for logits vary less; it")


def a_label_that_is_never_drawn_does_no_harm(attempt):
    x, sigma2, params = _problem("A")
    far = {**params, "logits": np.array([[0.0, -18.0], [9.0, -3.0], [-12.0, 0.0], [2.0, 16.0]], np.float32)}
    draws, where = _samples(attempt, (x, sigma2, far), 1000, "graph", True)
    largest = float(np.abs(draws["logits"].mean(axis=0)).max())
    says = "Where one label has nearly all the probability, the gradient in the logits is close to zero; yours is not."
    holds(largest < 5, says, value=float(np.clip(np.log10(largest + 1e-9), 0, 1)), tolerance=0.5,
          where=f"logits 9 to 18 apart, {where}", expected="below 5 in size", got=f"{largest:.3g}")  # fmt: skip


exercise = Exercise(
    bbvi_grad_samples,
    question="3.11",
    minutes=25,
    difficulty=3,
    hints=(
        "For one block of parameters there is one score, and one weight that it is multiplied by. Write down the "
        "three scores first: what is the slope of log q in m_k, in log s_k, in the logits of point i?",
        "Then the weights. Without Rao-Blackwellization there is one number a sample for all blocks. With it, "
        "ask of each factor of the joint whether mu_k (or c_i) occurs in it, and do not forget log q of the variable "
        "itself. For cv, subtract from the weight of a sample something that has not seen this sample.",
        "Skeleton: draw (mu, c); score_m = ..., score_log_s = ... - 1, score_logits = one-hot - ...; weights of shape "
        "[S, K] for mu and [S, N, 1] for c. The average weight of the other S - 1 samples is such a something: a sum "
        "over all samples, minus your own, divided by their number.",
    ),
    checks=(
        has_a_sample_axis_before_each_parameter,
        samples_for_the_logits_of_a_point_sum_to_zero,
        rao_blackwellization_leaves_the_gradient,
        the_plain_estimate_is_unbiased,
        control_variates_leave_the_gradient_at_four_samples,
        each_remedy_lowers_what_it_should,
        a_label_that_is_never_drawn_does_no_harm,
    ),
    slow=True,
)
