"""The machine itself: order, gates, skips, evidence, resumption, locks, revisions and rollback, on toy steps."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from support.toy import DOSE, PLAIN, REVIEW, calls, make_project
from tuneguild.errors import Declined, InputError, RunLocked, WaitingForPerson, WorkflowError
from tuneguild.graph import ledger
from tuneguild.graph.folder import RunFolder, find_run
from tuneguild.graph.gates import Approval
from tuneguild.graph.rollback import rollback
from tuneguild.graph.runner import Outcome, drive, start, yes
from tuneguild.graph.status import read_status
from tuneguild.settings import load_project


def go(folder: Path, answer: Any = yes, observer: Any = lambda event, details: None) -> Outcome:
    return start(load_project(folder), folder, answer=answer, observer=observer)


def the_run(folder: Path) -> RunFolder:
    return RunFolder(next((folder / "runs").iterdir()))


def decisions(folder: RunFolder) -> list[dict[str, Any]]:
    return [entry for entry in ledger.entries(folder) if "id" in entry]


def nobody_there(question: dict[str, Any], error: str) -> None:
    return None


def test_a_run_takes_each_step_through_measuring_deciding_acting_and_recording(tmp_path: Path) -> None:
    outcome = go(make_project(tmp_path / "p", {"step-01-dose": DOSE}))
    assert outcome.finished
    assert outcome.facts["dose"] == 2
    [decision] = decisions(outcome.folder)
    assert decision["id"] == "DATA-001"
    assert decision["evidence"][0] == {
        "kind": "measurement", "id": "toy.size", "supports": "amount", "value": 7, "note": "",
    }  # fmt: skip
    assert "took 2" in outcome.folder.decision_log.read_text()


def test_a_step_without_python_decides_and_its_choice_becomes_the_fact_it_writes(tmp_path: Path) -> None:
    outcome = go(make_project(tmp_path / "p", {"step-01-colour": PLAIN}))
    assert outcome.facts["colour"] == "red"


def test_a_brain_is_shown_only_the_choices_within_the_steps_bounds(tmp_path: Path) -> None:
    outcome = go(make_project(tmp_path / "p", {"step-01-colour": PLAIN + "bounds: support.toy:only_blue\n"}))
    assert outcome.facts["colour"] == "blue"


def test_a_step_whose_condition_does_not_hold_leaves_a_skip_record(tmp_path: Path) -> None:
    steps = {"step-01-colour": PLAIN, "step-02-dose": 'when: colour == "blue"\n' + DOSE}
    outcome = go(make_project(tmp_path / "p", steps))
    [skip] = [entry for entry in ledger.entries(outcome.folder) if "skipped" in entry]
    assert skip["skipped"] == "step-02-dose"
    assert "colour is 'red'" in skip["reason"]


def test_a_gate_without_a_person_leaves_the_run_waiting_and_approve_goes_on(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p", {"step-01-dose": DOSE + "gate: dose\n"})
    with pytest.raises(WaitingForPerson):
        go(project, nobody_there)
    folder = the_run(project)
    status = read_status(folder)
    assert status.state == "waiting"
    assert status.waiting_for is not None and status.waiting_for["decision"]["choice"] == "some"
    outcome = drive(folder, answer=lambda question, error: Approval(approved=True, by="person", edits={"amount": 5}))
    assert outcome.facts["dose"] == 5
    [decision] = decisions(folder)
    assert (decision["decided_by"], decision["approved_by"]) == ("person", "person")


def test_yes_is_recorded_as_the_approver(tmp_path: Path) -> None:
    outcome = go(make_project(tmp_path / "p", {"step-01-dose": DOSE + "gate: dose\n"}))
    assert decisions(outcome.folder)[0]["approved_by"] == "--yes"


def test_a_declined_decision_is_not_executed_and_stays_open(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p", {"step-01-dose": DOSE + "gate: dose\n"})
    with pytest.raises(Declined):
        go(project, lambda question, error: Approval(approved=False, by="person"))
    folder = the_run(project)
    assert "act" not in calls(folder.path)
    assert read_status(folder).state == "waiting"


def test_an_edit_out_of_bounds_is_asked_again_and_never_reaches_the_graph(tmp_path: Path) -> None:
    answers = [{"amount": 99}, {"amount": 3}]
    errors: list[str] = []

    def answer(question: dict[str, Any], error: str) -> Approval:
        errors.append(error)
        return Approval(approved=True, by="person", edits=answers.pop(0))

    outcome = go(make_project(tmp_path / "p", {"step-01-dose": DOSE + "gate: dose\n"}), answer)
    assert outcome.facts["dose"] == 3
    assert "less than or equal to 10" in errors[1]


def test_a_missing_fact_is_told_before_the_step_does_anything(tmp_path: Path) -> None:
    steps = {
        "step-01-colour": PLAIN,
        "step-02-dose": 'when: colour == "blue"\n' + DOSE,
        "step-03-late": "reads: [dose]\n" + PLAIN,
    }
    with pytest.raises(WorkflowError, match="step-03-late needs dose"):
        go(make_project(tmp_path / "p", steps))


def test_a_fact_that_the_step_file_does_not_declare_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WorkflowError, match="does not declare"):
        go(make_project(tmp_path / "p", {"step-01-dose": DOSE.replace("writes: [dose]\n", "")}))


def test_the_tech_lead_sends_back_with_feedback_at_most_as_often_as_the_project_allows(tmp_path: Path) -> None:
    review = "review: {step: step-02-review, may_send_back_to: [step-01-dose]}\n"
    project = make_project(tmp_path / "p", {"step-01-dose": DOSE, "step-02-review": REVIEW}, review, max_revisions=2)
    outcome = go(project)
    assert outcome.facts["dose"] == 4  # one more for each feedback
    assert [d["payload"]["amount"] for d in decisions(outcome.folder) if d["step"] == "step-01-dose"] == [2, 3, 4]
    assert ledger.stale_ids(outcome.folder) == {"DATA-001", "DATA-002", "DATA-003", "DATA-004"}


def test_a_measurement_with_the_same_inputs_is_not_taken_again_in_a_revision(tmp_path: Path) -> None:
    review = "review: {step: step-02-review, may_send_back_to: [step-01-dose]}\n"
    project = make_project(tmp_path / "p", {"step-01-dose": DOSE, "step-02-review": REVIEW}, review, max_revisions=1)
    assert calls(go(project).folder.path) == ["measure", "act", "act"]


def test_a_killed_run_resumes_without_doing_a_finished_action_twice(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p", {"step-01-dose": DOSE, "step-02-colour": PLAIN})
    script = (
        "import sys; from pathlib import Path; from tuneguild.settings import load_project;"
        "from tuneguild.graph.runner import start, yes; p = Path(sys.argv[1]); start(load_project(p), p, answer=yes)"
    )
    environment = {**os.environ, "TOY_KILL": "act", "PYTHONPATH": str(Path(__file__).parent.parent)}
    killed = subprocess.run([sys.executable, "-c", script, str(project)], env=environment, capture_output=True)
    assert killed.returncode == -9
    folder = the_run(project)
    assert read_status(folder).state == "interrupted"
    outcome = drive(folder, answer=yes)
    assert outcome.finished
    assert calls(folder.path) == ["measure", "act", "act"]  # the first act was cut short, the measurement was not
    finished = [
        line
        for line in (folder.path / "actions.jsonl").read_text().splitlines()
        if json.loads(line)["what"] == "finished"
    ]
    assert len(finished) == len(set(finished))


def test_a_run_in_use_is_locked(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p", {"step-01-dose": DOSE})

    def intrude(event: str, details: dict[str, Any]) -> None:
        if event == "decided":
            with pytest.raises(RunLocked):
                drive(the_run(project), answer=yes)

    assert go(project, observer=intrude).finished


def test_resuming_a_finished_run_does_nothing_again(tmp_path: Path) -> None:
    outcome = go(make_project(tmp_path / "p", {"step-01-dose": DOSE}))
    assert drive(outcome.folder, answer=yes).finished
    assert calls(outcome.folder.path) == ["measure", "act"]


def test_rollback_withdraws_later_facts_marks_decisions_stale_and_does_the_work_anew(tmp_path: Path) -> None:
    outcome = go(make_project(tmp_path / "p", {"step-01-colour": PLAIN, "step-02-dose": DOSE}))
    done = rollback(outcome.folder, "2")
    assert done.stale == ["DATA-002"]
    assert "dose" not in json.loads(outcome.folder.facts.read_text())
    again = drive(outcome.folder, answer=yes)
    assert again.facts["dose"] == 2
    assert [d["id"] for d in decisions(outcome.folder)] == ["DATA-001", "DATA-002", "DATA-003"]
    assert calls(outcome.folder.path) == ["measure", "act"] * 2


def test_rollback_reaches_the_very_first_step(tmp_path: Path) -> None:
    outcome = go(make_project(tmp_path / "p", {"step-01-dose": DOSE}))
    rollback(outcome.folder, "step-01-dose")
    assert drive(outcome.folder, answer=yes).finished
    assert calls(outcome.folder.path) == ["measure", "act"] * 2


def test_a_run_is_found_by_id_by_beginning_and_as_last(tmp_path: Path) -> None:
    folder = go(make_project(tmp_path / "p", {"step-01-dose": DOSE})).folder
    assert find_run(folder.id).path == find_run(folder.id[:-1]).path == find_run("last").path == folder.path


def test_an_unknown_run_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no run 'nothing'"):
        find_run("nothing")


def test_a_step_that_decides_again_sees_its_earlier_tries_and_what_they_measured(tmp_path: Path) -> None:
    review = "review: {step: step-02-review, may_send_back_to: [step-01-dose]}\n"
    steps = {"step-01-dose": DOSE.replace("support.toy:propose", "support.toy:recall"), "step-02-review": REVIEW}
    outcome = go(make_project(tmp_path / "p", steps, review, max_revisions=1))
    assert [d["rationale"] for d in decisions(outcome.folder) if d["step"] == "step-01-dose"] == [
        "tried []",
        "tried [2]",
    ]
