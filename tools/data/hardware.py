"""What the machine offers: processors, memory and GPUs, read without torch."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from ..contract import Measurement

_CGROUP_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
QUERY = ["--query-gpu=name,memory.total", "--format=csv,noheader,nounits"]


def measure_hardware() -> list[Measurement]:
    """hardware.cpus, memory_gb, gpus and gpu_memory_gb (of the largest)."""
    gpus = find_gpus()
    names = ", ".join(sorted({name for name, _ in gpus}))
    return [
        Measurement("hardware.cpus", usable_cpus(), "cpus", "that this process may use"),
        Measurement("hardware.memory_gb", round(usable_memory() / 1e9, 1), "GB", "of the machine or its container"),
        Measurement("hardware.gpus", len(gpus), "GPUs", names or "nvidia-smi names none"),
        Measurement("hardware.gpu_memory_gb", max((gb for _, gb in gpus), default=0.0), "GB", "of the largest GPU"),
    ]


def usable_cpus() -> int:
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def usable_memory() -> int:
    """Bytes of memory: the machine's, or the container's limit where that is lower."""
    import psutil

    total = psutil.virtual_memory().total
    for path in _CGROUP_LIMITS:
        text = path.read_text().strip() if path.is_file() else ""
        if text.isdigit():
            total = min(total, int(text))
    return total


def find_gpus() -> list[tuple[str, float]]:
    """(name, GB of memory) of each GPU that nvidia-smi names; none without the program or where it fails."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return []
    try:
        run = subprocess.run([program, *QUERY], capture_output=True, text=True, timeout=20, check=True)
    except (subprocess.SubprocessError, OSError):
        return []
    return parse_gpus(run.stdout)


def parse_gpus(output: str) -> list[tuple[str, float]]:
    """(name, GB) from the lines of nvidia-smi's CSV, which counts MiB; a GPU that tells no memory counts as 0."""
    gpus = []
    for line in output.splitlines():
        name, comma, memory = line.rpartition(",")
        if comma:
            number = memory.strip()
            gpus.append((name.strip(), round(int(number) * 2**20 / 1e9, 1) if number.isdigit() else 0.0))
    return gpus
