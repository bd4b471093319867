"""6.5  The encoder: from an image to a Gaussian and a flow."""

# Built from solutions/nfvi/encode_nf.py by `python -m solutions build`. Edit that file, not this one.

from typing import Any
import numpy as np
from jaxtyping import Array, Float
from dflvi.checking import nfvi_oracles
from dflvi.checking.compare import close, holds
from dflvi.checking.exercise import Exercise
from dflvi.types import Planar


def encode_nf(
    params: Any, x: Float[Array, "*n D"]
) -> tuple[Float[Array, "*n d"], Float[Array, "*n d"], Planar]:
    """What the network says of one image: a Gaussian, and the K planar layers that bend it.

    Args:
        params: what your `init_nfvae` made, with any numbers in it. d and K can be read off its arrays.
        x: one binary image, [D]. (Ours takes leading axes too. A check maps over images.)

    Returns:
        mu: the means of the base q0(z0 | x), [d].
        logvar: the logs of its variances, [d].
        flow: the stack `Planar(u [K, d], w [K, d], b [K])`, or a mapping with these names. It is lawful: w . u >= -1
            in each layer, by your `constrain_planar` of 6.3. With K = 0 it has no layers, and with K > 0 every image
            has layers of its own.

    One hidden layer of ReLU units reads x, and affine heads read the hidden layer. With all parameters zero and K = 0
    this is the prior N(0, I).
    """
    raise NotImplementedError("yours to write")


def gives_a_gaussian_and_a_stack(attempt):
    for d, K in ((2, 3), (1, 2), (2, 0)):
        params, x = nfvi_oracles.tiny(attempt, d, K), nfvi_oracles.images(attempt.rng, 1)[0]
        where = f"one image of 5 pixels, d = {d}, K = {K}, random parameters"
        nfvi_oracles.read_encoding(attempt(params, x), (), d, K, where)


def _of_all_images(attempt, d, K, fillings):
    x = nfvi_oracles.all_images().astype(np.float64)
    for _ in range(fillings):
        result = attempt.float64.vmap(None, 0)(nfvi_oracles.tiny(attempt, d, K), x)
        yield nfvi_oracles.read_encoding(result, (len(x),), d, K, "all 32 images of 5 pixels")


def parameters_of_zero_give_the_prior(attempt):
    zero = nfvi_oracles.tiny(attempt, 2, 0, 0.0)
    mu, logvar, _ = nfvi_oracles.read_encoding(attempt(zero, nfvi_oracles.images(attempt.rng, 1)[0]), (), 2, 0)
    where = "K = 0, every floating leaf set to zero"
    close(mu, np.zeros(2), where=where, says="the mean is not zero", what="mu")
    close(logvar, np.zeros(2), where=where, says="the log-variance is not zero", what="logvar")


def every_image_has_layers_of_its_own(attempt):
    mu, logvar, flow = next(_of_all_images(attempt, 2, 3, 1))
    for name, part in (("mu", mu), ("logvar", logvar), ("u", flow.u), ("w", flow.w), ("b", flow.b)):
        spread = float(part.std(axis=0).min())
        holds(spread > 1e-4, f"Some of {name} is the same number for all images.", value=min(spread / 1e-4, 1.0),
              tolerance=0.05, where="random parameters, all 32 images of 5 pixels, d = 2, K = 3",
              got=f"a spread of {spread:.2g}")  # fmt: skip
    for name, part in (("u", flow.u), ("w", flow.w), ("b", flow.b)):
        apart = min(float(np.abs(part[:, k] - part[:, k - 1]).max()) for k in range(3))
        holds(apart > 1e-4, f"Two layers of one image have the same {name}, for all images.",
              value=min(apart / 1e-4, 1.0), tolerance=0.05, where="random parameters, d = 2, K = 3")  # fmt: skip


def its_layers_are_lawful_and_go_both_ways(attempt):
    dots = [np.sum(flow.u * flow.w, axis=-1) for _, _, flow in _of_all_images(attempt, 2, 3, 4)]
    lowest, highest = min(map(np.min, dots)), max(map(np.max, dots))
    where = "random parameters, 4 fillings, all 32 images of 5 pixels, d = 2, K = 3"
    says = "Some layers have w . u below -1: such a layer folds the plane, and its formula for the density is wrong."
    holds(lowest >= -1 - 1e-4, says, value=np.clip(lowest, -1.5, -1), tolerance=0.3, where=where,
          expected="w . u >= -1", got=f"{lowest:.3g}")  # fmt: skip
    says = "No layer draws points together: w . u is never clearly below zero."
    holds(lowest < -0.2, says, value=np.clip(lowest, -0.2, 0), where=where, got=f"at least {lowest:.3g}")
    says = "No layer pulls points apart: w . u is never clearly above zero."
    holds(highest > 0.2, says, value=np.clip(highest, 0, 0.2), where=where, got=f"at most {highest:.3g}")


exercise = Exercise(
    encode_nf,
    question="6.5",
    minutes=15,
    difficulty=2,
    needs=("init_nfvae",),
    hints=(
        "The network is that of 4.5 with a longer output. Which stretch of that output is what, and where does one "
        "layer end and the next begin?",
        "Shape the part behind the Gaussian to [K, 2 d + 1], and cut its last axis into u, w and b. K follows from how "
        "long it is.",
        "What the network puts out for u is any vector. Send it and its w through `constrain_planar`, mapped over the "
        "layers, before it goes into the stack.",
    ),
    checks=(
        gives_a_gaussian_and_a_stack,
        parameters_of_zero_give_the_prior,
        every_image_has_layers_of_its_own,
        its_layers_are_lawful_and_go_both_ways,
    ),
)
