"""Entry point of `tuneguild`: prints the overview itself, loads a command's module only when it is called, and turns expected
failures into one message and an exit code.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from . import __version__
from .cli import COMMANDS


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line.

    Args:
        argv: words after the program's name; those of the process by default.

    Raises:
        SystemExit: always, with the exit codes drawn in `errors.py`.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    debug = "--debug" in words
    words = [word for word in words if word != "--debug"]
    if not words or words[0] in ("--help", "-h", "help"):
        print(overview())
        raise SystemExit(0)
    if words[0] == "--version":
        print(f"tuneguild {__version__}")
        raise SystemExit(0)
    if words[0] not in COMMANDS:
        print(unknown_command(words[0]), file=sys.stderr)
        raise SystemExit(2)
    raise SystemExit(run_command(words[0], words[1:], debug))


def overview() -> str:
    """The text of `tuneguild --help`."""
    width = max(map(len, COMMANDS))
    commands = "\n".join(f"  {name:<{width}}  {text}" for name, (_, text) in COMMANDS.items())
    return (
        "Usage: tuneguild COMMAND [ARGS]\n\n"
        "A guild of specialists that fine-tunes an open-weight model and proves that it was worth it.\n\n"
        f"Commands:\n{commands}\n\n"
        "Options:\n"
        "  --help     this text; `tuneguild COMMAND --help` says more\n"
        "  --version  the version\n"
        "  --debug    show a traceback when something fails\n\n"
        "Start with:  tuneguild run examples/support-desk"
    )


def unknown_command(word: str) -> str:
    """What to say to a command that does not exist."""
    import difflib

    close = difflib.get_close_matches(word, COMMANDS, n=1)
    hint = f"did you mean `tuneguild {close[0]}`?" if close else "`tuneguild --help` lists the commands"
    return f"there is no command {word!r}\n  next:     {hint}"


def run_command(name: str, words: list[str], debug: bool) -> int:
    """Load a command's module and call it; returns the exit code."""
    import importlib

    from .errors import TuneGuildError

    app = importlib.import_module(f".cli.{COMMANDS[name][0]}", __package__).app
    try:
        app(args=words, prog_name=f"tuneguild {name}")
    except SystemExit as end:
        return int(end.code or 0)
    except TuneGuildError as error:
        if debug:
            raise
        print(f"{error.render()}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("\ninterrupted; nothing is lost: `tuneguild resume last` goes on", file=sys.stderr)
        return 130
    except BrokenPipeError:
        return 0
    return 0


if __name__ == "__main__":
    main()
