"""6.1  A flow for each image: what the encoder puts out."""

# Built from solutions/nfvi/amortised_flow_params.py by `python -m solutions build`. Edit that file, not this one.

from typing import Any
import numpy as np
from jaxtyping import Array, Float
from dflvi.checking import nfvi_oracles
from dflvi.checking.compare import fields, finite, has_shape, holds
from dflvi.checking.exercise import Exercise


def amortised_flow_params(params: Any, x: Float[Array, "*n D"]) -> dict[str, Float[Array, "..."]]:
    """The parameters of K planar layers that the encoder puts out for one image.

    Args:
        params: what your `init_nfvae` made, with any numbers in it. d and K can be read off its arrays.
        x: one binary image, [D]. (Ours takes leading axes too. A check maps over images.)

    Returns:
        a dict (or NamedTuple) of u [K, d], w [K, d] and b [K]: every number of every layer depends on the image. u may
        be as the network puts it out, or lawful already; that is a matter of 6.3. With K = 0 the arrays are empty.
    """
    raise NotImplementedError("yours to write")


def _read(result, lead, d, K, where):
    shapes = {"u": (*lead, K, d), "w": (*lead, K, d), "b": (*lead, K)}
    parts = zip(shapes.items(), fields(result, *shapes), strict=True)
    return [finite(has_shape(part, shape, where=where, what=name), where=where, what=name).astype(np.float64)
            for (name, shape), part in parts]  # fmt: skip


def gives_a_stack_for_one_image(attempt):
    for d, K in ((2, 3), (1, 2), (2, 0)):
        params, x = nfvi_oracles.tiny(attempt, d, K), nfvi_oracles.images(attempt.rng, 1)[0]
        _read(attempt(params, x), (), d, K, f"one image of 5 pixels, d = {d}, K = {K}, random parameters")


def every_image_has_numbers_of_its_own(attempt):
    x = nfvi_oracles.all_images()
    stack = _read(attempt.vmap(None, 0)(nfvi_oracles.tiny(attempt, 2, 3), x), (len(x),), 2, 3, "all 32 images")
    shares = [float(np.mean(part.std(axis=0) > 1e-4)) for part in stack]
    for name, share in zip("uwb", shares, strict=True):
        holds(share == 1, f"Some of {name} is the same number for all images.", value=shares, tolerance=0.05,
              where="random parameters, all 32 images of 5 pixels, d = 2, K = 3",
              got=f"{100 * (1 - share):.0f} % of its numbers")  # fmt: skip


def every_layer_has_numbers_of_its_own(attempt):
    x = nfvi_oracles.images(attempt.rng, 4)
    stack = _read(attempt.vmap(None, 0)(nfvi_oracles.tiny(attempt, 2, 3), x), (len(x),), 2, 3, "four images")
    apart = [min(float(np.abs(part[:, k] - part[:, k - 1]).max()) for k in range(3)) > 1e-4 for part in stack]
    for name, differ in zip("uwb", apart, strict=True):
        holds(differ, f"Two layers of one image have the same {name}, for all images.", value=np.array(apart, float),
              tolerance=0.05, where="random parameters, four images of 5 pixels, d = 2, K = 3")  # fmt: skip


exercise = Exercise(
    amortised_flow_params,
    question="6.1",
    minutes=12,
    difficulty=1,
    needs=("init_nfvae",),
    hints=(
        "The encoder of 4.5 had two heads. What is the third one, and how many numbers does it put out for K layers?",
        "Whether it is a matrix of its own or a stretch of one long output, shape its numbers so that each layer has a "
        "row. K is how many rows there are.",
        "Leave the 2 d numbers of the Gaussian out, shape the rest to [K, 2 d + 1], and cut that behind column d and "
        "behind column 2 d. The last column is b, an array with one axis.",
    ),
    checks=(
        gives_a_stack_for_one_image,
        every_image_has_numbers_of_its_own,
        every_layer_has_numbers_of_its_own,
    ),
)
