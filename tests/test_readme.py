"""What the README names exists."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

import tuneguild
from tuneguild.cli import COMMANDS

ROOT = Path(tuneguild.__file__).parent
README = (ROOT / "README.md").read_text()


def test_every_command_in_the_readme_exists() -> None:
    named = set(re.findall(r"tuneguild ([a-z-]+)", README)) - {"installs"}
    assert len(named) > 5
    assert named <= set(COMMANDS)


def test_every_link_leads_to_a_file() -> None:
    links = [link for link in re.findall(r"\]\(([^)]+)\)", README) if "://" not in link]
    assert links
    assert all((ROOT / link).exists() for link in links)


@pytest.mark.parametrize("name", ["demo", "test", "check", "bootstrap", ".ci/run"])
def test_the_scripts_are_executable(name: str) -> None:
    assert os.access(ROOT / name, os.X_OK)


def test_the_tree_names_every_room() -> None:
    rooms = {path.parent.name for path in ROOT.glob("*/*.py")} - {"tests", "benchmarks", "build"}
    assert rooms
    assert all(f"{room}/" in README for room in rooms)
