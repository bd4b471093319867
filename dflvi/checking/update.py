"""Bring the notebooks of this edition into a learner's folder, and keep what the learner wrote there."""

import contextlib
import hashlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any

from dflvi.checking.answers import BadFile

_PACKAGE = Path(__file__).parents[1]


def notebooks() -> Path:
    """Our own notebooks. In a wheel they lie inside the package; in a checkout, beside it."""
    inside = _PACKAGE / "_notebooks"
    return inside if inside.is_dir() else _PACKAGE.parent / "notebooks"


def update(into: Path, source: Path | None = None) -> list[str]:
    """Copy the learner notebooks into a folder; in those that are there already, keep the learner's work.

    A cell that the learner changed keeps the learner's text, a cell that they added stays after the cell that
    it followed, everything else becomes the new edition. A notebook that is changed is copied first.

    Args:
        into: the folder; it is made if it does not exist.
        source: the folder of the new edition; left out, that of this package.

    Returns:
        a line for each notebook that says what was done.

    Raises:
        BadFile: the folder cannot be used; the message says what to do.
    """
    into, source = Path(into), notebooks() if source is None else source
    edition = sorted(source.glob("*.ipynb"))
    if not edition:
        raise BadFile(f"There are no notebooks in {source}. Install dflvi again; in a clone: make build")
    try:
        into.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise BadFile(f"{into} is a file. Name a folder.") from None
    except OSError as error:
        raise _no_write(into, error) from None
    for path in (into, *(into / one.name for one in edition)):
        if path.resolve().is_relative_to(source.resolve()):
            raise BadFile(f"{path} belongs to dflvi itself. Name a folder of yours, such as work.")
    try:
        return [_bring(path, into / path.name) for path in edition]
    except OSError as error:
        raise _no_write(into, error) from None


def _no_write(into: Path, error: OSError) -> BadFile:
    return BadFile(f"{error.filename or into}: {error.strerror}. Name a folder that you may write in.")


def _bring(new: Path, target: Path) -> str:
    """One notebook. Returns what was done."""
    target = target.resolve()  # of a link, the file that it leads to
    text = new.read_text(encoding="utf-8")
    if not target.exists():
        _write(target, text)
        return f"{target.name}: new"
    old_bytes = target.read_bytes()
    old = _notebook(old_bytes)
    if old is None:
        aside = _free(target, "unreadable")
        os.replace(target, aside)
        _write(target, text)
        return f"{target.name}: new; what was there is no notebook and is kept as {aside.name}"
    merged, kept = _merge(old, json.loads(text))
    if merged == old:
        return f"{target.name}: up to date"
    backup = _free(target, "backup")
    backup.write_bytes(old_bytes)
    _write(target, json.dumps(merged, indent=1, ensure_ascii=False, sort_keys=True) + "\n")
    cells = f"{kept} cells of yours" if kept != 1 else "1 cell of yours"
    return f"{target.name}: brought up to date, {cells} kept; as it was: {backup.name}"


def _notebook(content: bytes) -> dict[str, Any] | None:
    """The notebook, None if it is none."""
    try:
        notebook = json.loads(content.decode("utf-8"))
        cells = notebook["cells"] if notebook["nbformat"] == 4 else None
        good = isinstance(cells, list) and all(_source(cell) is not None for cell in cells)
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return notebook if good else None


# ---- merging ----------------------------------------------------------------------------------


def _source(cell: dict) -> str | None:
    """The text of a cell, None if it has none."""
    source = cell["source"]
    source = "".join(source) if isinstance(source, list) else source
    known = isinstance(cell.get("metadata", {}), dict) and isinstance(cell["cell_type"], str)
    return source if isinstance(source, str) and known else None


def _about(cell: dict) -> dict:
    """What the build wrote into a cell; {} for a cell of the learner's own."""
    about = cell.get("metadata", {}).get("dflvi")
    return about if isinstance(about, dict) and "original" in about else {}


def _digest(cell: dict) -> str:
    return hashlib.sha256(_source(cell).encode()).hexdigest()[:16]


def _merge(old: dict, new: dict) -> tuple[dict, int]:
    """The new edition with the learner's cells, and how many these are."""
    partner = _partners(old["cells"], new["cells"])
    merged: list[dict] = list(new["cells"])
    added: dict[int, list[dict]] = {}  # after which cell of the new edition, -1: before the first
    place, kept = -1, 0
    for cell in old["cells"]:
        at = partner.get(id(cell))
        if at is not None:
            place, fresh = at, new["cells"][at]
            is_changed = _digest(cell) != (_about(cell) or _about(fresh))["original"]
            kept += is_changed
            if is_changed or _source(cell) == _source(fresh):
                # The cell as it is, outputs too; what we know about it is that of the new edition.
                metadata = {**cell.get("metadata", {}), "dflvi": _about(fresh)}
                merged[at] = {**cell, "id": fresh["id"], "metadata": metadata}
        elif _digest(cell) != _about(cell).get("original"):
            kept += bool(_source(cell).strip())
            metadata = {name: value for name, value in cell.get("metadata", {}).items() if name != "dflvi"}
            added.setdefault(place, []).append({**cell, "metadata": metadata})
    cells = added.get(-1, [])
    for at, cell in enumerate(merged):
        cells += [cell, *added.get(at, [])]
    _make_ids_differ(cells)
    # Which kernel it was, and the like, stays as their editor wrote it.
    metadata = {**new["metadata"], **old.get("metadata", {}), "dflvi": new["metadata"]["dflvi"]}
    return {**old, **new, "metadata": metadata, "cells": cells}, kept


def _partners(old: list[dict], new: list[dict]) -> dict[int, int]:
    """id() of an old cell -> index of the cell of the new edition that it is.

    Cells are known by exercise and role, then by their text as built, then by their id. Some editors change
    ids or drop what the build wrote into a cell, so no one of these is enough.
    """
    partner: dict[int, int] = {}
    for name in (_by_exercise, _by_text, _by_id):
        free: dict[tuple, int] = {}
        for at, cell in enumerate(new):
            if at not in partner.values() and name(cell):
                free.setdefault(name(cell), at)
        for cell in old:
            if id(cell) not in partner and name(cell) in free:
                partner[id(cell)] = free.pop(name(cell))
    return partner


def _by_exercise(cell: dict) -> tuple | None:
    about = _about(cell)
    return (about["exercise"], about.get("role"), cell["cell_type"]) if "exercise" in about else None


def _by_text(cell: dict) -> tuple:
    return _about(cell).get("original") or _digest(cell), cell["cell_type"]


def _by_id(cell: dict) -> tuple | None:
    return (cell["id"], cell["cell_type"]) if isinstance(cell.get("id"), str) else None


def _make_ids_differ(cells: list[dict]) -> None:
    """Give added cells an id that is free; copies of one cell share theirs in some editors."""
    seen = {cell["id"] for cell in cells if _about(cell)}
    number = 0
    for cell in cells:
        if _about(cell):
            continue
        while not isinstance(cell.get("id"), str) or cell["id"] in seen:
            number += 1
            cell["id"] = f"yours-{number}"
        seen.add(cell["id"])


# ---- files ------------------------------------------------------------------------------------


def _free(target: Path, word: str) -> Path:
    """01_conjugacy.backup-1.ipynb, or the first number that is not taken."""
    number = 1
    while (path := target.with_name(f"{target.stem}.{word}-{number}{target.suffix}")).exists():
        number += 1
    return path


def _write(target: Path, text: str) -> None:
    """Write whole or not at all."""
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, target.stat().st_mode if target.exists() else 0o644)
        os.replace(name, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise
