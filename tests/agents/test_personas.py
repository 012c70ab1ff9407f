"""Persona files in their four formats: what is read from them, and what is said about those that are malformed."""

from __future__ import annotations

from pathlib import Path

import pytest

import tuneguild
from tuneguild.agents.persona_text import repair_icon
from tuneguild.agents.personas import Persona, load_persona, load_personas, read_persona
from tuneguild.errors import PersonaError
from tuneguild.settings import PERSONAS

ROOT = Path(tuneguild.__file__).parent
SEEDS = ROOT.parent / "shared" / "seeds"
needs_seeds = pytest.mark.skipif(not SEEDS.is_dir(), reason="the seed documents are not beside the repository")

OURS = """---
name: 'Night Watch'
description: 'Watches'
icon: 'N'
type: 'workflow-step-agent'
workflow: 'fine-tune'
referenced_by: 'steps/x/step-01-night-watch.md'
---

# Night Watch

```xml
<agent id="night-watch" name="Night Watch" title="Watching & Waiting">
  <persona>
    <role>Watches</role>
    <identity>Awake
      when others sleep.</identity>
    <communication_style>Whispers.</communication_style>
    <principles>
      <principle>Look twice</principle>
      <principle>Say it &amp; mean it</principle>
    </principles>
  </persona>
  <expertise><domain>Dark</domain></expertise>
  <activation><instruction>Stay awake</instruction></activation>
  <outputs><output>A quiet night</output></outputs>
  <handoff><to>Morning</to><context>What was heard</context><key_decisions>None</key_decisions></handoff>
</agent>
```

## Knowledge Grounding

- `get_warnings`: "things that go bump"
- `search_knowledge`: "lamps"
"""

MARKDOWN = """---
description: "Use this one to sweep \\"properly\\""
alwaysApply: false
# exported from somewhere
---
You are a sweeper. You sweep twice.

## When to use

- The floor is dusty.

## When NOT to use

- The floor is wet.
  Mop it.

## Workflow

1. **Look.** Find the dust.
2. **Sweep.** All of it.

> [!WARNING]
> Dust returns.
> Always.

```text
## No heading
```

## Output

A clean floor.
"""

TOML = """---
name = "lamp_lighter"
description = "Lights lamps"
max_iterations = 5
tool_format = "provider"

[tools]
builtin = ["final"]
external = [
  # lamps
  "light_lamp",
  "count_lamps"
]

[model_settings]
model = "some-model"
temperature = 0.2
---

# ROLE

You are the lamp lighter. You walk.

# WORKFLOW OVERVIEW

1. **Walk**
2. **Light**

- a remark

# INTERACTION STYLE

Quiet.

# RULES

1. **No wind**
2. No rain
"""


def write(folder: Path, text: str, name: str = "night-watch.md") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def problems(path: Path, root: Path | None = None) -> list[tuple[int | None, str]]:
    return [(problem.line, problem.what) for problem in read_persona(path, root)[1]]


def line_of(text: str, words: str) -> int:
    return next(n for n, line in enumerate(text.split("\n"), 1) if words in line)


# --- our own eleven -------------------------------------------------------------------------------------------------


def test_there_are_eleven_personas_of_our_own() -> None:
    assert set(load_personas(PERSONAS)) == {
        "business-analyst",
        "solution-architect",
        "data-engineer",
        "curriculum-designer",
        "fine-tuning-specialist",
        "rag-specialist",
        "prompt-engineer",
        "llm-evaluator",
        "mlops-engineer",
        "tech-lead",
        "finetune-assistant",
    }


OWN = sorted(path.stem for path in PERSONAS.glob("*.md"))


@pytest.mark.parametrize("id", OWN)
def test_each_of_our_own_is_called_by_a_file_that_exists(id: str) -> None:
    persona = load_persona(PERSONAS / f"{id}.md")
    assert (ROOT / persona.referenced_by).is_file()


@pytest.mark.parametrize("id", [id for id in OWN if id != "finetune-assistant"])
def test_each_step_that_a_persona_names_is_judged_by_that_persona(id: str) -> None:
    persona = load_persona(PERSONAS / f"{id}.md")
    assert f"persona: {id}\n" in (ROOT / persona.referenced_by).read_text(encoding="utf-8")


def test_no_two_of_our_own_share_a_principle() -> None:
    said = [principle for persona in load_personas(PERSONAS).values() for principle in persona.principles]
    assert len(said) == len(set(said)) > 60


# --- the formats ----------------------------------------------------------------------------------------------------


def test_our_own_format_is_read_whole(tmp_path: Path) -> None:
    persona = load_persona(write(tmp_path, OURS))
    assert persona.format == "xml"
    assert (persona.id, persona.name, persona.title) == ("night-watch", "Night Watch", "Watching & Waiting")
    assert persona.identity == "Awake when others sleep."
    assert persona.principles == ("Look twice", "Say it & mean it")
    assert (persona.domains, persona.instructions, persona.outputs) == (("Dark",), ("Stay awake",), ("A quiet night",))
    assert persona.handoff.model_dump() == {"to": "Morning", "context": "What was heard", "key_decisions": "None"}
    assert persona.grounding == (("get_warnings", "things that go bump"), ("search_knowledge", "lamps"))
    assert persona.referenced_by == "steps/x/step-01-night-watch.md"


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: "\ufeff" + text,
        lambda text: text.replace('"', '\\"'),
        lambda text: text.replace("```xml\n", "").replace("</agent>\n```", "</agent>"),
    ],
    ids=["windows line ends", "byte order mark", "escaped quotes", "no fence"],
)
def test_what_exports_do_to_a_file_changes_nothing(tmp_path: Path, damage: object) -> None:
    whole = load_persona(write(tmp_path / "a", OURS))
    path = tmp_path / "b" / "night-watch.md"
    path.parent.mkdir()
    path.write_bytes(damage(OURS).encode())  # type: ignore[operator]
    assert load_persona(path).model_dump(exclude={"path", "body"}) == whole.model_dump(exclude={"path", "body"})


@pytest.mark.parametrize("icon", ["🎯", "🧑‍🏫", "⚖️", "📍", "é", "N", ""])
def test_a_garbled_icon_is_repaired(icon: str) -> None:
    garbled = "".join(
        bytes([byte]).decode("cp1252") if byte not in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else chr(byte)
        for byte in icon.encode()
    )
    assert repair_icon(garbled) == icon


@pytest.mark.parametrize("icon", ["🎯", "é", "ñandú", "N"])
def test_a_sound_icon_is_left_alone(icon: str) -> None:
    assert repair_icon(icon) == icon


def test_a_markdown_persona_is_read(tmp_path: Path) -> None:
    persona = load_persona(write(tmp_path, MARKDOWN, "sweeper.md"))
    assert (persona.format, persona.id, persona.description) == (
        "markdown",
        "sweeper",
        'Use this one to sweep "properly"',
    )
    assert persona.role == "You are a sweeper."
    assert persona.when_to_use == ("The floor is dusty.",)
    assert persona.when_not_to_use == ("The floor is wet. Mop it.",)
    assert persona.instructions == ("**Look.** Find the dust.", "**Sweep.** All of it.")
    assert persona.principles == ("Dust returns. Always.",)
    assert persona.outputs == ("A clean floor.",)
    assert list(persona.sections) == ["When to use", "When NOT to use", "Workflow", "Output"]


def test_a_toml_persona_is_read(tmp_path: Path) -> None:
    persona = load_persona(write(tmp_path, TOML, "lighter.md"))
    assert (persona.format, persona.id, persona.max_iterations) == ("toml", "lamp_lighter", 5)
    assert persona.tools == ("final", "light_lamp", "count_lamps")
    assert persona.model_settings == {"model": "some-model", "temperature": 0.2}
    assert (persona.role, persona.communication_style) == ("You are the lamp lighter.", "Quiet.")
    assert (persona.instructions, persona.principles) == (("**Walk**", "**Light**"), ("**No wind**", "No rain"))


def xml_of(text: str) -> str:
    return text.partition("```xml\n")[2].partition("```")[0]


STUB = "---\nname: 'Night Watch'\ndescription: 'Watches'\n---\nLoad agent definition from `{path}`.\n"


@pytest.mark.parametrize(
    ("reference", "persona", "definition"),
    [
        ("agents/config/night-watch.xml", "night-watch.md", "agents/config/night-watch.xml"),
        ("{workflow_path}/agents/config/night-watch.xml", "deep/er/night-watch.md", "agents/config/night-watch.xml"),
        ("personas/config/night-watch.xml", "night-watch.md", "config/night-watch.xml"),
    ],
    ids=["beside", "upward", "through the folder's own name"],
)
def test_a_definition_in_a_file_of_its_own_is_found(
    tmp_path: Path, reference: str, persona: str, definition: str
) -> None:
    root = tmp_path / "personas"
    write(root, xml_of(OURS), definition)
    loaded = load_persona(write(root, STUB.format(path=reference), persona), root)
    assert (loaded.format, loaded.role, loaded.description) == ("xml-file", "Watches", "Watches")


@pytest.mark.parametrize(
    "reference", ["../secret.xml", "{workflow_path}/../secret.xml", "/etc/secret.xml", "secret.xml"]
)
def test_a_definition_outside_the_personas_folder_is_refused(tmp_path: Path, reference: str) -> None:
    write(tmp_path, xml_of(OURS), "secret.xml")
    path = write(tmp_path / "personas", STUB.format(path=reference))
    assert [line for line, _ in problems(path)] == [5]


def test_a_link_that_leaves_the_personas_folder_is_refused(tmp_path: Path) -> None:
    outside = write(tmp_path, xml_of(OURS), "secret.xml")
    path = write(tmp_path / "personas", STUB.format(path="linked.xml"))
    (path.parent / "linked.xml").symlink_to(outside)
    assert problems(path) == [(5, "the agent definition lies outside the personas' folder")]


def test_a_fault_in_a_separate_definition_names_that_file(tmp_path: Path) -> None:
    definition = write(tmp_path, xml_of(OURS).replace("<role>Watches</role>", "<role/>"), "n.xml")
    (problem,) = read_persona(write(tmp_path, STUB.format(path="n.xml")))[1]
    assert (problem.file, problem.line, problem.what) == (str(definition), 3, "<role> is empty")


# --- the seeds ------------------------------------------------------------------------------------------------------


def seed(number: str) -> Persona:
    return load_persona(next(SEEDS.glob(f"{number}_*.txt")))


@needs_seeds
def test_the_persona_seed_is_read_verbatim() -> None:
    persona = seed("000")
    assert (persona.format, persona.id, persona.icon) == ("xml", "fine-tuning-specialist", "🎯")
    assert persona.title == "Model Customization & Preference Alignment Expert"
    assert [len(part) for part in (persona.principles, persona.domains, persona.instructions, persona.outputs)] == [
        6,
        7,
        6,
        6,
    ]
    assert persona.handoff.to == "RAG Specialist (Step 6)"
    assert ("get_decisions", "SFT vs DPO vs RLHF selection") in persona.grounding


@needs_seeds
def test_the_engineer_seed_is_read_verbatim() -> None:
    persona = seed("001")
    assert persona.format == "markdown"
    assert [len(part) for part in (persona.when_to_use, persona.when_not_to_use, persona.instructions)] == [4, 5, 6]
    assert (len(persona.principles), len(persona.outputs)) == (2, 1)


@needs_seeds
def test_the_assistant_seed_is_read_verbatim() -> None:
    persona = seed("004")
    assert (persona.format, persona.id, persona.max_iterations) == ("toml", "vllora_finetune_agent", 20)
    assert (len(persona.tools), len(persona.instructions), len(persona.principles)) == (20, 7, 7)
    assert persona.model_settings == {"model": "gpt-4.1", "temperature": 0.2}


@needs_seeds
@pytest.mark.parametrize("number", ["002", "003"])
def test_a_seed_that_is_no_persona_is_told_so(number: str) -> None:
    with pytest.raises(PersonaError):
        seed(number)


# --- malformed files ------------------------------------------------------------------------------------------------


def changed(old: str, new: str) -> str:
    assert old in OURS
    return OURS.replace(old, new)


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("just words\n", 1, "no frontmatter"),
        ("---\nname: x\n", 1, "the frontmatter does not end"),
        (changed("name: 'Night Watch'\n", ""), 1, "the frontmatter has no name"),
        (changed("description: 'Watches'", "description: ''"), 3, "the frontmatter has no description"),
        (changed("description: 'Watches'", "description: 3"), 3, "description is not text"),
        (changed("workflow: 'fine", "workflows: 'fine"), 6, "unknown key in the frontmatter"),
        (changed("icon: 'N'", "type: 'x'"), 4, "a key stands twice"),
        (changed("icon: 'N'", "icon: : 'N'"), 4, "the frontmatter is not valid YAML"),
        (changed("name: 'Night Watch'", "name: 'Day Watch'"), 13, "frontmatter and definition disagree on the name"),
        (changed('id="night-watch"', 'id="day-watch"'), 13, "the id is not the file's name"),
        (changed('title="Watching & Waiting"', ""), 13, "<agent> has no title"),
        (changed("title=", "tittle='x' title="), 13, "unknown attribute of <agent>"),
        (changed("    <role>Watches</role>\n", ""), 14, "<persona> has no <role>"),
        (changed("<role>Watches</role>", "<role> </role>"), 15, "<role> is empty"),
        (
            changed("    <role>Watches</role>", "    <role>a</role><role>b</role>"),
            15,
            "<role> stands twice in <persona>",
        ),
        (changed("<identity>", "<identety>").replace("</identity>", "</identety>"), 16, "unknown element in <persona>"),
        (changed("<principle>Look twice</principle>", "<principle/>"), 20, "<principle> is empty"),
        (changed("</role>", "</rule>"), 15, "broken XML: mismatched tag"),
        (changed("<role>Watches", "<role>a < b"), 15, "broken XML: not well-formed (invalid token)"),
        (changed("<agent", "<!DOCTYPE a>\n<agent"), 13, "document types and entities are refused"),
        (
            changed("<agent", '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>\n<agent'),
            13,
            "document types and entities are refused",
        ),
        (changed("`get_warnings`", "`get_warning`"), 33, "unknown knowledge tool"),
        (changed('`get_warnings`: "things that go bump"', "lamps and oil"), 33, "a grounding entry cannot be read"),
    ],
)
def test_a_fault_is_told_with_its_line(tmp_path: Path, text: str, line: int, what: str) -> None:
    assert (line, what) in problems(write(tmp_path, text))


def test_empty_principles_are_told(tmp_path: Path) -> None:
    text = changed("<principle>Look twice</principle>", "").replace("<principle>Say it &amp; mean it</principle>", "")
    assert problems(write(tmp_path, text)) == [
        (line_of(text, "<principles>"), "<principles> has no <principle>"),
    ]


def test_a_file_without_a_definition_is_told(tmp_path: Path) -> None:
    text = OURS.partition("```xml")[0]
    assert problems(write(tmp_path, text)) == [
        (9, "no agent definition"),
        (None, "no section `## Knowledge Grounding`"),
    ]


def test_a_mistyped_word_is_answered_with_the_one_that_was_meant(tmp_path: Path) -> None:
    text = changed("<identity>", "<identety>").replace("</identity>", "</identety>")
    found = next(p for p in read_persona(write(tmp_path, text))[1] if p.what == "unknown element in <persona>")
    assert found.fix == "Did you mean `identity`?"


def test_all_problems_of_a_file_come_at_once(tmp_path: Path) -> None:
    text = changed("workflow: 'fine", "workflows: 'fine")
    text = text.replace('id="night-watch"', 'id="day-watch"').replace("<role>Watches</role>", "")
    text = text.replace("`get_warnings`", "`get_warning`").replace("<output>A quiet night</output>", "")
    with pytest.raises(PersonaError) as failure:
        load_persona(write(tmp_path, text))
    assert [problem.what for problem in failure.value.problems] == [
        "unknown key in the frontmatter",
        "<persona> has no <role>",
        "<outputs> has no <output>",
        "the id is not the file's name",
        "unknown knowledge tool",
    ]


def test_bytes_that_are_not_utf_8_are_told_with_their_line(tmp_path: Path) -> None:
    path = tmp_path / "night-watch.md"
    path.write_bytes(OURS.replace("Look twice", "Lo\xf6k").encode("latin-1"))
    assert problems(path) == [(line_of(OURS, "Look twice"), "not UTF-8")]


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        (TOML.replace("max_iterations = 5", "max_iterations = = 5"), 4, "the frontmatter is not valid TOML"),
        (TOML.replace("max_iterations = 5", "max_iterations = 0"), 4, "max_iterations is not a positive number"),
        (TOML.replace('builtin = ["final"]', "builtin = [1]"), 8, "tools.builtin is not a list of names"),
        (TOML.replace('"count_lamps"', '"light_lamp"'), 11, "a tool is listed twice"),
        (TOML.replace('name = "lamp_lighter"\n', "title = 'x'\n"), 1, "the frontmatter has no name"),
        (MARKDOWN.replace("description:", "descripton:"), 1, "the frontmatter has no description"),
        (MARKDOWN.replace("alwaysApply: false", "alwaysApply: maybe"), 3, "alwaysApply is not true or false"),
        (MARKDOWN.replace("## Workflow", "## Work"), None, "no section `## Workflow` with steps"),
    ],
)
def test_a_fault_in_a_foreign_format_is_told_with_its_line(
    tmp_path: Path, text: str, line: int | None, what: str
) -> None:
    assert problems(write(tmp_path, text)) == [(line, what)]


# --- folders --------------------------------------------------------------------------------------------------------


def test_a_later_folder_adds_and_replaces(tmp_path: Path) -> None:
    write(tmp_path, OURS)
    write(tmp_path, OURS.replace("night-watch", "tech-lead"), "tech-lead.md")
    personas = load_personas(PERSONAS, tmp_path)
    assert len(personas) == 12
    assert personas["tech-lead"].name == "Night Watch"


def test_a_readme_in_the_folder_is_no_persona(tmp_path: Path) -> None:
    write(tmp_path, OURS)
    write(tmp_path, "# About these\n", "README.md")
    assert set(load_personas(tmp_path)) == {"night-watch"}


def test_the_problems_of_all_files_come_at_once(tmp_path: Path) -> None:
    write(tmp_path, "words\n", "a.md")
    write(tmp_path, "words\n", "b.md")
    with pytest.raises(PersonaError) as failure:
        load_personas(tmp_path, tmp_path / "absent")
    assert [Path(problem.file).name for problem in failure.value.problems] == ["a.md", "b.md", "absent"]


def test_an_id_that_stands_twice_in_a_folder_is_told(tmp_path: Path) -> None:
    write(tmp_path, TOML, "one.md")
    write(tmp_path, TOML, "two.md")
    with pytest.raises(PersonaError, match="the id stands twice"):
        load_personas(tmp_path)


def test_a_dumped_persona_is_plain_json(tmp_path: Path) -> None:
    dumped = load_persona(write(tmp_path, OURS)).model_dump(mode="json", exclude={"path", "body"})
    assert dumped["grounding"][0] == ["get_warnings", "things that go bump"]
