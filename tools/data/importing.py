"""Imports a user's data file: finds its format, reads every line, and tells every problem with its line number.

One registry of formats (`FORMATS`); one validator for the command line, the survey and whatever comes later.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...errors import DataError, Problem
from .bfcl import beside, read_bfcl
from .pairs import read_alpaca, read_conversation, read_prompt_completion
from .problems import Report
from .records import Record, number_repeats
from .strict_json import FaultyJson, parse
from .text import closest

Reader = Callable[[dict[str, Any], Report, Any], Record | None]


@dataclass(frozen=True)
class Format:
    """How rows of one format look and are read.

    Attributes:
        needs: keys that tell the format.
        read: reads one row; problems go to the report.
        separate_answers: whether the answers stand in a file of their own.
    """

    needs: tuple[str, ...]
    read: Reader
    separate_answers: bool = False


FORMATS: dict[str, Format] = {
    "messages": Format(("messages",), read_conversation),
    "prompt-completion": Format(("prompt", "completion"), read_prompt_completion),
    "alpaca": Format(("instruction", "output"), read_alpaca),
    "bfcl": Format(("question", "function"), read_bfcl, separate_answers=True),
}
FOREIGN_KEYS = {
    "conversations": 'ShareGPT rows: rename "conversations" to "messages", "from" to "role" and "value" to "content".',
    "chosen": "Preference pairs are not supported: give the better answer as the completion.",
    "rejected": "Preference pairs are not supported: give the better answer as the completion.",
}


@dataclass(frozen=True)
class Imported:
    """What became of a file.

    Attributes:
        records: canonical records of the lines without a problem, in order.
        problems: every problem, in order of lines.
        counts: {"lines", "blank", "records", "invalid", "problems", "format", "ignored": {key: lines}}; `invalid` counts lines.
    """

    records: list[Record]
    problems: list[Problem] = field(default_factory=list)
    counts: dict[str, Any] = field(default_factory=dict)


def import_file(
    path: Path,
    format: str = "auto",
    answers: Path | None = None,
    skip_invalid: bool = False,
    *,
    name: str | None = None,
) -> Imported:
    """Read a data file.

    Args:
        path: JSON-lines file.
        format: key of FORMATS, or "auto": the format of the first line that has one, and all others must agree.
        answers: answer file, for formats that keep answers apart; looked for in `possible_answer/` where it is not given.
        skip_invalid: return the usable records beside the problems.
        name: how messages and `source` name the file; `path` by default.

    Raises:
        DataError: any problem without `skip_invalid`; with it, only a file that gives no record at all.
    """
    imported = scan_file(path, format, answers, name=name)
    if imported.problems and not (skip_invalid and imported.records):
        raise complaint(imported.problems, {name or str(path): imported.counts})
    return imported


def complaint(problems: list[Problem], counts: dict[str, dict[str, Any]]) -> DataError:
    """The error that tells all problems of all files."""
    invalid = {file: count["invalid"] for file, count in counts.items() if count.get("invalid")}
    lines = " and ".join(f"{number} of {counts[file]['lines']} lines of {file}" for file, number in invalid.items())
    what = f"{lines} cannot be used" if lines else "the data cannot be used"
    advice = "mend these lines, or go on without them: --skip-invalid (data.skip_invalid in project.yaml)"
    return DataError(f"{what}: {len(problems)} problem(s)", problems, next_action=advice if lines else "")


def scan_file(path: Path, format: str = "auto", answers: Path | None = None, *, name: str | None = None) -> Imported:
    """Like `import_file`, but problems are only returned, never raised."""
    shown_name = name or str(path)
    lines, problems = _read_lines(path, shown_name)
    if problems:
        return Imported([], problems, {"lines": 0, "blank": 0, "records": 0, "invalid": 0, "problems": len(problems)})
    rows, reports, blank = _parse(lines, shown_name)
    chosen, first = _choose(format, rows)
    if chosen is None:
        return _no_format(format, rows, reports, shown_name, len(lines), blank)
    truth: dict[str, Any] = {}
    file_problems: list[Problem] = []
    if FORMATS[chosen].separate_answers:
        truth, file_problems = _read_answers(answers or beside(path))
    records = []
    for number, row in rows:
        record = _read_row(row, reports[number], chosen, first, truth)
        if record is not None:
            records.append(record)
    return _result(records, reports, file_problems, {"lines": len(lines), "blank": blank, "format": chosen})


def detect(row: Any) -> str | None:
    """The format that a row's keys tell."""
    if not isinstance(row, dict):
        return None
    return next((name for name, format in FORMATS.items() if all(key in row for key in format.needs)), None)


def _read_lines(path: Path, name: str) -> tuple[list[bytes], list[Problem]]:
    if not path.is_file():
        return [], [Problem(name, "no such file", fix="Check the path; it is relative to the project's folder.")]
    raw = path.read_bytes()
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return [], [Problem(name, "the file is UTF-16", expected="UTF-8", fix="Save it as UTF-8.")]
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    if not raw.strip():
        return [], [Problem(name, "the file is empty", expected="one JSON object a line")]
    if raw.lstrip()[:1] == b"[":
        fix = "Write each element on a line of its own."
        return [], [Problem(name, "the file is a JSON array", "[", "one JSON object a line", 1, fix)]
    lines = raw.split(b"\n")
    return lines[:-1] if not lines[-1].strip() else lines, []


Rows = list[tuple[int, dict[str, Any]]]


def _parse(lines: list[bytes], name: str) -> tuple[Rows, dict[int, Report], int]:
    """(rows with their line numbers, a report a line, number of blank lines)."""
    rows: Rows = []
    reports: dict[int, Report] = {}
    blank = 0
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            blank += 1
            continue
        report = reports[number] = Report(name, number)
        try:
            row = parse(line.decode("utf-8"))
        except UnicodeDecodeError as error:
            report.add(
                "not UTF-8", found=f"byte 0x{line[error.start]:02x} at column {error.start + 1}", expected="UTF-8"
            )
            continue
        except FaultyJson as fault:
            report.add("broken JSON", found=str(fault), expected="one JSON object a line")
            continue
        if not isinstance(row, dict):
            report.add("not a JSON object", found=row, expected="one JSON object a line")
            continue
        rows.append((number, row))
    return rows, reports, blank


def _choose(format: str, rows: Rows) -> tuple[str | None, int]:
    """(format, line that told it); (None, 0) where none can be told."""
    if format != "auto":
        return (format, 0) if format in FORMATS else (None, 0)
    return next(((found, number) for number, row in rows if (found := detect(row))), (None, 0))


def _no_format(format: str, rows: Rows, reports: dict[int, Report], name: str, lines: int, blank: int) -> Imported:
    known = ", ".join(FORMATS)
    extra = []
    if format != "auto":
        extra = [Problem(name, "unknown format", found=format, expected=f"auto, {known}", fix=_meant(format, FORMATS))]
    for number, row in rows if format == "auto" else ():
        _unrecognised(row, reports[number])
    return _result([], reports, extra, {"lines": lines, "blank": blank, "format": None})


def _unrecognised(row: dict[str, Any], report: Report) -> None:
    expected = "; ".join(f"{name}: {', '.join(format.needs)}" for name, format in FORMATS.items())
    needed = [key for format in FORMATS.values() for key in format.needs]
    hints = [FOREIGN_KEYS[key] for key in row if key in FOREIGN_KEYS]
    hints += [_meant(key, needed) for key in row if key not in needed and closest(key, needed)]
    report.add(
        "no known format", found=f"keys {', '.join(row) or 'none'}", expected=expected, fix=hints[0] if hints else ""
    )


def _meant(word: str, known: Any) -> str:
    close = closest(word, known)
    return f"Did you mean {close!r}?" if close else ""


def _read_row(row: dict[str, Any], report: Report, chosen: str, first: int, truth: dict[str, Any]) -> Record | None:
    found = detect(row)
    if found not in (chosen, None) and not all(key in row for key in FORMATS[chosen].needs):
        where = f" like line {first}" if first else ""
        report.add(
            "another format in one file", found=found, expected=chosen + where, fix="Put it into a file of its own."
        )
        return None
    if found is None and not any(key in row for key in FORMATS[chosen].needs):
        _unrecognised(row, report)
        return None
    return FORMATS[chosen].read(row, report, truth)


def _read_answers(path: Path | None) -> tuple[dict[str, Any], list[Problem]]:
    """id -> ground truth. No file at all is no problem here: rows that need an answer will say so."""
    if path is None:
        return {}, []
    lines, problems = _read_lines(path, str(path))
    rows, reports, _ = _parse(lines, str(path))
    truth: dict[str, Any] = {}
    for number, row in rows:
        if "id" not in row or "ground_truth" not in row:
            reports[number].add("not an answer", found=row, expected="id and ground_truth")
        elif row["id"] in truth:
            reports[number].add("a second answer to one question", found=row["id"], expected="one answer")
        else:
            truth[row["id"]] = row["ground_truth"]
    return truth, problems + [problem for report in reports.values() for problem in report.problems]


def _result(
    records: list[Record], reports: dict[int, Report], file_problems: list[Problem], counts: dict[str, Any]
) -> Imported:
    problems = file_problems + [problem for report in reports.values() for problem in report.problems]
    ignored = Counter(key for report in reports.values() for key in dict.fromkeys(report.ignored))
    counts |= {
        "records": len(records),
        "invalid": sum(bool(report.problems) for report in reports.values()),
        "problems": len(problems),
        "ignored": dict(ignored),
    }
    return Imported(number_repeats(records), problems, counts)
