"""Run an answer in this process: convert what goes in and out, apply JAX's transformations, keep it in bounds."""

import ast
import contextlib
import dis
import functools
import inspect
import io
import textwrap
import tracemalloc
from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from dflvi.checking import learner_errors, programs
from dflvi.checking.learner_errors import LearnerError, in_their_words
from dflvi.checking.values import Handle, Key, Keys, Opaque, Record

# What a function raises under jit, grad or vmap when it leaves JAX (NumPy, float(), if): it may still be right.
_LEFT_JAX = (
    jax.errors.ConcretizationTypeError,
    jax.errors.NonConcreteBooleanIndexError,
    jax.errors.TracerArrayConversionError,
    jax.errors.TracerIntegerConversionError,
)
_MANY_PROGRAMS = 200
# A longer program (a Python loop that was unrolled) is quicker to run than to compile.
_TOO_LONG_TO_COMPILE = 1500


class ContainsWhile(BaseException):
    """The program has a compiled `while`: nothing could stop it here, so it belongs in a child process."""


def float64():
    """A context in which JAX computes in float64, for jax 0.7 to 0.12."""
    if hasattr(jax, "enable_x64") and callable(jax.enable_x64):
        return jax.enable_x64(True)
    from jax.experimental import enable_x64

    return enable_x64()


class Here:
    """The answers of one learner, in this process. `Child` offers the same five methods over a pipe.

    Args:
        answers: name -> function or value.
        may_hang: run programs that contain a compiled `while` (True in a child, which can be killed).
        seconds: time limit for one call.
        compiled: where compiled programs are kept; hosts that share it compile a function once.
    """

    def __init__(
        self, answers: Mapping[str, Any], *, may_hang: bool = False, seconds: float = 30.0,
        compiled: dict | None = None,
    ):  # fmt: skip
        self.answers, self.may_hang, self.seconds = dict(answers), may_hang, seconds
        self.printed = ""
        self.left_jax = ""
        self._handles: list[Any] = []
        # Function, transformations and static arguments -> program; the same with shapes -> what runs.
        self._programs: dict[tuple, Any] = {} if compiled is None else compiled
        if len(self._programs) > _MANY_PROGRAMS:
            self._programs.clear()

    # ---- the five methods ---------------------------------------------------------------------

    def describe(self, name: str) -> dict:
        """What kind of thing the answer is: missing, empty, function, value; with its source if that can be had."""
        answer = self.answers.get(name)
        if answer is None or answer is Ellipsis:
            return {"kind": "missing"}
        if not callable(answer):
            return {"kind": "value", "type": type(answer).__name__}
        kind = "ours" if getattr(answer, "__dflvi_reference__", False) else "function"
        return {"kind": "empty" if _is_empty(answer) else kind, "source": source_of(answer)}

    def value(self, name: str) -> Any:
        """An answer that is no function, in the judge's terms."""
        return _outward(self.answers.get(name), self._keep)

    def call(self, name: str, ops: tuple, args: tuple, kwargs: dict, keep: bool = False) -> Any:
        """The result of the (transformed) answer; a Handle to it if `keep`. Raises LearnerError."""
        answer = self.answers.get(name)
        if not callable(answer):
            raise LearnerError("unfit", f"`{name}` is no function.")
        wants64 = any(op == "float64" for op, _ in ops)
        if ops and ops[0][0] == "returned":
            answer, ops = self._returned(name, answer, *ops[0][1], wants64), ops[1:]
        inputs = functools.partial(describe_inputs, answer, args, kwargs)
        self._fits(name, answer, args, kwargs)
        printed = io.StringIO()
        with float64() if wants64 else contextlib.nullcontext():
            inward = [_inward(one, self._handles, wants64) for one in args]
            named = {key: _inward(one, self._handles, wants64) for key, one in kwargs.items()}
            with in_their_words(inputs, self.seconds, name), contextlib.redirect_stdout(printed):
                result = self._run(name, answer, (*ops, ("keep", None)) if keep else ops, inward, named)
            self.printed = self.printed or printed.getvalue()[:300]
            return self._keep(result) if keep else _outward(result, self._keep)

    def _returned(
        self, name: str, answer: Callable, args: tuple, part: str, of: tuple[str, ...], wants64: bool
    ) -> Callable:  # fmt: skip
        """The function that an answer returns for these arguments, made once. Raises LearnerError."""
        place = "returned", id(answer), args, part, wants64
        if place not in self._programs:
            self._fits(name, answer, args, {})
            inputs = functools.partial(describe_inputs, answer, args, {})
            with float64() if wants64 else contextlib.nullcontext(), in_their_words(inputs, self.seconds, name):
                made = answer(*args)
            made = _part(name, made, part, of) if part else made
            if not callable(made):
                says = f"`{name}` returned {type(made).__name__} where a function is asked for."
                raise LearnerError("unfit", says)
            self._programs[place] = answer, made  # the answer too, so that its id stays its own
        return self._programs[place][1]

    def leaves(self, handle: Handle) -> list[np.ndarray]:
        """The arrays and floats of a kept structure, flattened, in JAX's order. Other leaves are left out."""
        return [np.asarray(leaf) for leaf in jax.tree.leaves(self._handles[handle.number]) if _can_be_set(leaf)]

    def with_leaves(self, handle: Handle, arrays: list[np.ndarray]) -> Handle:
        """A copy of a kept structure with other numbers in it."""
        leaves, tree = jax.tree.flatten(self._handles[handle.number])
        new = iter(arrays)
        with float64():  # so that a leaf of either precision keeps it
            leaves = [
                jnp.asarray(next(new), dtype=np.float32 if type(leaf) is float else leaf.dtype)
                if _can_be_set(leaf)
                else leaf
                for leaf in leaves
            ]
        return self._keep(jax.tree.unflatten(tree, leaves))

    # ---- how a call is run --------------------------------------------------------------------

    def _keep(self, structure: Any) -> Handle:
        self._handles.append(structure)
        return Handle(len(self._handles) - 1)

    def _fits(self, name: str, answer: Callable, args: tuple, kwargs: dict) -> None:
        """Say so if the function does not take these arguments, before Python does in its own words."""
        try:
            signature = inspect.signature(answer)
        except (TypeError, ValueError):
            return
        try:
            signature.bind(*args, **kwargs)
        except TypeError as error:
            given = ", ".join([*("·" * len(args)), *kwargs])
            says = (
                f"`{name}` is called as {name}({given}), with {len(args) + len(kwargs)} arguments, but yours is "
                f"{name}{signature}: {error}. Keep the arguments of the stub, in its order."
            )
            raise LearnerError("signature", says) from None

    def _run(self, name: str, answer: Callable, ops: tuple, args: list, kwargs: dict) -> Any:
        asked, left_jax = {op for op, _ in ops}, self.left_jax
        if "shapes" in asked:
            return _shapes(_guarded(name, answer), args, kwargs)
        if "largest" in asked:
            return _largest(_guarded(name, answer), args, kwargs)
        arguments = _Arguments(args, kwargs)
        key = (id(answer), name, ops, arguments.static)  # a program holds its answer and arguments, and so their ids
        if key not in self._programs:
            rest = _Rest()
            program = _transformed(_guarded(name, answer), ops, arguments, rest)
            self._programs[key] = jax.jit(program), program, rest
        jitted, program, rest = self._programs[key]
        if isinstance(jitted, str):  # why it cannot be compiled
            self.left_jax, jitted = self.left_jax or jitted, None
        shapes = key, *((np.shape(leaf), getattr(leaf, "dtype", None)) for leaf in jax.tree.leaves(arguments.dynamic))
        if shapes in self._programs:
            return rest.put_back(jax.block_until_ready(self._programs[shapes](*arguments.dynamic)))
        if jitted is not None:
            try:
                traced = jitted.trace(*arguments.dynamic)
            except _LEFT_JAX as error:
                why, jitted = learner_errors.explain(error), None
                self.left_jax, self._programs[key] = self.left_jax or why, (why, program, rest)
            else:
                equations, has_while = _size_of(traced.jaxpr.jaxpr)
                if has_while and not self.may_hang:
                    raise ContainsWhile(name)
                if equations <= _TOO_LONG_TO_COMPILE:
                    self._programs[shapes] = programs.compiled(traced, arguments.dynamic, compiler_options())
                    return rest.put_back(jax.block_until_ready(self._programs[shapes](*arguments.dynamic)))
                if asked - {"jit", "float64", "keep", "afresh"}:
                    return rest.put_back(jax.block_until_ready(program(*arguments.dynamic)))
        if jitted is None and not self.may_hang and _mentions_while(answer):
            raise ContainsWhile(name)
        result = _ready(_by_hand(_guarded(name, answer), ops)(*args, **kwargs))
        if isinstance(result, str):  # a word, told by an `if`: nobody will jit that
            self.left_jax = left_jax
        return result


@functools.cache
def compiler_options() -> dict | None:
    """XLA's options for programs that run once: four times as quick to compile. None where it does not know them."""
    options = {"xla_backend_optimization_level": 0, "xla_cpu_use_fusion_emitters": False}
    try:
        jax.jit(lambda: 0.0).lower().compile(options)
    except Exception:  # each version has its own
        return None
    return options


def _shapes(fn: Callable, args: list, kwargs: dict) -> list[tuple]:
    """Shape and dtype of each array in a result. JAX tells them without computing, if it can trace the function."""
    arguments = _Arguments(args, kwargs)
    program = _Rest().take_off(functools.partial(arguments.call, fn), _NUMBERS)
    try:
        leaves = jax.eval_shape(program, *arguments.dynamic)
    except _LEFT_JAX:
        leaves = program(*arguments.dynamic)
    return [(tuple(np.shape(leaf)), str(leaf.dtype)) for leaf in leaves if hasattr(leaf, "dtype")]


def _largest(fn: Callable, args: list, kwargs: dict) -> int:
    """How many numbers the largest array holds that a function makes; of NumPy's, what the peak would have held."""
    arguments = _Arguments(args, kwargs)
    program = _Rest().take_off(functools.partial(arguments.call, fn), _NUMBERS)
    try:
        return _largest_of(jax.make_jaxpr(program)(*arguments.dynamic).jaxpr)
    except _LEFT_JAX:
        tracemalloc.start()
        try:
            program(*arguments.dynamic)
            return tracemalloc.get_traced_memory()[1] // 8
        finally:
            tracemalloc.stop()


def _largest_of(jaxpr: Any) -> int:
    made = [int(np.prod(variable.aval.shape)) for equation in jaxpr.eqns for variable in equation.outvars]
    return max([0, *made, *(_largest_of(inner) for equation in jaxpr.eqns for inner in _inner(equation))])


def _ready(result: Any) -> Any:
    jax.block_until_ready([leaf for leaf in jax.tree.leaves(result) if isinstance(leaf, jax.Array)])
    return result


class _Rest:
    """What a result holds beside numbers (strings, say), which JAX cannot return: taken off, and put back."""

    def __init__(self):
        self.tree, self.leaves = None, ()

    def take_off(self, fn: Callable, moved: tuple) -> Callable:
        def numbers_only(*args):
            leaves, self.tree = jax.tree.flatten(fn(*args))
            moving = [_is_array(leaf) or type(leaf) in moved for leaf in leaves]
            self.leaves = tuple(_MOVED if moves else leaf for leaf, moves in zip(leaves, moving))
            return [leaf for leaf, moves in zip(leaves, moving) if moves]

        return numbers_only

    def put_back(self, numbers: Any) -> Any:
        if self.tree is None:
            return numbers
        numbers = iter(numbers)
        return jax.tree.unflatten(self.tree, [next(numbers) if leaf is _MOVED else leaf for leaf in self.leaves])


_MOVED = object()
_NUMBERS = (bool, int, float, complex)


class _Arguments:
    """Arguments taken apart into what JAX traces (arrays, floats, keys) and what is static (the rest)."""

    def __init__(self, args: list, kwargs: dict):
        self.names = tuple(kwargs)
        self.dynamic: list[Any] = []
        self.places: list[int] = []  # of the dynamic ones among all arguments
        self._rebuild: list[Callable] = []
        static: list[Any] = [self.names]
        for place, argument in enumerate([*args, *kwargs.values()]):
            leaves, tree = jax.tree.flatten(argument)
            moving = [_is_array(leaf) or isinstance(leaf, float) for leaf in leaves]
            static.append((tree, *(None if moves else _identity(leaf) for leaf, moves in zip(leaves, moving))))
            if leaves and all(moving):
                self._rebuild.append(lambda value: value)
            elif any(moving):
                self._rebuild.append(functools.partial(_fill, tree, leaves, moving))
                argument = [leaf for leaf, moves in zip(leaves, moving) if moves]
            else:
                self._rebuild.append(functools.partial(_constant, argument))
                continue
            self.places.append(place)
            self.dynamic.append(argument)
        self.static = tuple(static)
        self.n_positional = len(args)

    def call(self, fn: Callable, *dynamic: Any) -> Any:
        values = dict(zip(self.places, dynamic, strict=True))
        everything = [rebuild(values.get(place)) for place, rebuild in enumerate(self._rebuild)]
        args, named = everything[: self.n_positional], everything[self.n_positional :]
        return fn(*args, **dict(zip(self.names, named, strict=True)))


def _identity(leaf: Any) -> Any:
    return (type(leaf).__name__, leaf) if isinstance(leaf, (bool, int, str)) else id(leaf)


def _fill(tree, leaves, moving, new):
    new = iter(new)
    return jax.tree.unflatten(tree, [next(new) if moves else leaf for leaf, moves in zip(leaves, moving)])


def _constant(argument, _):
    return argument


def _transformed(fn: Callable, ops: tuple, arguments: _Arguments, rest: _Rest) -> Callable:
    """The answer as a function of the dynamic arguments only, with vmap, grad, ... applied in order."""
    program = functools.partial(arguments.call, fn)
    asked = {op for op, _ in ops}
    if not asked & {"grad", "jacobian"}:
        # A structure stays what the answer made it: sizes that are Python integers remain such.
        program = rest.take_off(program, () if "keep" in asked else _NUMBERS)
    index = {place: i for i, place in enumerate(arguments.places)}
    for op, setting in ops:
        if op == "vmap":
            axes = tuple(setting[place] if place < len(setting) else None for place in arguments.places)
            program = jax.vmap(program, in_axes=axes)
        elif op == "grad":
            program = jax.grad(_scalar(program), argnums=_mapped(setting, index), allow_int=True)
        elif op == "jacobian":
            program = jax.jacfwd(program, argnums=_mapped(setting, index))
    return program


def _mapped(argnums: int | tuple[int, ...], index: dict[int, int]):
    return index[argnums] if isinstance(argnums, int) else tuple(index[n] for n in argnums)


def _scalar(fn: Callable) -> Callable:
    """So that a result of shape (1,) is called wrong for its shape, not for its gradient."""

    def scalar(*args):
        result = fn(*args)
        return result.reshape(()) if hasattr(result, "size") and result.size == 1 else result

    return scalar


def _guarded(name: str, answer: Callable) -> Callable:
    """The answer, watched: the containers it is given must be what they were when it returns."""

    def guarded(*args, **kwargs):
        before = jax.tree.flatten((args, kwargs))
        result = answer(*args, **kwargs)
        after = jax.tree.flatten((args, kwargs))
        if before[1] != after[1] or any(a is not b for a, b in zip(before[0], after[0], strict=True)):
            raise LearnerError(
                "raised",
                f"`{name}` changes what it was given (a dict or list in its arguments is another one afterwards). "
                "Make a new one and return it: whoever calls you still needs theirs.",
            )
        return result

    return guarded


def _by_hand(fn: Callable, ops: tuple) -> Callable:
    """The same transformations for a function that JAX cannot trace: loops and finite differences."""
    for op, setting in ops:
        if op == "vmap":
            fn = functools.partial(_loop, fn, setting)
        elif op in ("grad", "jacobian"):
            fn = functools.partial(_differences, fn, setting)
    return fn


def _loop(fn: Callable, in_axes: tuple, *args: Any, **kwargs: Any) -> Any:
    axes = [*in_axes, *[None] * (len(args) - len(in_axes))]
    mapped = [place for place, axis in enumerate(axes) if axis is not None]
    slices = {place: _slices(args[place], axes[place]) for place in mapped}
    n = len(slices[mapped[0]])
    results = [fn(*(slices[p][i] if p in slices else arg for p, arg in enumerate(args)), **kwargs) for i in range(n)]
    return jax.tree.map(lambda *leaves: np.stack([np.asarray(leaf) for leaf in leaves]), *results)


def _slices(structure: Any, axis: int) -> list:
    """The parts of a structure of arrays along an axis. NumPy cuts them, which takes a tenth of JAX's time."""
    leaves, tree = jax.tree.flatten(structure)
    cut = []
    for leaf in leaves:
        if _is_key(leaf):
            bits, impl = np.asarray(jax.random.key_data(leaf)), jax.random.key_impl(leaf)
            cut.append([jax.random.wrap_key_data(part, impl=impl) for part in np.moveaxis(bits, axis, 0)])
        else:
            cut.append([jnp.asarray(part) for part in np.moveaxis(np.asarray(leaf), axis, 0)])
    return [jax.tree.unflatten(tree, parts) for parts in zip(*cut, strict=True)]


def _differences(fn: Callable, argnums: int | tuple[int, ...], *args: Any, **kwargs: Any) -> Any:
    """Central differences in float64, Jacobian axes last as in JAX."""
    if isinstance(argnums, tuple):
        return tuple(_differences(fn, n, *args, **kwargs) for n in argnums)
    with float64():
        args = jax.tree.map(lambda leaf: _as64(leaf), args)
        leaves, tree = jax.tree.flatten(args[argnums])
        columns = []
        for i, leaf in enumerate(leaves):
            x = np.asarray(leaf, dtype=np.float64)
            slopes = []
            for j in np.ndindex(x.shape):
                step = 1e-5 * (1 + abs(x[j]))
                ends = []
                for sign in (1, -1):
                    moved = x.copy()
                    moved[j] += sign * step
                    trial = [*leaves[:i], jnp.asarray(moved), *leaves[i + 1 :]]
                    new = (*args[:argnums], jax.tree.unflatten(tree, trial), *args[argnums + 1 :])
                    ends.append(jax.tree.map(lambda out: np.asarray(out, dtype=np.float64), fn(*new, **kwargs)))
                slopes.append(jax.tree.map(lambda up, down, step=step: (up - down) / (2 * step), *ends))
            columns.append(jax.tree.map(functools.partial(_stacked, x.shape), *slopes) if slopes else np.zeros(0))
        return jax.tree.map(lambda *parts: jax.tree.unflatten(tree, parts), *columns)


def _stacked(shape: tuple, *slopes: np.ndarray) -> np.ndarray:
    return np.stack(slopes, axis=-1).reshape(slopes[0].shape + shape)


def _as64(leaf: Any) -> Any:
    if _is_array(leaf) and not _is_key(leaf) and jnp.issubdtype(jnp.asarray(leaf).dtype, jnp.floating):
        return jnp.asarray(np.asarray(leaf, dtype=np.float64))
    return leaf


def _size_of(jaxpr: Any) -> tuple[int, bool]:
    """Equations of a program, those of inner ones included, and whether a `while` is among them."""
    equations, has_while = 0, False
    for equation in jaxpr.eqns:
        equations += 1
        has_while = has_while or equation.primitive.name == "while"
        for inner in _inner(equation):
            n, found = _size_of(inner)
            equations, has_while = equations + n, has_while or found
    return equations, has_while


def _inner(equation: Any) -> list:
    """The programs inside an equation: the body of a loop, a branch, a jitted function."""
    leaves = jax.tree.leaves(list(equation.params.values()), is_leaf=lambda p: hasattr(p, "eqns"))
    return [inner for inner in (getattr(leaf, "jaxpr", leaf) for leaf in leaves) if hasattr(inner, "eqns")]


def _codes(answer: Any, seen: set) -> list:
    """The code objects that a function is made of: its own, inner ones, and those of functions it names."""
    answer = inspect.unwrap(answer) if callable(answer) else answer
    code = getattr(answer, "__code__", None)
    if isinstance(answer, functools.partial):
        return _codes(answer.func, seen)
    if code is None or code in seen:
        return []
    seen.add(code)
    found = [code]
    for inner in [code, *(const for const in code.co_consts if inspect.iscode(const))]:
        for name in inner.co_names:
            other = getattr(answer, "__globals__", {}).get(name)
            if inspect.isfunction(other) and not (other.__module__ or "").startswith(("jax", "numpy", "dflvi")):
                found += _codes(other, seen)
    found += [const for const in code.co_consts if inspect.iscode(const)]
    return found


def _mentions_while(answer: Callable) -> bool:
    return any({"while_loop", "fori_loop"} & set(code.co_names) for code in _codes(answer, set()))


_OF_NOTHING = {"RESUME", "NOP", "LOAD_CONST", "RETURN_VALUE", "RETURN_CONST"}


def _is_empty(answer: Callable) -> bool:
    """A function of nothing but a docstring, `pass` or `...`."""
    code = getattr(inspect.unwrap(answer), "__code__", None)
    if code is None or not {step.opname for step in dis.get_instructions(code)} <= _OF_NOTHING:
        return False
    return set(code.co_consts) <= {None, answer.__doc__} and not _says_return(source_of(answer))


def _says_return(source: str | None) -> bool:
    """`return None` is an answer, and a wrong one; in the bytecode it looks like none."""
    try:
        return any(isinstance(node, ast.Return) for node in ast.walk(ast.parse(textwrap.dedent(source or ""))))
    except SyntaxError:
        return False


def source_of(answer: Callable) -> str | None:
    """The text of a function, None where there is none to be had."""
    try:
        return inspect.getsource(inspect.unwrap(answer))
    except (OSError, TypeError):
        return None


def _is_array(leaf: Any) -> bool:
    return isinstance(leaf, (jax.Array, np.ndarray, np.generic))


def _part(name: str, made: Any, part: str, of: tuple[str, ...]) -> Any:
    """One of several things that an answer returned: by name, or by order from a tuple."""
    if isinstance(made, (tuple, list)) and not hasattr(made, "_fields") and len(made) == len(of):
        return made[of.index(part)]
    named = made if isinstance(made, dict) else made._asdict() if hasattr(made, "_asdict") else {}
    if part in named:
        return named[part]
    says = f"`{name}` returned {type(made).__name__} where {len(of)} functions are asked for: {', '.join(of)}."
    raise LearnerError("unfit", says)


def _can_be_set(leaf: Any) -> bool:
    return type(leaf) is float or (_is_array(leaf) and not _is_key(leaf))


def _is_key(leaf: Any) -> bool:
    return isinstance(leaf, jax.Array) and jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key)


def _inward(value: Any, handles: list, wants64: bool) -> Any:
    """From the judge's terms into JAX's."""
    if isinstance(value, Key):
        return jax.random.key(value.seed)
    if isinstance(value, Keys):
        return jax.random.split(jax.random.key(value.seed), value.n)
    if isinstance(value, Handle):
        structure = handles[value.number]
        return jax.tree.map(_as64, structure) if wants64 else structure
    if isinstance(value, (np.ndarray, np.generic)):
        return jnp.asarray(value)
    if isinstance(value, dict):
        return {key: _inward(one, handles, wants64) for key, one in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(_inward(one, handles, wants64) for one in value))
    if isinstance(value, (tuple, list)):
        return type(value)(_inward(one, handles, wants64) for one in value)
    return value


def _outward(value: Any, keep: Callable) -> Any:
    """From whatever an answer returned into the judge's terms, by exact types and without calling its methods."""
    if value is None or type(value) in (bool, int, float, str):
        return value
    if isinstance(value, jax.Array):
        return keep(value) if _is_key(value) else np.array(value)
    if type(value) is np.ndarray or isinstance(value, np.generic):
        array = np.array(value)
        return array if array.dtype.kind in "biufc" else Opaque(f"NumPy array of dtype {array.dtype}")
    if type(value) is complex:
        return np.asarray(value)
    if isinstance(value, dict):
        return Record((str(key), _outward(one, keep)) for key, one in value.items())
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return Record((key, _outward(one, keep)) for key, one in zip(value._fields, value))
    if type(value) in (tuple, list):
        return type(value)(_outward(one, keep) for one in value)
    if hasattr(type(value), "__dataclass_fields__"):
        return Record((key, _outward(getattr(value, key), keep)) for key in type(value).__dataclass_fields__)
    return Opaque(type(value).__name__)


def describe_inputs(answer: Callable, args: tuple, kwargs: dict) -> tuple[str, ...]:
    """'y = float32 [3]: 0.3, -1.2, 2' for each argument."""
    try:
        names = list(inspect.signature(answer).parameters)
    except (TypeError, ValueError):
        names = []
    names += [f"argument {i + 1}" for i in range(len(names), len(args))]
    pairs = [*zip(names, args), *kwargs.items()]
    return tuple(f"{name} = {short(value)}" for name, value in pairs)


def short(value: Any) -> str:
    """A value in a few words."""
    if isinstance(value, (np.ndarray, np.generic)):
        array = np.asarray(value)
        shown = ", ".join(f"{x:.5g}" for x in array.ravel()[:6]) + (", ..." if array.size > 6 else "")
        return f"{array.dtype} {list(array.shape)}: {shown}" if array.ndim else shown
    if isinstance(value, Key):
        return f"jax.random.key({value.seed})"
    if isinstance(value, Keys):
        return f"{value.n} keys"
    if isinstance(value, Handle):
        return "what your own function made"
    if isinstance(value, functools.partial):
        return short(value.func)
    if callable(value):
        return f"the function {value.__name__}"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {short(one)}" for key, one in value.items()) + "}"
    if isinstance(value, (tuple, list)):
        return type(value).__name__ + " of " + ", ".join(short(one) for one in value)
    return repr(value)
