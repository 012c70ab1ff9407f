"""The job folder: who works on it, and what it holds."""

from __future__ import annotations

import os
from pathlib import Path

from tuneguild.tools.training.folder import JobFolder, read_json, write_json


def test_an_unclaimed_folder_has_no_worker(tmp_path: Path) -> None:
    assert JobFolder(tmp_path).worker() is None


def test_a_living_claimant_is_found(tmp_path: Path) -> None:
    folder = JobFolder(tmp_path)
    folder.claim(os.getpid())
    worker = folder.worker()
    assert worker is not None and worker.pid == os.getpid()


def test_another_process_with_the_same_number_is_not_the_worker(tmp_path: Path) -> None:
    write_json(tmp_path / "pid.json", {"pid": os.getpid(), "started": 1.0})
    assert JobFolder(tmp_path).worker() is None


def test_the_newest_complete_checkpoint_counts(tmp_path: Path) -> None:
    for step, complete in ((8, True), (12, True), (16, False)):
        folder = tmp_path / "checkpoints" / f"checkpoint-{step}"
        folder.mkdir(parents=True)
        if complete:
            (folder / "trainer_state.json").write_text("{}")
    last = JobFolder(tmp_path).last_checkpoint()
    assert last is not None and last.name == "checkpoint-12"


def test_a_half_written_state_file_is_no_checkpoint(tmp_path: Path) -> None:
    folder = tmp_path / "checkpoints" / "checkpoint-8"
    folder.mkdir(parents=True)
    (folder / "trainer_state.json").write_text('{"global_step": 8, "log_hi')
    assert JobFolder(tmp_path).last_checkpoint() is None


def test_json_is_read_back(tmp_path: Path) -> None:
    write_json(tmp_path / "a.json", {"é": 1})
    assert read_json(tmp_path / "a.json") == {"é": 1}
