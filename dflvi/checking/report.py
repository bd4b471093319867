"""One page of HTML that gathers what a learner built. It asks no other host for anything and runs no script."""

import ast
import base64
import html
import importlib.metadata
import json
import os
import platform
import re
import sys
import tempfile
import time
import unicodedata
from pathlib import Path
from typing import Any, NamedTuple

from dflvi.checking import answers, overview, progress
from dflvi.checking.answers import BadFile
from dflvi.concepts import SECTIONS, notebook

FILE = "dflvi-report.html"
_MARK = '<meta name="generator" content="dflvi report">'
_PACKAGES = ("dflvi", "jax", "numpy", "optax", "numpyro", "matplotlib")
_LONGEST = 4000  # characters of one printed output


class Figure(NamedTuple):
    """A picture that a cell drew.

    Fields:
        data: a data URI.
        alt: what is seen on it.
        heading: the heading above it.
        question: what was asked before it, or the sentence before it.
    """

    data: str
    alt: str
    heading: str
    question: str


class Printed(NamedTuple):
    """What the cells under one heading printed."""

    heading: str
    text: str


class Run(NamedTuple):
    """What one notebook shows.

    Fields:
        figures, printed: in the order of its cells.
        ours: names of the functions that it went on with in our version.
        trouble: a sentence where it shows nothing, else "".
    """

    figures: tuple[Figure, ...] = ()
    printed: tuple[Printed, ...] = ()
    ours: tuple[str, ...] = ()
    trouble: str = ""


class Report:
    """A page that was written. Shows itself as one line, in a notebook with a link."""

    def __init__(self, file: Path | None, says: str):
        self.file, self.says = file, says

    def __repr__(self) -> str:
        return self.says

    def _repr_html_(self) -> str:
        says = f"<p>{html.escape(self.says)}"
        if self.file is not None:
            says += f' <a href="{html.escape(self.file.as_posix())}" target="_blank">Open it</a>.'
        return f"{says}</p>"


# ---- notebooks --------------------------------------------------------------------------------


def runs(folder: Path) -> dict[str, Run]:
    """Section -> what its notebook in the folder shows. Nothing is run, and nothing raised: see `Run.trouble`."""
    found = {}
    for section in SECTIONS:
        path = folder / notebook(section)
        if not path.exists():
            found[section] = Run(trouble=f"{path.name} is not in the folder that was looked through.")
            continue
        try:
            answers.read(path)
            cells = json.loads(path.read_text(encoding="utf-8-sig"))["cells"]
        except BadFile as error:
            found[section] = Run(trouble=str(error).replace(str(path), path.name))
            continue
        run = _shown(cells)
        no = f"{path.name} has no figures in it yet: run it and save it."
        found[section] = run if run.figures or run.printed else Run(trouble=no)
    return found


def _shown(cells: list) -> Run:
    """The figures and the printed text of a notebook's cells."""
    figures, printed, ours, heading, asked = [], [], [], "", ""
    cells = [cell for cell in cells if isinstance(cell, dict)]
    for number, cell in enumerate(cells):
        source, role = _text(cell.get("source")), _dict(_dict(cell.get("metadata")).get("dflvi")).get("role")
        if cell.get("cell_type") == "markdown":
            titles = re.findall(r"^#{1,3} +(.+)$", source, re.MULTILINE)
            if role in (None, "prose"):  # the other ones are built around an exercise
                heading = plain(titles[-1]) if titles else heading
                asked = _question(source)
            continue
        outputs = cell.get("outputs")
        for output in map(_dict, outputs if isinstance(outputs, list) else ()):
            data = _picture(_dict(output.get("data")).get("image/png"))
            if data:
                alt = _description(cells[number + 1 :]) or _no_description(source, heading)
                figures.append(Figure(data, alt, heading, asked))
            said = _text(output.get("text")) if output.get("name") == "stdout" else ""
            if role == "go-on":
                ours += re.findall(r"^(\w+): going on with ours", said, re.MULTILINE)
            if role in (None, "given") and said.strip():
                text = said.strip("\n")
                text = text[:_LONGEST] + ("\n..." if len(text) > _LONGEST else "")
                if printed and printed[-1].heading == heading:
                    text = f"{printed.pop().text}\n\n{text}"
                printed.append(Printed(heading, text))
    return Run(tuple(figures), tuple(printed), tuple(ours))


def _dict(value: Any) -> dict:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return "".join(map(str, value)) if isinstance(value, list) else value if isinstance(value, str) else ""


def _picture(value: Any) -> str:
    """The data URI of a PNG in base64, "" if it is none."""
    try:
        png = base64.b64decode("".join(_text(value).split()), validate=True)
    except ValueError:
        return ""
    is_png = png.startswith(b"\x89PNG\r\n\x1a\n")
    return f"data:image/png;base64,{base64.b64encode(png).decode()}" if is_png else ""


def _description(after: list[dict]) -> str:
    """The paragraph "What is seen: ..." that follows a figure, before the next one is drawn."""
    for cell in after:
        source = _text(cell.get("source"))
        if cell.get("cell_type") == "markdown":
            found = re.search(r"^\*What is seen: (.+?)\*\s*$", source, re.MULTILINE | re.DOTALL)
            if found:
                return plain(found[1])
            if re.search(r"^#{1,3} ", source, re.MULTILINE):
                return ""
        elif "image/png" in json.dumps(cell.get("outputs", [])):
            return ""
    return ""


def _no_description(source: str, heading: str) -> str:
    drawn = next((line.strip() for line in reversed(source.splitlines()) if line.strip()), "an empty cell")
    return f"A figure of yours without a description, under the heading {heading or 'of the notebook'}: {drawn}"


def _question(source: str) -> str:
    """What a piece of prose asks at its end; its last sentence, if it asks nothing."""
    sentences = re.split(r"(?<=[.?])\s+(?=[A-Z\"(])", plain(re.sub(r"^#+ .*$", "", source, flags=re.MULTILINE)))
    asks = [number for number, one in enumerate(sentences) if one.endswith("?")]
    if not asks:
        return sentences[-1]
    first = last = asks[-1]
    while first - 1 in asks:
        first -= 1
    return " ".join(sentences[first : last + 1])


def plain(markdown: str) -> str:
    """Markdown as one line of text; of formulas the letters are kept, as well as that goes."""
    text = re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", markdown)
    text = re.sub(r"\$\$?(.+?)\$\$?", lambda found: _formula(found[1]), text, flags=re.DOTALL)
    text = re.sub(r"(?<!\w)\*{1,2}(?=\S)|(?<=\S)\*{1,2}(?!\w)|`|^#+ +", "", text, flags=re.MULTILINE)
    return " ".join(text.split())


def _formula(tex: str) -> str:
    tex = re.sub(r"\\(?:text|mathrm|mathbb|mathcal|operatorname)\s*\{?(\w+)\}?", r"\1", tex)
    for command, sign in ((r"\Vert", "||"), (r"\vert", "|"), (r"\mid", "|"), (r"\sim", "~"), (r"\cdot", "·")):
        tex = tex.replace(command, sign)
    tex = re.sub(r"\\([A-Za-z]+)", lambda found: _letter(found[1]), tex)
    return re.sub(r"\\[,;! ]|[{}]", " ", tex).replace("\\", "")


def _letter(name: str) -> str:
    try:
        return unicodedata.lookup(f"GREEK {'SMALL' if name.islower() else 'CAPITAL'} LETTER {name.upper()}")
    except KeyError:
        return name


# ---- the page ---------------------------------------------------------------------------------


def versions() -> str:
    """What this report was made with, in one line."""
    found = [f"Python {platform.python_version()}"]
    for name in _PACKAGES:
        try:
            found.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            found.append(f"{name} not installed")
    return ", ".join(found)


def page(
    exercises: list[Any], records: dict[str, progress.Record], shown: dict[str, Run], *, date: str, made_with: str
) -> str:
    """The whole page.

    Args:
        exercises: all that there are.
        records: name -> what was done with it.
        shown: section -> what its notebook shows.
        date: of the report.
        made_with: the versions, as text.
    """
    sections = "".join(
        _section(section, [one for one in exercises if one.section == section], records, shown.get(section))
        for section in SECTIONS
    )
    links = "".join(f'<li><a href="#{section}">{name}</a></li>' for section, name in SECTIONS.items())
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
{_MARK}
<title>What I built: variational inference with normalizing flows</title>
<style>{_STYLE}</style>
</head>
<body>
<a class="skip" href="#main">To the content</a>
<header>
<h1>What I built</h1>
<p>Variational inference with normalizing flows: six notebooks, worked through with <code>dflvi</code>.</p>
<p>Written on {html.escape(date)} with {html.escape(made_with)}.</p>
</header>
<nav aria-label="On this page"><ul><li><a href="#numbers">In numbers</a></li>{links}
<li><a href="#onward">Where to go next</a></li></ul></nav>
<main id="main">
<section aria-labelledby="numbers">
<h2 id="numbers">In numbers</h2>
{_numbers(exercises, records)}
</section>
{sections}
<section aria-labelledby="onward">
<h2 id="onward">Where to go next</h2>
{_onward()}
</section>
</main>
<footer><p>{_FOOT}</p></footer>
</body>
</html>
"""


_FOOT = (
    "The checks ran in the learner's own process, for practice, so this page is a record and not a certificate. "
    "Hints are there to be read: they are counted so that you know where to look again."
)


def _numbers(exercises: list[Any], records: dict[str, progress.Record]) -> str:
    heads = ("section", "passed", "revealed", "not yet", "untouched", "checks run", "with hints")
    rows, sums = "", [0] * 6
    for section in SECTIONS:
        found = [records.get(one.id, progress.Record()) for one in exercises if one.section == section]
        counts = _counts(found)
        sums = [a + b for a, b in zip(sums, counts)]
        cells = "".join(f"<td>{count}</td>" for count in counts)
        rows += f'<tr><th scope="row"><a href="#{section}">{SECTIONS[section]}</a></th>{cells}</tr>'
    total = "".join(f"<td>{count}</td>" for count in sums)
    columns = "".join(f'<th scope="col">{head}</th>' for head in heads)
    revealed = [one for one in exercises if records.get(one.id, progress.Record()).status == "revealed"]
    names = ", ".join(f"<code>{html.escape(one.id)}</code>" for one in revealed)
    says = f"Revealed before it passed, and so not counted as passed: {names}." if names else "No answer was revealed."
    return (
        f'<div class="wide" role="region" aria-labelledby="numbers" tabindex="0"><table><caption>{sums[0]} of '
        f"{len(exercises)} exercises passed</caption><thead><tr>{columns}</tr></thead><tbody>{rows}</tbody>"
        f'<tfoot><tr><th scope="row">in all</th>{total}</tr></tfoot></table></div><p>{says}</p>'
    )


def _counts(found: list[progress.Record]) -> list[int]:
    states = [record.status for record in found]
    n = {one: states.count(one) for one in ("passed", "revealed", "not-attempted")}
    return [
        n["passed"], n["revealed"], len(found) - sum(n.values()), n["not-attempted"],
        sum(record.attempts for record in found), sum(record.hints > 0 for record in found),
    ]  # fmt: skip


def _section(
    section: str, exercises: list[Any], records: dict[str, progress.Record], run: Run | None
) -> str:
    touched = [one for one in exercises if records.get(one.id, progress.Record()).status != "not-attempted"]
    left = len(exercises) - len(touched)
    parts = []
    if touched:
        rows = "".join(_row(one, records[one.id]) for one in touched)
        heads = "".join(
            f'<th scope="col">{head}</th>' for head in ("exercise", "kind", "status", "checks run", "hints")
        )
        caption = f"What was worked on; {left} of {len(exercises)} exercises are untouched"
        parts.append(
            f'<div class="wide" role="region" aria-label="Exercises of {SECTIONS[section]}" tabindex="0"><table>'
            f"<caption>{caption}</caption><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
        )
    else:
        parts.append("<p>No exercise of this section has been worked on yet.</p>")
    code = "".join(_code(one, records[one.id].source) for one in touched if records[one.id].source)
    if code:
        parts.append(f"<h3>The code that passed</h3>{code}")
    if run is not None and run.figures:
        parts.append(f"<h3>Figures</h3>{_whose(run)}{''.join(map(_figure, run.figures))}")
    if run is not None and run.printed:
        parts.append(f"<h3>Numbers that were printed</h3>{''.join(map(_print, run.printed))}")
    if run is not None and run.trouble:
        parts.append(f"<p>Without figures: {html.escape(run.trouble)}</p>")
    title = f'<h2 id="{section}">{SECTIONS[section]}</h2>'
    return f'<section aria-labelledby="{section}">{title}{"".join(parts)}</section>'


def _row(exercise: Any, record: progress.Record) -> str:
    status = {"wrong": "not yet", "diagnosed": "not yet", "crashed": "stopped"}.get(record.status, record.status)
    if status == "passed" and record.tries:
        status += f" after {record.tries} other answer{'s' if record.tries > 1 else ''}"
    if getattr(exercise, "is_open", False) and record.first is not None:
        status = f"you expected: {record.first}"
    name = f"{exercise.question} {html.escape(title(exercise))}"
    cells = "".join(
        f"<td>{html.escape(str(one))}</td>"
        for one in (overview.KINDS[exercise.kind], status, record.attempts, record.hints)
    )
    return f'<tr><th scope="row">{name} <code>{html.escape(exercise.name)}</code></th>{cells}</tr>'


def title(exercise: Any) -> str:
    """What an exercise is about: the first line of its file without the number."""
    module = sys.modules.get(f"dflvi.exercises.{exercise.section}.{exercise.name}")
    lines = (getattr(module, "__doc__", None) or exercise.name).strip().splitlines()
    return lines[0].removeprefix(exercise.question).strip(" .:")


def _code(exercise: Any, source: str) -> str:
    return (
        f"<details><summary>{exercise.question} <code>{html.escape(exercise.name)}</code></summary>"
        f'<pre tabindex="0"><code>{html.escape(_without_imports(source).strip())}</code></pre></details>'
    )


def _without_imports(source: str) -> str:
    """A kept answer without its imports, and without the arrays that were kept with it."""
    try:
        nodes = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError):
        return source
    lines, texts = source.splitlines(), []
    for node in nodes:
        first = min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", []))])
        text = "\n".join(lines[first - 1 : node.end_lineno])
        if not isinstance(node, (ast.Import, ast.ImportFrom)) and not re.match(r"\w+ = _(jnp|np)\.", text):
            texts.append(text)
    return "\n\n\n".join(texts) or source


def _whose(run: Run) -> str:
    """A paragraph that names what was ours when the figures were drawn."""
    if not run.ours:
        return ""
    names = ", ".join(f"<code>{html.escape(name)}</code>" for name in run.ours)
    return f"<p>When these were drawn, the course's own version stood in for {names}.</p>"


def _figure(figure: Figure) -> str:
    above = f"<strong>{html.escape(figure.heading)}</strong>" if figure.heading else ""
    asked = html.escape(figure.question)
    caption = " ".join(filter(None, (above, asked))) or "A figure"
    return (
        f'<figure><figcaption>{caption}</figcaption><img src="{figure.data}" alt="{html.escape(figure.alt)}">'
        f"</figure>"
    )


def _print(printed: Printed) -> str:
    heading = html.escape(printed.heading or "Before the first heading")
    return f'<details><summary>{heading}</summary><pre tabindex="0">{html.escape(printed.text)}</pre></details>'


def _onward() -> str:
    items = ""
    for topic, says, readings in ONWARD:
        works = "".join(f"<li>{html.escape(one)}</li>" for one in readings)
        items += f"<h3>{html.escape(topic)}</h3><p>{html.escape(says)}</p><ul>{works}</ul>"
    return items


# Direction, why it is near to what was built, and where to read: authors, title, year.
ONWARD = (
    (
        "The whole field in one text",
        "You know the parts; these put them in order, with what this course left out.",
        (
            "Papamakarios, Nalisnick, Rezende, Mohamed and Lakshminarayanan: Normalizing Flows for Probabilistic "
            "Modeling and Inference (2021)",
            "Blei, Kucukelbir and McAuliffe: Variational Inference: A Review for Statisticians (2017)",
            "Murphy: Probabilistic Machine Learning, Advanced Topics (2023)",
        ),
    ),
    (
        "Autoregressive flows",
        "A coupling layer moves half of the coordinates. If each one is moved by all before it, the determinant is as "
        "cheap, and one of the two directions is slow: the trade of 6.4 in its sharpest form.",
        (
            "Kingma, Salimans, Jozefowicz, Chen, Sutskever and Welling: Improved Variational Inference with Inverse "
            "Autoregressive Flow (2016)",
            "Papamakarios, Pavlakou and Murray: Masked Autoregressive Flow for Density Estimation (2017)",
            "Durkan, Bekasov, Murray and Papamakarios: Neural Spline Flows (2019)",
        ),
    ),
    (
        "Flows in continuous time, and diffusion",
        "Take more and smaller layers. The log-determinant becomes the integral of a trace, and lately such flows are "
        "trained without any determinant at all.",
        (
            "Chen, Rubanova, Bettencourt and Duvenaud: Neural Ordinary Differential Equations (2018)",
            "Song, Sohl-Dickstein, Kingma, Kumar, Ermon and Poole: Score-Based Generative Modeling through Stochastic "
            "Differential Equations (2021)",
            "Lipman, Chen, Ben-Hamu, Nickel and Le: Flow Matching for Generative Modeling (2023)",
        ),
    ),
    (
        "Samplers, alone and together with flows",
        "You used draws of NUTS as the judge. Here is why they can be one, and how to test an approximation where "
        "there is no judge.",
        (
            "Neal: MCMC Using Hamiltonian Dynamics (2011)",
            "Betancourt: A Conceptual Introduction to Hamiltonian Monte Carlo (2017)",
            "Yao, Vehtari, Simpson and Gelman: Yes, but Did It Work? Evaluating Variational Inference (2018)",
        ),
    ),
    (
        "Flows at work in the sciences",
        "Fitting a flow to an energy, as in 5.6, is a method of physics and chemistry; a posterior behind an encoder, "
        "as in 6.5, is one wherever a simulator can be run and its likelihood cannot be written down.",
        (
            "Noé, Olsson, Köhler and Wu: Boltzmann Generators: Sampling Equilibrium States of Many-Body Systems with "
            "Deep Learning (2019)",
            "Albergo, Kanwar and Shanahan: Flow-Based Generative Models for Markov Chain Monte Carlo in Lattice Field "
            "Theory (2019)",
            "Cranmer, Brehmer and Louppe: The Frontier of Simulation-Based Inference (2020)",
        ),
    ),
)

_STYLE = """
:root { --ink: #1c1e21; --paper: #fff; --faint: #5c6370; --line: #d5d8dd; --link: #0b57d0; --back: #f5f6f8 }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e7ea; --paper: #16181c; --faint: #a7adb8; --line: #3a3f47; --link: #8ab4f8; --back: #20242a }
}
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 60rem; padding: 1rem 1.25rem 3rem; font: 1rem/1.55 system-ui, sans-serif;
  color: var(--ink); background: var(--paper) }
h1, h2, h3 { line-height: 1.2; margin: 2rem 0 .5rem }
h2 { border-bottom: 1px solid var(--line); padding-bottom: .25rem; margin-top: 3rem }
a { color: var(--link) }
.skip { position: absolute; left: -99rem }
.skip:focus { position: static }
nav ul { list-style: none; padding: 0; margin: 0; display: flex; flex-wrap: wrap; gap: .25rem 1.25rem }
.wide, pre { overflow-x: auto }
table { border-collapse: collapse; font-size: .92rem; min-width: 100% }
caption { text-align: left; padding: .5rem 0; color: var(--faint) }
th, td { text-align: left; vertical-align: top; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--line) }
tbody th { font-weight: normal }
td { font-variant-numeric: tabular-nums }
code, pre { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: .88em }
th code { color: var(--faint) }
pre { background: var(--back); padding: .75rem; border-radius: 4px }
summary { cursor: pointer; padding: .15rem 0 }
figure { margin: 1.5rem 0 2rem }
figcaption { margin-bottom: .5rem }
img { max-width: 100%; height: auto; background: #fff; border-radius: 4px }
footer { margin-top: 3rem; color: var(--faint); border-top: 1px solid var(--line) }
@media print { nav, .skip { display: none } figure { break-inside: avoid } }
"""


# ---- writing it -------------------------------------------------------------------------------


def write(folder: Path | None = None, out: Path = Path(FILE)) -> Report:
    """Gather and write the page.

    Args:
        folder: where your run notebooks are. Left out: `work` if that is here, else the folder that you are in.
        out: the file to write. One that an earlier report wrote is replaced, anything else is left alone.

    Raises:
        BadFile: the folder or the file cannot be used, or there is nothing to tell; the message says what to do.
    """
    if folder is None:
        folder = Path("work") if Path("work").is_dir() else Path()
    elif not folder.is_dir():
        raise BadFile(f"{folder} is no folder. Give the one with your notebooks, such as work.")
    exercises, records, shown = overview.exercises(), progress.state(), runs(folder)
    n_figures, n_passed = sum(len(run.figures) for run in shown.values()), len(_passed(exercises, records))
    if not any(record._replace(when=0.0) != progress.Record() for record in records.values()) and not n_figures:
        raise BadFile(
            "There is nothing to report yet: no answer was checked, and no run notebook was found. Check an answer, or "
            "run and save a notebook first."
        )
    _replace(out, page(exercises, records, shown, date=_today(), made_with=versions()))
    says = f"{out.name}: {n_passed} of {len(exercises)} exercises passed, {n_figures} figures."
    absent = [notebook(section) for section in SECTIONS if not (folder / notebook(section)).exists()]
    more = [run.trouble for section, run in shown.items() if run.trouble and notebook(section) not in absent]
    if len(absent) == len(shown):
        more = ["No notebook of the course was found; `dflvi report FOLDER` names the folder they are in."]
    elif absent:
        more.append(f"Not in the folder: {', '.join(absent)}.")
    return Report(out, " ".join([says, *more]))


def _passed(exercises: list[Any], records: dict[str, progress.Record]) -> list[Any]:
    return [one for one in exercises if records.get(one.id, progress.Record()).status == "passed"]


def _today() -> str:
    """The date without a locale: 5 March 2026."""
    months = "January February March April May June July August September October November December".split()
    now = time.localtime()
    return f"{now.tm_mday} {months[now.tm_mon - 1]} {now.tm_year}"


def _replace(out: Path, text: str) -> None:
    """Write the file at once or not at all. Raises BadFile."""
    if out.exists() and not (out.is_file() and _is_ours(out)):
        raise BadFile(f"{out} exists and is no report of ours. Name another file with --out.")
    new = None
    try:
        handle, new = tempfile.mkstemp(dir=out.absolute().parent, prefix=".dflvi-")
        with open(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(new, 0o644)
        os.replace(new, out)
    except OSError as error:
        if new is not None:
            Path(new).unlink(missing_ok=True)
        raise BadFile(f"{out} cannot be written ({error.strerror}). Name another place with --out.") from None


def _is_ours(out: Path) -> bool:
    try:
        with open(out, encoding="utf-8", errors="replace") as file:
            return _MARK in file.read(2000)
    except OSError:
        return False
