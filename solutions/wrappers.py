"""Honest ways to hand in one right answer: jitted, by keyword, with NumPy results, ... Any of them must pass.

A wrapper that makes no sense for an answer says why; the number of those is printed and never hidden.
"""

import functools
import inspect
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from dflvi.checking.here import Here, _is_array, _is_key


class Profile:
    """What the checks did with one answer: which arguments are static, what came back, which keys went in."""

    def __init__(self, function: Callable):
        self.function = function
        self.calls: list[tuple[tuple, list, dict]] = []  # ops, arguments in JAX's terms
        self.ops_of: dict[str, set[tuple]] = {}  # check -> the transformations it asks for
        self.result: Any = None  # one result of a call without grad, as the answer returned it ...
        self.mapped = 0  # ... under so many vmaps
        self.keeps, self.makes, self.left_jax = False, False, ""  # makes: the checks call what it returns

    @functools.cached_property
    def names(self) -> tuple[str, ...]:
        """The names of its parameters."""
        try:
            return tuple(inspect.signature(self.function).parameters)
        except (TypeError, ValueError):
            return ()

    @property
    def takes_key(self) -> bool:
        """Whether a PRNG key is among the arguments."""
        return any(
            _is_key(leaf) for _, args, kwargs in self.calls for leaf in jax.tree.leaves((args, kwargs))
        )

    @property
    def takes_arrays(self) -> bool:
        """Whether an array is among the arguments."""
        return any(
            _is_array(leaf) for _, args, kwargs in self.calls for leaf in jax.tree.leaves((args, kwargs))
        )

    @functools.cached_property
    def static(self) -> tuple[str, ...] | None:
        """Names of the parameters that jit must not trace; None if it cannot take them as they are."""
        kinds: dict[str, set[str]] = {}
        for _, args, kwargs in self.calls:
            for name, value in [*zip(self.names, args, strict=False), *kwargs.items()]:
                leaves = jax.tree.leaves(value)
                moving = [_is_array(leaf) or type(leaf) is float for leaf in leaves]
                if leaves and all(moving):
                    kind = "traced"
                elif isinstance(value, (list, tuple, dict, set)):
                    kind = "traced" if not leaves else "mixed"
                else:
                    kind = "static"
                kinds.setdefault(name, set()).add(kind)
        if any(len(kind) > 1 or "mixed" in kind for kind in kinds.values()):
            return None
        return tuple(name for name, kind in kinds.items() if kind == {"static"})

    @property
    def returns_arrays(self) -> bool:
        """Whether nothing but arrays and numbers comes back."""
        return all(
            _is_array(leaf) or type(leaf) in (int, float, bool) for leaf in jax.tree.leaves(self.result)
        )


class Recorder(Here):
    """A host that also notes how the answer `name` is called."""

    def __init__(self, answers: dict, name: str, compiled: dict):
        super().__init__(answers, may_hang=True, compiled=compiled)
        self._name, self.profile = name, Profile(answers[name])
        self.check = ""  # that runs at the moment

    def call(self, name, ops, args, kwargs, keep=False):
        self.profile.keeps = self.profile.keeps or (keep and name == self._name)
        makes = name == self._name and bool(ops) and ops[0][0] == "returned"
        self.profile.makes = self.profile.makes or makes
        result = super().call(name, ops, args, kwargs, keep)
        self.profile.left_jax = self.left_jax
        return result

    def _run(self, name, answer, ops, args, kwargs):
        result = super()._run(name, answer, ops, args, kwargs)
        if name == self._name:
            self.profile.function = answer if self.profile.makes else self.profile.function
            self.profile.ops_of.setdefault(self.check, set()).add(ops)
            if len(self.profile.calls) < 50:
                self.profile.calls.append((ops, args, kwargs))
            if not any(op in ("grad", "jacobian", "shapes") for op, _ in ops) and self.profile.result is None:
                self.profile.result, self.profile.mapped = result, sum(op == "vmap" for op, _ in ops)
        return result


class Given64(Here):
    """A host whose learner works in float64: every float that goes in is one."""

    def call(self, name, ops, args, kwargs, keep=False):
        return super().call(name, (*ops, ("float64", None)), _widened(args), _widened(kwargs), keep)


def _widened(value: Any) -> Any:
    if isinstance(value, (np.ndarray, np.generic)) and value.dtype == np.float32:
        return value.astype(np.float64)
    if isinstance(value, dict):
        return {key: _widened(one) for key, one in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*map(_widened, value))
    if isinstance(value, (tuple, list)):
        return type(value)(map(_widened, value))
    return value


class Wrapper(NamedTuple):
    """A way to hand in an answer.

    Fields:
        name: in a word or two.
        skip: profile -> why it makes no sense for this answer, "" if it does.
        wrap: (function, profile) -> the answer to hand in.
        host: where it runs.
        changes_results: what comes back is of another type, so every check has to be tried.
    """

    name: str
    skip: Callable[[Profile], str]
    wrap: Callable[[Callable, Profile], Callable]
    host: type[Here] = Here
    changes_results: bool = False


def wrapped(wrapper: Wrapper, function: Callable, profile: Profile) -> Callable:
    """The answer to hand in; of an answer that makes functions, each of these is wrapped."""
    if not profile.makes:
        return wrapper.wrap(function, profile)
    return lambda *args: jax.tree.map(lambda made: wrapper.wrap(made, profile), function(*args))


# ---- what makes no sense where ----------------------------------------------------------------


def _never(profile: Profile) -> str:
    return ""


def _no_jit(profile: Profile) -> str:
    if profile.left_jax:
        return "it leaves JAX"
    if profile.static is None:
        return "an argument is a container of other things than arrays"
    if not profile.returns_arrays:
        return "it returns other things than arrays"
    return ""


def _no_arguments(profile: Profile) -> str:
    return "" if profile.names else "it takes no arguments"


def _no_batch(profile: Profile) -> str:
    if not profile.takes_arrays:
        return "it takes no arrays"
    return "" if profile.returns_arrays else "it returns other things than arrays"


def _no_vmap(profile: Profile) -> str:
    return "it leaves JAX" if profile.left_jax else _no_batch(profile)


def _no_numbers(profile: Profile) -> str:
    return "" if any(_is_array(leaf) for leaf in jax.tree.leaves(profile.result)) else "it returns no arrays"


def _no_scalar(profile: Profile) -> str:
    arrays = [leaf for leaf in jax.tree.leaves(profile.result) if _is_array(leaf) and not _is_key(leaf)]
    if profile.keeps:
        return "its result is a structure of its own"
    return "" if any(leaf.ndim == profile.mapped for leaf in arrays) else "it returns no single number"


def _no_names(profile: Profile) -> str:
    if profile.keeps:
        return "its result is a structure of its own"
    return "" if hasattr(profile.result, "_fields") else "it returns a tuple without names, or no tuple"


# ---- the wrappers -----------------------------------------------------------------------------


def _jitted(function: Callable, profile: Profile) -> Callable:
    return jax.jit(function, static_argnames=profile.static)


def _quick(function: Callable, profile: Profile) -> Callable:
    """Jitted where that can be, so that what happens outside of JAX costs little."""
    return function if _no_jit(profile) else _jitted(function, profile)


def _partial(function: Callable, profile: Profile) -> Callable:
    return functools.partial(function)


def _keyword(function: Callable, profile: Profile) -> Callable:
    def by_keyword(*args, **kwargs):
        return function(**dict(zip(profile.names, args, strict=False)), **kwargs)

    return by_keyword


def _numpy(function: Callable, profile: Profile) -> Callable:
    inner = _quick(function, profile)

    def with_numpy_results(*args, **kwargs):
        return jax.tree.map(
            lambda leaf: np.asarray(leaf) if _is_array(leaf) and not _is_key(leaf) else leaf,
            inner(*args, **kwargs),
        )

    return with_numpy_results


def _floats(function: Callable, profile: Profile) -> Callable:
    inner = _quick(function, profile)

    def plain(leaf: Any) -> Any:
        if not _is_array(leaf) or _is_key(leaf) or leaf.ndim > 0:
            return leaf
        return float(leaf) if jnp.issubdtype(leaf.dtype, jnp.floating) else int(leaf)

    def with_python_numbers(*args, **kwargs):
        return jax.tree.map(plain, inner(*args, **kwargs))

    return with_python_numbers


def _tuple(function: Callable, profile: Profile) -> Callable:
    def with_a_tuple(*args, **kwargs):
        return tuple(function(*args, **kwargs))

    return with_a_tuple


def _dict(function: Callable, profile: Profile) -> Callable:
    def with_a_dict(*args, **kwargs):
        return function(*args, **kwargs)._asdict()

    return with_a_dict


def _lifted(function: Callable, mapped: Callable) -> Callable:
    """An answer for a batch, `mapped` over its events, that is given a batch of one."""

    def of_a_batch_of_one(*args, **kwargs):
        leaves, tree = jax.tree.flatten((args, kwargs))
        moving = [_is_array(leaf) for leaf in leaves]

        def of_one(*event):
            event = iter(event)
            args, kwargs = jax.tree.unflatten(
                tree, [next(event) if m else leaf for leaf, m in zip(leaves, moving, strict=True)]
            )
            return function(*args, **kwargs)

        batch = [jnp.expand_dims(leaf, 0) for leaf, m in zip(leaves, moving, strict=True) if m]
        return jax.tree.map(lambda leaf: leaf[0], mapped(of_one, batch))

    return of_a_batch_of_one


def _batched(function: Callable, profile: Profile) -> Callable:
    return _lifted(function, lambda of_one, batch: jax.vmap(of_one)(*batch))


def _looped(function: Callable, profile: Profile) -> Callable:
    def loop(of_one, batch):
        results = []
        for i in range(len(batch[0])):
            results.append(of_one(*(leaf[i] for leaf in batch)))
        return jax.tree.map(lambda *leaves: jnp.stack([jnp.asarray(leaf) for leaf in leaves]), *results)

    return _lifted(function, loop)


def _as_it_is(function: Callable, profile: Profile) -> Callable:
    return function


JITTED = Wrapper("jitted", _no_jit, _jitted)
PARTIAL = Wrapper("partial", _never, _partial)
KEYWORD = Wrapper("called by keyword", _no_arguments, _keyword)
NUMPY = Wrapper("NumPy results", _no_numbers, _numpy, changes_results=True)
NUMBERS = Wrapper("Python numbers", _no_scalar, _floats, changes_results=True)
FLOAT64 = Wrapper("float64 inputs", _no_arguments, _as_it_is, Given64)
TUPLE = Wrapper("a tuple", _no_names, _tuple, changes_results=True)
DICT = Wrapper("a dict", _no_names, _dict, changes_results=True)
BATCHED = Wrapper("batched by itself", _no_vmap, _batched)
LOOPED = Wrapper("a Python loop", _no_batch, _looped)

WRAPPERS = (JITTED, PARTIAL, KEYWORD, NUMPY, NUMBERS, FLOAT64, TUPLE, DICT, BATCHED, LOOPED)
# Those that can be put around each other, the first innermost, to try them at once.
TOGETHER = ((PARTIAL, JITTED, KEYWORD), (NUMPY, TUPLE), (NUMBERS, DICT), (FLOAT64,), (BATCHED, LOOPED))
