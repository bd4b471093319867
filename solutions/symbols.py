"""The course's one table of symbols, made of those of the notebooks: docs/symbols.md."""

import re
from typing import NamedTuple

from dflvi.checking.report import plain
from solutions import editions

BEGIN, END = "<!-- symbols: built -->", "<!-- /symbols -->"
FILE = "docs/symbols.md"
HEAD = "| symbol | name in code | what it is | shape |"


class Row(NamedTuple):
    """A line of a notebook's table of symbols."""

    section: int
    symbol: str
    name: str
    what: str
    shape: str


def rows(source: editions.Source) -> list[Row]:
    """The table of symbols in the first cell of a notebook."""
    table = source.cells[0].source.partition(HEAD)[2].split("\n\n")[0]
    found = []
    for line in table.strip().splitlines()[1:]:
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) != 4:
            raise editions.BuildError(f"{source.label}: {line!r} has not four cells. Write \\lvert and \\mid for |.")
        found.append(Row(int(source.path.stem[:2]), *cells))
    return found


def letters(symbol: str) -> list[str]:
    """The letters that a symbol is about: `$m_k$, $s_k^2$` is about m and s."""
    found = []
    for formula in re.findall(r"\$([^$]+)\$", symbol):
        bare = re.sub(r"\\(log|mathcal|partial|nabla\w*|lvert|rvert|det)\b", " ", formula)
        bare = re.sub(r"\\(mathbb E|mathrm *\{?\w+\}?|text *\{\w+\})", " ", bare)
        found += re.findall(r"\\[A-Za-z]+|[A-Za-z]+", bare)[:1]
    return found


def with_table(text: str, sources: list[editions.Source]) -> str:
    """The page with the table that is due between its two marks."""
    head, rest = text.split(BEGIN)
    return f"{head}{BEGIN}\n{table(sources)}\n{END}{rest.split(END)[1]}"


def table(sources: list[editions.Source]) -> str:
    """All lines of all notebooks, by symbol, so that what shares a letter stands together."""
    lines = ["| symbol | section | name in code | what it is | shape |", "|---|---|---|---|---|"]
    for row in sorted((row for source in sources for row in rows(source)), key=_place):
        lines.append(f"| {row.symbol} | {row.section} | {row.name} | {row.what} | {row.shape} |")
    return "\n".join(lines)


def _place(row: Row) -> tuple:
    first = (letters(row.symbol) or [plain(row.symbol)])[0].lstrip("\\")
    return first.lower(), first, row.section
