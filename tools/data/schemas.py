"""Tool definitions and their JSON schemas: reads them in every common spelling and checks the arguments of calls against them."""

from __future__ import annotations

import functools
from typing import Any

import orjson

from .problems import Report
from .text import closest, shorten


def read_tools(raw: Any, report: Report, key: str = "tools") -> list[dict[str, Any]]:
    """Tool definitions in canonical form; both `{"type": "function", "function": {...}}` and the bare function are understood."""
    if raw is None:
        return []
    if not isinstance(raw, list):
        report.add(f"{key} is not a list", found=raw, expected="a list of tool definitions")
        return []
    tools: list[dict[str, Any]] = []
    for number, item in enumerate(raw):
        tool = _read_tool(item, report, f"{key}[{number}]")
        if tool is None:
            continue
        name = tool["function"]["name"]
        if any(other["function"]["name"] == name for other in tools):
            report.add(f"{key}[{number}] defines a tool twice", found=name, expected="one definition a tool")
            continue
        tools.append(tool)
    return tools


def _read_tool(item: Any, report: Report, place: str) -> dict[str, Any] | None:
    function = item.get("function", item) if isinstance(item, dict) else item
    if not isinstance(function, dict) or not isinstance(function.get("name"), str) or not function["name"]:
        report.add(
            f"{place} is not a tool definition", found=item, expected='{"type": "function", "function": {"name", …}}'
        )
        return None
    parameters = function.get("parameters")
    if parameters is None:
        parameters = {"type": "object", "properties": {}}
    fault = schema_fault(parameters)
    if fault:
        report.add(
            f"{place}.parameters is not a JSON schema", found=fault, expected='{"type": "object", "properties": …}'
        )
        return None
    canonical = {
        "name": function["name"],
        "description": str(function.get("description") or ""),
        "parameters": parameters,
    }
    return {"type": "function", "function": canonical}


def schema_fault(schema: Any) -> str:
    """What is wrong with a JSON schema for arguments; empty where nothing is."""
    if not isinstance(schema, dict):
        return shorten(orjson.dumps(schema).decode())
    found = _validator(orjson.dumps(schema, option=orjson.OPT_SORT_KEYS))
    return found if isinstance(found, str) else ""


@functools.lru_cache(maxsize=4096)
def _validator(schema: bytes) -> Any:
    """A compiled validator, or the text of what is wrong with the schema."""
    import jsonschema
    from referencing import Registry

    parsed = orjson.loads(schema)
    try:
        jsonschema.Draft202012Validator.check_schema(parsed)
    except jsonschema.SchemaError as error:
        return shorten(f"{error.json_path}: {error.message}")
    # An empty registry: a schema of a data file must not make this program fetch anything.
    return jsonschema.Draft202012Validator(parsed, registry=Registry())


def argument_faults(parameters: dict[str, Any], arguments: dict[str, Any]) -> list[tuple[str, Any, str]]:
    """(what, found, expected) for everything in `arguments` that the tool's schema does not allow.

    An argument that the schema does not name is a fault too, unless the schema says `additionalProperties`: JSON Schema would
    let it pass, a tool would not.
    """
    from referencing.exceptions import Unresolvable

    validator = _validator(orjson.dumps(parameters, option=orjson.OPT_SORT_KEYS))
    if isinstance(validator, str):
        return [("the tool's schema is not a JSON schema", validator, "a JSON schema")]
    try:
        faults = [_fault(error) for error in validator.iter_errors(arguments)]
    except Unresolvable as error:
        return [("the tool's schema refers to something outside itself", str(error), "a schema that stands alone")]
    known = parameters.get("properties") or {}
    if "additionalProperties" not in parameters and "patternProperties" not in parameters and known:
        for name in sorted(set(arguments) - set(known)):
            close = closest(name, known)
            hint = f"{close} (misspelt?)" if close else f"one of {', '.join(known)}"
            faults.append(("unknown argument", name, hint))
    return faults


def _fault(error: Any) -> tuple[str, Any, str]:
    place = error.json_path.removeprefix("$").removeprefix(".")
    if error.validator == "required":
        missing = [name for name in error.validator_value if name not in error.instance]
        inside = f" in {place}" if place else ""
        return f"missing argument{inside}", f"{sorted(error.instance)}", ", ".join(missing)
    if error.validator == "type":
        return f"argument {place} has the wrong type", error.instance, str(error.validator_value)
    if error.validator == "enum":
        return f"argument {place} is not allowed", error.instance, f"one of {error.validator_value}"
    return f"argument {place or 'object'}: {shorten(error.message)}", error.instance, str(error.validator)
