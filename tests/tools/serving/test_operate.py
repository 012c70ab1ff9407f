"""Merging, parity and the model card, on a tiny model with an adapter of random weights."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from support.training_run import training_context
from tuneguild.errors import JobFailed
from tuneguild.tools.contract import Result, ToolContext
from tuneguild.tools.models import load_model
from tuneguild.tools.serving.operate import execute, read_facts, serve_command
from tuneguild.tools.serving.plan import OperationsPlan

pytestmark = pytest.mark.filterwarnings("ignore:.*is_gradient_checkpointing:FutureWarning")


def add_adapter(context: ToolContext) -> ToolContext:
    """The context after a training: an adapter whose weights are not zero, so that merging changes something."""
    import torch
    from peft import LoraConfig, get_peft_model

    torch.manual_seed(3)
    config = LoraConfig(r=4, lora_alpha=8, target_modules="all-linear", task_type="CAUSAL_LM", init_lora_weights=False)
    get_peft_model(load_model(context.project.model), config).save_pretrained(str(context.run_dir / "adapter"))
    training = {
        "adapter": "adapter",
        "model": None,
        "base_model": context.project.model,
        "method": "lora",
        "trainable_parameters": 2176,
        "best_step": 6,
        "validation_loss": 1.25,
        "seconds": 3.0,
        "plan": {"lora_rank": 4},
    }
    scores = {"baseline": {"task_accuracy": 0.4}, "tuned": {"task_accuracy": 0.8}, "p_value": 0.0001, "n": 200}
    facts = {**context.facts, "training": training, "verdict": "ship", "evaluation": scores}
    return replace(context, facts=facts)


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ToolContext]:
    yield add_adapter(training_context(tmp_path_factory.mktemp("operate")))


@pytest.fixture(scope="module")
def result(context: ToolContext) -> Result:
    return execute(OperationsPlan(parity_prompts=6, parity_tokens=12), context)


def test_the_merged_model_gives_the_same_outputs(result: Result) -> None:
    values = {measurement.id: measurement.value for measurement in result.measurements}
    assert values["operations.parity_share"] == 1.0
    assert values["operations.max_logit_difference"] < 1e-4
    assert values["operations.same_token_ids"]


def test_the_merged_model_is_not_the_base_model(context: ToolContext, result: Result) -> None:
    import torch

    ids = torch.tensor([[5, 6, 7, 8]])
    merged = load_model(str(context.resolve(result.facts["operations"]["merged"])))(input_ids=ids).logits
    base = load_model(context.project.model)(input_ids=ids).logits
    assert (merged - base).abs().max() > 1e-3


def test_the_merged_folder_loads_without_peft(context: ToolContext, result: Result) -> None:
    names = {path.name for path in (context.run_dir / "merged").iterdir()}
    assert {"config.json", "model.safetensors", "tokenizer.json", "chat_template.jinja"} <= names
    assert "adapter_config.json" not in names


def test_the_card_names_base_data_results_and_licence(context: ToolContext, result: Result) -> None:
    card = (context.run_dir / "model_card.md").read_text(encoding="utf-8")
    for part in (
        "| dataset version | v1 |",
        "| task_accuracy | 0.4 | 0.8 |",
        "Licence: not stated",
        "lora_rank",
        "Limits",
    ):
        assert part in card


def test_a_model_that_behaves_differently_stops_the_deployment(
    context: ToolContext, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from tuneguild.tools.serving import operate

    base = operate.Loaded(
        "base", load_model(context.project.model), operate.load_tokenizer(context.project.model), "cpu"
    )
    monkeypatch.setattr(operate, "_reloaded", lambda *_: base)
    with pytest.raises(JobFailed, match="must not be deployed"):
        execute(OperationsPlan(parity_prompts=6, parity_tokens=12), replace(context, workdir=tmp_path))


def test_the_adapter_can_be_handed_over_as_it_is(context: ToolContext) -> None:
    result = execute(OperationsPlan(merge=False, parity_prompts=4, parity_tokens=8), context)
    assert result.facts["operations"]["merged"] is None


def test_the_vllm_command_serves_an_adapter_on_its_base(context: ToolContext) -> None:
    plan = OperationsPlan(merge=False, server="vllm")
    command = serve_command(plan, context.run_dir / "adapter", {"base_model": "owner/base"}, context)
    assert command.startswith("vllm serve owner/base --enable-lora --lora-modules tuned=./adapter")


def test_an_unfinished_run_is_explained(tmp_path: Path) -> None:
    with pytest.raises(JobFailed, match="holds no finished run"):
        read_facts(tmp_path)
