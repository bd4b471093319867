"""What a check holds of an answer: a black box that takes and gives plain values (`values`).

The answer itself lives on a host, in this process (`Here`) or in another (`Child`); a check cannot tell.
"""

from typing import Any

import numpy as np

from dflvi.checking.learner_errors import LearnerError
from dflvi.checking.values import Handle, Key, Keys


class Attempt:
    """The learner's function, called with arrays, numbers, keys, NamedTuples of arrays and named functions.

    `attempt(x)` runs it, jitted where it can be. `attempt.vmap(0, None)`, `.grad(0)`, `.jacobian(1)` and
    `.float64` are the transformed function, applied in the order written. `attempt.returned("U1")` is the function
    that it returns for these arguments, and can be called and transformed itself. `attempt.keep(...)` leaves the
    result on its side and gives a `Structure`. `attempt.companion("init_vae")` is another answer of theirs.
    `attempt.rng` is the check's NumPy generator and `attempt.key()` a fresh key; both start from the check's seed.
    """

    def __init__(self, host: Any, name: str, *, seed: int | tuple[int, ...] = 0, ops: tuple = (), rng=None):
        self.host, self.name, self._ops = host, name, ops
        self.rng = rng if rng is not None else np.random.default_rng(seed)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The result in the judge's terms. Raises LearnerError."""
        return self.host.call(self.name, self._ops, _sendable(args), _sendable(kwargs))

    def keep(self, *args: Any, **kwargs: Any) -> "Structure":
        """Call and leave the result, a structure that only the learner's functions understand, where it is."""
        return Structure(self.host, self.host.call(self.name, self._ops, _sendable(args), _sendable(kwargs), True))

    def shapes(self, *args: Any, **kwargs: Any) -> list[tuple[tuple[int, ...], str]]:
        """Shape and dtype of each array in the result, flattened. Hardly anything is computed for it."""
        told = self.host.call(self.name, (*self._ops, ("shapes", None)), _sendable(args), _sendable(kwargs))
        return [(tuple(shape), dtype) for shape, dtype in told]

    def largest(self, *args: Any, **kwargs: Any) -> int:
        """How many numbers the largest array holds that is made on the way to the result.

        Nothing is computed for it, unless the function leaves JAX: then it is run once and its memory is watched.
        """
        return self.host.call(self.name, (*self._ops, ("largest", None)), _sendable(args), _sendable(kwargs))

    def vmap(self, *in_axes: int | None) -> "Attempt":
        """Mapped over an axis of each positional argument; None for an argument that is not mapped."""
        return self._with(("vmap", in_axes))

    def grad(self, argnums: int | tuple[int, ...] = 0) -> "Attempt":
        """The gradient in the given positional argument, or a tuple of gradients."""
        return self._with(("grad", argnums))

    def jacobian(self, argnums: int = 0) -> "Attempt":
        """The Jacobian in one positional argument, derivative axes last."""
        return self._with(("jacobian", argnums))

    @property
    def float64(self) -> "Attempt":
        """The function run with JAX in float64."""
        return self._with(("float64", None))

    @property
    def afresh(self) -> "Attempt":
        """Traced anew: shows a result that depends on more than the arguments, as NumPy's generator makes it."""
        return self._with(("afresh", int(self.rng.integers(2**31))))

    def companion(self, name: str) -> "Attempt":
        """Another answer of the same learner, on the same side."""
        return Attempt(self.host, name, rng=self.rng)

    def key(self) -> Key:
        """A fresh PRNG key."""
        return Key(int(self.rng.integers(2**31)))

    def keys(self, n: int) -> Keys:
        """So many fresh PRNG keys, to be mapped over."""
        return Keys(int(self.rng.integers(2**31)), n)

    @property
    def value(self) -> Any:
        """An answer that is no function."""
        return self.host.value(self.name)

    @property
    def source(self) -> str | None:
        """The text of the function, None if it cannot be had."""
        return self.host.describe(self.name).get("source")

    def returned(self, *args: Any, part: str = "", of: tuple[str, ...] = ()) -> "Attempt":
        """The function that an answer makes, where it makes one: `attempt.returned("U1").vmap(0)(points)`.

        Where it makes several, `of` names them in their order, and `part` is the one that is meant.
        """
        return self._with(("returned", (args, part, of)))

    def _with(self, op: tuple) -> "Attempt":
        return Attempt(self.host, self.name, ops=(*self._ops, op), rng=self.rng)


class Structure:
    """A structure that the learner's own function made. A check sets its numbers and never looks at its shape."""

    def __init__(self, host: Any, handle: Handle):
        self.host, self.handle = host, handle

    def leaves(self) -> list[np.ndarray]:
        """Its arrays, flattened."""
        return self.host.leaves(self.handle)

    def with_leaves(self, arrays: list[np.ndarray]) -> "Structure":
        """A copy with these numbers."""
        return Structure(self.host, self.host.with_leaves(self.handle, arrays))

    def filled(self, make) -> "Structure":
        """A copy in which each floating leaf is `make(shape)`; integer, boolean and empty leaves stay."""
        floating = [leaf.dtype.kind == "f" and leaf.size > 0 for leaf in self.leaves()]
        pairs = zip(self.leaves(), floating, strict=True)
        new = [np.broadcast_to(make(leaf.shape), leaf.shape).astype(leaf.dtype) if f else leaf for leaf, f in pairs]
        return self.with_leaves(new)


def _sendable(value: Any) -> Any:
    if isinstance(value, Structure):
        return value.handle
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return value
    if isinstance(value, (tuple, list)):
        return type(value)(_sendable(one) for one in value)
    if isinstance(value, dict):
        return {key: _sendable(one) for key, one in value.items()}
    return value


__all__ = ["Attempt", "Key", "Keys", "LearnerError", "Structure"]
