"""3.4  The log normalizer of a categorical distribution, one class left out."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking.compare import close, finite, has_shape
from dflvi.checking.exercise import Exercise, Mistake, one_edit
from dflvi.checking.oracles import logsumexp
from dflvi.types import Scalar


def log_normalizer_categorical(eta: Float[Array, " K_minus_1"]) -> Scalar:
    """a(eta) of the categorical family over K classes, with one natural parameter less than there are classes.

    Args:
        eta: logits of the first K - 1 classes, [K-1]. The last class has the logit 0 and none of its own. K is at
            least 2; logits may be of size 10,000.

    Returns:
        a(eta) in nats, a number, such that class k has probability exp(eta[k] - a) and the last exp(-a). JAX must
        be able to differentiate it twice, everywhere.
    """
    return jax.scipy.special.logsumexp(jnp.append(eta, 0.0))


# ---- other right answers ----------------------------------------------------------------------


def from_the_log_probability_of_the_last(eta):
    return -jax.nn.log_softmax(jnp.concatenate([eta, jnp.zeros(1)]))[-1]


def one_class_after_the_other(eta):
    """A Python loop; a class at a time joins those that are in already."""
    total = jnp.zeros(())
    for one in eta:
        total = jnp.logaddexp(total, one)
    return total


# ---- checks: cheap to deep --------------------------------------------------------------------
# Always 8 points with K = 4: two programs for values and slopes, and one for K = 2.

N, K = 8, 4


def is_finite_for_sure_things(attempt):
    signs, sizes = attempt.rng.choice((-1.0, 1.0), (N, K - 1)), attempt.rng.uniform(100, 10_000, (N, K - 1))
    eta = (signs * sizes).astype(np.float32)
    where = "logits between 100 and 10,000 in size, of both signs, K = 4"
    finite(attempt.vmap(0)(eta), shape=(N,), where=where)
    finite(attempt.grad(0).vmap(0)(eta), shape=(N, K - 1), where=where, what="the gradient")


def its_slope_is_the_vector_of_probabilities(attempt):
    eta = attempt.rng.uniform(-2.5, 2.5, (N, K - 1)).astype(np.float32)
    weights = np.exp(eta.astype(np.float64))
    want = weights / (1 + weights.sum(axis=1, keepdims=True))
    close(attempt.grad(0).vmap(0)(eta), want, where="logits between -2.5 and 2.5, K = 4", what="the gradient",
          says="the slopes are the probabilities of the first K - 1 classes")  # fmt: skip


def is_the_log_of_the_sum(attempt):
    eta = attempt.rng.uniform(-2.5, 2.5, (N, K - 1)).astype(np.float32)
    want = logsumexp(np.concatenate([eta, np.zeros((N, 1))], axis=1), axis=1)
    got = has_shape(attempt.vmap(0)(eta), (N,), where="K = 4")
    close(got, want, where="logits between -2.5 and 2.5, K = 4", says="the sum over all classes, as a log")
    coin = attempt.rng.uniform(-3, 3, 1).astype(np.float32)
    close(attempt(coin), np.log1p(np.exp(np.float64(coin[0]))), where=f"K = 2, eta = [{coin[0]:.4g}]",
          says="two classes are a coin")  # fmt: skip


exercise = Exercise(
    log_normalizer_categorical,
    question="3.4",
    minutes=5,
    difficulty=1,
    differentiable=True,
    hints=(
        "How many classes are there, and which logit has the one that is not in eta?",
        "Add the exponentials of all K logits. JAX has a function for the log of such a sum that does not overflow.",
        "Put the missing logit at the end of eta before you sum. For K = 2 the result is that of the coin.",
    ),
    checks=(is_finite_for_sure_things, its_slope_is_the_vector_of_probabilities, is_the_log_of_the_sum),
    variants=(from_the_log_probability_of_the_last, one_class_after_the_other),
    mistakes=(
        Mistake(
            "overflow",
            lambda eta: jnp.log(1 + jnp.sum(jnp.exp(eta))),
            "With a logit of 100 your result is infinite: the sum was taken before the log could make it small. Look "
            "for a function that does both at once.",
            also=lambda eta: jnp.log1p(jnp.exp(eta).sum()),
            caught_by=is_finite_for_sure_things,
        ),
        Mistake(
            "over-parameterised",
            lambda eta: jax.scipy.special.logsumexp(eta),
            "Add the same number to every logit: by your account p does not move, and it should, since the class left "
            "out keeps its logit of 0. Without it one direction of eta carries no information, and F is singular.",
            caught_by=its_slope_is_the_vector_of_probabilities,
        ),
        Mistake(
            "sign",
            one_edit("return jax", "return -jax"),
            "Your slopes are negative, and they should be probabilities. What is subtracted in the exponent is a, and "
            "a itself is the log of the sum.",
            caught_by=its_slope_is_the_vector_of_probabilities,
        ),
        Mistake(
            "mean-over-classes",
            one_edit("jnp.append(eta, 0.0))", "jnp.append(eta, 0.0)) - jnp.log(eta.size + 1.0)"),
            "At eta = 0 the K classes have to share the mass, so a is not 0 there. You averaged the exponentials where "
            "a sum is needed.",
            caught_by=is_the_log_of_the_sum,
        ),
    ),
    answer="""
$a(\\eta) = \\log(1 + \\sum_{k<K} e^{\\eta_k})$, the log-sum-exp of the logits with a 0 appended. The slopes are the
probabilities, and $\\nabla^2 a = \\mathrm{diag}(p) - pp^{\\mathsf T}$ over the first K - 1 classes: invertible. With
all K logits free it would have a zero eigenvalue, along (1, ..., 1), where p stays the same.
""",
)
