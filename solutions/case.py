"""An exercise under examination: its answers, what the checks find in each, the lines of its reference."""

import ast
import functools
import re
from collections.abc import Callable
from typing import Any

from dflvi.checking import judge
from dflvi.checking.exercise import OURS, Mistake, Question, answer_source
from dflvi.checking.here import Here
from solutions import build
from solutions.wrappers import Profile, Recorder

KEY = 20_260_101  # of all runs but those of `make test-keys`


class Case:
    """One exercise, and what the gates want to know of it.

    Args:
        exercise: with its reference, mistakes and answer.
        text: of its authored file.
        built: text of its question side.
        companions: the references it is checked with.
        siblings: the exercises of the same question, itself among them.
        quick: mistakes stop at the first check that rejects them, wrappers are tried on the reference alone.
    """

    def __init__(
        self, exercise: Question, text: str, built: str, *, companions: dict[str, Any] | None = None,
        siblings: tuple[Question, ...] = (), quick: bool = False,
    ):  # fmt: skip
        self.exercise, self.text, self.built, self.quick = exercise, text, built, quick
        self.companions = companions or {}
        self.siblings = siblings or (exercise,)
        self.skipped: list[str] = []  # "variant by_lu, a dict: it returns no named fields"
        self.tried = 0
        self._hosts: dict[str, Here] = {}
        self._findings: dict[tuple[str, str, int], judge.Finding] = {}

    @property
    def file(self) -> str:
        """Where the author looks."""
        return f"solutions/{self.exercise.section}/{self.exercise.name}.py"

    def says(self, what: str, remedy: str) -> str:
        """A complaint."""
        return f"{self.file}: {what}. {remedy}"

    # ---- the answers and what they did --------------------------------------------------------

    @functools.cached_property
    def right(self) -> dict[str, Any]:
        """The answers that have to pass, by name."""
        exercise = self.exercise
        named = {f"variant {_name_of(variant)}": variant for variant in exercise.variants}
        return {"the reference": exercise.function, **named}

    @functools.cached_property
    def wrong(self) -> dict[str, tuple[Mistake, Any]]:
        """The answers that have to fail, by name, second spellings among them."""
        found = {}
        for mistake in self.exercise.mistakes:
            found[f"mistake {mistake.name}"] = mistake, mistake.function()
            if mistake.also is not None:
                found[f"mistake {mistake.name}, second spelling"] = mistake, mistake.also
        return found

    def host(self, label: str) -> Here:
        """Where an answer runs; one each, so that nothing is compiled twice."""
        if label not in self._hosts:
            if label in self.right:
                answers = {**self.companions, self.exercise.name: self.right[label]}
                self._hosts[label] = Recorder(answers, self.exercise.name, compiled=OURS)
            else:
                answers = {**self.companions, self.exercise.name: self.wrong[label][1]}
                self._hosts[label] = Here(answers, may_hang=True, compiled=OURS)
        return self._hosts[label]

    def finding(self, label: str, check: Callable, key: int = KEY) -> judge.Finding:
        """What a check finds in an answer."""
        place = label, check.__name__, key
        if place not in self._findings:
            host = self.host(label)
            host.check = check.__name__
            self._findings[place] = judge.run_check(check, host, self.exercise.name, key)
        return self._findings[place]

    def first_failure(self, label: str) -> judge.Finding | None:
        """The finding of the first check that rejects an answer."""
        found = (self.finding(label, check) for check in self.exercise.checks)
        return next((finding for finding in found if not finding.passed), None)

    def profile(self, label: str) -> Profile:
        """How the checks called a right answer."""
        self.first_failure(label)
        return self.host(label).profile

    def recognised(self, finding: judge.Finding) -> Mistake | None:
        """The mistake that a learner would be told of."""
        check = next(check for check in self.exercise.checks if check.__name__ == finding.check)
        run = lambda mistake: self.finding(f"mistake {mistake.name}", check)  # noqa: E731
        return judge.recognise(finding, self.exercise.checks, self.exercise.mistakes, run)

    @functools.cached_property
    def reference_lines(self) -> list[str]:
        """The code of the reference and of the helpers that only the authored side has, comparable."""
        if not callable(getattr(self.exercise, "function", None)):
            return []
        kept = {plain(line) for line in _code_lines(self.built)}
        return [line for line in map(plain, self._reference_body) if line not in kept or len(line) >= 20]

    @functools.cached_property
    def _reference_body(self) -> list[str]:
        tree = ast.parse(answer_source(self.exercise.function))
        kept = {node.name for node in ast.parse(self.built).body if isinstance(node, ast.FunctionDef)}
        lines = []
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and (
                node.name == self.exercise.name or node.name not in kept
            ):
                lines += _statements(node)
        return lines

    @functools.cached_property
    def expressions(self) -> set[str]:
        """The expressions of the reference from six characters on, without blanks."""
        if not callable(self.exercise.function):
            return set()
        tree = ast.parse(answer_source(self.exercise.function))
        kept = {node.name for node in ast.parse(self.built).body if isinstance(node, ast.FunctionDef)}
        found = set()
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and (
                node.name == self.exercise.name or node.name not in kept
            ):
                for statement in _without_docstring(node.body):
                    for inner in ast.walk(statement):
                        if isinstance(inner, (ast.BinOp, ast.Call, ast.Compare, ast.Subscript, ast.UnaryOp)):
                            found.add(plain(ast.unparse(inner)))
        return {text for text in found if len(text) >= 6 and not text.lstrip("-").replace(".", "").isdigit()}


def _name_of(function: Any) -> str:
    return getattr(function, "__name__", str(function))


def plain(text: str) -> str:
    """Without blanks, comments and the difference between NumPy and JAX."""
    text = re.sub(r"\s+", "", re.sub(r"\s#.*", "", text))
    return text.replace("jnp.", "np.").replace("return", "").strip("`")


def long_enough(lines: list[str], least: int) -> list[str]:
    """Those that say something: long enough, and more than names and the call of one with others."""
    trivial = r"(?:[\w.,]+=)?[\w.]*\(?[\w.,=]*\)?"
    return [line for line in lines if len(line) >= least and not re.fullmatch(trivial, line)]


def _without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    first = body[0]
    is_docstring = isinstance(first, ast.Expr) and isinstance(getattr(first, "value", None), ast.Constant)
    return body[1:] if is_docstring and isinstance(first.value.value, str) else body


def _statements(function: ast.FunctionDef) -> list[str]:
    """The lines of a function body, a simple statement a line, compound ones by their parts."""
    lines: list[str] = []
    for node in _without_docstring(function.body):
        for inner in ast.walk(node):
            if isinstance(inner, (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Return, ast.Expr)):
                lines.append(ast.unparse(inner))
                if isinstance(inner, (ast.Assign, ast.Return)) and inner.value is not None:
                    lines.append(ast.unparse(inner.value))
    return lines


def _code_lines(text: str) -> list[str]:
    tree, lines = ast.parse(text), []
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            lines += _statements(node)
    return lines


def case_of(section: str, name: str, *, quick: bool = False) -> Case:
    """The case of an authored file."""
    exercise = build.authored(section, name)
    text = (build.ROOT / "solutions" / section / f"{name}.py").read_text()
    companions = {need: build.authored(section, need).function for need in getattr(exercise, "needs", ())}
    everything = (build.authored(section, other) for other in build.names(section))
    siblings = tuple(one for one in everything if one.question == exercise.question)
    return Case(
        exercise,
        text,
        build.question_side(section, name),
        companions=companions,
        siblings=siblings,
        quick=quick,
    )
