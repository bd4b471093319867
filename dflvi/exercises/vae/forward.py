"""4.5  Once through the whole: encode, draw, decode."""

# Built from solutions/vae/forward.py by `python -m solutions build`. Edit that file, not this one.

from typing import Any
import numpy as np
from jaxtyping import Array, Float
from dflvi.checking import vae_oracles
from dflvi.checking.compare import T32_LOOSE, close, fields, finite, has_shape, holds, statistic_is
from dflvi.checking.exercise import Exercise
from dflvi.types import Key


def forward(
    key: Key, params: Any, x: Float[Array, "n D"]
) -> tuple[Float[Array, "n D"], Float[Array, "n d"], Float[Array, "n d"]]:
    """A batch of images through encoder, one draw of each latent, and decoder.

    Args:
        key: a PRNG key; every image gets noise of its own.
        params: what your `init_vae` made, with any numbers in it.
        x: binary images, a row each, [n, D]; n may be 1.

    Returns:
        logits: of the decoder at the drawn latents, [n, D].
        mu: what the encoder says of each image, [n, d].
        logvar: likewise, [n, d].

    Your `encode` and `decode` know one image; `jax.vmap(encode, in_axes=(None, 0))` knows a batch. JAX must be able to
    differentiate it in the parameters and in x, also through the draw.
    """
    raise NotImplementedError("yours to write")

_D, _H, _LATENT = vae_oracles.PIXELS, vae_oracles.UNITS, 2

_N, _KEYS = 3, 2000

_WHERE = f"{_N} images, D, H, d = {_D}, {_H}, {_LATENT}, random parameters"

_NAMES = "logits", "mu", "logvar"


def _shapes(n):
    return (n, _D), (n, _LATENT), (n, _LATENT)


def _read(attempt, keys, params, x, where=_WHERE):
    """The three tables for each of the keys. One program, in float64, serves all checks."""
    result = attempt.float64.vmap(0, None, None)(keys, params, x.astype(np.float64))
    parts = zip(_NAMES, fields(result, *_NAMES), _shapes(_N))
    return [finite(has_shape(part, (_KEYS, *shape), where=where, what=name), where=where, what=name)
            for name, part, shape in parts]  # fmt: skip


def gives_three_tables(attempt):
    params = vae_oracles.tiny(attempt, _LATENT)
    _read(attempt, attempt.keys(_KEYS), params, vae_oracles.images(attempt.rng, _N))
    one = attempt.shapes(attempt.key(), params, vae_oracles.images(attempt.rng, 1))
    for (got, _), want in zip(one, _shapes(1)):
        has_shape(np.zeros(got), want, where="1 image")


def mu_and_logvar_are_the_encoder_s(attempt):
    params, x = vae_oracles.tiny(attempt, _LATENT), vae_oracles.images(attempt.rng, _N)
    found = _read(attempt, attempt.keys(_KEYS), params, x)[1:]
    wanted = vae_oracles.encoded(attempt, params, x, _LATENT)
    for name, got, want in zip(("mu", "logvar"), found, wanted):
        close(got[:3], np.stack([want] * 3), T32_LOOSE, where=f"three keys, {_WHERE}", what=name,
              says=f"{name}, against your own `encode`")  # fmt: skip


def logits_follow_the_law_of_the_draw(attempt):
    x = vae_oracles.images(attempt.rng, _N)
    params = vae_oracles.far_from_the_prior(attempt, x, _LATENT)
    logits = _read(attempt, attempt.keys(_KEYS), params, x)[0].astype(np.float64)
    mean, variance = vae_oracles.Exact(attempt, params, x, _LATENT).logits
    sd = np.sqrt(variance)
    where = f"{_KEYS} keys, {_WHERE}"
    # Piecewise linear in normals: the mean of 2,000 is near normal. A squared deviation has kurtosis up to some tens,
    # and its own spread serves as the error.
    far = ((logits - mean) / sd) ** 2
    statistic_is(logits.mean(axis=0), mean, sd / np.sqrt(_KEYS), comparisons=30, slack=1e-3, where=where,
                 says="the mean of your logits over keys, against your own `decode` over draws of q")  # fmt: skip
    error = np.maximum(far.std(axis=0), 1.5) * 1.3 / np.sqrt(_KEYS)
    statistic_is(far.mean(axis=0), np.ones_like(mean), error, comparisons=30, slack=1e-3, where=where,
                 says="the variance of your logits over keys, in units of what draws of q give")  # fmt: skip


def every_image_has_noise_of_its_own(attempt):
    params = vae_oracles.tiny(attempt, _LATENT, 0.5)
    twins = np.repeat(vae_oracles.images(attempt.rng, 1), _N, axis=0)
    where = f"{_N} copies of one image, random parameters"
    logits, other = _read(attempt, attempt.keys(_KEYS), params, twins, where)[0][:2]
    moved = not np.allclose(logits, other, atol=1e-4)
    holds(moved, "Two keys give the same logits.", value=float(moved), where=where)
    apart = float(np.ptp(logits, axis=0).max())
    holds(apart > 1e-4, "Copies of one image in a batch are all decoded alike: their noise is one and the same.",
          value=min(apart / 1e-4, 1.0), tolerance=0.05, where=where,
          expected="three different draws", got="one")  # fmt: skip


def slopes_pass_through_the_draw(attempt):
    # One central difference at the same key: an answer that stops the gradient still moves.
    params, x = vae_oracles.tiny(attempt, _LATENT, 0.5), vae_oracles.images(attempt.rng, _N).astype(np.float64)
    keys, direction, step = attempt.keys(_KEYS), attempt.rng.normal(size=x.shape), 1e-5
    jacobian = fields(attempt.float64.jacobian(2).vmap(0, None, None)(keys, params, x), *_NAMES)[0]
    shape = (_KEYS, _N, _D, _N, _D)
    jacobian = has_shape(jacobian, shape, what="the Jacobian of the logits in x")[0].astype(np.float64)
    ends = [_read(attempt, keys, params, x + s * step * direction)[0][0] for s in (1, -1)]
    want = (ends[0].astype(np.float64) - ends[1]) / (2 * step)
    got = np.einsum("ndme,me->nd", jacobian, direction)
    if attempt_is_float32(ends):  # too coarse to difference: the size of the slope has to do
        want = np.where(np.abs(want - got) < 0.2 * (1 + np.abs(got)), got, want)
    close(got, want, T32_LOOSE, where=_WHERE, what="JAX",
          says="the slope of the logits in x against two values of your own at the same key")  # fmt: skip
    across = np.abs(jacobian[0, :, 1]).max() + np.abs(jacobian[1, :, 0]).max()
    close(across, 0.0, where=_WHERE, says="how one image acts on the logits of another", what="JAX")


def attempt_is_float32(ends):
    """Whether an answer that was asked for float64 gave float32."""
    return all(np.array_equal(end, end.astype(np.float32)) for end in ends)


exercise = Exercise(
    forward,
    question="4.5",
    minutes=8,
    difficulty=1,
    differentiable=True,
    needs=("init_vae", "encode", "decode"),
    hints=(
        "Three steps, each a function that you have. What does each of them take, one image or a batch?",
        "Map `encode` over the rows, draw all latents in one call, map the network for the way back over the latents. "
        "Which arguments are mapped and which are shared?",
        "`in_axes=(None, 0)`: the parameters are shared, the rows are mapped. `reparameterize` takes a table as it is.",
    ),
    checks=(
        gives_three_tables,
        mu_and_logvar_are_the_encoder_s,
        every_image_has_noise_of_its_own,
        logits_follow_the_law_of_the_draw,
        slopes_pass_through_the_draw,
    ),
)
