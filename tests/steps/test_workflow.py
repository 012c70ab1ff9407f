"""Step and workflow files: what ships is sound, and a bad file tells every problem with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.toy import DOSE, PLAIN, make_project
from tuneguild.agents.personas import load_personas
from tuneguild.errors import WorkflowError
from tuneguild.graph.compiler import mermaid
from tuneguild.settings import PERSONAS, STEPS
from tuneguild.steps.loader import load_step
from tuneguild.steps.workflow import load_workflow


@pytest.fixture(scope="module")
def personas() -> set[str]:
    return set(load_personas(PERSONAS))


def test_every_shipped_step_file_is_sound() -> None:
    files = sorted(STEPS.glob("**/step-*.md"))
    assert len(files) >= 10
    assert [load_step(path).id for path in files] == [path.stem for path in files]


def test_the_fine_tune_workflow_has_its_ten_steps_in_order(personas: set[str]) -> None:
    workflow = load_workflow("fine-tune", personas)
    assert [step.id.split("-")[1] for step in workflow.steps] == [f"{n:02d}" for n in range(1, 11)]


def test_the_graph_of_the_fine_tune_workflow_is_the_one_on_record(personas: set[str]) -> None:
    snapshot = Path(__file__).parent / "fine-tune.mermaid"
    assert mermaid(load_workflow("fine-tune", personas)) == snapshot.read_text(), (
        "tuneguild workflow show --mermaid differs"
    )


def test_a_step_is_found_by_number_persona_and_id(personas: set[str]) -> None:
    workflow = load_workflow("fine-tune", personas)
    wanted = "step-05-fine-tuning-specialist"
    assert {workflow.find(text).id for text in ("5", "05", "fine-tuning-specialist", wanted)} == {wanted}


def test_an_unknown_workflow_names_those_there_are(personas: set[str]) -> None:
    with pytest.raises(WorkflowError, match="fine-tune"):
        load_workflow("nothing", personas)


BAD = """---
id: step-01-other
title: Bad
persona: tech-lad
area: DATA
when: colour + 1
reads: [datset]
grounding:
  - tool: get_warnings
    topic: "about {nothing}"
  - tool: get_record
measure: tuneguild.tools.nowhere:measure
policy: tuneguild.agents.policies.review:prpose
options: {a: b}
---
"""


def test_a_bad_step_file_tells_every_problem_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "step-01-bad.md"
    path.write_text(BAD)
    with pytest.raises(WorkflowError) as caught:
        load_step(path)
    told = {(problem.line, problem.what) for problem in caught.value.problems}
    assert told == {
        (2, "the id is not the file's name"),
        (6, "when cannot be read"),
        (9, "unknown name in braces"),
        (11, "get_record needs id"),
        (12, "measure names something that does not exist"),
        (13, "policy names something that does not exist"),
    }


def test_an_unknown_key_is_told_with_the_keys_there_are(tmp_path: Path) -> None:
    path = tmp_path / "step-01-bad.md"
    path.write_text(
        "---\nid: step-01-bad\ntitle: x\npersona: p\narea: DATA\ngrounding: [{tool: get_record, id: a}]\ngates: x\n---\n"
    )
    with pytest.raises(WorkflowError, match=r":7: unknown key; found gates"):
        load_step(path)


def test_unknown_personas_steps_and_facts_are_told_together(tmp_path: Path, personas: set[str]) -> None:
    project = make_project(tmp_path / "p", {"step-01-dose": DOSE, "step-02-late": "reads: [dos]\n" + PLAIN})
    workflow = project / "steps" / "toy.workflow.yaml"
    workflow.write_text(workflow.read_text().replace("step-02-late", "step-02-late, step-03-missing"))
    step = project / "steps" / "step-01-dose.md"
    step.write_text(step.read_text().replace("tech-lead", "tech-lad"))
    with pytest.raises(WorkflowError) as caught:
        load_workflow("toy", personas, project)
    told = [(Path(problem.file).name, problem.what, problem.found) for problem in caught.value.problems]
    assert told == [
        ("toy.workflow.yaml", "unknown step", "step-03-missing"),
        ("step-01-dose.md", "unknown persona", "tech-lad"),
        ("step-02-late.md", "reads names a fact that no earlier step writes", "dos"),
    ]
    assert "Did you mean 'tech-lead'?" in str(caught.value)


def test_a_projects_step_replaces_ours_and_another_is_put_in_after_the_step_it_names(
    tmp_path: Path, personas: set[str]
) -> None:
    project = make_project(
        tmp_path / "p",
        {
            "step-10-tech-lead": PLAIN.replace("colour", "review"),
            "step-03b-own": "after: step-03-data-engineer\n" + PLAIN,
        },
    )
    workflow = load_workflow("fine-tune", personas, project)
    assert workflow.step("step-10-tech-lead").path.is_relative_to(project)
    ids = [step.id for step in workflow.steps]
    assert ids.index("step-03b-own") == ids.index("step-03-data-engineer") + 1
