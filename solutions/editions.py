"""The editions of each notebook, from one MyST source and the exercises that it anchors.

    notebooks/src/NN_<section>.md
        ->  notebooks/NN_<section>.ipynb                learner: stubs, no outputs
        ->  solutions/notebooks/NN_<section>.ipynb      solved: references, run, with figures
        ->  solutions/facilitator/NN_<section>.ipynb    as solved, with notes for who teaches, not run

A code cell that is the one line `# exercise: NAME` becomes the cells of that exercise. A cell tagged
`learner`, `solved` (solved and facilitator) or `facilitator` is left out of the other editions.
"""

import ast
import base64
import copy
import functools
import hashlib
import inspect
import io
import json
import os
import re
import sys
import tempfile
import tomllib
from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import jupytext
import nbformat
from nbformat import NotebookNode

import dflvi
from dflvi.checking.answers import SECTIONS
from dflvi.checking.exercise import Choice, Exercise, Ladder, Prediction, Question, answer_source
from dflvi.checking.learner_errors import STUB
from dflvi.concepts import CORE
from solutions import build
from solutions.build import ROOT, BuildError

LEFT_OUT = {  # edition -> tags of the cells that it does without
    "learner": {"solved", "facilitator"},
    "solved": {"learner", "facilitator"},
    "facilitator": {"learner"},
}
SOURCES = ROOT / "notebooks" / "src"
FOLDERS = {
    "learner": ROOT / "notebooks",
    "solved": ROOT / "solutions" / "notebooks",
    "facilitator": ROOT / "solutions" / "facilitator",
}
LARGEST = 1_000_000  # bytes of a solved notebook
CELL_SECONDS = 120  # for one cell of a solved notebook while it is built; the suite has the tighter limit


# ---- the source -------------------------------------------------------------------------------


class Source(NamedTuple):
    """A notebook source that was read and found in order.

    Fields:
        path: the file, for messages and for the names of what is built.
        section: of its front matter.
        cells: prose and given code with ids and roles; an anchor is a cell of the role "anchor".
        exercises: name -> exercise, in the order of the anchors.
    """

    path: Path
    section: str
    cells: list[NotebookNode]
    exercises: dict[str, Question]

    @property
    def label(self) -> str:
        """The path as it is said in messages."""
        return str(self.path.relative_to(ROOT)) if self.path.is_relative_to(ROOT) else self.path.name


def read_source(path: Path, names: Collection[str] | None = None) -> Source:
    """Read a notebook source. Raises BuildError.

    Args:
        path: the .md file.
        names: the exercises that have to be anchored; left out, all that the section has.
    """
    notebook = jupytext.reads(path.read_text(encoding="utf-8"), fmt="md:myst")
    section = notebook.metadata.get("dflvi", {}).get("section")
    source = Source(path, section, notebook.cells, {})
    if section not in SECTIONS:
        raise BuildError(
            f"{source.label}: the front matter names no section. Add `dflvi:` and under it `section:` with "
            f"one of {', '.join(SECTIONS)}."
        )
    if path.stem[3:] != section:
        raise BuildError(f"{source.label} is of the section {section}. Name it NN_{section}.md.")
    for cell in source.cells:
        name = _anchor(cell, source)
        if name is not None and name in source.exercises:
            raise BuildError(f"{source.label} anchors `{name}` twice. Take one of the two cells out.")
        if name is not None:
            source.exercises[name] = _exercise_of(name, source)
    known = build.names(section) if names is None else names
    for name in known:
        if name not in source.exercises:
            raise BuildError(
                f"solutions/{section}/{name}.py is anchored nowhere in {source.label}. "
                f"Put a code cell with the one line `# exercise: {name}` there."
            )
    _name_cells(source)
    for name in source.exercises:
        _look_for_imports(name, source)
    return source


def _look_for_imports(name: str, source: Source) -> None:
    """Raise BuildError if a stub would stop for want of a name before anybody has written a word."""
    exercise, there = source.exercises[name], _bound_before(name, source)
    lacking = [] if "ex" in there else [f"from dflvi.exercises import {source.section} as ex"]
    if isinstance(exercise, Exercise):
        lacking += _imports(ast.parse(_text(exercise)), _stub(exercise), there)
    if lacking:
        raise BuildError(f"{source.label}: `{name}` needs an import before it. Add: {'; '.join(lacking)}")


def _anchor(cell: NotebookNode, source: Source) -> str | None:
    if cell.cell_type != "code":
        return None
    name = build.anchor_of(cell.source)
    if name is None and re.search(r"^#\s*exercises?\b", cell.source, re.MULTILINE):
        raise BuildError(
            f"{source.label}: this cell is no anchor, and looks like one: {cell.source.splitlines()[0]!r}. "
            "An anchor is a code cell with the one line `# exercise: NAME` and nothing else."
        )
    return name


def _exercise_of(name: str, source: Source) -> Question:
    if name not in build.names(source.section):
        raise BuildError(
            f"{source.label} anchors `{name}`, and there is no solutions/{source.section}/{name}.py. "
            f"Correct the name, or: python -m solutions new {source.section} {name}"
        )
    exercise = build.authored(source.section, name)
    for need in getattr(exercise, "needs", ()):
        if need not in source.exercises and not _begun_before(name, need, source):
            raise BuildError(
                f"{source.label}: `{name}` is checked with `{need}`; put the anchor of `{need}` before it."
            )
    return exercise


def _begun_before(name: str, need: str, source: Source) -> bool:
    """Whether a given cell before the anchor of `name` defines `need`: a first version, to be written again later."""
    for cell in source.cells:
        if cell.cell_type != "code":
            continue
        if build.anchor_of(cell.source) == name:
            return False
        if f"def {need}(" in cell.source:
            return need in build.names(source.section)
    return False


def _name_cells(source: Source) -> None:
    """Give each cell its role, and an id that hangs on the anchor before it and not on its text."""
    after, counts = "start", Counter()
    for cell in source.cells:
        name = build.anchor_of(cell.source) if cell.cell_type == "code" else None
        role = "anchor" if name else "prose" if cell.cell_type == "markdown" else "given"
        tags = cell.metadata.get("tags", [])
        if role == "given" and "facilitator" in tags:
            raise BuildError(
                f"{source.label}: the code cell {cell.source.splitlines()[0]!r} is tagged `facilitator`. "
                "Code is the same in both editions with answers: tag it `solved`."
            )
        counts[after, role] += 1
        cell.id = f"{source.section}-{after}-{role}-{counts[after, role]}"
        cell.metadata["dflvi"] = {"role": role, "exercise": name} if name else {"role": role}
        after = name or after


# ---- one edition ------------------------------------------------------------------------------


def edition(source: Source, kind: str, answered: Collection[str] = ()) -> NotebookNode:
    """A notebook without outputs.

    Args:
        source: what `read_source` gives.
        kind: "learner", "solved" or "facilitator".
        answered: exercises of a learner edition whose stub holds the right answer already (for the tests).
    """
    cells: list[NotebookNode] = []
    for cell in source.cells:
        tags, about = cell.metadata.get("tags", []), cell.metadata["dflvi"]
        if set(tags) & LEFT_OUT[kind]:
            continue
        if about["role"] == "anchor":
            cells += _exercise_cells(source, about["exercise"], kind, answered)
        else:
            cells.append(_cell(cell.id, about["role"], cell.source, tags=tags))
    first = [_cell(f"{source.section}-setup", "setup", setup_cell(repository()), tags=["setup"])]
    if kind == "facilitator":
        first.insert(0, _cell(f"{source.section}-overview", "frame", _overview(source)))
    place = 1 if cells and cells[0].cell_type == "markdown" else 0
    if place and repository() and kind == "learner":
        cells[0] = _cell(cells[0].id, "prose", f"{cells[0].source}\n\n{_badge(source)}")
    cells[place:place] = first
    notebook = nbformat.v4.new_notebook(cells=cells)
    notebook.nbformat_minor = 5
    notebook.metadata = NotebookNode(
        kernelspec={"display_name": "Python 3", "language": "python", "name": "python3"},
        language_info={"name": "python"},
        dflvi=NotebookNode(
            section=source.section,
            version=dflvi.__version__,
            edition=kind,
            built=f"Built from {source.label} by `python -m solutions build`. Edit that file, not this one.",
        ),
    )
    nbformat.validate(notebook)
    return notebook


def _cell(
    name: str, role: str, text: str, *, exercise: str = "", tags: Collection[str] = (),
    original: str | None = None, is_prose: bool = False,
) -> NotebookNode:  # fmt: skip
    """A built cell. `original` is the text that the learner edition has here, where `text` is another."""
    if len(name) > 64:
        raise BuildError(f"The cell id {name} is longer than the 64 characters of Jupyter. Shorten the name.")
    is_prose = is_prose or role in ("prose", "frame")
    make = nbformat.v4.new_markdown_cell if is_prose else nbformat.v4.new_code_cell
    cell = make(text, id=name)
    about = {"role": role, "original": digest(text if original is None else original)}
    cell.metadata["dflvi"] = {**about, "exercise": exercise} if exercise else about
    if tags:
        cell.metadata["tags"] = list(tags)
    return cell


def digest(text: str) -> str:
    """The short hash by which a cell is known to be as it was built."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _exercise_cells(
    source: Source, name: str, kind: str, answered: Collection[str]
) -> Iterator[NotebookNode]:
    exercise = source.exercises[name]
    handed_in = ", ".join([name, *(f"{need}={need}" for need in getattr(exercise, "needs", ()))])

    def cell(part: str, role: str, text: str, **more: Any) -> NotebookNode:
        return _cell(f"{source.section}-{name}-{part}", role, text, exercise=name, **more)

    yield cell("frame", "frame", _frame(exercise))
    if kind == "learner":
        stub = _stub(exercise)
        yield cell("stub", "stub", _answer(exercise, source) if name in answered else stub, original=stub)
    else:
        yield cell("stub", "stub", _answer(exercise, source))
    yield cell("check", "check", f"ex.{name}.check({handed_in})")
    if kind == "learner" and isinstance(exercise, Exercise) and not isinstance(exercise, Ladder):
        words = f"On we go with your `{name}` if it passes, else with ours."
        yield cell("go-on-words", "go-on", words, is_prose=True)
        yield cell("go-on", "go-on", f"{name} = ex.{name}.yours_or_ours({handed_in})")
    if kind == "facilitator":
        yield cell("notes", "frame", _notes(exercise))


# ---- the parts of an exercise -----------------------------------------------------------------


def _module(exercise: Question):
    return sys.modules[f"solutions.{exercise.section}.{exercise.name}"]


def _text(exercise: Question) -> str:
    """The text of the authored file."""
    return Path(_module(exercise).__file__).read_text(encoding="utf-8")


def title(exercise: Question) -> str:
    """What the exercise is about: the first line of its file without the number."""
    lines = (_module(exercise).__doc__ or "").strip().splitlines() or [exercise.name]
    return lines[0].removeprefix(exercise.question).strip(" .:")


_KINDS = {"function": "Exercise", "ladder": "Derivation", "choice": "Question", "prediction": "Prediction"}


def _frame(exercise: Question) -> str:
    n, name = len(exercise.hints), exercise.name
    hints = f"the first of {n} hints" if n > 1 else "a hint"
    blocks = [f"### {_KINDS[exercise.kind]} {exercise.question}: {title(exercise)}"]
    if isinstance(exercise, Choice):
        blocks.append(exercise.as_markdown().strip())
    elif not callable(exercise.function):  # a value: the docstring of its file is the statement
        blocks.append(inspect.cleandoc(_module(exercise).__doc__ or "").partition("\n")[2].strip())
    core = "Core path. " if exercise.id in CORE else ""
    blocks.append(
        f"*{core}About {exercise.minutes} minutes, difficulty {exercise.difficulty} of 3. Stuck? "
        f"`ex.{name}.hint()` gives {hints}, `ex.{name}.reveal()` our answer.*"
    )
    return "\n\n".join(filter(None, blocks))


def _stub(exercise: Question) -> str:
    if isinstance(exercise, Choice):
        return f"{exercise.name} = ...  # {_asked_for(exercise)}"
    if not callable(exercise.function):
        return exercise.stub or f"{exercise.name} = ...  # {STUB}"
    text = _text(exercise)
    node = next(node for node in ast.parse(text).body if getattr(node, "name", "") == exercise.name)
    return build.stub(node, text.splitlines())


def _asked_for(exercise: Choice) -> str:
    if not isinstance(exercise, Prediction):
        return "a letter"
    if exercise.is_open:
        return "what you expect"
    if isinstance(exercise.truth, (tuple, list)):
        return f"{len(exercise.truth)} values in brackets, in the order of the text"
    return "a word" if isinstance(exercise.truth, str) else "a number"


def _answer(exercise: Question, source: Source) -> str:
    """The code of the right answer, with the imports that the notebook has not made before."""
    if isinstance(exercise, Prediction):
        value = "noted" if exercise.is_open else exercise.truth
        return f"{exercise.name} = {json.dumps(value) if isinstance(value, str) else repr(value)}"
    if isinstance(exercise, Choice):
        return f'{exercise.name} = "{exercise.key}"'
    text = _text(exercise)
    tree = ast.parse(text)
    if callable(exercise.function):
        code = answer_source(exercise.function)
    else:
        node = next(node for node in tree.body if exercise.name in build.binds(node))
        code = ast.get_source_segment(text, node)
    lines = _imports(tree, code, _bound_before(exercise.name, source))
    later = [line for line in lines if line.startswith(f"from solutions.{source.section}.")]
    if later:
        name = f"`{later[0].split()[-1]}`"
        says = f"the answer to `{exercise.name}` uses {name}; put the anchor of {name} before it."
        raise BuildError(f"{source.label}: {says}")
    imports = "\n".join(lines)
    return f"{imports}\n\n\n{code}" if imports else code


def _imports(tree: ast.Module, code: str, there: set[str]) -> list[str]:
    """The imports of a file that a piece of its code uses, less what is there already."""
    used = {node.id for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Name)} - there
    lines = []
    for node in tree.body:
        if not isinstance(node, (ast.Import, ast.ImportFrom)):
            continue
        aliases = [alias for alias in node.names if (alias.asname or alias.name.split(".")[0]) in used]
        if aliases:
            node.names = aliases
            lines.append(ast.unparse(node))
    return lines


def _bound_before(name: str, source: Source) -> set[str]:
    """The names that the cells before an anchor import or define."""
    bound: set[str] = set()
    for cell in source.cells:
        about, tags = cell.metadata["dflvi"], set(cell.metadata.get("tags", []))
        if about.get("exercise") == name:
            break
        bound |= {about["exercise"]} if about["role"] == "anchor" else set()
        if about["role"] == "given" and not tags & LEFT_OUT["solved"]:
            bound |= _bound_by(cell.source)
    return bound


@functools.cache
def _bound_by(code: str) -> frozenset[str]:
    """The names that a given cell imports or defines."""
    try:
        return frozenset(name for node in ast.parse(code).body for name in build.binds(node))
    except SyntaxError:  # a magic
        return frozenset()


def _overview(source: Source) -> str:
    rows = [
        f"| {one.question} | {title(one)} | `{one.name}` | {one.minutes} | {one.difficulty} "
        f"| {_number_of_mistakes(one)} |"
        for one in source.exercises.values()
    ]
    total = sum(exercise.minutes for exercise in source.exercises.values())
    core = sum(exercise.minutes for exercise in source.exercises.values() if exercise.id in CORE)
    head = (
        f"**Facilitator edition.** Exercises: {len(rows)}. Work: about {total} minutes, {core} of them on the "
        "core path. The code is that of the solved edition; under each check stand the mistakes it recognises, hints "
        "and the worked answer."
    )
    columns = ["| | about | name | minutes | difficulty | mistakes known |", "|---|---|---|---|---|---|"]
    return "\n".join([head, "", *columns, *rows])


def _number_of_mistakes(exercise: Question) -> int:
    if isinstance(exercise, Prediction):
        return len(exercise.near)
    if isinstance(exercise, Choice):
        return len(exercise.options) - 1
    return len(exercise.mistakes)


def _notes(exercise: Question) -> str:
    if isinstance(exercise, Prediction):
        answer = "Open: it is recorded and not marked." if exercise.is_open else f"`{exercise.truth!r}`"
        mistakes = [f"- `{value!r}`: {reason}" for value, reason in exercise.near.items()]
    elif isinstance(exercise, Choice):
        answer = f"**{exercise.key}**: {exercise.options[exercise.key]}"
        mistakes = [f"- **{letter}**: {reason}" for letter, reason in exercise.reasons.items()]
    else:
        answer = ""
        mistakes = [f"- `{mistake.name}`: {mistake.message}" for mistake in exercise.mistakes]
    blocks = [f"**For the facilitator: `{exercise.name}`**, about {exercise.minutes} minutes."]
    if mistakes:
        blocks += ["*Typical mistakes, and what the check says to each*", "\n".join(mistakes)]
    blocks += ["*Hints*", "\n".join(f"{n}. {hint}" for n, hint in enumerate(exercise.hints, 1))]
    answer = "\n\n".join(filter(None, [answer, exercise.answer.strip()]))
    if answer:
        blocks += ["*Worked answer*", answer]
    return "\n\n".join(blocks)


# ---- the first code cell ----------------------------------------------------------------------

_SETUP = '''\
# Set-up: run this first. It brings dflvi if it is missing here, and moves no package that is there.
import glob, importlib, os, subprocess, sys, warnings
from importlib.metadata import version
from importlib.util import find_spec
ADDRESSsource = glob.glob(os.path.join(os.environ.get("DFLVI_WHEELS", "."), "dflvi*-VERSION-*.whl"))OTHERWISE
if source and not find_spec("dflvi"):
    pip = [sys.executable, "-m", "pip", "install", "-qq"]
    subprocess.run([*pip, "--no-deps", *source], check=True)
    needs = [NEEDS]
    needs += [f"{name}=={version(name)}" for name in ("jax", "jaxlib", "numpy") if find_spec(name)]
    subprocess.run([*pip, *needs], check=True)
    importlib.invalidate_caches()
if not find_spec("dflvi"):
    raise ModuleNotFoundError("No dflvi in this kernel. In a clone of the course: make lab. With wheels: "
        "put them beside this notebook (Colab: Files) or their folder into DFLVI_WHEELS, and run this again.")
import dflvi, numpy
if dflvi.__version__ != "VERSION":
    print("This notebook is of dflvi VERSION. For that of yours, in a terminal: dflvi update --into FOLDER")
if numpy.__version__ != version("numpy"):
    print("NumPy was replaced while this kernel ran. Restart the kernel, then run all cells.")
warnings.filterwarnings("ignore", "IProgress not found")  # NumPyro's progress bars: plain ones will do
if "google.colab" in sys.modules:
    print("In Colab: File > Save a copy in Drive, or your answers go when the session ends.")
rest = "" if find_spec("solutions") else " Without our answers: checks and hints work, diagnoses do not."
print(f"dflvi {dflvi.__version__} is ready.{rest}")
'''


def setup_cell(address: str | None = None) -> str:
    """The first code cell of every edition. `address`: our repository, for those without wheels."""
    needs = _project()["dependencies"]
    ours = f'ours = "git+{address}"\n' if address else ""
    otherwise = ' or [f"dflvi @ {ours}", f"dflvi-solutions @ {ours}#subdirectory=solutions"]'
    text = _SETUP.replace("ADDRESS", ours).replace("OTHERWISE", otherwise if address else "")
    text = text.replace("NEEDS", ", ".join(json.dumps(need) for need in needs))
    return text.replace("VERSION", dflvi.__version__).rstrip()


def _project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def repository() -> str | None:
    """Our public address, the one place where it stands; None while there is none."""
    return _project().get("urls", {}).get("Repository")


def _badge(source: Source) -> str:
    """A line under the title that opens the notebook in Colab, for an address that Colab can read."""
    found = re.fullmatch(r"https://github\.com/([\w.-]+/[\w.-]+?)(\.git)?/?", repository() or "")
    if not found:
        return ""
    path = f"{found[1]}/blob/main/notebooks/{source.path.stem}.ipynb"
    return f"[Open in Colab](https://colab.research.google.com/github/{path})"


# ---- files ------------------------------------------------------------------------------------


def sources(section: str | None = None, folder: Path | None = None) -> list[Source]:
    """The sources in a folder, in order (of one section, if it is named). Raises BuildError."""
    folder = SOURCES if folder is None else folder
    found = []
    for one in SECTIONS if section is None else (section,):
        paths = sorted(folder.glob(f"[0-9][0-9]_{one}.md"))
        if len(paths) > 1:
            raise BuildError(f"{paths[0].name} and {paths[1].name} are of one section. It has one notebook.")
        if not paths and build.names(one):
            raise BuildError(
                f"solutions/{one} has exercises, and notebooks/src has no source NN_{one}.md to anchor them. "
                "Add it; its front matter is that of the other sources."
            )
        found += [read_source(path) for path in paths]
    return sorted(found, key=lambda source: source.path.name)


def text_of(notebook: NotebookNode) -> str:
    """A notebook as it stands in its file."""
    return nbformat.writes(notebook) + "\n"


def built_files(section: str | None = None) -> dict[Path, str]:
    """Path -> text of the learner and facilitator editions. Raises BuildError."""
    return {
        FOLDERS[kind] / f"{source.path.stem}.ipynb": text_of(edition(source, kind))
        for source in sources(section)
        for kind in ("learner", "facilitator")
    }


def unexecuted(source: Source) -> NotebookNode:
    """The solved edition before it is run. Its metadata hold the hash of all that is run or read in it."""
    notebook = edition(source, "solved")
    notebook.metadata.dflvi["unexecuted"] = digest(text_of(notebook))
    return notebook


def without_outputs(notebook: NotebookNode) -> NotebookNode:
    """A copy as it was before it was run."""
    plain = copy.deepcopy(notebook)
    for cell in plain.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return plain


def solved_differences(section: str | None = None) -> list[str]:
    """Which solved notebooks a build would run, a line each. Outputs are not compared."""
    return [
        f"{'not current' if path.exists() else 'missing'}: {path.relative_to(ROOT)}"
        for source in sources(section)
        if not _is_current(path := _solved_path(source), source)
    ]


def run_solved(section: str | None = None, *, fresh: bool = False) -> Iterator[str]:
    """Run the solved notebooks that changed, or all if `fresh`; a line for each. Raises BuildError."""
    for source in sources(section):
        path = _solved_path(source)
        if fresh or not _is_current(path, source):
            text = text_of(_executed(unexecuted(source), source))
            size = len(text.encode())
            if size > LARGEST:
                raise BuildError(f"{path.relative_to(ROOT)} would have {size:,} bytes. Draw smaller figures.")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            yield f"ran and wrote {path.relative_to(ROOT)}"


def _solved_path(source: Source) -> Path:
    return FOLDERS["solved"] / f"{source.path.stem}.ipynb"


def _is_current(path: Path, source: Source) -> bool:
    """Whether a solved notebook is there, has been run, and is what its source and the exercises make."""
    try:
        there = nbformat.read(path, as_version=4)
    except (OSError, ValueError, KeyError, AttributeError):  # nbformat's own errors are ValueErrors
        return False
    new = unexecuted(source)
    if there.metadata.get("dflvi", {}).get("unexecuted") != new.metadata.dflvi.unexecuted:
        return False
    has_run = all(cell.execution_count for cell in there.cells if cell.cell_type == "code")
    return has_run and text_of(without_outputs(there)) == text_of(new)


def _executed(notebook: NotebookNode, source: Source) -> NotebookNode:
    """A solved notebook with its outputs. Raises BuildError if a cell fails, warns or is judged wrong."""
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    metadata = copy.deepcopy(notebook.metadata)
    with tempfile.TemporaryDirectory() as folder:
        # This checkout first, whatever the kernel has installed.
        paths = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
        environment = {**os.environ, "DFLVI_HOME": f"{folder}/home", "JAX_PLATFORMS": "cpu", "PYTHONPATH": paths}
        environment["DFLVI_PROGRESS"] = "0"  # seconds that are left differ from run to run
        for name in ("DFLVI_QUICK", "DFLVI_STRICT", "NBGRADER_EXECUTION", "MPLBACKEND"):
            environment.pop(name, None)
        client = NotebookClient(
            notebook,
            timeout=CELL_SECONDS,
            kernel_name="python3",
            resources={"metadata": {"path": folder}},
            record_timing=False,
            extra_arguments=["--log-level=ERROR"],
            store_widget_state=False,
        )
        try:
            client.execute(env=environment)
        except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
            says = f"The solved edition of {source.label} does not run.\n{_plain(str(error))}"
            raise BuildError(says) from None
    notebook.metadata = metadata
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            _look_at(cell, source)
            for output in cell.outputs:
                if "image/png" in output.get("data", {}):
                    output.data["image/png"] = _with_a_palette(output.data["image/png"])
    return notebook


def _with_a_palette(png: str) -> str:
    """A picture, base64, in 255 colours or fewer: a third of the bytes, and nobody sees it."""
    from PIL import Image

    small = io.BytesIO()
    picture = Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB")
    picture = picture.quantize(255, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    picture.save(small, "png", optimize=True)
    return base64.b64encode(small.getvalue()).decode()


def _look_at(cell: NotebookNode, source: Source) -> None:
    """Raise BuildError for an output that nobody should read, and for a verdict that is not "passed"."""
    says = json.dumps(cell.outputs)
    where = f"The solved edition of {source.label}, cell {cell.id}"
    for output in cell.outputs:
        if output.output_type == "stream" and output.name == "stderr":
            raise BuildError(f"{where} writes to stderr:\n{_plain(output.text)}")
    if str(ROOT) in says or str(Path.home()) + "/" in says or tempfile.gettempdir() + "/" in says:
        raise BuildError(f"{where} shows a path of this machine:\n{_plain(says)[:600]}")
    if cell.metadata.dflvi.role == "check" and 'data-status=\\"passed\\"' not in says:
        raise BuildError(f"{where} is not judged right:\n{_plain(says)[:600]}")


def _plain(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)
