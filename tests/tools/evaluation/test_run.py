"""Baseline, serving prompt, comparison and verdict with a tiny random model: what they establish for the steps after them."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from support.tiny_model import tiny_model, tiny_records
from support.training_run import write_records
from tuneguild.errors import InputError
from tuneguild.settings import DataConfig, EvaluationConfig, Project
from tuneguild.tools.contract import ToolContext
from tuneguild.tools.evaluation import architecture, baseline, compare, publish, serving_prompt
from tuneguild.tools.evaluation.plan import ArchitecturePlan, PromptPlan, VerdictPlan

# peft asks transformers for an attribute under its old name when an adapter is made.
pytestmark = pytest.mark.filterwarnings("ignore:.*is_gradient_checkpointing:FutureWarning")

GOAL = {
    "text": "be brief",
    "kind": "behaviour",
    "metric": "task_accuracy",
    "minimum_effect": 0.1,
    "alpha": 0.05,
    "max_general_loss_increase": 0.05,
    "target": None,
}


def make_context(folder: Path, model: Path, **facts: Any) -> ToolContext:
    run = folder / "run"
    (run / "work" / "x").mkdir(parents=True)
    (folder / "general.txt").write_text("the weather in paris is rain and the order is closed " * 20)
    records = tiny_records(10)
    parts = {"test": records[:4], "dev": records[4:6], "pool": records[6:]}
    held_out = {name: write_records(run / "data" / f"{name}.jsonl", part) for name, part in parts.items()}
    project = Project(
        name="tiny",
        goal="be brief",
        model=str(model),
        data=DataConfig(general="general.txt"),
        evaluation=EvaluationConfig(prompts=["be kind"]),
    )
    return ToolContext(
        project=project,
        project_dir=folder,
        run_dir=run,
        workdir=run / "work" / "x",
        facts={"goal": GOAL, "held_out": held_out, "imported": {"documents": 0}, **facts},
    )


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def measured(model: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[ToolContext, Any]:
    context = make_context(tmp_path_factory.mktemp("project"), model)
    return context, baseline.measure(None, context)


def with_facts(context: ToolContext, **facts: Any) -> ToolContext:
    return dataclasses.replace(context, facts={**context.facts, **facts})


def test_every_candidate_competes_on_dev_and_the_best_is_measured_on_the_test(
    measured: tuple[ToolContext, Any],
) -> None:
    _, result = measured
    fact = result.facts["baseline"]
    assert set(fact["dev"]) == {"bare", "format", "steps", "few-shot", "own-1"}
    assert fact["prompt"]["id"] in fact["dev"]
    assert fact["n"] == 4


def test_the_baseline_keeps_the_score_of_every_turn(measured: tuple[ToolContext, Any]) -> None:
    context, result = measured
    lines = context.resolve(result.facts["baseline"]["outputs"]).read_text().splitlines()
    assert len(lines) == 6


def test_measurements_are_named_once(measured: tuple[ToolContext, Any]) -> None:
    _, result = measured
    ids = [item.id for item in result.measurements]
    assert len(ids) == len(set(ids))
    assert {"baseline.best.prompt", "baseline.best.metric", "baseline.zero_shot.task_accuracy"} <= set(ids)


def test_without_held_out_records_nothing_is_measured_and_no_model_loaded(tmp_path: Path) -> None:
    context = make_context(tmp_path, tmp_path / "no-such-model")
    result = baseline.measure(None, with_facts(context, held_out={"test": {"path": "x", "n": 0}, "dev": None}))
    assert result.facts["baseline"]["n"] == 0


def test_a_changed_test_file_is_refused(tmp_path: Path, model: Path) -> None:
    context = make_context(tmp_path, model)
    path = context.resolve(context.facts["held_out"]["test"]["path"])
    path.write_text(path.read_text() + "\n")
    with pytest.raises(InputError, match="not those that were frozen"):
        baseline.measure(None, context)


def test_the_architecture_becomes_facts(tmp_path: Path, model: Path) -> None:
    plan = ArchitecturePlan(architecture="prompt-only", insufficient_data=True, needed_training_records=50)
    facts = architecture.execute(plan, make_context(tmp_path, model)).facts
    assert (facts["architecture"], facts["insufficient_data"]) == ("prompt-only", True)
    assert architecture.shortages(facts["enough_data"]) == ["4 records to learn from are there; at least 50 are needed"]


def test_retrieval_without_documents_is_refused(tmp_path: Path, model: Path) -> None:
    with pytest.raises(InputError, match="lacks what the architecture needs"):
        architecture.execute(ArchitecturePlan(architecture="hybrid"), make_context(tmp_path, model))


def test_training_on_insufficient_data_contradicts_itself() -> None:
    with pytest.raises(ValueError, match="contradict"):
        ArchitecturePlan(architecture="fine-tuning", insufficient_data=True)


def test_the_untuned_model_is_served_with_the_baselines_prompt(measured: tuple[ToolContext, Any]) -> None:
    context, result = measured
    plan = PromptPlan(strategy="keep", candidates=["bare"])
    fact = serving_prompt.execute(plan, with_facts(context, **result.facts)).facts["serving_prompt"]
    assert fact["id"] == result.facts["baseline"]["prompt"]["id"]


def test_an_unknown_candidate_is_refused(measured: tuple[ToolContext, Any]) -> None:
    context, result = measured
    with pytest.raises(InputError, match="prompt plan"):
        serving_prompt.execute(PromptPlan(candidates=["nonsense"]), with_facts(context, **result.facts))


@pytest.fixture(scope="module")
def compared(
    model: Path, measured: tuple[ToolContext, Any], tmp_path_factory: pytest.TempPathFactory
) -> tuple[ToolContext, Any]:
    """A comparison with an adapter that changes nothing yet (its second matrix is zero)."""
    from peft import LoraConfig, get_peft_model

    from tuneguild.tools import models

    context, result = measured
    tuned: Any = get_peft_model(models.load_model(str(model)), LoraConfig(r=2, target_modules=["q_proj"]))
    tuned.save_pretrained(context.run_dir / "adapter")
    work = context.run_dir / "work" / "compare"
    work.mkdir()
    training = {"adapter": "adapter", "base_model": str(model), "method": "lora"}
    ready = dataclasses.replace(
        with_facts(context, **result.facts, training=training, architecture="fine-tuning", insufficient_data=False),
        workdir=work,
    )
    return ready, compare.measure(None, ready)


def test_an_adapter_that_changes_nothing_changes_no_outcome(compared: tuple[ToolContext, Any]) -> None:
    _, result = compared
    fact = result.facts["evaluation"]
    assert fact["n"] == 4
    assert fact["general_loss_after"] == pytest.approx(fact["general_loss_before"], rel=1e-4)


def test_the_tuned_model_is_tried_with_the_named_prompts_on_dev(compared: tuple[ToolContext, Any]) -> None:
    context, _ = compared
    result = serving_prompt.execute(PromptPlan(candidates=["bare", "steps"]), context)
    assert set(result.facts["serving_prompt"]["dev"]["scores"]) == {"bare", "steps"}


def publishing(compared: tuple[ToolContext, Any]) -> ToolContext:
    context, result = compared
    return dataclasses.replace(
        with_facts(context, **result.facts), measurements={item.id: item for item in result.measurements}
    )


def test_the_verdict_is_written_with_its_figures_and_reasons(compared: tuple[ToolContext, Any]) -> None:
    context = publishing(compared)
    publish.execute(VerdictPlan(verdict="insufficient-data"), context)
    verdict = json.loads((context.run_dir / "verdict.json").read_text())
    assert verdict["verdict"] == "insufficient-data"
    expected = {"baseline", "tuned", "difference", "ci_low", "ci_high", "p_value", "n", "general_loss_before"}
    assert expected | {"general_loss_after", "reasons", "decisions"} <= set(verdict)
    assert verdict["reasons"]


def test_a_softer_verdict_is_refused(compared: tuple[ToolContext, Any]) -> None:
    with pytest.raises(InputError, match="'ship' is refused"):
        publish.execute(VerdictPlan(verdict="ship"), publishing(compared))


def test_a_stricter_verdict_is_recorded_as_such(compared: tuple[ToolContext, Any]) -> None:
    plan = VerdictPlan(verdict="no-ship", reasons=["the examples are odd"])
    reasons = publish.execute(plan, publishing(compared)).facts["evaluation"]["reasons"]
    assert "the examples are odd" in reasons
    assert "the figures alone would say insufficient-data; the evaluator is stricter" in reasons


def test_without_training_the_baseline_is_passed_on(measured: tuple[ToolContext, Any]) -> None:
    context, result = measured
    enough = {"training_records": {"have": 4, "need": 50}, "held_out_records": {"have": 4, "need": 50}}
    ready = with_facts(context, **result.facts, architecture="prompt-only", insufficient_data=True, enough_data=enough)
    fact = compare.measure(None, ready).facts["evaluation"]
    assert fact["tuned"] is None
    assert fact["shortages"][1] == "4 held-out records to prove a gain with are there; at least 50 are needed"
