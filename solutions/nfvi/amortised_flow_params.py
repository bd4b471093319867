"""6.1  A flow for each image: what the encoder puts out."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi import nets
from dflvi.checking import nfvi_oracles
from dflvi.checking.compare import fields, finite, has_shape, holds
from dflvi.checking.exercise import Exercise, Mistake, one_edit


def amortised_flow_params(params: Any, x: Float[Array, "*n D"]) -> dict[str, Float[Array, "..."]]:
    """The parameters of K planar layers that the encoder puts out for one image.

    Args:
        params: what your `init_nfvae` made, with any numbers in it. d and K can be read off its arrays.
        x: one binary image, [D]. (Ours takes leading axes too. A check maps over images.)

    Returns:
        a dict (or NamedTuple) of u [K, d], w [K, d] and b [K]: every number of every layer depends on the image. u may
        be as the network puts it out, or lawful already; that is a matter of 6.3. With K = 0 the arrays are empty.
    """
    d = len(params["decoder"][0][0])
    _, numbers = jnp.split(nets.apply_mlp(params["encoder"], x), (2 * d,), axis=-1)
    K = numbers.shape[-1] // (2 * d + 1)
    u, w, b = jnp.split(numbers.reshape(*x.shape[:-1], K, 2 * d + 1), (d, 2 * d), axis=-1)
    return {"u": u, "w": w, "b": b[..., 0]}


# ---- other right answers ----------------------------------------------------------------------


def all_u_first(params, x):
    """The layer written out; columns in three blocks, all u, all w, all b; a tuple."""
    (W, a), (V, c) = params["encoder"]
    d = params["decoder"][0][0].shape[0]
    out = (jnp.maximum(W.T @ x + a, 0) @ V + c)[2 * d :]
    K = out.size // (2 * d + 1)
    return out[: K * d].reshape(K, d), out[K * d : 2 * K * d].reshape(K, d), out[2 * K * d :]


# ---- checks: cheap to deep --------------------------------------------------------------------


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


# ---- mistakes ---------------------------------------------------------------------------------


def _without_the_image(params, x):
    (W, b), *heads = params["encoder"]
    return amortised_flow_params({**params, "encoder": [(0 * W, b), *heads]}, x)


def _first_layer_again(params, x):
    return jax.tree.map(lambda part: jnp.broadcast_to(part[:1], part.shape), amortised_flow_params(params, x))


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
    variants=(all_u_first,),
    mistakes=(
        Mistake(
            "b-with-an-axis-too-many",
            one_edit("b[..., 0]", "b"),
            "Your b has a last axis of length one. Added to an inner product it makes a matrix where a number belongs.",
            caught_by=gives_a_stack_for_one_image,
        ),
        Mistake(
            "coordinates-first",
            lambda params, x: {name: part.T for name, part in amortised_flow_params(params, x).items()},
            "With two latents and three layers your u has two rows. A loop over layers would take coordinates for "
            "layers.",
            caught_by=gives_a_stack_for_one_image,
        ),
        Mistake(
            "one-flow-for-all-images",
            one_edit('nets.apply_mlp(params["encoder"], x)', 'nets.apply_mlp(params["encoder"], 0 * x)'),
            "Thirty-two images, and one and the same flow. That is the model that can be absorbed.",
            also=_without_the_image,
            caught_by=every_image_has_numbers_of_its_own,
        ),
        Mistake(
            "only-u-is-amortised",
            lambda params, x: {**_without_the_image(params, x), "u": amortised_flow_params(params, x)["u"]},
            "How far a layer pushes depends on the image, and where it has its bend does not. A ring and a banana are "
            "not bent at the same place.",
            caught_by=every_image_has_numbers_of_its_own,
        ),
        Mistake(
            "first-layer-again",
            _first_layer_again,
            "An image of yours has the same layer three times over. What does the network put out for the second and "
            "third?",
            caught_by=every_layer_has_numbers_of_its_own,
        ),
    ),
    answer="""
A third head: K (2 d + 1) numbers an image beside the 2 d of the Gaussian. With d = 2 and K = 16 that is 80 numbers, a
matrix of H by 80, and they are as much a function of the image as its mean is.

With such a flow z = f_x(z0), the term log p(f_x(z0)) + log |det f_x'(z0)| depends on x. It is no prior.
""",
    afterword="One network, and a family of warps with one for each image.",
)
