"""The right answer to a choice or prediction as a salted hash: hidden from a glance, not from a search."""

import hashlib
import math
from typing import Any

_FINE = math.log(1.001)  # width of a bucket of numbers
_WIDE = math.log(1.05)  # a prediction within 5 % is right


def seal(name: str, value: Any) -> str | list[str]:
    """Of a letter, a word, a number, or a tuple of numbers."""
    if isinstance(value, (tuple, list)):
        return [seal(f"{name}[{i}]", one) for i, one in enumerate(value)]
    if isinstance(value, (int, float)):
        return _hash(name, _bucket(float(value)))
    return _hash(name, _plain(value))


def opens(sealed: str | list[str], name: str, answer: Any) -> bool:
    """Whether the answer is the sealed one; a number, whether it is within 5 % of it."""
    if isinstance(sealed, list):
        if not isinstance(answer, (tuple, list)) or len(answer) != len(sealed):
            return False
        return all(opens(one, f"{name}[{i}]", a) for i, (one, a) in enumerate(zip(sealed, answer)))
    if isinstance(answer, (int, float)) and not isinstance(answer, bool):
        if answer == 0 or not math.isfinite(answer):
            return sealed == _hash(name, _bucket(float(answer)))
        sign, middle = ("-" if answer < 0 else "+"), math.log(abs(answer)) / _FINE
        reach = int(_WIDE / _FINE)
        return any(sealed == _hash(name, f"{sign}{round(middle) + i}") for i in range(-reach, reach + 1))
    return sealed == _hash(name, _plain(answer))


def _bucket(value: float) -> str:
    if value == 0 or not math.isfinite(value):
        return repr(value)
    return f"{'-' if value < 0 else '+'}{round(math.log(abs(value)) / _FINE)}"


def _plain(value: Any) -> str:
    return " ".join(str(value).lower().split())


def _hash(name: str, text: str) -> str:
    return hashlib.sha256(f"dflvi:{name}:{text}".encode()).hexdigest()[:16]
