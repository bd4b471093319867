"""What a learner has done: one file, one line an event, only ever appended to.

A line is written with a single call and starts with a newline, so that two notebooks do not disturb each
other and a kernel killed in the middle of a line costs that line. State is what the lines add up to.
"""

import base64
import binascii
import hashlib
import json
import os
import time
from pathlib import Path
from typing import Any, NamedTuple


def path() -> Path:
    """The file: `progress.jsonl` in DFLVI_HOME, else in ~/.dflvi."""
    return Path(os.environ.get("DFLVI_HOME") or Path.home() / ".dflvi") / "progress.jsonl"


class Record(NamedTuple):
    """The state of one exercise.

    Fields:
        status: that of the best answer so far; "revealed" once it was revealed before it passed.
        attempts: answers checked, empty ones not counted.
        tries: distinct wrong answers before the first right one (for a choice).
        first: the first answer to a choice or prediction.
        hints: how many were read.
        source: text of the answer that passed.
        when: seconds since 1970 of the last event.
    """

    status: str = "not-attempted"
    attempts: int = 0
    tries: int = 0
    first: Any = None
    hints: int = 0
    source: str | None = None
    when: float = 0.0


def note(name: str, event: str, **details: Any) -> bool:
    """Append an event of the exercise "section.name". False if the file cannot be written (nothing is raised)."""
    line = json.dumps({"name": name, "event": event, "when": round(time.time(), 3), **details})
    try:
        path().parent.mkdir(parents=True, exist_ok=True)
        file = os.open(path(), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(file, b"\n" + line.encode())
        finally:
            os.close(file)
    except OSError:
        return False
    return True


def events(file: Path | None = None) -> list[dict]:
    """All events that can be read, oldest first. Damaged lines are skipped."""
    try:
        text = (file or path()).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    found = []
    for line in text.splitlines():
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if isinstance(event, dict) and isinstance(event.get("name"), str) and isinstance(event.get("event"), str):
            found.append(event)
    return found


def state(file: Path | None = None) -> dict[str, Record]:
    """Name -> Record, for everything that was ever touched."""
    records: dict[str, Record] = {}
    for event in events(file):
        name = event["name"]
        records[name] = _after(records.get(name, Record()), event)
    return records


def of(name: str) -> Record:
    """The record of one exercise."""
    return state().get(name, Record())


_RANK = {"not-attempted": 0, "crashed": 1, "wrong": 2, "diagnosed": 2, "revealed": 3, "passed": 4}


def _after(record: Record, event: dict) -> Record:
    record = record._replace(when=event.get("when", record.when))
    match event["event"]:
        case "reset":
            return Record(when=record.when)
        case "hint":
            return record._replace(hints=max(record.hints, int(event.get("n", 1))))
        case "reveal" if record.status != "passed":
            return record._replace(status="revealed")
        case "check":
            status = event.get("status", "wrong")
            if status not in _RANK:
                return record
            counted = status != "not-attempted"
            better = _RANK[status] >= _RANK[record.status] and record.status not in ("revealed", "passed")
            return record._replace(
                attempts=record.attempts + counted,
                tries=record.tries + (counted and status != "passed" and record.status != "passed"),
                status=status if better else record.status,
                first=event.get("answer") if record.first is None else record.first,
                source=event.get("source") or record.source,
            )
    return record


# ---- carried to another machine ---------------------------------------------------------------

_PREFIX = "dflvi1-"


def _mark(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:2], "big") >> 1


def code() -> str:
    """A short text that carries what is passed and what is revealed (not the sources: the file has those)."""
    marks = []
    for name, record in sorted(state().items()):
        if record.status in ("passed", "revealed"):
            marks.append(_mark(name) << 1 | (record.status == "passed"))
    body = b"".join(mark.to_bytes(2, "big") for mark in marks)
    check = hashlib.sha256(body).digest()[:2]
    return _PREFIX + base64.b32encode(body + check).decode().rstrip("=").lower()


class BadCode(ValueError):
    """A pasted code is damaged; the message says what to do."""


def load_code(text: str, names: list[str]) -> int:
    """Take over what a code says about the exercises `names`. Returns how many there were. Raises BadCode."""
    text = "".join(text.split()).lower()
    body = text.removeprefix(_PREFIX).upper()
    try:
        if not text.startswith(_PREFIX):
            raise BadCode
        raw = base64.b32decode(body + "=" * (-len(body) % 8))
        if len(raw) % 2 or hashlib.sha256(raw[:-2]).digest()[:2] != raw[-2:]:
            raise BadCode
    except (BadCode, binascii.Error):
        raise BadCode(
            f"This is not a whole progress code. It starts with {_PREFIX}; copy it again from `dflvi status --code`."
        ) from None
    marks = {raw[i] << 8 | raw[i + 1] for i in range(0, len(raw) - 2, 2)}
    here, taken = state(), 0
    for name in names:
        for passed in (True, False):
            if _mark(name) << 1 | passed in marks:
                taken += 1
                if here.get(name, Record()).status != "passed":
                    if passed:
                        note(name, "check", status="passed")
                    else:
                        note(name, "reveal")
    return taken


def merge(file: Path) -> int:
    """Take over the events of another progress file that are not here yet. Returns how many."""
    mine = {json.dumps(event, sort_keys=True) for event in events()}
    new = [event for event in events(file) if json.dumps(event, sort_keys=True) not in mine]
    for event in sorted(new, key=lambda event: event.get("when", 0)):
        details = {key: value for key, value in event.items() if key not in ("name", "event")}
        note(event["name"], event["event"], **details)
    return len(new)
