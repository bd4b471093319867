"""How a check says yes or no. NumPy only; every comparison leaves a trace, by which mistakes are recognised.

A check calls these and returns nothing. The first that is not satisfied raises `Wrong`.
"""

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from statistics import NormalDist
from typing import Any, NamedTuple

import numpy as np

from dflvi.checking.values import Handle, Opaque, Record

FALSE_ALARM = 1e-6  # of one check whose answer is right, all its stochastic comparisons together


class Tolerance(NamedTuple):
    """|got - want| <= abs + rel |want|."""

    abs: float
    rel: float


T32 = Tolerance(1e-5, 1e-5)  # closed form against closed form in float32, sections 1 to 3
T32_LOOSE = Tolerance(2e-5, 2e-4)  # the same for the nets and flows of sections 4 to 6
T64 = Tolerance(1e-9, 1e-7)  # an answer run in float64; one that pins float32 is judged by T32_LOOSE


class Picture(NamedTuple):
    """Target and yours, for the verdict to draw: curves over x, or two images if `x` is None."""

    x: np.ndarray | None
    target: np.ndarray
    yours: np.ndarray
    x_label: str = ""
    y_label: str = ""


class Wrong(Exception):
    """The answer is wrong here.

    Fields:
        says: what is wrong, in a sentence or two.
        where: the input on which it shows.
        expected, got: in words or numbers; "" where there is nothing to put side by side.
        picture: drawn in a notebook.
    """

    def __init__(self, says: str, *, where: str = "", expected: str = "", got: str = "", picture=None):
        super().__init__(says)
        self.says, self.where, self.expected, self.got, self.picture = says, where, expected, got, picture


class Seen(NamedTuple):
    """One comparison: what came, and how far from it counts as the same thing."""

    got: np.ndarray
    tolerance: np.ndarray
    z: float = 0.0  # of a stochastic comparison: the largest |z| ...
    limit: float = 0.0  # ... and its limit


_seen: ContextVar[list[Seen] | None] = ContextVar("seen", default=None)


@contextlib.contextmanager
def watching() -> Iterator[list[Seen]]:
    """Collect the comparisons made in the block."""
    seen: list[Seen] = []
    token = _seen.set(seen)
    try:
        yield seen
    finally:
        _seen.reset(token)


def same_findings(mine: list[Seen], yours: list[Seen]) -> bool:
    """Did two answers show the same, comparison by comparison, up to the first that failed?"""
    if len(mine) != len(yours) or not mine:
        return False
    return all(
        a.got.shape == b.got.shape and _within(a.got, b.got, a.tolerance + b.tolerance)
        for a, b in zip(mine, yours, strict=True)
    )


def _within(got: np.ndarray, want: np.ndarray, tolerance: np.ndarray) -> bool:
    with np.errstate(invalid="ignore"):
        same = (got == want) | (np.isnan(got) & np.isnan(want)) | (np.abs(got - want) <= tolerance)
    return bool(np.all(same))


def _note(got: np.ndarray, tolerance: Any, z: float = 0.0, limit: float = 0.0) -> None:
    seen = _seen.get()
    if seen is not None:
        got = np.asarray(got, dtype=np.float64)
        seen.append(Seen(got, np.broadcast_to(np.asarray(tolerance, dtype=np.float64), got.shape), z, limit))


# ---- what came back ---------------------------------------------------------------------------


def array(result: Any, what: str = "your function") -> np.ndarray:
    """A result as a NumPy array. Raises Wrong for what is no array of real numbers."""
    if isinstance(result, bool | int | float):
        return np.asarray(result)
    if isinstance(result, np.ndarray | np.generic):
        result = np.asarray(result)
        if result.dtype.kind == "c":
            raise Wrong(f"{_cap(what)} returned complex numbers; real ones are asked for.", got=str(result.dtype))
        return result
    if result is None:
        raise Wrong(f"{_cap(what)} returned None. Does it end with a `return`?", got="None")
    if isinstance(result, (list, tuple)) and not isinstance(result, (Opaque, Handle)):
        kind = type(result).__name__
        raise Wrong(
            f"{_cap(what)} returned a {kind} of length {len(result)} where one array is asked for.", got=f"a {kind}"
        )
    kind = "a dict or NamedTuple" if isinstance(result, Record) else f"an object ({_type_of(result)})"
    raise Wrong(f"{_cap(what)} returned {kind} where an array is asked for.", got=kind)


def fields(result: Any, *names: str, what: str = "your function") -> tuple:
    """The named parts of a result: of a NamedTuple, dataclass or dict by name, of a tuple by order."""
    if isinstance(result, Record):
        missing = [name for name in names if name not in result]
        if missing:
            raise Wrong(
                f"The result of {what} lacks {_listed(missing)}.", expected=_listed(names), got=_listed(list(result))
            )
        return tuple(result[name] for name in names)
    if isinstance(result, (tuple, list)) and not isinstance(result, (Opaque, Handle)):
        if len(result) != len(names):
            raise Wrong(
                f"{_cap(what)} returned {len(result)} things where {len(names)} are asked for: {_listed(names)}.",
                expected=str(len(names)),
                got=str(len(result)),
            )
        return tuple(result)
    if result is None:
        raise Wrong(f"{_cap(what)} returned None. Does it end with a `return`?", expected=_listed(names), got="None")
    kind = f"one array of shape {result.shape}" if isinstance(result, np.ndarray) else _type_of(result)
    raise Wrong(
        f"{_cap(what)} returned {kind} where {_listed(names)} are asked for.", expected=_listed(names), got=kind
    )


def has_shape(result: Any, shape: tuple[int, ...], *, where: str = "", what: str = "your function") -> np.ndarray:
    """The result as an array of this shape."""
    got = array(result, what)
    if got.shape != tuple(shape):
        raise Wrong(
            _shape_clue(got.shape, tuple(shape), what), where=where, expected=f"shape {tuple(shape)}",
            got=f"shape {got.shape}",
        )  # fmt: skip
    return got


def _shape_clue(got: tuple, want: tuple, what: str) -> str:
    if want == () and got != ():
        return f"{_cap(what)} returned an array where one number is asked for. Is a sum or mean missing?"
    if got == ():
        return f"{_cap(what)} returned one number where an array is asked for. Was too much summed?"
    if sorted(got) == sorted(want):
        return f"The axes of what {what} returned are in another order."
    if int(np.prod(got)) == int(np.prod(want)):
        return f"{_cap(what)} returned the right number of entries in another shape."
    return f"What {what} returned has another shape."


# ---- comparisons ------------------------------------------------------------------------------


def close(
    got: Any,
    want: Any,
    tolerance: Tolerance = T32,
    *,
    where: str = "",
    says: str = "",
    what: str = "your function",
    known: dict[str, float] | None = None,
    picture: Picture | None = None,
) -> None:
    """`got` equals `want`, shape first, then number by number.

    Args:
        got: a result of the attempt.
        want: the truth, from the judge; or another result of the attempt, which has to be the same.
        tolerance: T32, T64, or another; T64 gives way to T32_LOOSE for an answer that pinned float32.
        where: the input on which this shows, in words.
        says: what is compared, a clause that can end with ", but ...": "log p integrates to one".
        what: whose result it is, for messages.
        known: quantities by which a result is often off: {"log|det A|": 1.3}.
        picture: drawn beside a failure.
    """
    if want is None or isinstance(want, (str, Record, Opaque, Handle, np.ndarray)):
        want = array(want, what)
    want = np.asarray(want, dtype=np.float64)
    got = has_shape(got, want.shape, where=where, what=what)
    if tolerance == T64 and _is_float32(got):
        tolerance = T32_LOOSE
    numbers = got.astype(np.float64)
    allowed = tolerance.abs + tolerance.rel * np.abs(np.where(np.isfinite(want), want, 0.0))
    _note(numbers, allowed)
    if _within(numbers, want, allowed):
        return
    if np.isnan(numbers).any() or np.isnan(want).any():
        raise Wrong(
            _nan_clue(numbers if np.isnan(numbers).any() else want, what),
            where=where,
            expected=_shown(want),
            got=_shown(numbers),
            picture=picture,
        )
    clue = _clue(numbers, want, allowed, known or {})
    raise Wrong(_joined(says, clue), where=where, expected=_shown(want), got=_shown(numbers), picture=picture)


def holds(condition: bool, says: str, *, value: Any = None, tolerance: float = 1e-4, **fields: Any) -> None:
    """`condition` is true. `value` is what the condition was read off, for recognising mistakes."""
    if value is not None:
        numbers = np.asarray(value, dtype=np.float64)
        _note(numbers, tolerance * (1 + np.abs(np.where(np.isfinite(numbers), numbers, 0.0))))
    if not condition:
        if "got" not in fields and value is not None:
            fields["got"] = _shown(np.asarray(value, dtype=np.float64))
        raise Wrong(says, **fields)


def finite(
    result: Any, *, shape: tuple[int, ...] | None = None, where: str = "", says: str = "", what: str = "your function",
) -> np.ndarray:  # fmt: skip
    """The result as an array of finite numbers, of this shape if one is given."""
    got = array(result, what) if shape is None else has_shape(result, shape, where=where, what=what)
    numbers = got.astype(np.float64)
    good = np.isfinite(numbers)
    _note(good.astype(np.float64), 0.5)
    if not good.all():
        clue = _nan_clue(numbers, what) if np.isnan(numbers).any() else f"{_cap(what)} returned an infinite number."
        raise Wrong(_joined(says, clue), where=where, expected="finite numbers", got=_shown(numbers))
    return got


def z_limit(comparisons: int = 1, false_alarm: float = FALSE_ALARM) -> float:
    """The |z| that a right answer exceeds with probability `false_alarm` in any of so many normal comparisons."""
    return -NormalDist().inv_cdf(false_alarm / (2 * max(comparisons, 1)))


def mean_is(
    draws: Any,
    want: Any,
    *,
    comparisons: int | None = None,
    sd: Any = None,
    slack: float = 1e-5,
    where: str = "",
    says: str = "",
    what: str = "your function",
) -> None:
    """The mean of `draws` over axis 0 is `want`, as far as so many draws can tell.

    The limit is `z_limit(comparisons)` standard errors plus `slack` (1 + |want|) for rounding, so that a
    coordinate that never varies is not divided by zero. Both the draws' own spread and, where given, the
    true `sd` enter. Give a number of `comparisons` that covers the whole check. Draws with heavy tails want a
    known `sd` or many draws: say in the check why the mean is near enough to normal.
    """
    want = np.asarray(want, dtype=np.float64)
    draws = array(draws, what).astype(np.float64)
    if draws.shape[1:] != want.shape or draws.ndim == 0:
        raise Wrong(
            _shape_clue(draws.shape[1:], want.shape, what), where=where, expected=f"draws of shape {want.shape}",
            got=f"shape {draws.shape}",
        )  # fmt: skip
    finite(draws, where=where, says=says, what=what)
    n = len(draws)
    spread = draws.std(axis=0, ddof=1) if sd is None else np.broadcast_to(np.asarray(sd, np.float64), want.shape)
    limit = z_limit(comparisons or max(want.size, 1))
    _judge_statistic(draws.mean(axis=0), want, spread / np.sqrt(n), limit, slack, where, says, "mean over draws")


def statistic_is(
    got: Any, want: Any, error: Any, *, comparisons: int = 1, slack: float = 1e-5, where: str = "", says: str = "",
    what: str = "your function",
) -> None:  # fmt: skip
    """A statistic that is `want` on average, with the known standard error `error`."""
    want = np.asarray(want, dtype=np.float64)
    got = has_shape(got, want.shape, where=where, what=what).astype(np.float64)
    finite(got, where=where, says=says, what=what)
    error = np.broadcast_to(np.asarray(error, np.float64), want.shape)
    _judge_statistic(got, want, error, z_limit(comparisons), slack, where, says, "yours")


def _judge_statistic(got, want, error, limit, slack, where, says, label) -> None:
    rounding = slack * (1 + np.abs(want))
    allowed = limit * error + rounding
    z = float(np.max(np.maximum(np.abs(got - want) - rounding, 0) / np.maximum(error, 1e-300), initial=0.0))
    _note(got, np.sqrt(2) * allowed, min(z, 1e9), limit)
    if not np.all(np.abs(got - want) <= allowed):
        worst = np.unravel_index(np.argmax(np.abs(got - want) - allowed), got.shape) if got.shape else ()
        clue = (
            f"the {label} is off by {abs(got[worst] - want[worst]) / max(error[worst], 1e-300):.3g} standard errors "
            f"(limit {limit:.1f}); {_ratio_clue(got, want) or 'that is no accident of the draws'}"
        )
        raise Wrong(
            _joined(says, clue), where=where, expected=_shown(want),
            got=_shown(got) + f" (standard error {error[worst]:.2g})",
        )  # fmt: skip


# ---- words ------------------------------------------------------------------------------------


def _is_float32(got: np.ndarray) -> bool:
    if got.dtype == np.float64:
        with np.errstate(over="ignore"):
            return got.size > 0 and bool(np.all(got.astype(np.float32).astype(np.float64) == got))
    return got.dtype.kind == "f"


def _clue(got: np.ndarray, want: np.ndarray, allowed: np.ndarray, known: dict[str, float]) -> str:
    gap = got - want

    def explains(candidate: Any) -> bool:
        return _within(got, np.broadcast_to(candidate, got.shape), np.maximum(4 * allowed, 1e-6))

    if np.any(np.abs(want) > 4 * allowed) and explains(-want):
        return "yours has the right size and the wrong sign"
    for name, quantity in known.items():
        for factor, words in (
            (1, ""),
            (-1, "minus "),
            (2, "twice "),
            (-2, "minus twice "),
            (0.5, "half of "),
            (-0.5, "minus half of "),
        ):
            if abs(quantity) > 10 * np.max(allowed) and explains(want + factor * quantity):
                return f"yours is off by exactly {words}{name}"
    for name, number, multiples in (
        ("log(2 pi)", np.log(2 * np.pi), (1, 2, 3, 0.5, 1.5, 2.5)), ("log 2", np.log(2.0), (1, 2, 0.5)),
        ("1", 1.0, (1, 2)), ("1/2", 0.5, (1,)),
    ):  # fmt: skip
        for multiple in multiples:
            for sign in (1, -1):
                if explains(want + sign * multiple * number):
                    times = "" if multiple == 1 else f"{multiple:g} x "
                    return f"yours is too {'large' if sign > 0 else 'small'} by {times}{name}"
    if got.size > 1 and np.ptp(gap) <= 4 * np.max(allowed) and np.isfinite(gap).all():
        return f"yours is off by the same number everywhere, {gap.flat[0]:.6g}"
    ratio = _ratio_clue(got, want)
    if ratio:
        return ratio
    if got.ndim == 2 and got.shape[0] == got.shape[1] and explains(want.T):
        return "yours is the transpose"
    if got.size > 1 and _within(np.sort(got, axis=None), np.sort(want, axis=None), np.max(allowed)):
        return "yours has the right numbers in another order"
    wrong = ~(np.abs(gap) <= allowed)  # nan too
    if got.size > 1 and not wrong.all():
        return f"{int(wrong.sum())} of {got.size} entries differ, first at {[int(i) for i in np.argwhere(wrong)[0]]}"
    return f"the largest difference is {np.nanmax(np.abs(gap)):.3g}"


def _ratio_clue(got: np.ndarray, want: np.ndarray) -> str:
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = got / want
    big = np.abs(want) > 1e-3 * (np.max(np.abs(want), initial=0) + 1e-30)
    if not big.any() or not np.isfinite(ratio[big]).all():
        return ""
    factor = float(np.median(ratio[big]))
    steady = np.ptp(ratio[big]) <= 0.01 * max(abs(factor), 1e-3) and got.size > 1
    exact = [n for n in (2, 3, 4, 0.5, 1 / 3, 0.25, -1, -2, -0.5, 0) if abs(factor - n) < 0.005 * max(1, abs(n))]
    if steady or exact:
        return f"yours is {exact[0] if exact else factor:.4g} times what it should be"
    return ""


def _nan_clue(numbers: np.ndarray, what: str) -> str:
    bad = np.argwhere(np.isnan(numbers))
    place = "" if numbers.ndim == 0 else f", first at index {[int(i) for i in bad[0]]}"
    return (
        f"{_cap(what)} returned nan ({len(bad)} of {numbers.size}{place}). "
        "Usual causes: the log of a negative number, 0/0, inf - inf, or an exp that overflowed before a log"
    )


def _joined(says: str, clue: str) -> str:
    if not says:
        return _cap(clue) + ("" if clue.endswith(".") else ".")
    return f"{_cap(says)}: {clue}" + ("" if clue.endswith(".") else ".")


def _cap(text: str) -> str:
    return text[:1].upper() + text[1:]


def _listed(names: Any) -> str:
    names = [str(name) for name in names]
    return ", ".join(names[:-1]) + (" and " if len(names) > 1 else "") + (names[-1] if names else "nothing")


def _type_of(value: Any) -> str:
    if isinstance(value, Opaque):
        return value.type
    return "PRNG keys" if isinstance(value, Handle) else type(value).__name__


def _shown(numbers: np.ndarray) -> str:
    if numbers.ndim == 0:
        return f"{float(numbers):.6g}"
    flat = ", ".join(f"{x:.5g}" for x in numbers.ravel()[:6])
    return f"[{flat}{', ...' if numbers.size > 6 else ''}]" + (f" of shape {numbers.shape}" if numbers.ndim > 1 else "")
