"""The layers of the house: nothing imports upward, heavy libraries stay inside functions, every package is packaged."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import tuneguild

ROOT = Path(tuneguild.__file__).parent
RANK = {
    "errors": 0,
    "settings": 0,
    "tools": 1,
    "knowledge_mcp": 1,
    "agents": 2,
    "steps": 3,
    "graph": 4,
    "cli": 5,
    "__main__": 6,
}
HEAVY = {"torch", "transformers", "trl", "peft", "datasets", "bitsandbytes", "accelerate"}
MODULES = sorted(
    path
    for path in ROOT.rglob("*.py")
    if path.relative_to(ROOT).parts[0].removesuffix(".py") in RANK and "__pycache__" not in path.parts
)


def imports(tree: ast.AST) -> Iterator[ast.Import | ast.ImportFrom]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom))


def room(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imported_room(path: Path, node: ast.Import | ast.ImportFrom) -> str | None:
    """The room that a relative import reaches."""
    if isinstance(node, ast.Import) or node.level == 0:
        return None
    base = path.relative_to(ROOT).parent.parts
    base = base[: len(base) - (node.level - 1)] if node.level > 1 else base
    whole = [*base, *(node.module.split(".") if node.module else [node.names[0].name])]
    return whole[0] if whole else None


def test_there_are_modules_to_look_at() -> None:
    assert len(MODULES) > 40


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_imports_upward(path: Path) -> None:
    reached = {imported_room(path, node) for node in imports(ast.parse(path.read_text()))} - {None}
    upward = {name for name in reached if name in RANK and RANK[name] > RANK[room(path)]}
    assert not upward


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_heavy_libraries_are_imported_inside_functions_of_tools(path: Path) -> None:
    tree = ast.parse(path.read_text())
    inside = {
        id(node) for function in ast.walk(tree) if isinstance(function, ast.FunctionDef) for node in imports(function)
    }
    typing_only = {
        id(node)
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and isinstance(block.test, ast.Name) and block.test.id == "TYPE_CHECKING"
        for node in imports(block)
    }
    for node in imports(tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
        if {name.split(".")[0] for name in names} & HEAVY and not getattr(node, "level", 0):
            assert id(node) in inside | typing_only, f"line {node.lineno}"
            assert room(path) == "tools" or id(node) in typing_only, f"line {node.lineno}"


def test_every_folder_with_modules_is_in_the_list_of_packages() -> None:
    listed = set(tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"])
    present = {".".join(("tuneguild", *path.parent.relative_to(ROOT).parts)) for path in MODULES} | {"tuneguild"}
    assert listed == present
