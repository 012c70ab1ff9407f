"""What a run tells whoever watches it: one event a line in `events.jsonl`, and the same to an observer (the terminal, a test)."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Observer = Callable[[str, dict[str, Any]], None]
"""Called as observer(event, details). Events: started, resumed, step, measured, grounded, decided, gate, approved, declined,
acting, progress, acted, recorded, skipped, revised, rolled-back, waiting, finished. `progress` is not written to the file."""


def nobody(event: str, details: dict[str, Any]) -> None:
    """The observer that watches nothing."""


class Events:
    """Writes events to the run folder and passes them on."""

    def __init__(self, path: Path, observer: Observer = nobody) -> None:
        self._path, self._observer = path, observer

    def tell(self, event: str, **details: Any) -> None:
        """Record an event. A `progress` event is only passed on."""
        if event != "progress":
            line = {"time": time.strftime("%Y-%m-%dT%H:%M:%S%z"), "event": event, **details}
            with self._path.open("a", encoding="utf-8") as handle:
                handle.write(json.dumps(line, ensure_ascii=False) + "\n")
        self._observer(event, details)
