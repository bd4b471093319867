"""Run the checks of an exercise on an attempt, and if it is wrong, find out which known mistake it is.

The result comes first: no check looks at how an answer is written. Only when one fails are the known
mistakes put through the same check, on the same inputs; the one that shows the same numbers is named.
"""

import contextlib
import os
import warnings
import zlib
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from dflvi.checking import compare
from dflvi.checking.attempt import Attempt
from dflvi.checking.compare import Seen, Wrong
from dflvi.checking.learner_errors import LearnerError


class Finding(NamedTuple):
    """What one check found: its comparisons, and how it ended (both None if it passed)."""

    check: str
    seen: list[Seen]
    wrong: Wrong | None = None
    error: LearnerError | None = None

    @property
    def passed(self) -> bool:
        """Neither wrong nor stopped."""
        return self.wrong is None and self.error is None


def run_check(check: Callable, host: Any, name: str, key: int) -> Finding:
    """One check of one attempt. The same key gives the same inputs."""
    sentence = check.__name__
    attempt = Attempt(host, name, seed=(key, zlib.crc32(sentence.encode())))
    with compare.watching() as seen, _no_word_of_numpy():
        try:
            check(attempt)
        except Wrong as wrong:
            return Finding(sentence, seen, wrong=wrong)
        except LearnerError as error:
            return Finding(sentence, seen, error=error)
        except (ArithmeticError, AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            # A result of a form that the check did not foresee: the learner's trouble, in our line.
            if os.environ.get("DFLVI_DEBUG") == "1":
                raise
            says = f"This check could not read what your function returned ({type(error).__name__}: {error})."
            return Finding(sentence, seen, wrong=Wrong(says + " Compare its form with the stub's `returns`."))
    return Finding(sentence, seen)


@contextlib.contextmanager
def _no_word_of_numpy() -> Iterator[None]:
    """Numbers that overflow in the judge's arithmetic are the answer's, and the verdict speaks of them."""
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        yield


def first_failure(checks: tuple, host: Any, name: str, key: int) -> Finding | None:
    """The finding of the first check that does not pass, None if all do."""
    for check in checks:
        finding = run_check(check, host, name, key)
        if not finding.passed:
            return finding
    return None


def recognise(finding: Finding, checks: tuple, mistakes: tuple, run: Callable) -> Any:
    """The first of the mistakes that fails the check in the very same way, None if none does.

    `run` carries out the check on a mistake. Those that are known to be caught by it come first; one that is
    caught by an earlier check would not have come this far.
    """
    if finding.error is not None and finding.error.kind in ("timeout", "died"):
        return None
    order = [check.__name__ for check in checks]
    before = order[: order.index(finding.check)]
    possible = [mistake for mistake in mistakes if mistake.caught_by not in before]
    for mistake in sorted(possible, key=lambda mistake: mistake.caught_by != finding.check):
        if alike(finding, run(mistake)):
            return mistake
    return None


def alike(mine: Finding, theirs: Finding) -> bool:
    """Did two wrong answers fail one check in the same way: the same numbers, or the same words without any?"""
    if mine.passed or theirs.passed or (mine.error is None) != (theirs.error is None):
        return False
    numbers = compare.same_findings(mine.seen, theirs.seen) or (not mine.seen and not theirs.seen)
    if mine.error is not None:
        return numbers and mine.error.says == theirs.error.says
    if mine.seen or theirs.seen:
        return numbers
    return mine.wrong.says == theirs.wrong.says
