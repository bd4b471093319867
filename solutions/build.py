"""Build what learners get: the question side of each exercise, and three editions of each notebook.

    solutions/<section>/<name>.py      ->  dflvi/exercises/<section>/<name>.py
    notebooks/src/NN_<section>.md      ->  notebooks/, solutions/notebooks/, solutions/facilitator/

The question side is what is left of an authored file after two edits of its syntax tree: the body of the
reference becomes the stub's stop, and variants, mistakes, answer and afterword go, with everything that
only they use.
"""

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

from dflvi.checking.answers import SECTIONS
from dflvi.checking.exercise import Choice, Exercise, Prediction, Question
from dflvi.checking.learner_errors import STUB

ROOT = Path(__file__).parent.parent
SECRET = ("variants", "mistakes", "answer", "afterword")
SECRET_OF_A_CHOICE = ("key", "truth", "reasons", "near")  # the laws of a Ladder are `reasons` too, and no secret
BUILT = "# Built from solutions/{section}/{name}.py by `python -m solutions build`. Edit that file, not this one."


class BuildError(Exception):
    """The sources do not fit together; the message says where and what to do."""


# ---- exercises --------------------------------------------------------------------------------


def names(section: str) -> list[str]:
    """The authored exercises of a section, in alphabetical order."""
    return sorted(path.stem for path in (ROOT / "solutions" / section).glob("*.py") if path.stem != "__init__")


def authored(section: str, name: str) -> Question:
    """The exercise of an authored file, checked to have the name of its file."""
    module = importlib.import_module(f"solutions.{section}.{name}")
    exercise = getattr(module, "exercise", None)
    if not isinstance(exercise, Question):
        raise BuildError(f"solutions/{section}/{name}.py defines no `exercise`.")
    if exercise.name != name:
        raise BuildError(f"solutions/{section}/{name}.py holds the exercise {exercise.name}; name both alike.")
    return exercise


def question_side(section: str, name: str) -> str:
    """The text of dflvi/exercises/<section>/<name>.py."""
    exercise = authored(section, name)
    text = (ROOT / "solutions" / section / f"{name}.py").read_text()
    tree = ast.parse(text)
    lines = text.splitlines()
    docstring, call = tree.body[0], _exercise_call(tree, name)
    call.keywords = [word for word in call.keywords if word.arg not in SECRET]
    if isinstance(exercise, (Choice, Prediction)):
        call.keywords = [word for word in call.keywords if word.arg not in SECRET_OF_A_CHOICE]
        call.keywords.append(ast.keyword("sealed", ast.Constant(exercise.sealed)))
    kept = _reachable(tree, call)
    head = ast.get_docstring(tree)
    head += "\n" if "\n" in head else ""
    blocks = [f'"""{head}"""', BUILT.format(section=section, name=name)]
    imports = []
    for node in tree.body:
        if node is docstring or node not in kept:
            continue
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            imports.append(ast.unparse(kept[node]))
            continue
        if imports:
            blocks.append("\n".join(imports))
            imports = []
        if getattr(node, "name", None) == name and isinstance(exercise, Exercise):
            blocks.append("\n\n" + stub(node, lines))
        elif binds(node) == [name]:  # the reference of an exercise whose answer is a value
            blocks.append(f"{name} = ...")
        elif kept[node] is node:
            first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
            gap = "\n\n" if isinstance(node, (ast.FunctionDef, ast.ClassDef)) else ""
            blocks.append(gap + "\n".join(lines[first - 1 : node.end_lineno]))
        else:
            blocks.append("\n\n" + _formatted(kept[node], text))
    return "\n\n".join(blocks).replace("\n\n\n\n", "\n\n\n") + "\n"


def _exercise_call(tree: ast.Module, name: str) -> ast.Call:
    for node in tree.body:
        if isinstance(node, ast.Assign) and [getattr(t, "id", "") for t in node.targets] == ["exercise"]:
            if isinstance(node.value, ast.Call):
                return node.value
    raise BuildError(f"{name}.py does not end with `exercise = Exercise(...)` or one of its kinds.")


def stub(node: ast.FunctionDef, lines: list[str]) -> str:
    """Signature and docstring of a function, and the stop."""
    if not ast.get_docstring(node):
        raise BuildError(f"{node.name} has no docstring; it is the statement of the exercise.")
    first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
    head = "\n".join(lines[first - 1 : node.body[0].end_lineno])
    return f'{head}\n    raise NotImplementedError("{STUB}")'


def _reachable(tree: ast.Module, call: ast.Call) -> dict[ast.stmt, ast.stmt]:
    """The statements that the stripped call needs; imports cut down to what is used."""
    defined: dict[str, ast.stmt] = {}
    for node in tree.body:
        for name in binds(node):
            defined[name] = node
    reference = call.args[0].id if call.args and isinstance(call.args[0], ast.Name) else None
    exercise = next(node for node in tree.body if isinstance(node, ast.Assign) and node.value is call)
    used: set[str] = set()
    kept: dict[ast.stmt, ast.stmt] = {exercise: ast.Assign([ast.Name("exercise")], call, lineno=1)}
    queue: list[ast.AST] = [call]
    while queue:
        for name in _names(queue.pop()):
            if name in used or name not in defined:
                continue
            used.add(name)
            node = defined[name]
            if node in kept:
                continue
            kept[node] = node
            if name == reference and isinstance(node, ast.FunctionDef):
                queue += [node.args, *filter(None, [node.returns]), *node.decorator_list]
            elif name == reference:
                continue
            elif not isinstance(node, (ast.Import, ast.ImportFrom)):
                queue.append(node)
    for node in list(kept):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            aliases = [alias for alias in node.names if (alias.asname or alias.name.split(".")[0]) in used]
            kept[node] = (
                ast.Import(aliases) if isinstance(node, ast.Import)
                else ast.ImportFrom(node.module, aliases, node.level)
            )  # fmt: skip
            if str(getattr(node, "module", "")).startswith("solutions"):
                raise BuildError(f"the question side would import {node.module}: a check must not use an answer.")
    return kept


def binds(node: ast.stmt) -> list[str]:
    """The names that a statement defines or imports."""
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return [node.name]
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return [alias.asname or alias.name.split(".")[0] for alias in node.names]
    if isinstance(node, ast.Assign):
        return [n.id for target in node.targets for n in ast.walk(target) if isinstance(n, ast.Name)]
    return [node.target.id] if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) else []


def _names(node: ast.AST) -> set[str]:
    found = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
    for n in ast.walk(node):  # annotations of jaxtyping are strings with shapes, no names
        if isinstance(n, ast.Attribute) and isinstance(n.value, ast.Name):
            found.add(n.value.id)
    return found


def _formatted(assign: ast.Assign, text: str) -> str:
    """The stripped call, an argument a line, as its author laid it out."""

    def written(value: ast.expr) -> str:
        return ast.get_source_segment(text, value) or ast.unparse(value)

    call = assign.value
    words = [*map(written, call.args), *(f"{word.arg}={written(word.value)}" for word in call.keywords)]
    body = "\n".join(f"    {word}," for word in words)
    return f"exercise = {ast.unparse(call.func)}(\n{body}\n)"


def section_module(section: str) -> str:
    """The text of dflvi/exercises/<section>/__init__.py."""
    found = names(section)
    lines = [
        f'"""The exercises of `{section}`: `ex.NAME.check(answer)`, `.hint()`, `.reveal()`, `.yours_or_ours()`."""',
        "# Built by `python -m solutions build`.",
        "",
        *(f"from dflvi.exercises.{section}.{name} import exercise as {name}" for name in found),
        *([""] if found else []),
        f"__all__ = {found!r}".replace("'", '"'),
    ]
    return "\n".join(lines) + "\n"


def question_files(section: str | None = None) -> dict[Path, str]:
    """Path -> text of everything under dflvi/exercises that is built (of one section, if it is named)."""
    files = {}
    for one in SECTIONS if section is None else (section,):
        folder = ROOT / "dflvi" / "exercises" / one
        files[folder / "__init__.py"] = section_module(one)
        for name in names(one):
            files[folder / f"{name}.py"] = question_side(one, name)
    return files


# ---- writing and comparing --------------------------------------------------------------------


def all_files(section: str | None = None) -> dict[Path, str]:
    """Path -> text of every built file that is not executed."""
    from solutions import editions, symbols, table_of_questions

    files = {**question_files(section), **editions.built_files(section)}
    readme = ROOT / "README.md"
    if section is None and readme.exists():
        files[readme] = table_of_questions.with_table(readme.read_text())
    page = ROOT / symbols.FILE
    if section is None and page.exists():
        files[page] = symbols.with_table(page.read_text(), editions.sources())
    return files


def stray_files(files: dict[Path, str]) -> list[Path]:
    """Files that lie where built ones do and that no source makes."""
    exercises = ROOT / "dflvi" / "exercises"
    there = [p for p in exercises.rglob("*.py") if p.parent != exercises]
    for folder in ("notebooks", "solutions/facilitator", "solutions/notebooks"):
        there += (ROOT / folder).glob("*.ipynb")
    solved = {ROOT / "solutions" / "notebooks" / path.name for path in files}
    return sorted(path for path in there if path not in files and path not in solved)


def differences(section: str | None = None) -> list[str]:
    """What a build would change, a line each; empty when all built files are current."""
    from solutions import editions

    files = all_files(section)
    found = []
    for path, text in files.items():
        if not path.exists():
            found.append(f"missing: {path.relative_to(ROOT)}")
        elif path.read_text() != text:
            found.append(f"not current: {path.relative_to(ROOT)}")
    found += editions.solved_differences(section)
    if section is None:
        found += [f"made by no source: {path.relative_to(ROOT)}" for path in stray_files(files)]
    return found


def build(section: str | None = None, *, fresh: bool = False) -> Iterator[str]:
    """Write what has changed, and say it: a line for each file, as it is done.

    Args:
        section: build only this one.
        fresh: run the solved notebooks again even where nothing in them changed.
    """
    from solutions import editions

    # Exercises are written first: solved notebooks import them while they run.
    yield from _write(question_files(section))
    files = all_files(section)
    yield from _write(files)
    for path in stray_files(files) if section is None else []:
        path.unlink()
        yield f"removed {path.relative_to(ROOT)}"
    yield from editions.run_solved(section, fresh=fresh)


def _write(files: dict[Path, str]) -> Iterator[str]:
    for path, text in files.items():
        if not path.exists() or path.read_text() != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            yield f"wrote {path.relative_to(ROOT)}"


def anchor_of(source: str) -> str | None:
    """The exercise of a code cell that is one anchor line, None for any other cell."""
    found = re.fullmatch(r"#\s*exercise:\s*(\w+)\s*", source.strip())
    return found[1] if found else None
