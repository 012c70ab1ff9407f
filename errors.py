"""The exception tree and the exit codes: every failure that TuneGuild expects.

    TuneGuildError              1   anything below, or an expected failure with no better name
    ├── InputError              2   the user's files or arguments: carries every Problem found, with file and line
    │   ├── ProjectError        2   project.yaml
    │   ├── DataError           2   records
    │   ├── PersonaError        2   persona files
    │   └── WorkflowError       2   step and workflow files
    ├── Declined                3   a person said no at a gate
    ├── WaitingForPerson        4   a gate needs an answer that this call cannot give
    ├── RunLocked               5   another process works on the same run
    ├── KnowledgeUnavailable    6   the knowledge server cannot be reached (never the same as "nothing known")
    ├── MissingDependency       7   an extra is not installed
    ├── JobFailed               8   a training or evaluation job ended badly
    └── BrainError              9   a chat model gave no usable decision (the policy's proposal stands)

An error says what happened, what was found, what was expected and what to do next. The command line prints it without a
traceback (``--debug`` shows one) and exits with the code above.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing wrong in one place of one file.

    Attributes:
        file: path as the user wrote it.
        what: what is wrong, in a few words ("unknown role").
        found: what stands there.
        expected: what should stand there.
        line: 1-based line, or None where no line is meaningful.
        fix: what to do about it, when it is not obvious from `expected`.
    """

    file: str
    what: str
    found: str = ""
    expected: str = ""
    line: int | None = None
    fix: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line is not None else self.file
        text = f"{place}: {self.what}"
        if self.found:
            text += f"; found {self.found}"
        if self.expected:
            text += f"; expected {self.expected}"
        return f"{text}. {self.fix}" if self.fix else text


class TuneGuildError(Exception):
    """An expected failure.

    Args:
        what: what happened, one sentence without a final full stop.
        found: what was found (optional).
        expected: what was expected (optional).
        next_action: what the user can do about it (optional).
    """

    exit_code = 1

    def __init__(self, what: str, *, found: str = "", expected: str = "", next_action: str = "") -> None:
        self.what, self.found, self.expected, self.next_action = what, found, expected, next_action
        super().__init__(self.render())

    def render(self) -> str:
        """The message as the terminal shows it."""
        lines = [self.what]
        lines += [f"  found:    {self.found}"] if self.found else []
        lines += [f"  expected: {self.expected}"] if self.expected else []
        lines += [f"  next:     {self.next_action}"] if self.next_action else []
        return "\n".join(lines)


class InputError(TuneGuildError):
    """The user's input is wrong: all problems at once, nothing of the user's was touched."""

    exit_code = 2

    def __init__(self, what: str, problems: Sequence[Problem] = (), *, next_action: str = "") -> None:
        self.problems = list(problems)
        super().__init__(what, next_action=next_action)

    def render(self) -> str:
        lines = [self.what, *(f"  {problem}" for problem in self.problems)]
        lines += [f"  next: {self.next_action}"] if self.next_action else []
        return "\n".join(lines)


class ProjectError(InputError):
    """project.yaml is missing or wrong."""


class DataError(InputError):
    """A data file holds records that cannot be used."""


class PersonaError(InputError):
    """A persona file is malformed."""


class WorkflowError(InputError):
    """A step or workflow file is malformed, or names something that does not exist."""


class Declined(TuneGuildError):
    """A person declined at a gate."""

    exit_code = 3


class WaitingForPerson(TuneGuildError):
    """A gate waits for a person; the run is kept and can be resumed."""

    exit_code = 4


class RunLocked(TuneGuildError):
    """Another process is working on the run."""

    exit_code = 5


class KnowledgeUnavailable(TuneGuildError):
    """The knowledge server cannot be reached or failed."""

    exit_code = 6


class MissingDependency(TuneGuildError):
    """A library of an optional extra is not installed."""

    exit_code = 7


class JobFailed(TuneGuildError):
    """A job (training, evaluation, generation) ended badly."""

    exit_code = 8


class BrainError(TuneGuildError):
    """A chat model gave no usable decision within its tries."""

    exit_code = 9
