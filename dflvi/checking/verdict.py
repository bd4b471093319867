"""What is said about an answer: in a notebook as HTML, in a terminal as text, the same words."""

import base64
import html
import os
from typing import Any, NamedTuple

import numpy as np

from dflvi.checking.compare import Picture

STATUSES = ("not-attempted", "crashed", "wrong", "diagnosed", "passed", "revealed")
# label, colour of the bar; the label is always there, so colour is never the only sign
_SIGNS = {
    "not-attempted": ("TO DO", "#6b7280"),
    "crashed": ("STOPPED", "#b45309"),
    "wrong": ("NOT YET", "#b91c1c"),
    "diagnosed": ("NOT YET", "#b91c1c"),
    "passed": ("PASSED", "#15803d"),
    "revealed": ("RIGHT, AFTER REVEAL", "#1d4ed8"),
}


class CheckFailed(AssertionError):
    """Raised by a check in strict mode on anything but a right answer. Shows its message and no traceback."""

    def __init__(self, verdict: "Verdict"):
        super().__init__(str(verdict))
        self.verdict = verdict

    def _render_traceback_(self):  # asked for by IPython
        return [f"CheckFailed: {self.verdict}"]


class Verdict(NamedTuple):
    """The result of a check.

    Fields:
        status: one of STATUSES.
        question, section, name: "2.8", "cavi", "cavi_step".
        message: what a tutor would say.
        check: name of the check that failed, "" if none did.
        diagnosis: name of the mistake that was recognised, "" if none was.
        where, expected, got: the input on which it shows, and the two sides.
        lines, inputs: the learner's own lines that raised, and what the function was called with.
        remarks: what else we saw; never a reason to fail.
        key: the number that repeats this check: check(answer, key=...).
        picture: target and yours.
    """

    status: str
    question: str
    section: str
    name: str
    message: str
    check: str = ""
    diagnosis: str = ""
    where: str = ""
    expected: str = ""
    got: str = ""
    lines: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    key: int | None = None
    picture: Picture | None = None

    def _details(self) -> list[tuple[str, str]]:
        rows = [("where", self.where), ("expected", self.expected), ("got", self.got)]
        rows += [("your line", line) for line in self.lines]
        if self.check:
            again = f", repeat with key={self.key}" if self.key is not None else ""
            rows.append(("check", self.check.replace("_", " ") + again))
        rows += [("note", remark) for remark in self.remarks]
        return [(label, text) for label, text in rows if text]

    def __str__(self) -> str:
        lines = [f"{self.question} {self.name}: {_SIGNS[self.status][0]}. {self.message}"]
        rows = self._details() + [("called with", line) for line in self.inputs]
        lines += [f"    {label:>11}: {text}" for label, text in rows]
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        label, colour = _SIGNS[self.status]
        inputs = "".join(f"<div style='font-family:monospace'>{html.escape(line)}</div>" for line in self.inputs)
        inputs = f"<details><summary>called with</summary>{inputs}</details>" if inputs else ""
        rows = "".join(
            f'<tr><th scope="row" style="text-align:right;vertical-align:top;font-weight:normal;opacity:.75;'
            f'padding:1px 8px 1px 0;white-space:nowrap">{html.escape(name)}</th>'
            f'<td style="text-align:left;font-family:monospace;white-space:pre-wrap">{html.escape(text)}</td></tr>'
            for name, text in self._details()
        )
        table = f'<table style="border:0;margin:.4em 0 0;font-size:.92em">{rows}</table>' if rows else ""
        return (
            f'<div role="status" class="dflvi-verdict" data-status="{self.status}" style="border-left:5px solid '
            f'{colour};padding:.3em .8em;max-width:56em"><strong>{label}</strong> · {self.question} '
            f"<code>{html.escape(self.name)}</code><br>{_code_marks(self.message)}{table}{inputs}{self._drawn()}</div>"
        )

    def _drawn(self) -> str:
        if self.picture is None:
            return ""
        from dflvi import plots

        png = base64.b64encode(plots.target_and_yours(self.picture)).decode()
        gap = np.nanmax(np.abs(np.asarray(self.picture.yours) - np.asarray(self.picture.target)))
        alt = f"Target, yours and the difference of the two; the largest difference is {gap:.3g}."
        return f'<img alt="{alt}" style="display:block;max-width:100%" src="data:image/png;base64,{png}">'

    def as_part(self) -> dict[str, Any]:
        """The verdict in the form of `dflvi check --json`."""
        return {
            "name": self.name,
            "status": self.status,
            "check": self.check,
            "diagnosis": self.diagnosis,
            "message": self.message,
        }


def _code_marks(text: str) -> str:
    """Escaped, with `code` shown as code."""
    parts = html.escape(text).split("`")
    if len(parts) % 2 == 0:
        return html.escape(text)
    return "".join(f"<code>{part}</code>" if i % 2 else part for i, part in enumerate(parts))


class Text:
    """Markdown that shows itself: hints, revealed answers."""

    def __init__(self, markdown: str):
        self.markdown = markdown

    def __repr__(self) -> str:
        return self.markdown

    def _repr_markdown_(self) -> str:
        return self.markdown


def is_strict() -> bool:
    """DFLVI_STRICT=1, or nbgrader is running the notebook."""
    return os.environ.get("DFLVI_STRICT") == "1" or "NBGRADER_EXECUTION" in os.environ
