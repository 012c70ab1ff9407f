"""`tuneguild --help` beside a bare interpreter: median of many starts, and their ratio (limit: 3)."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

RUNS, LIMIT = 41, 3.0
SCRIPT = str(Path(sys.executable).with_name("tuneguild"))


def once(command: list[str]) -> float:
    """Seconds of one call."""
    begin = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - begin


def main() -> int:
    """Measure both, alternating so that noise hits both alike."""
    bare_command, help_command = [sys.executable, "-c", "pass"], [SCRIPT, "--help"]
    pairs = [(once(bare_command), once(help_command)) for _ in range(RUNS)]
    bare, ours = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = ours / bare
    print(f"bare interpreter   {1000 * bare:6.1f} ms (median of {RUNS})")
    print(f"tuneguild --help   {1000 * ours:6.1f} ms")
    print(f"ratio              {ratio:6.2f}   limit {LIMIT}")
    return 0 if ratio <= LIMIT else 1


if __name__ == "__main__":
    raise SystemExit(main())
