"""Read and run a file of answers: a .py, or a notebook cell by cell, so that one bad cell costs one cell."""

import __future__

import ast
import json
import linecache
import re
import sys
import types
import warnings
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

SECTIONS = ("conjugacy", "cavi", "bbvi", "vae", "flows", "nfvi")


class BadFile(Exception):
    """The file cannot be used at all; the message says why and what to do."""


class Part(NamedTuple):
    """A piece of code that is run as one: a cell, or a statement of a .py file.

    Fields:
        label: what tracebacks call the file it is in.
        code, first_line: the text, and its line in that file.
        place: where it is, for people: 'cell 7 ("def planar(layer, z):")'.
    """

    label: str
    code: str
    first_line: int
    place: str


class File(NamedTuple):
    """What a file of answers holds."""

    section: str | None
    parts: tuple[Part, ...]


# ---- reading ----------------------------------------------------------------------------------


def read(path: Path, text: str | None = None) -> File:
    """The code of a .py or .ipynb. Raises BadFile."""
    kind = path.suffix.lower()
    if text is None:
        text = _text_of(path)
    if kind not in (".py", ".ipynb"):
        raise BadFile(f"{path} is neither a .py nor a .ipynb file. Give the file that holds your answers.")
    if not text.strip():
        raise BadFile(f"{path} is empty. Save your work in it first.")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of "\d" in a string; the learner's own affair
        return _python(path, text) if kind == ".py" else _notebook(path, text)


def _text_of(path: Path) -> str:
    try:
        if path.is_dir():
            raise BadFile(f"{path} is a folder. Give the notebook or .py file in it.")
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise BadFile(f"{path} does not exist. Is the name right, and the folder you are in?") from None
    except UnicodeDecodeError:
        raise BadFile(f"{path} is not text in UTF-8. Give the notebook or .py file itself.") from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise BadFile(f"{path} cannot be read ({why}). Is it yours, and a plain file?") from None


def _python(path: Path, text: str) -> File:
    trouble = _trouble(text)
    if trouble:
        raise BadFile(f"{path}, {trouble.says}")
    named = re.search(r"^#\s*section:\s*(\w+)", text, re.MULTILINE)
    section = named[1] if named else None
    if section is not None and section not in SECTIONS:
        raise BadFile(f"{path} says '# section: {section}'. The sections are {', '.join(SECTIONS)}.")
    lines = text.split("\n")
    parts = []
    for node in ast.parse(text).body:
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
        if parts and first <= parts[-1].first_line + parts[-1].code.count("\n"):
            first = parts.pop().first_line  # two statements that share a line (`a = 1; b = 2`) are one part
        code = "\n".join(lines[first - 1 : node.end_lineno])
        parts.append(Part(str(path), code, first, f"{path.name}, line {first}"))
    return File(section, tuple(parts))


class _Trouble(NamedTuple):
    """Why a text is no Python."""

    line: int
    what: str

    @property
    def says(self) -> str:
        return f"line {self.line}: Python cannot read this ({self.what}). Mend that line."


def _trouble(text: str) -> _Trouble | None:
    try:
        ast.parse(text)
    except SyntaxError as error:
        return _Trouble(error.lineno or 1, error.msg)
    except (ValueError, RecursionError, MemoryError) as error:
        return _Trouble(1, str(error) or "nested too deeply")
    return None


def _notebook(path: Path, text: str) -> File:
    try:
        notebook = json.loads(text)
    except (ValueError, RecursionError):
        raise BadFile(
            f"{path} is not a notebook (no valid JSON): was it cut off? Take it from JupyterLab's "
            "File > Revert to Checkpoint, or download it again."
        ) from None
    version = notebook.get("nbformat") if isinstance(notebook, dict) else None
    if not isinstance(version, int):
        raise BadFile(f"{path} is not a notebook: it holds other data. Give the .ipynb itself.")
    if version < 4:
        raise BadFile(
            f"{path} is in an old notebook format ({version}); 4 is wanted. "
            f"Open it in JupyterLab and save it, or run: jupyter nbconvert --to notebook --inplace {path}"
        )
    cells = notebook.get("cells")
    if version > 4 or not isinstance(cells, list):
        raise BadFile(
            f"{path} is no notebook that we can read (format {version}). Save it again from JupyterLab."
        )
    parts = []
    for number, cell in enumerate(cells, 1):
        if not isinstance(cell, dict) or cell.get("cell_type") != "code":
            continue
        tags = _dict(cell.get("metadata")).get("tags")
        source = cell.get("source", "")
        source = "".join(map(str, source)) if isinstance(source, list) else str(source)
        if source.strip() and not {"figure", "setup"} & set(tags if isinstance(tags, list) else []):
            label = f"cell {number}"
            start = next(line.strip() for line in source.splitlines() if line.strip())
            parts.append(Part(label, _without_magics(source), 1, f'{label} ("{start[:60]}")'))
    section = _dict(_dict(notebook.get("metadata")).get("dflvi")).get("section")
    return File(section if section in SECTIONS else None, tuple(parts))


def _dict(value: Any) -> dict:
    return value if isinstance(value, dict) else {}


_RUN_THE_CELL = ("%%time", "%%capture", "%%prun")  # cell magics that leave the names of the cell behind
_LINES = (
    (r"^(\s*)%time\s+(.+)", r"\1\2"),
    (r"^(\s*\w+\s*=\s*)([%!].*)", r"\1None  # \2"),
    (r"^(\s*)([%!].*|\?{1,2}[\w.]+\s*|[\w.]+\?{1,2}\s*)$", r"\1pass  # \2"),
)


def _without_magics(source: str) -> str:
    """IPython's own lines (%magic, !command, name?) made harmless; each stays the line that it was."""
    first = source.lstrip()
    if first.startswith("%%"):
        if first.split(maxsplit=1)[0] not in _RUN_THE_CELL:
            return "pass"
        return re.sub(r"^(\s*)%%.*", r"\1pass", source, count=1)
    lines = source.split("\n")
    while trouble := _trouble("\n".join(lines)):  # only where Python stops: "% b)" may be the rest of a sum
        at = min(trouble.line, len(lines)) - 1
        harmless = _harmless(lines[at])
        if harmless == lines[at]:
            break
        lines[at] = harmless
    return "\n".join(lines)


def _harmless(line: str) -> str:
    for magic, instead in _LINES:
        line, found = re.subn(magic, instead, line)
        if found:
            break
    return line


# ---- running ----------------------------------------------------------------------------------


def load(
    path: Path, *, text: str | None = None, seconds: float = 30.0, skip: Mapping[int, str] | None = None,
    before: Callable[[int], None] = lambda number: None,
) -> tuple[dict[str, Any], dict]:  # fmt: skip
    """Run a file of answers. A cell (in a .py, a statement) that fails is reported and the rest is run.

    Args:
        path: a .py or .ipynb.
        text: what the file holds, if it is not to be read.
        seconds: time limit of one part.
        skip: parts that are not run again, by number -> what is said of them.
        before: called with the number of each part before it runs.

    Returns:
        its names, and {"section": ..., "names": those that are answers rather than modules, "errors":
        [{"place", "says", "lines", "names": what the failed part would have defined}]}.
    """
    from dflvi.checking.learner_errors import LearnerError, explain, in_their_words

    file = read(path, text)
    module = types.ModuleType("dflvi_answers")
    # A text without a file of its own gets a name of its own, so that two of them keep their lines apart.
    of_text = f"{path.stem}-{zlib.crc32(text.encode()):08x}.py" if text is not None else ""
    module.__file__ = of_text or str(path)  # where inspect looks for the text of a class
    module.display = lambda *shown, **how: None  # IPython has it everywhere
    given = set(vars(module))
    sys.modules[module.__name__] = module
    if path.suffix.lower() == ".py":
        _remember(of_text or str(path), text if text is not None else _text_of(path))
    errors = []
    flags = 0
    for number, part in enumerate(file.parts):
        if skip and number in skip:
            errors.append(_error(part, skip[number]))
            continue
        before(number)
        label = of_text or part.label
        if path.suffix.lower() != ".py":
            _remember(label, part.code)
        trouble = _trouble(part.code)
        if trouble:
            errors.append(_error(part, trouble.says))
            continue
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                padded = "\n" * (part.first_line - 1) + part.code
                code = compile(padded, label, "exec", flags, dont_inherit=True)
            flags |= _future(part.code)
            with in_their_words(tuple, seconds):
                exec(code, module.__dict__)
        except LearnerError as error:
            if error.kind != "stub":
                errors.append(_error(part, error.says, error.lines))
        except (SyntaxError, ValueError, RecursionError, KeyboardInterrupt) as error:
            errors.append(_error(part, explain(error)))
    given.add("__builtins__")
    names = {name: value for name, value in vars(module).items() if name not in given}
    answers = [name for name, value in names.items() if not _is_given(value)]
    return names, {"section": file.section, "names": answers, "errors": errors}


def _is_given(value: Any) -> bool:
    """A module or an exercise itself: `from dflvi.exercises import cavi` is no answer to `cavi`."""
    return isinstance(value, types.ModuleType) or hasattr(type(value), "judge_on")


def _error(part: Part, says: str, lines: tuple[str, ...] = ()) -> dict:
    return {"place": part.place, "says": says, "lines": list(lines), "names": _would_define(part.code)}


def _would_define(code: str) -> list[str]:
    found = re.findall(r"^(?:def|class)\s+(\w+)|^(\w+)\s*(?::[^=\n]+)?=(?!=)", code, re.MULTILINE)
    return [one or other for one, other in found]


def _future(code: str) -> int:
    """The compiler's flags of `from __future__ import ...`, which hold for the parts that follow."""
    flags = 0
    for node in ast.parse(code).body:
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            flags |= sum(getattr(__future__, alias.name).compiler_flag for alias in node.names)
    return flags


def _remember(label: str, code: str) -> None:
    """So that tracebacks and inspect.getsource find the text."""
    linecache.cache[label] = (len(code), None, code.splitlines(keepends=True), label)
