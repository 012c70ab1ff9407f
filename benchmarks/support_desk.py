"""The main job over several seeds: prompted and tuned score, significance, forgetting, and seconds by step.

    python benchmarks/support_desk.py [SEED …]      7 11 23 by default

The limits are those of the project's promise: 30 points, p < 0.001, general loss at most 5 % worse, 180 s on two cores.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from tuneguild.graph.runner import start, yes
from tuneguild.settings import PACKAGE, load_project

POINTS, P_VALUE, LOSS, SECONDS = 0.30, 0.001, 1.05, 180.0


def run(seed: int, folder: Path) -> dict[str, Any]:
    """One whole run in a copy of the example."""
    project = folder / f"seed-{seed}"
    example = PACKAGE / "examples" / "support-desk"
    shutil.copytree(example, project, ignore=shutil.ignore_patterns("runs"))
    settings = yaml.safe_load((project / "project.yaml").read_text()) | {"seed": seed}
    (project / "project.yaml").write_text(yaml.safe_dump(settings))
    begin = time.perf_counter()
    outcome = start(load_project(project), project, answer=yes)
    seconds = time.perf_counter() - begin
    verdict = json.loads((outcome.folder.path / "verdict.json").read_text())
    return {**verdict, "seed": seed, "seconds": seconds, "steps": seconds_by_step(outcome.folder.events)}


def seconds_by_step(events: Path) -> dict[str, float]:
    """Seconds between a step's first and last event."""
    seen: dict[str, list[datetime]] = {}
    for line in events.read_text().splitlines():
        event = json.loads(line)
        if "step" in event:
            seen.setdefault(event["step"], []).append(datetime.fromisoformat(event["time"]))
    return {step: (times[-1] - times[0]).total_seconds() for step, times in seen.items()}


def holds(result: dict[str, Any]) -> bool:
    """Whether a run keeps every promise."""
    return (
        result["verdict"] == "ship"
        and result["difference"] >= POINTS
        and result["p_value"] < P_VALUE
        and result["general_loss_after"] <= LOSS * result["general_loss_before"]
        and result["seconds"] <= SECONDS
    )


def main() -> int:
    """Run every seed and print a line for each."""
    seeds = [int(word) for word in sys.argv[1:]] or [7, 11, 23]
    print("seed  verdict  prompt  tuned   diff     p-value   general loss      seconds")
    results = []
    with tempfile.TemporaryDirectory() as folder:
        for seed in seeds:
            result = run(seed, Path(folder))
            results.append(result)
            rise = result["general_loss_after"] / result["general_loss_before"] - 1
            print(
                f"{seed:4d}  {result['verdict']:7s}  {result['baseline']:6.1%}  {result['tuned']:5.1%}"
                f"  {result['difference']:+6.1%}"
                f"  {result['p_value']:8.1e}  {rise:+6.1%} (<= +5 %)  {result['seconds']:5.0f} (<= {SECONDS:.0f})",
                flush=True,
            )
    print("\nseconds by step, first seed:")
    for step, seconds in results[0]["steps"].items():
        print(f"  {step:34s} {seconds:5.0f}")
    return 0 if all(map(holds, results)) else 1


if __name__ == "__main__":
    raise SystemExit(main())
