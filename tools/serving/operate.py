"""The action of step 09: merge the adapter, prove that the result is the evaluated model, write its card.

Owns: the export. The comparison is `parity.py`, the card `card.py`; training is in `../training`.
"""

from __future__ import annotations

import json
import shlex
import shutil
from pathlib import Path
from typing import Any

from ...errors import JobFailed, Problem
from ..contract import Measurement, Result, ToolContext
from ..data.records import read_records
from ..evaluation.prompts import apply_prompt
from ..models import Loaded, device, load_model, load_tokenizer, quiet, require, resolve, use_threads
from .card import model_card
from .parity import Parity, compare
from .plan import OperationsPlan
from .prompt import first_question, serving_prompt


def execute(plan: OperationsPlan, context: ToolContext) -> Result:
    """Export the tuned model, compare it with the evaluated one, write model_card.md.

    Raises:
        JobFailed: the exported model does not behave as the evaluated one; nothing may be deployed.
    """
    use_threads()
    training = context.facts["training"]
    context.progress("loading the tuned model", 0, 0)
    evaluated = tuned_model(context.facts, context.run_dir, context.project_dir)
    exported = _export(plan, training, evaluated, context)
    context.progress("comparing outputs", 0, 0)
    parity = compare(evaluated, _reloaded(exported, training, context), _questions(plan, context), plan.parity_tokens)
    _require_parity(parity, plan)
    command = serve_command(plan, exported, training, context)
    card = context.run_dir / "model_card.md"
    card.write_text(model_card(plan, context, parity, command), encoding="utf-8")
    operations = {
        "merged": context.relative(exported) if plan.merge or training.get("model") else None,
        "adapter": training.get("adapter"),
        "parity": parity.as_dict(),
        "model_card": context.relative(card),
        "serve_command": command,
        "watch": plan.watch.model_dump(),
    }
    measurements = [
        Measurement("operations.parity_share", parity.share, "share", f"same greedy tokens, {parity.prompts} prompts"),
        Measurement("operations.max_logit_difference", parity.max_logit_difference, "logits", "on the prompts' tokens"),
        Measurement("operations.same_token_ids", parity.same_tokens, note="exported tokenizer against the trained one"),
        Measurement("operations.size_mb", round(_megabytes(exported), 2), "MB", "weights on disk"),
    ]
    summary = f"{parity.share:.0%} of {parity.prompts} outputs equal, largest logit difference {parity.max_logit_difference:.2g}"
    artifacts = {"model": context.relative(exported), "model_card": context.relative(card)}
    return Result(measurements, {"operations": operations}, artifacts, summary)


def tuned_model(facts: Any, run_dir: Path, project_dir: Path | None = None) -> Loaded:
    """The model that was evaluated: base and adapter, or the fully tuned one, in the precision of evaluation."""
    training = facts["training"]
    if training.get("model"):
        name, adapter = str(run_dir / training["model"]), None
    else:
        name, adapter = training["base_model"], run_dir / training["adapter"]
    tokenizer = load_tokenizer(name, project_dir)
    model = load_model(name, adapter=adapter, base=project_dir)
    return Loaded(resolve(name, project_dir), model, tokenizer, device())


def _export(plan: OperationsPlan, training: dict[str, Any], evaluated: Loaded, context: ToolContext) -> Path:
    """The folder to serve: merged/ in the run folder, or the adapter's or fully tuned model's own."""
    if training.get("model"):
        return context.run_dir / training["model"]
    if not plan.merge:
        return context.run_dir / training["adapter"]
    context.progress("merging the adapter", 0, 0)
    torch = require("torch", "training")
    fresh, target = context.workdir / "merged.new", context.run_dir / "merged"
    shutil.rmtree(fresh, ignore_errors=True)
    model = load_model(
        training["base_model"],
        adapter=context.run_dir / training["adapter"],
        dtype=torch.float32,
        base=context.project_dir,
    )
    # Merged in float32 and rounded once: adding to rounded weights would round twice.
    merged = model.merge_and_unload().to(getattr(torch, plan.dtype))
    with quiet():
        merged.save_pretrained(str(fresh))
    evaluated.tokenizer.save_pretrained(str(fresh))
    shutil.rmtree(target, ignore_errors=True)
    fresh.rename(target)
    return target


def _reloaded(exported: Path, training: dict[str, Any], context: ToolContext) -> Loaded:
    """The exported model as a server would load it: from its files."""
    if (exported / "adapter_config.json").is_file():
        return tuned_model({"training": training}, context.run_dir, context.project_dir)
    return Loaded(str(exported), load_model(str(exported)), load_tokenizer(str(exported)), device())


def _questions(plan: OperationsPlan, context: ToolContext) -> list[dict[str, Any]]:
    """Held-out conversations up to their first assistant turn, under the serving prompt."""
    records = read_records(context.resolve(context.facts["held_out"]["test"]["path"]))
    step = max(1, len(records) // plan.parity_prompts)
    prompt = serving_prompt(context.facts)
    chosen = records[::step][: plan.parity_prompts]
    return [
        {"messages": apply_prompt(first_question(record), prompt), "tools": record.get("tools") or None}
        for record in chosen
    ]


def _require_parity(parity: Parity, plan: OperationsPlan) -> None:
    faults = []
    if not parity.same_tokens:
        faults.append(Problem("tokenizer", "writes prompts with other token ids than in training"))
    if parity.share < plan.minimum_parity:
        expected = f"at least {plan.minimum_parity:.0%}"
        faults.append(Problem("outputs", "differ from the evaluated model's", f"{parity.share:.0%} equal", expected))
    if parity.max_logit_difference > plan.tolerance:
        expected = f"at most {plan.tolerance:g}"
        faults.append(Problem("logits", "differ too much", f"{parity.max_logit_difference:.3g}", expected))
    if faults:
        raise JobFailed(
            "the exported model is not the evaluated one; it must not be deployed",
            found="; ".join(map(str, faults)),
            next_action="export in float32, or serve the adapter on its base model (merge: false)",
        )


def serve_command(plan: OperationsPlan, exported: Path, training: dict[str, Any], context: ToolContext) -> str:
    """The shell command that serves the exported model from within the run folder, OpenAI-compatible."""
    folder = shlex.quote(f"./{context.relative(exported)}")
    adapter_only = (exported / "adapter_config.json").is_file()
    if plan.server == "transformers":
        if adapter_only:
            return f"tuneguild chat {shlex.quote(context.run_dir.name)}"
        return f"transformers serve {folder}"
    tools = "--enable-auto-tool-choice --tool-call-parser hermes"
    if adapter_only:
        base = shlex.quote(str(training["base_model"]))
        return f"vllm serve {base} --enable-lora --lora-modules tuned={folder} {tools}"
    return f"vllm serve {folder} {tools}"


def _megabytes(folder: Path) -> float:
    return sum(file.stat().st_size for file in folder.glob("*.safetensors")) / 1e6


def read_facts(run: Path) -> dict[str, Any]:
    """The final facts of a run.

    Raises:
        JobFailed: the folder is no finished run, or the run trained nothing.
    """
    path = run / "facts.json"
    if not path.is_file():
        raise JobFailed(
            f"{run} holds no finished run",
            expected="facts.json, which a run writes at its end",
            next_action="`tuneguild runs` lists runs; `tuneguild resume` finishes one",
        )
    return json.loads(path.read_text(encoding="utf-8"))
