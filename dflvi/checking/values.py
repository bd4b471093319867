"""What passes between the judge and an answer: plain values, and stand-ins for what stays over there.

The judge holds NumPy arrays, numbers, strings, tuples, lists and dicts of them, the containers of
`dflvi.types`, and four stand-ins: `Key` and `Keys` for PRNG keys, `Handle` for a structure that only
the answer's side understands, and module-level functions (or `functools.partial` of one), which are sent by name.
"""

import functools
import importlib
import json
import struct
from typing import Any, NamedTuple

import numpy as np

import dflvi.types


class Key(NamedTuple):
    """Stands for `jax.random.key(seed)`."""

    seed: int


class Keys(NamedTuple):
    """Stands for `jax.random.split(jax.random.key(seed), n)`, an array of n keys."""

    seed: int
    n: int


class Handle(NamedTuple):
    """Stands for a structure that the learner's own function made and that stays on its side."""

    number: int


class Record(dict):
    """A NamedTuple or dataclass that an answer returned: field name -> value, in order."""


class Opaque(NamedTuple):
    """Something an answer returned that is no number, array or container of them."""

    type: str


class BadFrame(Exception):
    """The bytes from the other process are not what was agreed."""


# ---- bytes, for an answer that lives in another process --------------------------------------

_DTYPES = {"bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"}
_DTYPES |= {"float16", "float32", "float64", "complex64", "complex128"}
MAX_FRAME = 256 * 2**20


def pack(value: Any) -> bytes:
    """A frame: length of the header, JSON header, raw bytes of the arrays one after the other."""
    buffers: list[bytes] = []
    header = json.dumps(_describe(value, buffers)).encode()
    return struct.pack("<I", len(header)) + header + b"".join(buffers)


def unpack(frame: bytes, *, from_answer: bool = False) -> Any:
    """The value of a frame. Raises BadFrame on anything that `pack` would not have written.

    With `from_answer`, what makes us import or call something is refused as well.
    """
    try:
        (length,) = struct.unpack_from("<I", frame)
        header = json.loads(frame[4 : 4 + length])
        if from_answer:
            _refuse_functions(header)
        value, rest = _rebuild(header, memoryview(frame)[4 + length :])
    except (struct.error, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadFrame(str(error)) from error
    if rest.nbytes:
        raise BadFrame("more bytes than announced")
    return value


def _describe(value: Any, buffers: list[bytes]) -> Any:
    def nested(values):
        return [_describe(one, buffers) for one in values]

    if value is None or isinstance(value, (bool, str)):
        return {"t": "plain", "v": value}
    if isinstance(value, (np.ndarray, np.generic)):
        array = np.asarray(value)
        if array.dtype.name not in _DTYPES:  # bfloat16 and the like, which NumPy knows only from JAX
            array = array.astype(np.float32)
        buffers.append(np.ascontiguousarray(array).tobytes())
        return {"t": "array", "dtype": array.dtype.name, "shape": array.shape}
    if isinstance(value, int):
        return {"t": "int", "v": str(value)}
    if isinstance(value, float):
        return {"t": "float", "v": value.hex()}
    if isinstance(value, (Key, Keys, Handle, Opaque)):
        return {"t": type(value).__name__, "v": list(value)}
    if isinstance(value, dict):
        kind = "Record" if isinstance(value, Record) else "dict"
        return {"t": kind, "k": [str(k) for k in value], "v": nested(value.values())}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return {"t": "named", "name": type(value).__name__, "v": nested(value)}
    if isinstance(value, (tuple, list)):
        return {"t": type(value).__name__, "v": nested(value)}
    if isinstance(value, functools.partial):
        fn = _describe(value.func, buffers)
        return {"t": "partial", "fn": fn, "v": nested(value.args), "k": _describe(value.keywords, buffers)}
    if callable(value):
        return {"t": "function", "module": value.__module__, "name": value.__qualname__}
    raise TypeError(f"a {type(value).__name__} cannot be sent to another process")


def _refuse_functions(node: Any) -> None:
    if isinstance(node, dict):
        if node.get("t") in ("function", "partial", "named"):
            raise BadFrame(f"an answer sent a {node['t']}")
        for part in node.values():
            _refuse_functions(part)
    elif isinstance(node, list):
        for part in node:
            _refuse_functions(part)


def _rebuild(node: Any, rest: memoryview) -> tuple[Any, memoryview]:
    kind = node["t"]
    if kind == "plain":
        return node["v"], rest
    if kind == "int":
        return int(node["v"]), rest
    if kind == "float":
        return float.fromhex(node["v"]), rest
    if kind == "array":
        if node["dtype"] not in _DTYPES:
            raise BadFrame(f"dtype {node['dtype']}")
        dtype, shape = np.dtype(node["dtype"]), tuple(int(n) for n in node["shape"])
        size = int(np.prod(shape, dtype=object)) * dtype.itemsize
        if min(shape, default=0) < 0 or size > rest.nbytes:
            raise BadFrame("an array with fewer bytes than its shape")
        return np.frombuffer(rest[:size], dtype).reshape(shape).copy(), rest[size:]
    if kind in ("Key", "Keys", "Handle", "Opaque"):
        return {"Key": Key, "Keys": Keys, "Handle": Handle, "Opaque": Opaque}[kind](*node["v"]), rest
    if kind == "function":
        if not str(node["module"]).startswith(("dflvi.", "solutions.", "jax.")):
            raise BadFrame(f"a function of {node['module']}")
        return getattr(importlib.import_module(node["module"]), node["name"]), rest
    if kind == "partial":
        fn, rest = _rebuild(node["fn"], rest)
        args, rest = _rebuild_all(node["v"], rest)
        keywords, rest = _rebuild(node["k"], rest)
        return functools.partial(fn, *args, **keywords), rest
    values, rest = _rebuild_all(node["v"], rest)
    if kind == "named":
        return getattr(dflvi.types, node["name"])(*values), rest
    if kind in ("dict", "Record"):
        return {"dict": dict, "Record": Record}[kind](zip(node["k"], values, strict=True)), rest
    return {"tuple": tuple, "list": list}[kind](values), rest


def _rebuild_all(nodes: list, rest: memoryview) -> tuple[list, memoryview]:
    values = []
    for node in nodes:
        value, rest = _rebuild(node, rest)
        values.append(value)
    return values, rest
