"""What a learner has done: one file, one line an event, only ever appended to.

A line is written with a single call and starts with a newline, so that two notebooks do not disturb each
other and a kernel killed in the middle of a line costs that line. State is what the lines add up to.
"""

import base64
import hashlib
import json
import os
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple


def path() -> Path:
    """The file: `progress.jsonl` in DFLVI_HOME, else in ~/.dflvi."""
    home = os.environ.get("DFLVI_HOME") or os.path.join(os.path.expanduser("~"), ".dflvi")
    return Path(home) / "progress.jsonl"


class Unwritable(Exception):
    """The progress cannot be written; the message says where, and why."""


class BadCode(ValueError):
    """A pasted code or a file of progress is damaged; the message says what to do."""


class Record(NamedTuple):
    """The state of one exercise.

    Fields:
        status: that of the best answer so far; "revealed" once it was revealed before it passed.
        attempts: answers checked, empty ones not counted.
        wrong: the distinct answers to a choice or prediction before the first right one.
        first: the first answer to a choice or prediction.
        hints: how many were read.
        source: text of the answer that passed.
        when: seconds since 1970 of the last event.
    """

    status: str = "not-attempted"
    attempts: int = 0
    wrong: tuple[Any, ...] = ()
    first: Any = None
    hints: int = 0
    source: str | None = None
    when: float = 0.0

    @property
    def tries(self) -> int:
        """Distinct wrong answers to a choice before the first right one."""
        return len(self.wrong)


# ---- writing ----------------------------------------------------------------------------------


def note(name: str, event: str, **details: Any) -> bool:
    """Append an event of the exercise "section.name". False if it cannot be written (nothing is raised).

    A file of answers that is being judged writes nothing, whatever it calls.
    """
    if os.environ.get("DFLVI_LOADING") == "1":
        return True
    return _append({"name": name, "event": event, "when": round(time.time(), 3), **details})


def _append(event: dict) -> bool:
    line = b"\n" + json.dumps(event, default=_plain).encode()
    try:
        path().parent.mkdir(parents=True, exist_ok=True)
        file = os.open(path(), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            return os.write(file, line) == len(line)  # less: the disk is full
        finally:
            os.close(file)
    except OSError:
        return False


def _plain(value: Any) -> Any:
    """For JSON: a NumPy or JAX number or array as numbers, anything else as text."""
    try:
        return value.tolist()
    except AttributeError:
        return str(value)


# ---- reading ----------------------------------------------------------------------------------


def events(file: Path | None = None) -> list[dict]:
    """All events that can be read, in the order of time. Damaged lines are skipped."""
    try:
        text = (file or path()).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    found = []
    for line in text.split("\n"):
        try:
            event = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(event, dict) and all(isinstance(event.get(key), str) for key in ("name", "event")):
            found.append(event)
    return sorted(found, key=_when)  # a stable sort: events of one moment stay in the order of the file


def _when(event: dict) -> float:
    when = event.get("when")
    return when if isinstance(when, (int, float)) and when == when else 0.0


def state(file: Path | None = None) -> dict[str, Record]:
    """Name -> Record, for everything that was ever touched."""
    records: dict[str, Record] = {}
    for event in events(file):
        name = event["name"]
        records[name] = _after(records.get(name, Record()), event)._replace(when=_when(event))
    return records


def of(name: str) -> Record:
    """The record of one exercise."""
    return state().get(name, Record())


_RANK = {"not-attempted": 0, "crashed": 1, "wrong": 2, "diagnosed": 2, "revealed": 3, "passed": 4}


def _after(record: Record, event: dict) -> Record:
    match event["event"]:
        case "reset":  # what was revealed stays revealed
            return Record(status="revealed") if record.status == "revealed" else Record()
        case "hint":
            n = event.get("n", 1)
            return record._replace(hints=max(record.hints, n)) if isinstance(n, int) else record
        case "reveal" if record.status != "passed":
            return record._replace(status="revealed")
        case "check":
            return _after_check(record, event)
    return record


def _after_check(record: Record, event: dict) -> Record:
    status, answer, source = event.get("status"), event.get("answer"), event.get("source")
    if not isinstance(status, str) or status not in _RANK or status == "not-attempted":
        return record
    better = _RANK[status] >= _RANK[record.status] and record.status not in ("revealed", "passed")
    wrong = record.wrong
    if answer is not None and status != "passed" and record.status != "passed" and answer not in wrong:
        wrong = (*wrong, answer)
    return record._replace(
        attempts=record.attempts + 1,
        wrong=wrong,
        status=status if better else record.status,
        first=answer if record.first is None else record.first,
        source=source if isinstance(source, str) else record.source,
    )


# ---- carried to another machine: a file -------------------------------------------------------


def export(file: Path) -> int:
    """Write all events that can be read to a file of its own. Returns how many. Raises Unwritable."""
    if file.exists() and not (file.is_file() and (events(file) or file.stat().st_size == 0)):
        raise Unwritable(f"{file} exists and holds something else. Choose another name.")
    lines = [json.dumps(event) for event in events()]
    new = None
    try:
        handle, new = tempfile.mkstemp(dir=file.absolute().parent, prefix=".dflvi-")
        with open(handle, "w", encoding="utf-8") as out:
            out.write("\n".join(lines) + "\n")
        os.replace(new, file)
    except OSError as error:
        if new is not None:
            Path(new).unlink(missing_ok=True)
        raise Unwritable(f"{file} cannot be written ({error.strerror}). Choose another place.") from None
    return len(lines)


def merge(file: Path) -> int:
    """Take over the events of another progress file that are not here yet. Returns how many.

    Raises:
        BadCode: the file holds no progress.
        Unwritable: ours cannot be written.
    """
    theirs = events(file)
    if not theirs:
        raise BadCode(f"{file} holds no progress. Give a file that `dflvi status --export FILE` wrote.")
    mine = {json.dumps(event, sort_keys=True) for event in events()}
    new = [event for event in theirs if json.dumps(event, sort_keys=True) not in mine]
    for event in new:
        _write(event)
    return len(new)


def _write(event: dict) -> None:
    if not _append(event):
        raise Unwritable(f"Your progress could not be written to {path()}. `dflvi doctor` says more.")


# ---- carried to another machine: a short text -------------------------------------------------

_PREFIX = "dflvi1-"
_MARK = 3  # bytes that stand for one exercise


def _mark(name: str, passed: bool) -> bytes:
    number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:_MARK], "big")
    return (number & ~1 | passed).to_bytes(_MARK, "big")


def code() -> str:
    """A short text that carries what is passed and what is revealed (not the sources: the file has those)."""
    marks = []
    for name, record in state().items():
        if record.status in ("passed", "revealed"):
            marks.append(_mark(name, record.status == "passed"))
    body = b"".join(sorted(marks))
    return _PREFIX + base64.urlsafe_b64encode(body + hashlib.sha256(body).digest()[:_MARK]).decode()


def is_code(text: str) -> bool:
    """Whether a text means to be a code (and no name of a file)."""
    return "".join(text.split()).startswith(_PREFIX)


def load_code(text: str, names: list[str]) -> int:
    """Take over what a code says about the exercises `names`. Returns how many there were.

    Raises:
        BadCode: the code is damaged.
        Unwritable: the progress cannot be written.
    """
    text = "".join(text.split())
    try:
        raw = base64.b64decode(text.removeprefix(_PREFIX), altchars=b"-_", validate=True)
    except ValueError:
        raw = b""
    body, check = raw[:-_MARK], raw[-_MARK:]
    if not is_code(text) or not check or hashlib.sha256(body).digest()[:_MARK] != check or len(body) % _MARK:
        raise BadCode(
            f"This is not a whole progress code. It starts with {_PREFIX}; copy it again, all of it, from "
            "what `dflvi status --code` printed."
        )
    marks = {body[i : i + _MARK] for i in range(0, len(body), _MARK)}
    here, taken, now = state(), 0, round(time.time(), 3)
    for name in names:
        status = here.get(name, Record()).status
        if _mark(name, True) in marks:
            taken += 1
            if status != "passed":
                _write({"name": name, "event": "check", "when": now, "status": "passed"})
        elif _mark(name, False) in marks:
            taken += 1
            if status not in ("passed", "revealed"):
                _write({"name": name, "event": "reveal", "when": now})
    return taken
