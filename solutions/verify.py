"""Hold exercises against all that the suite guarantees of each: `python -m solutions verify [NAME ...]`."""

import argparse
import contextlib
import os
import re
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from dflvi.checking import compile_cache, judge
from dflvi.checking.answers import SECTIONS
from dflvi.checking.exercise import Choice, Exercise, Ladder, Prediction, Question
from solutions import build, gates
from solutions.case import Case, case_of

# ---- all of them ------------------------------------------------------------------------------

_TEXTS = (
    gates.there_is_a_written_answer,
    gates.hints_lead_and_do_not_tell,
    gates.the_question_side_holds_no_answer,
    gates.the_statement_is_whole,
)
# Running gates in the order in which they share what was computed.
_FUNCTIONS = (
    gates.names_are_not_repeated,
    gates.mistakes_and_variants_are_enough,
    gates.messages_name_symptoms,
    gates.reference_and_variants_pass,
    gates.the_stub_is_not_attempted,
    gates.every_mistake_gets_its_own_diagnosis,
    gates.every_check_is_the_first_to_reject_some_mistake,
    gates.the_same_key_gives_the_same_verdict,
    gates.the_reference_is_safe_under_jax_transformations,
    gates.the_reference_keeps_to_its_signature,
    gates.keys_are_used_once,
    gates.every_right_answer_passes_in_every_wrapper,
    gates.no_check_stumbles,
)
_CHOICES = (
    gates.every_letter_and_text_is_judged_rightly,
    gates.every_distractor_has_its_own_reason,
    gates.a_choice_gives_nothing_away,
)
_PREDICTIONS = (gates.a_prediction_is_judged_to_five_percent, gates.a_choice_gives_nothing_away)


def gates_of(exercise: Question) -> tuple[Callable[[Case], list[str]], ...]:
    """The gates for an exercise of this kind, but for the one that takes a process of its own."""
    if isinstance(exercise, Prediction):
        return (*_TEXTS, *_PREDICTIONS)
    if isinstance(exercise, Choice):
        return (*_TEXTS, *_CHOICES)
    return (*_TEXTS, *_FUNCTIONS)


def complaints(case: Case, chosen: tuple[Callable, ...] = ()) -> list[str]:
    """What the gates (all that apply, if none are chosen) say. One that falls over complains of that."""
    found = []
    with debugging():
        for gate in chosen or gates_of(case.exercise):
            try:
                found += gate(case)
            except Exception as error:
                where = error.__traceback__
                while where.tb_next is not None:
                    where = where.tb_next
                place = f"{Path(where.tb_frame.f_code.co_filename).name}:{where.tb_lineno}"
                what = f"{gate.__name__} fell over ({type(error).__name__}: {error}, {place})"
                found.append(case.says(what, "A check must not raise anything but Wrong."))
    return found


@contextlib.contextmanager
def debugging() -> Iterator[None]:
    """Let the errors of a check through."""
    before = os.environ.get("DFLVI_DEBUG")
    os.environ["DFLVI_DEBUG"] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ["DFLVI_DEBUG"]
        else:
            os.environ["DFLVI_DEBUG"] = before


def matrix(case: Case) -> str:
    """Checks by mistakes: `X` rejects first, `x` would reject, `.` passes."""
    rows = []
    for label in case.wrong:
        marks, first = [], True
        for check in case.exercise.checks:
            failed = not case.finding(label, check).passed
            marks.append(("X" if first else "x") if failed else ".")
            first = first and not failed
        rows.append((label.removeprefix("mistake "), marks))
    width = max((len(label) for label, _ in rows), default=0)
    lines = [f"{number:>{width + 2}}. {check.__name__}" for number, check in enumerate(case.exercise.checks, 1)]
    lines.append(" " * (width + 2) + "".join(f"{number:>3}" for number in range(1, len(case.exercise.checks) + 1)))
    lines += [f"  {label:<{width}}" + "".join(f"{mark:>3}" for mark in marks) for label, marks in rows]
    return "\n".join(lines)


def over_many_keys(case: Case, keys: int, seconds: float) -> tuple[list[str], list[str]]:
    """What happens at so many keys: lines to print, and complaints.

    Right answers have to pass at all of them and mistakes to be rejected at 999 of 1,000. The reference gets
    fewer keys if its `seconds` are over, a variant has a quarter of them, a mistake a tenth; the lines say how
    many keys it were.
    """
    lines, found = [], []
    for label in case.right:
        worst: dict[str, tuple[float, float]] = {}
        failed, n = [], 0
        for key in _keys_in_time(keys, seconds if label == "the reference" else seconds / 4):
            n += 1
            for check in case.exercise.checks:
                finding = judge.run_check(check, case.host(label), case.exercise.name, key)
                for seen in finding.seen:
                    if seen.limit > 0:
                        worst[check.__name__] = max(worst.get(check.__name__, (0.0, 0.0)), (seen.z, seen.limit))
                if not finding.passed:
                    failed.append((key, finding))
        lines.append(f"{label}: {n} keys, {len(failed)} failures")
        for check, (z, limit) in worst.items():
            lines.append(f"    {check}: largest |z| {z:.2f}, limit {limit:.2f}")
            if n >= 300 and z < 1.5:
                what = f"{check}: |z| stays below {z:.2f} over {n} keys of {label}"
                found.append(
                    case.says(what, "The standard error it is given is too large: the limit is not what it says.")
                )
        for key, finding in failed[:3]:
            what = f"{label} fails {finding.check} at key {key}: {gates.why(finding)}"
            found.append(case.says(what, "A right answer has to pass at every key."))
    for label in case.wrong:
        missed, n = [], 0
        checks = sorted(case.exercise.checks, key=lambda check: case.finding(label, check).passed)
        for key in _keys_in_time(keys, seconds / 10):
            n += 1
            findings = (judge.run_check(check, case.host(label), case.exercise.name, key) for check in checks)
            if all(finding.passed for finding in findings):
                missed.append(key)
        lines.append(f"{label}: {len(missed)} misses in {n}")
        if len(missed) > n / 1000:
            what = f"{label} passes at {len(missed)} of {n} keys, {missed[0]} among them"
            found.append(case.says(what, "Give the check more draws, or inputs on which it shows."))
    return lines, found


def _keys_in_time(keys: int, seconds: float) -> Iterator[int]:
    for key in range(keys):
        if key == 1:
            start = time.process_time()  # not of the wall, and without compiling
        elif key > 1 and time.process_time() - start > seconds:
            return
        yield key


def all_cases() -> list[tuple[str, str]]:
    """Section and name of every authored exercise."""
    return [(section, name) for section in SECTIONS for name in build.names(section)]


def find(word: str) -> list[tuple[str, str]]:
    """The exercises that a word names: a section, "section.name", a name, or a question."""
    found = [pair for pair in all_cases() if word in (pair[0], pair[1], ".".join(pair))]
    if not found and re.fullmatch(r"\d\.\d+", word):
        section = SECTIONS[int(word[0]) - 1] if word[0] in "123456" else ""
        found = [(section, name) for name in build.names(section) if build.authored(section, name).question == word]
    return found


def main(argv: list[str]) -> int:
    """Carry out `verify ...`. 0: nothing to complain of; 1: something; 2: the words cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m solutions verify", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="a name, section.name, section or question; none: all")
    parser.add_argument(
        "--matrix", action="store_true", help="print checks by mistakes, X where a mistake is first rejected"
    )
    parser.add_argument("--quick", action="store_true", help="as `make test` does it")
    parser.add_argument("--keys", type=int, default=0, metavar="N", help="also try every answer at N keys")
    words = parser.parse_args(argv)
    pairs = [] if words.names else all_cases()
    for word in words.names:
        named = find(word)
        if not named:
            print(
                f"{word!r} names no authored exercise. Give a name, section.name, a section or a question.",
                file=sys.stderr,
            )
            return 2
        pairs += named
    compile_cache.use()
    bad = 0
    for section, name in dict.fromkeys(pairs):
        bad += _verified(section, name, words)
    return 1 if bad else 0


def _verified(section: str, name: str, words: argparse.Namespace) -> int:
    try:
        case = case_of(section, name, quick=words.quick)
    except Exception as error:  # a file that cannot even be imported
        print(f"solutions/{section}/{name}.py: {type(error).__name__}: {error}")
        return 1
    found = complaints(case)
    if isinstance(case.exercise, Exercise):
        found += complaints(case, (gates.the_question_side_works_without_solutions,))
    many = []
    if isinstance(case.exercise, Exercise) and words.keys:
        many, complaints_of_many = over_many_keys(case, words.keys, 60.0)
        found += complaints_of_many
    if isinstance(case.exercise, Exercise) and not isinstance(case.exercise, Ladder):
        counted = ("checks", "variants", "mistakes")
        parts = ", ".join(f"{len(getattr(case.exercise, what))} {what}" for what in counted) + "; "
        parts += f"wrappers: {case.tried} tried, {len(case.skipped)} skipped"
    else:
        parts = case.exercise.kind
    print(
        f"{case.exercise.question} {section}.{name}: {f'{len(found)} complaints' if found else 'ok'} ({parts})",
        flush=True,
    )
    for why in case.skipped:
        print(f"    skipped: {why}")
    for complaint in found:
        print(textwrap.indent(complaint, "  * "))
    if many:
        print(textwrap.indent("\n".join(many), "    "))
    if words.matrix and isinstance(case.exercise, Exercise):
        with debugging():
            print(matrix(case))
    return len(found)


__all__ = ["Case", "case_of", "complaints", "find", "gates_of", "main", "matrix"]
