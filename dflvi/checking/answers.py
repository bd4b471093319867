"""Read and run a file of answers: a .py, or a notebook cell by cell, so that one bad cell costs one cell."""

import ast
import json
import linecache
import re
import sys
import types
from pathlib import Path
from typing import Any, NamedTuple

from dflvi.checking.learner_errors import LearnerError, explain, in_their_words

SECTIONS = ("conjugacy", "cavi", "bbvi", "vae", "flows", "nfvi")


class BadFile(Exception):
    """The file cannot be used at all; the message says why and what to do."""


class Part(NamedTuple):
    """A piece of code that is run as one: a cell, or a statement of a .py file."""

    label: str
    code: str
    first_line: int = 1


class File(NamedTuple):
    """What a file of answers holds."""

    section: str | None
    parts: tuple[Part, ...]


def read(path: Path, text: str | None = None) -> File:
    """The code of a .py or .ipynb. Raises BadFile."""
    if text is None:
        text = _text_of(path)
    if not text.strip():
        raise BadFile(f"{path} is empty. Save your work in it first.")
    if path.suffix == ".py":
        return _python(path, text)
    if path.suffix == ".ipynb":
        return _notebook(path, text)
    raise BadFile(f"{path} is neither a .py nor a .ipynb file. Give the file that holds your answers.")


def _text_of(path: Path) -> str:
    if path.is_dir():
        raise BadFile(f"{path} is a folder. Give the notebook or .py file in it.")
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise BadFile(f"{path} does not exist. Is the name right, and the folder you are in?") from None
    except UnicodeDecodeError:
        raise BadFile(f"{path} is not text in UTF-8. Give the notebook or .py file itself.") from None
    except OSError as error:
        raise BadFile(f"{path} cannot be read ({error.strerror}).") from None


def _python(path: Path, text: str) -> File:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        raise BadFile(f"{path}, line {line}: Python cannot read this ({_syntax(error)}). Mend that line.") from None
    named = re.search(r"^#\s*section:\s*(\w+)", text, re.MULTILINE)
    section = named[1] if named else None
    if section is not None and section not in SECTIONS:
        raise BadFile(f"{path} says '# section: {section}'. The sections are {', '.join(SECTIONS)}.")
    lines = text.splitlines(keepends=True)
    parts = []
    for node in tree.body:
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
        parts.append(Part(str(path), "".join(lines[first - 1 : node.end_lineno]), first))
    return File(section, tuple(parts))


def _syntax(error: Exception) -> str:
    return getattr(error, "msg", None) or str(error)


def _notebook(path: Path, text: str) -> File:
    try:
        notebook = json.loads(text)
    except (json.JSONDecodeError, RecursionError):
        raise BadFile(
            f"{path} is not a notebook (no valid JSON): was it cut off? Take it from JupyterLab's "
            "File > Revert to Checkpoint, or download it again."
        ) from None
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells", []), list):
        raise BadFile(f"{path} is not a notebook: it holds other data. Give the .ipynb itself.")
    if notebook.get("nbformat") != 4 or "cells" not in notebook:
        raise BadFile(
            f"{path} is in an old notebook format ({notebook.get('nbformat', 'unknown')}); 4 is wanted. "
            "Open it in JupyterLab and save it, or: jupyter nbconvert --to notebook --nbformat 4 --inplace FILE"
        )
    metadata = notebook.get("metadata", {}) if isinstance(notebook.get("metadata"), dict) else {}
    section = metadata.get("dflvi", {}).get("section") if isinstance(metadata.get("dflvi"), dict) else None
    parts = []
    for number, cell in enumerate(notebook["cells"], 1):
        if not isinstance(cell, dict) or cell.get("cell_type") != "code":
            continue
        tags = cell.get("metadata", {}).get("tags", []) if isinstance(cell.get("metadata"), dict) else []
        source = cell.get("source", "")
        source = "".join(source) if isinstance(source, list) else str(source)
        if source.strip() and not {"figure", "setup"} & set(tags):
            parts.append(Part(f"cell {number}", _without_magics(source)))
    return File(section if section in SECTIONS else None, tuple(parts))


def _without_magics(source: str) -> str:
    """IPython's own lines (%magic, !command, name?) as comments; a cell that is one %%magic is left out."""
    if source.lstrip().startswith("%%"):
        return "pass"
    return re.sub(r"^(\s*)([%!].*|\??[\w.]+\?{1,2}\s*)$", r"\1pass  # \2", source, flags=re.MULTILINE)


def load(path: Path, *, text: str | None = None, seconds: float = 30.0) -> tuple[dict[str, Any], dict]:
    """Run a file of answers. Returns its names, and a report {"section", "errors": [{"label", "says", "lines"}]}.

    A cell (in a .py, a statement) that fails is reported and the rest is run.
    """
    file = read(path, text)
    module = types.ModuleType("dflvi_answers")
    module.__file__ = str(path)
    sys.modules[module.__name__] = module
    if path.suffix == ".py":
        _remember(str(path), text if text is not None else path.read_text(encoding="utf-8"))
    errors = []
    for part in file.parts:
        try:
            if path.suffix != ".py":
                _remember(part.label, part.code)
            code = compile("\n" * (part.first_line - 1) + part.code, part.label, "exec")
        except (SyntaxError, ValueError) as error:
            line = getattr(error, "lineno", None) or 1
            says = f"line {line}: Python cannot read this ({_syntax(error)})."
            errors.append({"label": part.label, "says": says, "lines": []})
            continue
        try:
            with in_their_words((), seconds):
                exec(code, module.__dict__)
        except LearnerError as error:
            if error.kind != "stub":
                errors.append({"label": part.label, "says": error.says, "lines": list(error.lines)})
        except KeyboardInterrupt as error:
            errors.append({"label": part.label, "says": explain(error), "lines": []})
    names = {name: value for name, value in vars(module).items() if not name.startswith("__")}
    return names, {"section": file.section, "errors": errors}


def _remember(label: str, code: str) -> None:
    """So that tracebacks and inspect.getsource find the text."""
    lines = code.splitlines(keepends=True)
    linecache.cache[label] = (len(code), None, lines, label)
