"""3.11  The black-box estimate of the gradient of the mixture's ELBO."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking import mixtures
from dflvi.checking.compare import fields, finite, has_shape, holds, mean_is
from dflvi.checking.exercise import Exercise, Mistake, one_edit
from dflvi.types import Key, Scalar
from solutions.bbvi.bbvi_grad_samples import bbvi_grad_samples


def bbvi_grad(
    params: dict[str, Array], key: Key, x: Float[Array, " N"], sigma2: float | Scalar, S: int, rb: str, cv: bool
) -> dict[str, Array]:
    """An unbiased estimate of the gradient of the ELBO in all parameters of q, from S samples.

    Args:
        params: {"m": [K], "log_s": [K], "logits": [N, K]}.
        key: a PRNG key. All randomness comes from it.
        x: data, [N].
        sigma2: prior variance of the means.
        S: how many samples, a Python int, at least 1 (at least 4 if cv).
        rb: as in `bbvi_grad_samples`.
        cv: as in `bbvi_grad_samples`.

    Returns:
        a dict like params, in nats per unit of each parameter. The ELBO is made larger along it.

    In law this is the mean over the samples that `bbvi_grad_samples` gives.
    """
    samples = bbvi_grad_samples(params, key, x, sigma2, S, rb, cv)
    return jax.tree.map(lambda terms: jnp.mean(terms, axis=0), samples)


# ---- other right answers ----------------------------------------------------------------------


def summed_and_divided(params, key, x, sigma2, S, rb, cv):
    """Sums by contraction, with a key of its own for the samples."""
    samples = bbvi_grad_samples(params, jax.random.split(key, 1)[0], x, sigma2, S, rb, cv)
    ones = jnp.full(S, 1 / S)
    return {name: jnp.tensordot(ones, terms, axes=1) for name, terms in samples.items()}


# ---- checks: cheap to deep --------------------------------------------------------------------

NAMES = ("m", "log_s", "logits")
X, SIGMA2 = np.array([-1.0, 0.5, 2.0, 3.0], np.float32), 4.0
PARAMS = {
    "m": np.array([-0.5, 1.0], np.float32),
    "log_s": np.array([-0.36, 0.18], np.float32),
    "logits": np.array([[1.0, -0.5], [0.2, 0.6], [-1.0, 0.4], [0.3, 1.5]], np.float32),
}
KEYS = 1500


def _estimates(attempt, n, cv):
    where = f'N = 4, K = 2, S = {n}, rb = "graph", cv = {cv}, {KEYS} keys'
    mapped = attempt.vmap(None, 0, None, None, None, None, None)
    parts = fields(mapped(PARAMS, attempt.keys(KEYS), X, SIGMA2, n, "graph", cv), *NAMES)
    shapes = ((KEYS, *PARAMS[name].shape) for name in NAMES)
    parts = [has_shape(part, shape, where=where, what=name) for part, shape, name in zip(parts, shapes, NAMES)]
    return {name: finite(part, where=where, what=name).astype(np.float64) for part, name in zip(parts, NAMES)}, where


def is_structured_like_the_parameters(attempt):
    parts = fields(attempt(PARAMS, attempt.key(), X, SIGMA2, 5, "none", False), *NAMES)
    for part, name in zip(parts, NAMES):
        has_shape(part, PARAMS[name].shape, where="N = 4, K = 2, S = 5", what=name)


def averages_to_the_gradient(attempt):
    draws, where = _estimates(attempt, 8, True)
    in_logits, in_m, in_log_s2 = mixtures.slopes(X, SIGMA2, PARAMS["logits"], PARAMS["m"], 2 * PARAMS["log_s"])
    for name, exact in zip(NAMES, (in_m, 2 * in_log_s2, in_logits)):
        # Means of 12,000 terms, close to normal; a tenth more for what is left, 12 coordinates in all.
        spread = 1.1 * draws[name].std(axis=0) + 1e-3 * np.sqrt(KEYS) * (1 + np.abs(exact)) / 5
        mean_is(draws[name], exact, sd=spread, comparisons=12, where=where, what=name,
                says=f"the mean of many estimates for {name}, against the gradient of the ELBO")  # fmt: skip


def ten_times_the_samples_have_a_tenth_of_the_variance(attempt):
    (few, where), (many, _) = _estimates(attempt, 8, True), _estimates(attempt, 80, True)
    ratio = few["m"].var(axis=0).sum() / max(many["m"].var(axis=0).sum(), 1e-30)
    # The ratio of two variances of 1,500 draws scatters by a tenth or less; with leave-one-out 11 is expected.
    holds(5 < ratio < 30, "More samples should make the estimate quieter in proportion.", value=float(np.log(ratio)),
          tolerance=0.4, where=f"S = 8 and S = 80, {where}", expected="about 10 times less variance in m",
          got=f"{ratio:.3g} times less")  # fmt: skip


exercise = Exercise(
    bbvi_grad,
    question="3.11",
    minutes=4,
    difficulty=1,
    hints=(
        "You have S estimates already. What do you do with independent unbiased estimates of one number?",
        "Every entry of the dict has its samples along the first axis. `jax.tree.map` reaches all entries.",
        "Take the mean over axis 0 of each entry of what `bbvi_grad_samples` returns, and nothing over other axes.",
    ),
    checks=(
        is_structured_like_the_parameters,
        averages_to_the_gradient,
        ten_times_the_samples_have_a_tenth_of_the_variance,
    ),
    slow=True,
    variants=(summed_and_divided,),
    mistakes=(
        Mistake(
            "averaged-over-everything",
            one_edit("jnp.mean(terms, axis=0)", "jnp.mean(terms)"),
            "One number a block is left. Only the samples are to be averaged; each parameter keeps its own slope.",
            caught_by=is_structured_like_the_parameters,
        ),
        Mistake(
            "summed-not-averaged",
            one_edit("jnp.mean(terms, axis=0)", "jnp.sum(terms, axis=0)"),
            "Double S and your gradient doubles. An estimate of one number should not grow with the effort.",
            also=lambda params, key, x, sigma2, S, rb, cv: jax.tree.map(
                lambda terms: S * jnp.mean(terms, axis=0), bbvi_grad_samples(params, key, x, sigma2, S, rb, cv)
            ),
            caught_by=averages_to_the_gradient,
        ),
        Mistake(
            "downhill",
            one_edit("jnp.mean(terms, axis=0)", "-jnp.mean(terms, axis=0)"),
            "All slopes have the right size and the opposite sign: this is the gradient of a loss. The name says what "
            "is asked for.",
            caught_by=averages_to_the_gradient,
        ),
        Mistake(
            "the-first-sample-only",
            one_edit("jnp.mean(terms, axis=0)", "terms[0]"),
            "Right on average, and as noisy at 80 samples as at 8. All samples but one are thrown away.",
            caught_by=ten_times_the_samples_have_a_tenth_of_the_variance,
        ),
    ),
    answer="""
The mean over the samples. Its variance is that of one sample divided by S. With the leave-one-out control variate the
samples are not independent of each other, yet each has the gradient as its mean, so their mean has it too.
""",
)
