"""3.11  The black-box gradient of the mixture's ELBO, one sample at a time."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking import mixtures
from dflvi.checking.compare import close, fields, finite, has_shape, holds, mean_is
from dflvi.checking.exercise import Exercise, Mistake, one_edit
from dflvi.types import Key, Scalar
from solutions.bbvi.sample_q import sample_q


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
    mu, c = sample_q(key, params, S)
    scores, log_q_mu, log_q_c = scores_and_log_q(params, mu, c)
    log_lik = log_normal(x[None, :], jnp.take_along_axis(mu, c, axis=1), 1.0)
    log_prior = log_normal(mu, 0.0, sigma2)
    n_components = params["m"].size
    if rb == "graph":
        of_mu = log_prior + jnp.sum(log_lik, axis=1, keepdims=True) - log_q_mu
        of_c = (log_lik - jnp.log(n_components) - log_q_c)[:, :, None]
    else:
        everything = jnp.sum(log_prior - log_q_mu, axis=1) + jnp.sum(log_lik - jnp.log(n_components) - log_q_c, axis=1)
        of_mu, of_c = everything[:, None], everything[:, None, None]
    weights = {"m": of_mu, "log_s": of_mu, "logits": of_c}
    if cv:
        weights = {name: less_the_mean_of_the_others(weight) for name, weight in weights.items()}
    return {name: scores[name] * weights[name] for name in params}


def log_normal(x, mean, variance):
    """The log density of a normal."""
    return -0.5 * (jnp.log(2 * jnp.pi * variance) + (x - mean) ** 2 / variance)


def scores_and_log_q(params, mu, c):
    """For each sample: the slope of log q in each parameter, log q(mu_k) and log q(c_i)."""
    log_phi = jax.nn.log_softmax(params["logits"], axis=1)[None]
    z = (mu - params["m"][None]) * jnp.exp(-params["log_s"])[None]
    one_hot = jax.nn.one_hot(c, params["m"].size)
    scores = {
        "m": z * jnp.exp(-params["log_s"])[None],
        "log_s": z**2 - 1,
        "logits": one_hot - jnp.exp(log_phi),
    }
    log_q_mu = -0.5 * (jnp.log(2 * jnp.pi) + z**2) - params["log_s"][None]
    return scores, log_q_mu, jnp.sum(one_hot * log_phi, axis=2)


def less_the_mean_of_the_others(weight):
    """From each sample's weight the mean over the other samples is taken, which is independent of it."""
    n = weight.shape[0]
    return (weight - jnp.mean(weight, axis=0, keepdims=True)) * (n / (n - 1))


# ---- other right answers ----------------------------------------------------------------------


def with_autodiff_and_a_pilot(params, key, x, sigma2, S, rb, cv):
    """Scores by autodiff of log q, and coefficients from samples of their own."""
    key, pilot = jax.random.split(key)
    norm = jax.scipy.stats.norm

    def log_q_of(params, mu, c):
        log_phi = jax.nn.log_softmax(params["logits"])
        of_c = log_phi[jnp.arange(len(x)), c]
        return norm.logpdf(mu, params["m"], jnp.exp(params["log_s"])), of_c

    def terms(key):
        mu, c = jax.tree.map(lambda a: a[0], sample_q(key, params, 1))
        score = jax.grad(lambda p: sum(jnp.sum(part) for part in log_q_of(p, mu, c)))(params)
        q_mu, q_c = log_q_of(params, mu, c)
        lik = norm.logpdf(x, mu[c])
        of_mu = norm.logpdf(mu, 0.0, jnp.sqrt(sigma2)) - q_mu + lik.sum()
        of_c = lik - jnp.log(params["m"].size) - q_c
        if rb == "none":
            total = jnp.sum(of_mu - lik.sum()) + jnp.sum(of_c)
            of_mu, of_c = jnp.full_like(of_mu, total), jnp.full_like(of_c, total)
        f = {"m": score["m"] * of_mu, "log_s": score["log_s"] * of_mu, "logits": score["logits"] * of_c[:, None]}
        return f, score

    f, h = jax.vmap(terms)(jax.random.split(key, S))
    if not cv:
        return f

    def corrected(f, h, f0, h0):
        variance = jnp.var(h0, axis=0)
        covariance = jnp.mean((f0 - f0.mean(axis=0)) * h0, axis=0)
        a = jnp.where(variance > 1e-6, covariance / jnp.maximum(variance, 1e-6), 0.0)
        return f - a * h

    return jax.tree.map(corrected, f, h, *jax.vmap(terms)(jax.random.split(pilot, 100)))


# ---- checks: cheap to deep --------------------------------------------------------------------

# Two small problems (on large ones several mistakes hide in the noise), and one with more points.
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


# ---- known wrong answers ----------------------------------------------------------------------


def coefficient_from_the_same_samples(params, key, x, sigma2, S, rb, cv):
    """Cov/Var from the samples that it then corrects."""
    plain = bbvi_grad_samples(params, key, x, sigma2, S, rb, False)
    if not cv:
        return plain
    h, _, _ = scores_and_log_q(params, *sample_q(key, params, S))

    def corrected(f, h):
        variance = jnp.var(h, axis=0, keepdims=True)
        a = jnp.mean((f - f.mean(axis=0, keepdims=True)) * h, axis=0, keepdims=True) / jnp.maximum(variance, 1e-6)
        return f - jnp.where(variance > 1e-6, a, 0.0) * h

    return {name: corrected(plain[name], h[name]) for name in plain}


def pilot_without_a_guard(params, key, x, sigma2, S, rb, cv):
    """Divides by the variance of a score that never varied in the pilot."""
    plain = bbvi_grad_samples(params, key, x, sigma2, S, rb, False)
    if not cv:
        return plain
    first, second = jax.random.split(jax.random.fold_in(key, 1))
    f0 = bbvi_grad_samples(params, first, x, sigma2, 50, rb, False)
    h0, _, _ = scores_and_log_q(params, *sample_q(first, params, 50))
    h, _, _ = scores_and_log_q(params, *sample_q(key, params, S))

    def corrected(f, h, f0, h0):
        deviations = h0 - h0.mean(axis=0)
        variance = jnp.mean(deviations**2, axis=0)
        return f - jnp.where(variance > 0, jnp.mean((f0 - f0.mean(axis=0)) * h0, axis=0) / variance, 0.0) * h

    del second
    return {name: corrected(plain[name], h[name], f0[name], h0[name]) for name in plain}


def path_added(params, key, x, sigma2, S, rb, cv):
    """The slope of the weight along the draws, on top of the score."""
    terms = bbvi_grad_samples(params, key, x, sigma2, S, rb, cv)
    mu, c = sample_q(key, params, S)
    slope = jnp.sum(jax.nn.one_hot(c, params["m"].size) * (x[None, :, None] - mu[:, None]), axis=1) - mu / sigma2
    return {**terms, "m": terms["m"] + slope}


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
    variants=(with_autodiff_and_a_pilot,),
    mistakes=(
        Mistake(
            "averaged-already",
            one_edit(
                "return {name: scores[name] * weights[name] for name in params}",
                "return {name: jnp.mean(scores[name] * weights[name], axis=0) for name in params}",
            ),
            "The samples are gone: what you return is their mean. Here they are asked for one by one, so that their "
            "variance can be seen.",
            caught_by=has_a_sample_axis_before_each_parameter,
        ),
        Mistake(
            "one-hot-without-its-mean",
            one_edit('"logits": one_hot - jnp.exp(log_phi),', '"logits": one_hot,', of=scores_and_log_q),
            "Each point moves the logit of the label that was drawn and no other, so a row of logits drifts as a "
            "whole. A score has mean zero; does the one for the logits?",
            caught_by=samples_for_the_logits_of_a_point_sum_to_zero,
        ),
        Mistake(
            "no-entropy-of-the-means",
            one_edit(
                "of_mu = log_prior + jnp.sum(log_lik, axis=1, keepdims=True) - log_q_mu",
                "of_mu = log_prior + jnp.sum(log_lik, axis=1, keepdims=True)",
            ),
            "The slopes in m and in the logits average out right, and those in log s come out too small: nothing "
            "rewards your q for being wide. Which term of the ELBO does that?",
            caught_by=rao_blackwellization_leaves_the_gradient,
        ),
        Mistake(
            "no-entropy-of-the-labels",
            one_edit("of_c = (log_lik - jnp.log(n_components) - log_q_c)", "of_c = (log_lik - jnp.log(n_components))"),
            "Means and widths agree with the ELBO, logits do not: they are pushed towards one label each, as if "
            "certainty cost nothing. What does log q say of a label?",
            caught_by=rao_blackwellization_leaves_the_gradient,
        ),
        Mistake(
            "likelihood-dropped-for-the-means",
            one_edit("log_prior + jnp.sum(log_lik, axis=1, keepdims=True) - log_q_mu", "log_prior - log_q_mu"),
            "With Rao-Blackwellization your means ignore the data: they are drawn to the prior. Which points have "
            "mu_k in their likelihood?",
            caught_by=rao_blackwellization_leaves_the_gradient,
        ),
        Mistake(
            "prior-of-the-means-missing",
            one_edit(
                "of_mu = log_prior + jnp.sum(log_lik, axis=1, keepdims=True)",
                "of_mu = jnp.sum(log_lik, axis=1, keepdims=True)",
            ),
            "Shrink sigma2 to 0.25 and look at the slope in m: it does not notice. One factor of the joint contains "
            "mu_k and no data.",
            caught_by=rao_blackwellization_leaves_the_gradient,
        ),
        Mistake(
            "likelihood-missing-for-the-labels",
            one_edit("of_c = (log_lik - jnp.log(n_components) - log_q_c)", "of_c = (-jnp.log(n_components) - log_q_c)"),
            "The labels do not look at x: their logits are pulled to equality and nothing else. A label decides which "
            "density explains its point.",
            caught_by=rao_blackwellization_leaves_the_gradient,
        ),
        Mistake(
            "log-s-score-without-its-constant",
            one_edit('"log_s": z**2 - 1,', '"log_s": z**2,', of=scores_and_log_q),
            "Slopes in log s are far too large in size, those in m and the logits are right. The normaliser of a "
            "normal knows s as well.",
            caught_by=rao_blackwellization_leaves_the_gradient,
        ),
        Mistake(
            "slope-in-s-for-that-in-log-s",
            one_edit("z**2 - 1,", '(z**2 - 1) * jnp.exp(-params["log_s"])[None],', of=scores_and_log_q),
            "A wide component gets too small a slope in its width and a narrow one too large a slope, by a factor s. "
            "Which of s and log s is the parameter?",
            caught_by=rao_blackwellization_leaves_the_gradient,
        ),
        Mistake(
            "score-of-the-logits-with-the-wrong-sign",
            one_edit("one_hot - jnp.exp(log_phi),", "jnp.exp(log_phi) - one_hot,", of=scores_and_log_q),
            "Your logits walk downhill: their slopes have the size of the right ones and point the other way.",
            caught_by=rao_blackwellization_leaves_the_gradient,
        ),
        Mistake(
            "a-path-through-the-draws-as-well",
            path_added,
            "The slope in m is too large by what a reparameterised gradient would give. Here the draws are data: only "
            "log q depends on the parameters. Is there a derivative through mu?",
            caught_by=rao_blackwellization_leaves_the_gradient,
        ),
        Mistake(
            "mean-over-the-points",
            one_edit(
                "axis=1) + jnp.sum(log_lik - jnp.log(n_components) - log_q_c, axis=1)",
                "axis=1) + jnp.mean(log_lik - jnp.log(n_components) - log_q_c, axis=1)",
            ),
            'With rb = "none" the data pull as one point would, however many there are. Is the log joint a sum over '
            "the points, or their average?",
            caught_by=the_plain_estimate_is_unbiased,
        ),
        Mistake(
            "control-coefficient-from-the-same-samples",
            coefficient_from_the_same_samples,
            "At four samples your gradient has about half its right size. The coefficient was fitted to the very "
            "samples it then corrects, and takes part of the signal with the noise.",
            also=lambda params, key, x, sigma2, S, rb, cv: coefficient_from_the_same_samples(
                params, jax.random.fold_in(key, 3), x, sigma2, S, rb, cv
            ),
            caught_by=control_variates_leave_the_gradient_at_four_samples,
        ),
        Mistake(
            "no-control-variate",
            one_edit("    if cv:", "    if cv and S < 2:"),
            "With and without cv your samples for m vary alike. Taking away a constant times the score should lower "
            "that a good deal, when the weights are large and nearly equal.",
            caught_by=each_remedy_lowers_what_it_should,
        ),
        Mistake(
            "no-rao-blackwellization",
            one_edit('if rb == "graph":', 'if rb == "tree":'),
            "The argument rb makes no difference to the logits: each of them is still multiplied by the terms of all "
            "hundred points.",
            caught_by=each_remedy_lowers_what_it_should,
        ),
        Mistake(
            "coefficient-divided-by-nothing",
            pilot_without_a_guard,
            "A label that the pilot never drew has a score that never varied, up to rounding. Divided by such a "
            "variance, your coefficient is noise of any size, and one draw of that label is enough.",
            caught_by=a_label_that_is_never_drawn_does_no_harm,
        ),
    ),
    answer="""
The scores. $\\partial \\log q / \\partial m_k = (\\mu_k - m_k) / s_k^2$,
$\\partial \\log q / \\partial \\log s_k = ((\\mu_k - m_k) / s_k)^2 - 1$, and in the logits of point i the indicator
of the drawn label minus its probability.

The weights. Without Rao-Blackwellization all blocks use $\\log p(x, \\mu, c) - \\log q(\\mu, c)$. Over the graph,
$\\mu_k$ occurs in its prior and, since any point may be its, in all N likelihoods; $c_i$ occurs in its prior and in one
likelihood. That helps a label by a factor of N and a mean hardly at all.

The control variate. From the weight of each sample take the mean weight of the *other* samples: it is independent of
the sample's score, whose mean is zero, so nothing is added in expectation. A coefficient fitted to the same samples is
not independent of them: at S samples it shrinks the gradient by about 2 / S.
""",
    afterword="Log densities went in, and no derivative of the model: that is what the box is black for.",
)
