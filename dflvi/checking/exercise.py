"""An exercise and what a learner can do with it: check, hint, reveal, yours_or_ours.

The same classes serve both sides. In `solutions` an exercise carries its reference, variants, mistakes and
written answer; in `dflvi.exercises` the build has taken those out.
"""

import ast
import contextlib
import functools
import importlib
import inspect
import linecache
import os
import secrets
import sys
import textwrap
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from dflvi.checking import answers, child, compare, judge, notebook, progress, seals, sources
from dflvi.checking.attempt import Attempt
from dflvi.checking.compare import Wrong
from dflvi.checking.here import ContainsWhile, Here
from dflvi.checking.learner_errors import STUB
from dflvi.checking.verdict import CheckFailed, Text, Verdict, is_strict
from dflvi.types import REASONS

_MISSING = object()


class SolutionsAbsent(RuntimeError):
    """Something of `solutions` was asked for and it is not installed. Shows its message and no traceback."""

    def _render_traceback_(self):  # asked for by IPython
        return [f"SolutionsAbsent: {self}"]


class Edit(NamedTuple):
    """One piece of text in the reference (or in its helper `of`), and what a mistake has in its place."""

    old: str
    new: str
    of: Callable | None = None


def one_edit(old: str, new: str, *, of: Callable | None = None) -> Edit:
    """A mistake made by changing one piece of text in the reference (or in its helper `of`)."""
    return Edit(old, new, of)


OURS: dict = {}  # programs of mistakes and companions, compiled once a session


class Mistake:
    """A known wrong answer.

    Args:
        name: in a few words with hyphens: "forgot-the-entropy".
        how: `one_edit` of the reference, or another answer (a function; a value where that is asked for).
        message: what a tutor says who has recognised it: the symptom, an input that shows it, a place to look.
            Never the formula.
        also: a second spelling of the same mistake, for the tests (one mistake a question has one).
        caught_by: the check that is the first to reject it, where that is known.
    """

    def __init__(
        self, name: str, how: Any, message: str, *, also: Any = None,
        caught_by: Callable | str = "",
    ):  # fmt: skip
        self.name, self.message, self.also = name, message, also
        self.caught_by = caught_by if isinstance(caught_by, str) else caught_by.__name__
        self._how, self._reference = how, None

    def function(self) -> Any:
        """The wrong answer itself."""
        if not isinstance(self._how, Edit):
            return self._how
        return _edited(self._reference, self._how.of or self._reference, self._how.old, self._how.new)


@functools.cache
def _edited(reference: Callable, part: Callable, old: str, new: str) -> Callable:
    source = textwrap.dedent(inspect.getsource(part))
    if source.count(old) != 1:
        raise ValueError(f"{part.__name__}: {old!r} occurs {source.count(old)} times; an edit wants exactly one")
    scope = dict(reference.__globals__)
    _define(source.replace(old, new), scope)
    if part is not reference:
        _define(textwrap.dedent(inspect.getsource(reference)), scope)
    return scope[reference.__name__]


def _define(source: str, scope: dict) -> None:
    """Run the text so that its lines can be found again."""
    label = f"<mistake {zlib.crc32(source.encode()):08x}>"
    linecache.cache[label] = (len(source), None, source.splitlines(keepends=True), label)
    exec(compile(source, label, "exec"), scope)


class Question:
    """What all kinds of exercise have in common.

    Fields:
        name, section: "cavi_step", "cavi"; with the notebook's `ex` it is `ex.cavi_step`.
        question: the id in the curriculum, "2.8".
        minutes: an estimate; difficulty: 1 to 3.
        hints: at least one, from a nudge to nearly there.
        answer: the worked answer in Markdown, "" on the question side.
        afterword: a sentence or two shown after success, "" on the question side.
    """

    kind = "function"

    def __init__(
        self, module: str, name: str, question: str, *, minutes: int, difficulty: int, hints: tuple[str, ...],
        answer: str = "", afterword: str = "",
    ):  # fmt: skip
        self.section, self.name, self.question = module.split(".")[-2], name, question
        self.minutes, self.difficulty, self.hints = minutes, difficulty, hints
        self.answer, self.afterword = answer, afterword

    @property
    def id(self) -> str:
        """Section and name: "cavi.cavi_step"."""
        return f"{self.section}.{self.name}"

    def hint(self, n: int | None = None) -> Text:
        """The n-th hint; without n, the next one."""
        if n is None:
            n = min(progress.of(self.id).hints + 1, len(self.hints))
        if not 1 <= n <= len(self.hints):
            return Text(f"There are {len(self.hints)} hints: `ex.{self.name}.hint(1)` to `hint({len(self.hints)})`.")
        progress.note(self.id, "hint", n=n)
        more = "" if n == len(self.hints) else f"\n\n*More: `ex.{self.name}.hint({n + 1})`*"
        return Text(f"**Hint {n} of {len(self.hints)}.** {self.hints[n - 1]}{more}")

    def reveal(self) -> Text:
        """Our answer. The exercise is marked as revealed and does not count as solved, unless it is already."""
        authored = self.authored()
        if authored is None:
            return Text(_ABSENT)
        progress.note(self.id, "reveal")
        return Text(authored.as_revealed())

    def as_revealed(self) -> str:
        """The worked answer, on the authored side."""
        return self.answer

    def authored(self) -> "Question | None":
        """The same exercise with reference, mistakes and answer; None where `solutions` is not installed."""
        return _authored(self.section, self.name)

    def _finish(self, verdict: Verdict, answer: Any = None, source: str | None = None) -> Verdict | None:
        """Keep the result, raise if strict, return the verdict."""
        told = self.keep(verdict, answer, source)
        if not is_strict():
            return told
        if verdict.status != "passed":
            raise CheckFailed(verdict)
        return None

    def keep(self, verdict: Verdict, answer: Any = None, source: str | None = None) -> Verdict:
        """Write a result into the learner's progress. The verdict, with what that adds to it."""
        record = progress.of(self.id)
        details = {"status": verdict.status}
        if verdict.status == "passed" and source:
            details["source"] = source
        if isinstance(answer, (str, int, float, tuple, list)):
            details["answer"] = answer
        if not progress.note(self.id, "check", **details):
            remark = f"your progress could not be written to {progress.path()}; `dflvi doctor` says more"
            verdict = verdict._replace(remarks=(*verdict.remarks, remark))
        return self._praised(verdict, record) if verdict.status == "passed" else verdict

    def _praised(self, verdict: Verdict, record: progress.Record) -> Verdict:
        authored = self.authored()
        message = verdict.message
        if authored is not None and authored.afterword:
            message = f"{message} {authored.afterword}"
        if record.status == "revealed":
            remark = "you had revealed our answer before, so this one is not counted as solved"
            return verdict._replace(status="revealed", message=message, remarks=(*verdict.remarks, remark))
        return verdict._replace(message=message)


_ABSENT = (
    "The answers are not installed here (the package dflvi-solutions). Checks and hints work without them. "
    "If you work alone: `pip install` the second wheel, or ask whoever gave you the course."
)


_OURS = "This is our answer, put there to go on. Run the cell with your own again to have that checked."


class Exercise(Question):
    """A function (or, rarely, a value) that the learner writes.

    Args:
        function: the reference; on the question side its stub.
        question, minutes, difficulty, hints, answer, afterword: see `Question`.
        checks: functions of the attempt, cheap to deep, whose names are sentences.
        needs: names of companions, other answers that this one is checked with; one in capitals is a value.
        variants: other right answers, written honestly differently (for the tests).
        mistakes: known wrong answers.
        seconds: time limit of one call.
        slow: its checks train something or draw at thousands of keys: with its own budget of time.
        differentiable: its gradient is asked for (the stub says so).
        stub: for a value, the text that the learner starts from (`PARENTS = {"eh": (), ...}`).
    """

    def __init__(
        self, function: Any, question: str, *, minutes: int, difficulty: int, hints: tuple[str, ...],
        checks: tuple[Callable, ...], needs: tuple[str, ...] = (), variants: tuple[Callable, ...] = (),
        mistakes: tuple[Mistake, ...] = (), answer: str = "", afterword: str = "", seconds: float = 30.0,
        slow: bool = False, differentiable: bool = False, name: str = "", module: str = "", stub: str = "",
    ):  # fmt: skip
        super().__init__(
            module or function.__module__, name or function.__name__, question, minutes=minutes,
            difficulty=difficulty, hints=hints, answer=answer, afterword=afterword,
        )  # fmt: skip
        self.function, self.checks, self.needs = function, checks, needs
        self.variants, self.mistakes = variants, mistakes
        self.seconds, self.slow, self.differentiable, self.stub = seconds, slow, differentiable, stub
        for mistake in mistakes:
            mistake._reference = function
        self._last: tuple[Any, str] = (_MISSING, "")

    def check(self, answer: Any = _MISSING, *, key: int | None = None, **companions: Any) -> Verdict | None:
        """Judge an answer and say what is found.

        Args:
            answer: your function. Left out, the one of this name in the notebook.
            key: the number that a verdict names, to see the same check again.
            **companions: the functions named in `needs`, by name.

        Returns:
            a Verdict that shows itself. In strict mode None.

        Raises:
            CheckFailed: in strict mode, for anything but a right answer.
        """
        if os.environ.get("DFLVI_LOADING") == "1":
            return None
        notebook.watch()
        if answer is _MISSING:
            answer = notebook.namespace().get(self.name)
        verdict, source = self._judge_here(answer, companions, key)
        self._last = (answer, verdict.status)
        return self._finish(verdict, source=source)

    def judge_on(self, host: Any, key: int | None = None) -> Verdict:
        """The verdict on the answer that a host holds, without keeping or showing anything."""
        key = secrets.randbelow(10**6) if key is None else key
        described = host.describe(self.name)
        verdict = self._unfit(described)
        for name in self.needs:
            kind = host.describe(name)["kind"]
            fit = ("function", "ours", "value") if name.isupper() else ("function", "ours")
            if verdict is None and kind not in fit:
                says = f"`{name}` is needed to check this and is not there yet. Write it, or pass it: {self._call()}"
                verdict = self._verdict("not-attempted", says)
        if verdict is not None:
            return verdict
        finding = judge.first_failure(self.checks, host, self.name, key)
        remarks = _remarks(host)
        if finding is None:
            n = len(self.checks)
            return self._verdict("passed", f"All {n} checks agree." if n > 1 else "Right.", remarks=remarks, key=key)
        if finding.error is not None and finding.error.kind == "stub":
            return self._verdict("not-attempted", finding.error.says)
        mistake = self._recognised(finding, key)
        return self._told(finding, mistake, remarks, key)

    def yours_or_ours(self, answer: Any = _MISSING, **companions: Any) -> Callable:
        """Your function if it passes; else one of yours that passed before; else ours. Says which on stdout."""
        if answer is _MISSING:
            answer = notebook.namespace().get(self.name)
        if getattr(answer, "__dflvi_reference__", False):
            return answer
        if os.environ.get("DFLVI_LOADING") == "1":
            if not callable(self.function):  # ours could not be told from theirs
                return answer
            given = callable(answer) and Here({self.name: answer}).describe(self.name)["kind"] == "function"
            return answer if given and not _raises_stub(answer) else self._ours() or answer
        last, status = self._last
        if last is not answer or status not in ("passed", "revealed"):
            status = self._judge_here(answer, companions, None)[0].status
            self._last = (answer, status)
        if status in ("passed", "revealed"):
            print(f"{self.name}: going on with yours.")
            return answer
        why = "yours is not written yet" if status == "not-attempted" else "yours does not pass yet"
        kept = self._kept()
        if kept is not None:
            print(f"{self.name}: going on with the answer of yours that passed before ({why}).")
            return kept
        ours = self._ours()
        if ours is not None:
            print(f"{self.name}: going on with ours ({why}).")
            return ours
        print(f"{self.name}: {why}, and ours is not installed. What needs it will say so.")

        def absent(*args: Any, **kwargs: Any) -> None:
            raise SolutionsAbsent(f"This needs `{self.name}`: {why}, and our answer is not installed here.")

        absent.__dflvi_reference__ = True
        return absent

    def together(self, answer: Callable, **companions: Callable) -> list[Callable]:
        """The companions and the answer, of one hand: all yours, or else all ours.

        Ours cannot read a structure that yours has made. Called with what `yours_or_ours` gave.
        """
        given = [*(companions[name] for name in self.needs), answer]
        if len({getattr(one, "__dflvi_reference__", False) for one in given}) == 1:
            return given
        ours = [*(self._ours(name) for name in self.needs), self._ours()]
        if None in ours:
            return given
        print(f"{', '.join([*self.needs, self.name])}: all of them ours here, since ours cannot read what yours makes.")
        return ours

    def as_revealed(self) -> str:
        """Reference and worked answer, on the authored side."""
        if not callable(self.function):
            return self.answer
        return f"{self.answer}\n\n```python\n{answer_source(self.function)}\n```"

    # ---- inside ---------------------------------------------------------------------------------

    def _judge_here(self, answer: Any, companions: Mapping[str, Any], key: int | None) -> tuple[Verdict, str | None]:
        """Judge in this process; in a child if the program holds a compiled `while`. With the answer's source."""
        unknown = [name for name in companions if name not in self.needs]
        if unknown:
            says = f"`{unknown[0]}` is not among what this check needs. It is called as {self._call()}"
            return self._verdict("not-attempted", says), None
        if not callable(self.function) and answer is not None and answer is self._ours():
            return self._verdict("not-attempted", _OURS), None  # a value bears no mark
        given = {self.name: answer}
        for name in self.needs:
            given[name] = companions.get(name, notebook.namespace().get(name, self._kept(name)))
        stale = notebook.stale(self.name, answer)
        key = secrets.randbelow(10**6) if key is None else key
        try:
            verdict = self.judge_on(Here(given, seconds=self.seconds), key)
        except ContainsWhile:
            verdict = self._judge_in_child(given, key)
        if stale:
            verdict = verdict._replace(remarks=(stale, *verdict.remarks))
        return verdict, _self_contained(self.name, answer) if verdict.status == "passed" else None

    def _judge_in_child(self, given: dict[str, Any], key: int) -> Verdict:
        try:
            text = sources.self_contained(given)
        except sources.CannotKeep as why:
            # No way to try it elsewhere first: run it here. It can hang only if it never ends.
            verdict = self.judge_on(Here(given, may_hang=True, seconds=self.seconds), key)
            remark = f"it holds a compiled loop and could not be tried in a process of its own, since {why}"
            return verdict._replace(remarks=(*verdict.remarks, remark))
        host = child.shared(self.seconds)
        host.load(Path("answer.py"), text=text)
        return self.judge_on(host, key)

    def _unfit(self, described: dict) -> Verdict | None:
        """The verdict on something that is no answer at all, None if it can be judged."""
        kind = described["kind"]
        if kind == "missing":
            return self._verdict("not-attempted", f"There is no `{self.name}` yet. Run the cell that defines it.")
        if kind == "empty":
            return self._verdict("not-attempted", "The function is empty so far. Write its body.")
        if kind == "ours":
            return self._verdict("not-attempted", _OURS)
        if kind == "value" and callable(self.function):
            says = f"Hand over the function itself, without calling it: {self._call()}. This is a value."
            return self._verdict("wrong", says, got=described["type"])
        return None

    def _call(self) -> str:
        return f"ex.{self.name}.check({', '.join([self.name, *(f'{name}={name}' for name in self.needs)])})"

    def _recognised(self, finding: judge.Finding, key: int) -> Mistake | None:
        authored = self.authored()
        if authored is None or not authored.mistakes:
            return None
        check = next(check for check in self.checks if check.__name__ == finding.check)
        companions = {name: _authored(self.section, name).function for name in self.needs}

        def run(mistake: Mistake) -> judge.Finding:
            host = Here({**companions, self.name: mistake.function()}, may_hang=True, compiled=OURS)
            return judge.run_check(check, host, self.name, key)

        return judge.recognise(finding, self.checks, authored.mistakes, run)

    def _told(self, finding: judge.Finding, mistake: Mistake | None, remarks: tuple, key: int) -> Verdict:
        wrong, error = finding.wrong, finding.error
        status = "diagnosed" if mistake else "crashed" if error else "wrong"
        details: dict[str, Any] = {"check": finding.check, "remarks": remarks, "key": key}
        if error is not None:
            details |= {"lines": error.lines, "inputs": error.inputs}
        else:
            details |= {"where": wrong.where, "expected": wrong.expected, "got": wrong.got, "picture": wrong.picture}
        says = error.says if error else wrong.says
        if mistake is not None:
            details["diagnosis"] = mistake.name
            says = mistake.message
        return self._verdict(status, says, **details)

    def _verdict(self, status: str, message: str, **details: Any) -> Verdict:
        return Verdict(status, self.question, self.section, self.name, message, **details)

    def _ours(self, name: str = "") -> Callable | None:
        authored = _authored(self.section, name or self.name)
        return None if authored is None else _marked(authored.function)

    def _kept(self, name: str = "") -> Callable | None:
        """An answer of the learner's that passed in another notebook, or before the kernel was restarted."""
        name = name or self.name
        source = progress.of(f"{self.section}.{name}").source
        if not source:
            return None
        try:
            return answers.load(Path("kept.py"), text=source)[0].get(name)
        except answers.BadFile:
            return None


def _authored(section: str, name: str) -> Question | None:
    """This is the one place where `solutions` is looked for."""
    try:
        module = importlib.import_module(f"solutions.{section}.{name}")
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] == "solutions":
            return None
        raise
    return module.exercise


def _marked(function: Callable) -> Callable:
    """The reference, marked as ours: a check does not take it for an answer."""
    if not callable(function):
        return function

    @functools.wraps(function)
    def ours(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    ours.__dflvi_reference__ = True
    return ours


def _raises_stub(answer: Callable) -> bool:
    code = getattr(inspect.unwrap(answer), "__code__", None)
    return code is not None and STUB in code.co_consts


def _self_contained(name: str, answer: Any) -> str | None:
    try:
        return sources.self_contained({name: answer})
    except Exception:  # an answer that passes has passed, whatever its text looks like
        return None


def _remarks(host: Any) -> tuple[str, ...]:
    remarks = []
    if host.left_jax:
        remarks.append(
            f"your function cannot be traced by JAX, so jit, vmap and grad will not work on it. {host.left_jax}"
        )
    if host.printed:
        first = host.printed.strip().splitlines()[0] if host.printed.strip() else ""
        remarks.append(f"your function prints ({first[:80]!r}); that was kept out of the way")
    return tuple(remarks)


def answer_source(function: Callable) -> str:
    """The reference with the helpers of its own file that it uses, in the order of the file."""
    module = sys.modules[function.__module__]
    tree = ast.parse(inspect.getsource(module))
    defined = {node.name: node for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            defined[node.targets[0].id] = node
    wanted, queue = set(), [function.__name__]
    while queue:
        name = queue.pop()
        if name in defined and name not in wanted:
            wanted.add(name)
            queue += [n.id for n in ast.walk(defined[name]) if isinstance(n, ast.Name)]
    lines = inspect.getsource(module).splitlines()
    blocks = []
    for name in sorted(wanted, key=lambda name: defined[name].lineno):
        node = defined[name]
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
        blocks.append("\n".join(lines[first - 1 : node.end_lineno]))
    return "\n\n\n".join(blocks)


class Ladder(Exercise):
    """A derivation, line by line: a function that returns a list of `Step(value, because, relation)`.

    For the inputs it is given, each step holds the number that its line has there. Neighbouring lines must
    be related as they say; the first must be the claim's start and the last its end. The inputs include
    quantities that only one end may speak of (S = A A^T, say): at the ends they are drawn unrelated, so a
    ladder that writes one line several times does not reach from one end to the other.

    Args:
        instance: rng -> the arguments of one instance, in which all holds.
        unrelated: rng -> arguments in which those quantities are drawn apart.
        first, last: arguments -> the value of the first and last line, in float64.
        min_steps: lines that must differ in the text.
        reasons: laws that may be named; required: those that must be.
        tolerance: for the relations.
    """

    kind = "ladder"

    def __init__(
        self, function: Callable, question: str, *, instance: Callable, unrelated: Callable, first: Callable,
        last: Callable, min_steps: int, reasons: tuple[str, ...], required: tuple[str, ...] = (),
        tolerance: compare.Tolerance = compare.Tolerance(1e-4, 1e-4), **common: Any,
    ):  # fmt: skip
        self.instance, self.unrelated, self.first, self.last = instance, unrelated, first, last
        self.min_steps, self.reasons, self.required, self.tolerance = min_steps, reasons, required, tolerance
        checks = (
            self.the_lines_are_numbers_with_reasons, self.the_first_line_is_where_the_claim_starts,
            self.each_line_follows_from_the_one_before, self.the_last_line_is_where_the_claim_ends,
            self.the_lines_are_different, self.the_reasons_fit,
        )  # fmt: skip
        super().__init__(function, question, checks=checks, **common)

    def _steps(self, attempt: Attempt, arguments: tuple) -> list[tuple[float, str, str]]:
        result = attempt(*arguments)
        if not isinstance(result, (list, tuple)) or not result:
            raise Wrong("A ladder is a list of Step(value, because), one for each line.", got=type(result).__name__)
        steps = []
        for number, step in enumerate(result, 1):
            if isinstance(step, compare.Record):
                value, because, relation = (
                    step.get(f, d) for f, d in (("value", None), ("because", ""), ("relation", "=="))
                )
            elif isinstance(step, (tuple, list)):
                value, because, relation = (*step, "", "==")[0:3] if len(step) == 1 else (*step, "==")[0:3]
            else:
                value, because, relation = step, "", "=="
            value = compare.has_shape(value, (), what=f"line {number}")
            because = "_".join(str(because).upper().replace("-", " ").replace("_", " ").split())
            steps.append((value.astype(np.float64), because, str(relation)))
        return steps

    def the_lines_are_numbers_with_reasons(self, attempt: Attempt) -> None:
        steps = self._steps(attempt, self.instance(attempt.rng))
        compare.holds(
            len(steps) >= self.min_steps, f"Only {len(steps)} lines; the derivation has at least {self.min_steps}.",
            value=len(steps),
        )  # fmt: skip
        for number, (value, because, relation) in enumerate(steps, 1):
            compare.finite(value, what=f"line {number}")
            if number > 1 and because not in REASONS:
                raise Wrong(
                    f"Line {number} gives no reason that we know.", expected=", ".join(REASONS), got=because or "none"
                )
            if relation not in ("==", "<=", ">="):
                raise Wrong(f"Line {number}: the relation is one of ==, <=, >=.", got=relation)
        ways = {relation for _, _, relation in steps[1:]} - {"=="}
        says = "Some steps go up and some go down: such a chain says nothing about its ends."
        compare.holds(len(ways) < 2, says, value=len(ways), expected="<= or >=, one of them", got="both")

    def the_first_line_is_where_the_claim_starts(self, attempt: Attempt) -> None:
        for _ in range(5):
            arguments = self.unrelated(attempt.rng)
            value = self._steps(attempt, arguments)[0][0]
            compare.close(value, self.first(*arguments), self.tolerance, where="line 1", says="the first line")

    def each_line_follows_from_the_one_before(self, attempt: Attempt) -> None:
        for _ in range(20):
            steps = self._steps(attempt, self.instance(attempt.rng))
            for number, (before, (value, _, relation)) in enumerate(zip(steps, steps[1:]), 2):
                gap = float(value - before[0])
                allowed = self.tolerance.abs + self.tolerance.rel * abs(float(before[0]))
                good = {"==": abs(gap) <= allowed, "<=": gap >= -allowed, ">=": gap <= allowed}[relation]
                if good:
                    continue
                # The trace is this one gap, so that a mistake is known on whichever line it is made.
                compare.holds(
                    False, f"Line {number} does not follow: line {number - 1} is not {relation} it.", value=gap,
                    where=f"line {number - 1} to line {number}", expected=f"{float(before[0]):.6g} {relation} it",
                    got=f"{float(value):.6g}",
                )  # fmt: skip

    def the_last_line_is_where_the_claim_ends(self, attempt: Attempt) -> None:
        for _ in range(5):
            arguments = self.unrelated(attempt.rng)
            value = self._steps(attempt, arguments)[-1][0]
            compare.close(value, self.last(*arguments), self.tolerance, where="the last line", says="the last line")

    def the_lines_are_different(self, attempt: Attempt) -> None:
        n_lines = len(self._steps(attempt, self.instance(attempt.rng)))
        written = _values_of_steps(attempt.source, n_lines)
        if written is not None:
            compare.holds(
                len(written) >= self.min_steps,
                f"Only {len(written)} of the lines differ as written. Each should do one thing to the one before.",
                value=len(written),
            )

    def the_reasons_fit(self, attempt: Attempt) -> None:
        given = [because for _, because, _ in self._steps(attempt, self.instance(attempt.rng))[1:]]
        for number, because in enumerate(given, 2):
            compare.holds(
                because in self.reasons, f"Line {number}: {because} is not what is used in this derivation.",
                value=REASONS.index(because) if because in REASONS else -1,
            )  # fmt: skip
        missing = [reason for reason in self.required if reason not in given]
        compare.holds(
            not missing,
            f"One law carries this derivation and no line names it ({len(missing)} missing).",
            value=len(missing),
        )


def _values_of_steps(source: str | None, n_lines: int) -> set[str] | None:
    """The distinct values that a text gives to `Step(...)`, None where the text does not tell them.

    A local name stands for what it is assigned. It does not tell where it is assigned twice, and a `Step` in a
    loop or a helper stands for several lines.
    """
    if source is None:
        return None
    try:
        tree = ast.parse(textwrap.dedent(source))
    except SyntaxError:
        return None
    nodes = list(ast.walk(tree))
    stored = [node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
    local = {
        node.targets[0].id: node.value
        for node in nodes
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name)
    }
    values = []
    for node in nodes:
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "Step":
            values += [*node.args[:1], *(word.value for word in node.keywords if word.arg == "value")]
    given = {node.arg for node in nodes if isinstance(node, ast.arg)}
    names = {value.id for value in values if isinstance(value, ast.Name)} - (given - set(stored))
    if len(values) < n_lines or any(name not in local or stored.count(name) > 1 for name in names):
        return None
    return {ast.dump(local.get(value.id, value) if isinstance(value, ast.Name) else value) for value in values}


def _plain(answer: Any) -> Any:
    """A NumPy or JAX number or array as Python's numbers."""
    if type(answer) in (tuple, list):
        return type(answer)(_plain(one) for one in answer)
    return answer.tolist() if hasattr(answer, "tolist") else answer


class Choice(Question):
    """A multiple-choice item. Its letters are fixed; the answer is a letter or the whole text of an option.

    Args:
        module: `__name__` of its file, from which it has its name.
        text: the question, Markdown.
        options: letter -> text.
        key: the right letter (authored side); the question side has `sealed`.
        reasons: letter -> why one might think so and why not (authored side); of the key, why it is right.
    """

    kind = "choice"

    def __init__(
        self, module: str, question: str, *, text: str, options: dict[str, str], hints: tuple[str, ...],
        minutes: int = 2, difficulty: int = 1, key: str = "", sealed: str = "", reasons: dict[str, str] | None = None,
        answer: str = "", afterword: str = "",
    ):  # fmt: skip
        super().__init__(
            module, module.split(".")[-1], question, minutes=minutes, difficulty=difficulty, hints=hints, answer=answer,
            afterword=afterword,
        )  # fmt: skip
        self.text, self.options, self.key, self.reasons = text, options, key, reasons or {}
        self.sealed = sealed or seals.seal(self.id, key)

    def check(self, answer: Any = _MISSING) -> Verdict | None:
        """Judge a letter ("b") or the text of an option."""
        if os.environ.get("DFLVI_LOADING") == "1":
            return None
        if answer is _MISSING:
            answer = notebook.namespace().get(self.name)
        return self._finish(self.judge_value(answer, progress.of(self.id)), _plain(answer))

    def judge_on(self, host: Any, key: int | None = None) -> Verdict:
        """The verdict on the answer that a host holds."""
        described = host.describe(self.name)
        return self.judge_value(None if described["kind"] == "missing" else host.value(self.name))

    def judge_value(self, answer: Any, record: progress.Record | None = None) -> Verdict:
        """The verdict on a letter or text."""
        letter = self._letter(answer)
        if letter is None:
            letters = ", ".join(self.options)
            if answer is None or answer is Ellipsis or answer == "":
                return self._verdict("not-attempted", f"No answer yet. Answer with one of the letters {letters}.")
            return self._verdict(
                "not-attempted",
                f"That is none of the options. Answer with one of the letters {letters}.",
                got=str(answer)[:60],
            )
        authored = self.authored()
        reason = authored.reasons.get(letter, "") if authored else ""
        if seals.opens(self.sealed, self.id, letter):
            n = record.tries if record else 0
            after = f" After {n} other answer{'s' if n > 1 else ''}." if n else ""
            return self._verdict("passed", f"Yes, {letter}.{after} {reason}".strip())
        if reason:
            return self._verdict("diagnosed", reason, diagnosis=f"chose-{letter}", got=letter)
        return self._verdict("wrong", f"Not {letter}. Think again, or ask for a hint.", got=letter)

    def _letter(self, answer: Any) -> str | None:
        plain = " ".join(str(answer).lower().split()).strip("().")
        for letter, text in self.options.items():
            if plain in (letter, " ".join(text.lower().split()).strip("().")):
                return letter
        return None

    def _verdict(self, status: str, message: str, **details: Any) -> Verdict:
        return Verdict(status, self.question, self.section, self.name, message, **details)

    def as_revealed(self) -> str:
        """Letter, reason and answer."""
        return f"**{self.key}**: {self.options[self.key]}\n\n{self.reasons.get(self.key, '')}\n\n{self.answer}".strip()

    def as_markdown(self) -> str:
        """The question with its options."""
        return "\n".join([self.text, "", *(f"- **{letter}**: {text}" for letter, text in self.options.items())])


class Prediction(Choice):
    """Something to predict before a cell is run: a number (right within 5 %), a tuple of numbers, or a word.

    Args:
        truth: the value (authored side); `sealed` on the question side. None: open, recorded and not marked.
        near: wrong value -> what it comes from (authored side).
    """

    kind = "prediction"

    def __init__(
        self, module: str, question: str, *, text: str, hints: tuple[str, ...], minutes: int = 2, difficulty: int = 1,
        truth: Any = None, sealed: Any = None, is_open: bool = False, near: dict[Any, str] | None = None,
        answer: str = "", afterword: str = "",
    ):  # fmt: skip
        Question.__init__(
            self, module, module.split(".")[-1], question, minutes=minutes, difficulty=difficulty, hints=hints,
            answer=answer, afterword=afterword,
        )  # fmt: skip
        self.text, self.truth, self.is_open, self.near = text, truth, is_open, near or {}
        self.options: dict[str, str] = {}
        self.sealed = sealed if sealed is not None or is_open else seals.seal(self.id, truth)

    def judge_value(self, answer: Any, record: progress.Record | None = None) -> Verdict:
        """The verdict on a number, tuple or word."""
        answer = _plain(answer)
        if isinstance(answer, str):
            with contextlib.suppress(ValueError):  # "40" is a number too
                answer = float(answer)
        if answer is None or answer is Ellipsis or answer == "":
            return self._verdict("not-attempted", "No prediction yet. Write one down before you run the next cell.")
        if self.is_open:
            return self._verdict("passed", "Noted. Compare it with what you will see.")
        if seals.opens(self.sealed, self.id, answer):
            return self._verdict("passed", "Right, to within 5 %." if not isinstance(answer, str) else "Right.")
        authored = self.authored()
        for value, reason in (authored.near if authored else {}).items():
            if seals.opens(seals.seal(self.id, value), self.id, answer):
                return self._verdict("diagnosed", reason, diagnosis=f"predicted-{value}", got=str(answer))
        return self._verdict("wrong", "That is not what comes out. Think again, or ask for a hint.", got=str(answer))

    def as_revealed(self) -> str:
        """Value and answer."""
        return f"**{self.truth}**\n\n{self.answer}"

    def as_markdown(self) -> str:
        """The question."""
        return self.text


__all__ = [
    "Choice", "Exercise", "Ladder", "Mistake", "Prediction", "Question", "one_edit",
]  # fmt: skip
