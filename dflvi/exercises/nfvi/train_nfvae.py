"""6.5  Training encoder, flow and decoder at once."""

# Built from solutions/nfvi/train_nfvae.py by `python -m solutions build`. Edit that file, not this one.

from typing import Any
import numpy as np
from jaxtyping import Array, Float
from dflvi import data
from dflvi.checking.compare import fields, finite, has_shape, holds
from dflvi.checking.exercise import Exercise
from dflvi.types import Key


def train_nfvae(key: Key, params: Any, X: Float[Array, "N D"], steps: int) -> Any:
    """Algorithm 1: minimise the free energy of binary images, in encoder, flow and decoder at once.

    Args:
        key: a PRNG key, for the order of the images and for the draws of all steps.
        params: where to start, as your `init_nfvae` made it.
        X: binary images, a row each, [N, D]. `dflvi.data.expect_binary` says in a sentence what is wrong with X, if
            anything is; call it first.
        steps: how many steps, a Python int.

    Returns:
        the parameters after the last step, in the structure in which they came.

    A step takes 100 rows of X drawn at random (all where there are fewer) and fresh noise. Adam, with a step size of
    0.001 that falls to 0 along a cosine. Beta grows during the first quarter of the steps, in the shape of your
    `beta_schedule`, and is 1 for the rest. `train.fit` is the loop: with `numbered=True` it hands over the number of
    the step. (A loss that is defined anew at each call is compiled anew; `functools.cache` on the function that makes
    it avoids that.)
    """
    raise NotImplementedError("yours to write")

_D, _H, _LATENT, _K, _N, _STEPS = 64, 32, 2, 2, 800, 400

_WHERE = f"{_N} digits of 8 by 8 pixels, sorted by what they show; H = {_H}, d = {_LATENT}, K = {_K}, {_STEPS} steps"


def _digits():
    """Small binary digits, ones first: [800, 64]."""
    images, labels = data.digits_8x8()
    order = np.argsort((labels[:_N] + 9) % 10, kind="stable")
    return (images[:_N][order] >= 8).astype(np.float32)


def _start(attempt):
    return attempt.companion("init_nfvae").keep(attempt.key(), _D, _H, _LATENT, _K)


def _elbo(attempt, params, x):
    """In nats an image, by the learner's own `evaluate`."""
    result = attempt.companion("evaluate")(attempt.key(), params, x, 20)
    elbo, _ = fields(result, "elbo", "iwae", what="evaluate")
    return float(finite(has_shape(elbo, (), what="evaluate"), what="evaluate"))


def _trained(attempt, key, start, X):
    params = attempt.keep(key, start, X, _STEPS)
    before, after = start.leaves(), params.leaves()
    alike = [leaf.shape for leaf in before] == [leaf.shape for leaf in after]
    holds(alike, "What comes back is not of the structure that went in.", value=float(alike), where=_WHERE)
    for leaf in after:
        if leaf.dtype.kind == "f" and leaf.size and not np.isfinite(leaf).all():
            finite(np.array(np.nan), where=_WHERE, what="the trained parameters")
    return params


def training_raises_the_elbo(attempt):
    X, start = _digits(), _start(attempt)
    trained = _trained(attempt, attempt.key(), start, X)
    ones, rest = _elbo(attempt, trained, X[:100]), _elbo(attempt, trained, X[100::7])
    says = "The first rows of X are learnt, and all the others cost far more."
    holds(rest > 3 * ones, says, value=float(np.clip(rest / ones, 1, 3.5) > 3), where=_WHERE,
          expected=f"the rest at most three times the {-ones:.1f} nats of the first", got=f"{-rest:.1f}")  # fmt: skip
    before, after = _elbo(attempt, start, X[100::7]), rest
    says = "The ELBO does not rise as it should with ease: half of what is lacking to 0 should be gone."
    # Right answers end at 0.35 to 0.43.
    holds(after > 0.52 * before, says, value=np.clip(after / before, 0.45, 1.5), tolerance=0.04, where=_WHERE,
          expected=f"far above {before:.1f} nats an image", got=f"{after:.1f}")  # fmt: skip


def the_key_decides(attempt):
    X, start, key = _digits(), _start(attempt), attempt.key()
    one, again, other = (_trained(attempt, k, start, X).leaves() for k in (key, key, attempt.key()))

    def apart(a, b):
        pairs = ((x, y) for x, y in zip(a, b) if x.size and x.dtype.kind == "f")
        return max(float(np.abs(x.astype(np.float64) - y).max()) for x, y in pairs)

    same, moved = apart(one, again) == 0, apart(one, other) > 1e-6
    holds(same, "One key gave two results.", value=float(same), where=_WHERE)
    holds(moved, "Two keys gave the same run.", value=float(moved), where=_WHERE)


exercise = Exercise(
    train_nfvae,
    question="6.5",
    minutes=15,
    difficulty=2,
    needs=("init_nfvae", "encode_nf", "sample_posterior", "evaluate"),
    slow=True,
    hints=(
        "It is `train_vae` with one thing more: the loss has to know how far the run has come.",
        "The paper's schedule ends after 9,900 steps. By what do you multiply the number of your step, so that it has "
        "ended when a quarter of your run is over?",
        "A loss of (params, key, rows, t) that calls `neg_elbo_nf` with a stretched t in `beta_schedule`, Adam with "
        "Optax's cosine schedule, `data=X`, the batch, and `numbered=True`.",
    ),
    checks=(training_raises_the_elbo, the_key_decides),
)
