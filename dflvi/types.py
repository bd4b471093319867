"""Containers that exercises pass around. They hold numbers and no answers."""

from typing import NamedTuple

from jaxtyping import Array, Float, Int, PRNGKeyArray

Key = PRNGKeyArray
Scalar = Float[Array, ""]


class Step(NamedTuple):
    """One line of a derivation, for one instance of the problem.

    Fields:
        value: the number that this line has for the given inputs, a 0-d array or a float.
        because: the law that leads here from the line before ("" on the first line); see `REASONS`.
        relation: how the line before relates to this one: "==", "<=" or ">=".
    """

    value: Scalar
    because: str = ""
    relation: str = "=="


REASONS = (
    "DEFINITION",
    "LINEARITY",
    "CHANGE_OF_VARIABLES",
    "LINEAR_ALGEBRA",
    "LOG_RULE",
    "PRODUCT_RULE",
    "NORMALISATION",
    "JENSEN",
    "LOG_BOUND",
    "TOWER",
    "SWAP_GRAD_INT",
    "SCORE_ZERO",
)


class CaviResult(NamedTuple):
    """What coordinate ascent ends with (question 2.8).

    Fields:
        m: means of the factors q(mu_k), [K].
        s2: variances of the factors q(mu_k), [K].
        phi: responsibilities, each row a distribution over components, [N, K].
        elbos: the ELBO after each sweep in nats, [max_iters]; after n_iter the last value is repeated.
        n_iter: sweeps done, a 0-d integer.
    """

    m: Float[Array, " K"]
    s2: Float[Array, " K"]
    phi: Float[Array, "N K"]
    elbos: Float[Array, " max_iters"]
    n_iter: Int[Array, ""]


class Planar(NamedTuple):
    """A planar layer z + u tanh(w.z + b); a stack of layers has a leading axis K on every field.

    Fields: u [d], w [d], b [].
    """

    u: Float[Array, "*layers d"]
    w: Float[Array, "*layers d"]
    b: Float[Array, "*layers"]


class Radial(NamedTuple):
    """A radial layer around z_ref; a stack of layers has a leading axis K on every field.

    Fields: z_ref [d], alpha [] positive, beta [] at least -alpha.
    """

    z_ref: Float[Array, "*layers d"]
    alpha: Float[Array, "*layers"]
    beta: Float[Array, "*layers"]
