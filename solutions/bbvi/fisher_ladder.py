"""3.3  The Fisher information is the curvature of a KL divergence, line by line."""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking.compare import Tolerance
from dflvi.checking.exercise import Ladder, Mistake, one_edit
from dflvi.types import Scalar, Step


def fisher_ladder(log_q: Callable, kl: Callable, theta: Scalar, x: Float[Array, " n"]) -> list[Step]:
    """The chain from the expected squared score to the curvature of a KL divergence, in at least four lines.

    Args:
        log_q: (theta, x) -> log densities at the points x, [n], in nats; theta is a number.
        kl: (theta, theta2) -> KL(q_theta || q_theta2) of this family, a number in nats.
        theta: the parameter, a number.
        x: evenly spaced points that cover the density, [n]. An expectation under q_theta is
            `jnp.sum(jnp.exp(log_q(theta, x)) * values) * dx` with dx = x[1] - x[0].

    Returns:
        a list of `Step(value, because="...")`. The first line is the first form of the information, the expected
        square of the score. Then comes the second form, with second derivatives of log q. Then one expectation,
        under q at theta, of what a divergence says about its second argument: this is differentiated as a whole. The
        last line is the second derivative of `kl` in its second argument, at theta2 = theta. Each line equals the
        one before.

    `because` names what leads to a line from the one before it: DEFINITION, LINEARITY, PRODUCT_RULE, SWAP_GRAD_INT
    or SCORE_ZERO (the expected score is zero at every theta, so its slope is zero as well). Slopes at all points are
    `jax.jacfwd(log_q)(theta, x)`, [n]. At the ends the check also passes a `kl` of another family.
    """
    dx = x[1] - x[0]
    weights = jnp.exp(log_q(theta, x)) * dx
    score, bend = jax.jacfwd(log_q)(theta, x), jax.jacfwd(jax.jacfwd(log_q))(theta, x)

    def cross_entropy(theta2):
        return -jnp.sum(weights * log_q(theta2, x))

    return [
        Step(jnp.sum(weights * score**2)),
        Step(-jnp.sum(weights * bend), because="SCORE_ZERO"),
        Step(jax.grad(jax.grad(cross_entropy))(theta), because="SWAP_GRAD_INT"),
        Step(jax.grad(jax.grad(kl, argnums=1), argnums=1)(theta, theta), because="LINEARITY"),
    ]


# ---- other right answers ----------------------------------------------------------------------


def with_the_entropy_in_its_place(log_q, kl, theta, x):
    """The slope of the mean score written out in two parts, and the divergence with both of its terms."""
    dx = x[1] - x[0]

    def mean(t, values):
        return jnp.trapezoid(jnp.exp(log_q(t, x)) * values, dx=dx)

    score = jax.jacfwd(log_q)(theta, x)
    bend = jax.jacrev(jax.jacfwd(log_q))(theta, x)
    slope_of_the_mean_score = mean(theta, score * score) + mean(theta, bend)
    divergence = jax.hessian(lambda t: mean(theta, log_q(theta, x) - log_q(t, x)))(theta)
    return [
        (mean(theta, score * score),),
        (slope_of_the_mean_score - mean(theta, bend), "product rule"),
        (0.0 - mean(theta, bend), "score zero"),
        (jax.hessian(lambda t: mean(theta, -log_q(t, x)))(theta), "swap grad int"),
        (divergence, "linearity"),
        (jax.hessian(kl, argnums=1)(theta, theta), "definition"),
    ]


# ---- the instances, and the two ends of the claim: families that no exercise is about ---------


def log_of_a_tilted_normal(theta, x):
    """N(sin theta, v) with log v = theta + 0.3 theta^2."""
    log_v = theta + 0.3 * theta**2
    return -0.5 * ((x - jnp.sin(theta)) ** 2 * jnp.exp(-log_v) + log_v + jnp.log(2 * jnp.pi))


def kl_of_that_up_to_zero(theta, theta2):
    """From the averages of x and x^2 under the first. For positive theta that of exponentials, rates exp(2 theta)."""
    first, log_v, log_v2 = jnp.sin(theta), theta + 0.3 * theta**2, theta2 + 0.3 * theta2**2
    second_moment = jnp.exp(log_v) + first**2
    distance = second_moment - 2 * jnp.sin(theta2) * first + jnp.sin(theta2) ** 2
    of_waiting_times = 2 * (theta - theta2) + jnp.exp(2 * (theta2 - theta)) - 1
    return jnp.where(theta > 0, of_waiting_times, 0.5 * (distance * jnp.exp(-log_v2) + log_v2 - log_v - 1))


def _grid(rng):
    return (np.linspace(-12, 12, 161) + rng.uniform(0, 0.15)).astype(np.float32)


def _instance(rng):
    return log_of_a_tilted_normal, kl_of_that_up_to_zero, float(rng.uniform(-0.9, -0.05)), _grid(rng)


def _unrelated(rng):
    return log_of_a_tilted_normal, kl_of_that_up_to_zero, float(rng.uniform(0.05, 0.9)), _grid(rng)


def _start(log_q, kl, theta, x):
    return np.cos(theta) ** 2 * np.exp(-theta - 0.3 * theta**2) + 0.5 * (1 + 0.6 * theta) ** 2


def _end(log_q, kl, theta, x):
    return 4.0 if theta > 0 else _start(log_q, kl, theta, x)


# ---- mistakes that are no edit of the reference -----------------------------------------------


def curvature_over_density(log_q, theta, x):
    density = jnp.exp(log_q(theta, x))
    return jax.jacfwd(jax.jacfwd(lambda t: jnp.exp(log_q(t, x))))(theta) / (density + 1e-30)


def only_the_curvature(log_q, kl, theta, x):
    return [Step(jax.hessian(kl, argnums=1)(theta, theta), because="DEFINITION") for _ in range(4)]


def only_the_curvature_again(log_q, kl, theta, x):
    bend = jax.grad(jax.grad(kl, argnums=1), argnums=1)(theta, theta)
    return [(bend,), (bend, "SCORE_ZERO"), (1.0 * bend, "SWAP_GRAD_INT"), (bend + 0.0, "LINEARITY")]


def in_two_lines(log_q, kl, theta, x):
    steps = fisher_ladder(log_q, kl, theta, x)
    return [steps[0], Step(steps[-1].value, because="SCORE_ZERO")]


def repeats_the_second_line(log_q, kl, theta, x):
    first, second, _, last = fisher_ladder(log_q, kl, theta, x)
    return [Step(first.value), Step(second.value, because="SCORE_ZERO"), Step(second.value, because="SWAP_GRAD_INT"),
            Step(last.value, because="LINEARITY")]  # fmt: skip


exercise = Ladder(
    fisher_ladder,
    question="3.3",
    minutes=15,
    difficulty=3,
    instance=_instance,
    unrelated=_unrelated,
    first=_start,
    last=_end,
    min_steps=4,
    reasons=("DEFINITION", "LINEARITY", "PRODUCT_RULE", "SWAP_GRAD_INT", "SCORE_ZERO"),
    required=("SCORE_ZERO", "SWAP_GRAD_INT"),
    tolerance=Tolerance(5e-4, 5e-4),
    variants=(with_the_entropy_in_its_place,),
    hints=(
        "Write the expected score as an integral of density times score. It is zero at every theta. Differentiate the "
        "integral once more, with the product rule: which two terms add up to zero?",
        "A divergence is a difference of two expectations under the first density. Which of them knows the second "
        "argument? Its second derivative is taken outside of the expectation in one line and inside in the other.",
        "For the third line define a function of theta2 that averages minus log q at theta2 under the weights of "
        "theta, which do not move, and differentiate it twice. For the fourth differentiate `kl` twice in its second "
        "argument, and evaluate at (theta, theta).",
    ),
    mistakes=(
        Mistake(
            "in-two-lines",
            in_two_lines,
            "Both ends are there and the bridge is not: the second form of the information, and the expectation that "
            "is differentiated as a whole, stand between them.",
            caught_by="the_lines_are_numbers_with_reasons",
        ),
        Mistake(
            "starts-at-the-end",
            only_the_curvature,
            "There is no score in your first line; it is the curvature that the chain should arrive at.",
            also=only_the_curvature_again,
            caught_by="the_first_line_is_where_the_claim_starts",
        ),
        Mistake(
            "square-of-the-mean",
            one_edit("Step(jnp.sum(weights * score**2))", "Step(jnp.sum(weights * score) ** 2)"),
            "Your first line squares the expected score, which is zero by 3.2. The square belongs to the score of each "
            "x.",
            caught_by="the_first_line_is_where_the_claim_starts",
        ),
        Mistake(
            "forgot-the-minus",
            one_edit("Step(-jnp.sum(weights * bend)", "Step(jnp.sum(weights * bend)"),
            "Your second line is negative and the first is an average of squares. Two terms add up to zero here, so "
            "each is minus the other.",
            caught_by="each_line_follows_from_the_one_before",
        ),
        Mistake(
            "curvature-of-q",
            one_edit("jax.jacfwd(jax.jacfwd(log_q))(theta, x)", "curvature_over_density(log_q, theta, x)"),
            "In your second line the density itself is differentiated twice. Its integral does not change with theta, "
            "so that gives zero; the log is what the score was taken of.",
            caught_by="each_line_follows_from_the_one_before",
        ),
        Mistake(
            "weights-move-too",
            one_edit("weights * log_q(theta2, x)", "jnp.exp(log_q(theta2, x)) * dx * log_q(theta2, x)"),
            "Your third line moves the averaging density along: it is the curvature of an entropy. In a divergence the "
            "first argument stays where it is.",
            caught_by="each_line_follows_from_the_one_before",
        ),
        Mistake(
            "never-uses-kl",
            one_edit("jax.grad(jax.grad(kl, argnums=1), argnums=1)(theta, theta)", "jax.hessian(cross_entropy)(theta)"),
            "Your last line still averages over x. It should speak of the divergence as a function of two parameters, "
            "whatever formula it has.",
            caught_by="the_last_line_is_where_the_claim_ends",
        ),
        Mistake(
            "one-line-twice",
            repeats_the_second_line,
            "Two of your lines are the same expression. In one of them the derivatives are inside of the sum, in the "
            "other they are outside.",
            caught_by="the_lines_are_different",
        ),
        Mistake(
            "zero-not-named",
            one_edit('because="SCORE_ZERO"', 'because="PRODUCT_RULE"'),
            "The product rule gives two terms, and what lets you trade one for the other is a fact about the score. "
            "Name that.",
            caught_by="the_reasons_fit",
        ),
    ),
    answer="""
With $s = \\partial_\\theta \\log q$: $0 = \\partial_\\theta \\int q\\,s = \\int (\\partial_\\theta q)\\, s + \\int
q\\,\\partial_\\theta s = \\mathbb E[s^2] + \\mathbb E[\\partial_\\theta^2\\log q]$. So

1. $F = \\mathbb E[s^2]$
2. $= -\\mathbb E_{q_\\theta}[\\partial_\\theta^2 \\log q_\\theta]$: the score has mean zero at every theta.
3. $= \\partial_{\\theta'}^2\\, \\mathbb E_{q_\\theta}[-\\log q_{\\theta'}]$ at $\\theta' = \\theta$: derivatives come
out    of the integral, whose weights stay.
4. $= \\partial_{\\theta'}^2\\, \\mathrm{KL}(q_\\theta\\,\\|\\,q_{\\theta'})$ at $\\theta' = \\theta$: the other term
of the    divergence, $\\mathbb E_{q_\\theta}[\\log q_\\theta]$, does not know $\\theta'$.
""",
    afterword="Two forms of one thing, and a third: spread of slopes, mean curvature, and the bowl of a divergence.",
)
