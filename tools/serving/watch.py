"""What is watched once the tuned model serves people: limits and amounts, each from a knowledge record.

Owns: the typed plan and its table in the model card. Who may change a limit is the gate's business.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Watch(BaseModel):
    """Limits after the release. Shares lie between 0 and 1."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    canary_share: float = Field(default=0.05, gt=0, le=1)
    """Share of the traffic that the new model answers first."""
    canary_hours: float = Field(default=24, gt=0)
    """Hours on that share before it gets the rest."""
    drift_records: int = Field(default=1000, ge=1)
    """Requests kept as the reference that later ones are compared with."""
    drift_alpha: float = Field(default=0.01, gt=0, lt=1)
    """Significance level of the test for drift."""
    retention_days: int = Field(default=30, ge=1)
    """Days after which logged requests are deleted."""
    first_token_seconds: float = Field(default=0.5, gt=0)
    """Seconds to the first token that requests should keep to."""
    token_seconds: float = Field(default=0.05, gt=0)
    """Seconds per further token."""
    latency_attainment: float = Field(default=0.9, gt=0, le=1)
    """Share of the requests that have to keep to both times."""
    cache_reserve: float = Field(default=0.1, ge=0, lt=1)
    """Share of the accelerator's memory kept free beside weights and key-value cache."""
    review_days: int = Field(default=5, ge=1)
    """Working days within which an incident is reviewed."""
    failures_to_tests: float = Field(default=0.5, gt=0, le=1)
    """Share of reviewed failures that become test records; the rest may be learnt from."""
    comparison_days: int = Field(default=7, ge=1)
    """Days that an online comparison of two models runs at least."""
    split_alpha: float = Field(default=0.001, gt=0, lt=1)
    """Significance level at which an uneven split of its traffic makes that comparison void."""
    fingerprint_prompts: int = Field(default=50, ge=1)
    """Fixed prompts asked again and again, to notice that the served model is another one."""
    false_block_limit: float = Field(default=0.01, gt=0, lt=1)
    """Share of harmless requests that a guardrail may block at most."""
    cases_per_behaviour: int = Field(default=10, ge=1)
    """Cases that each promised behaviour has in the regression suite."""
    false_refusal_limit: float = Field(default=0.03, gt=0, lt=1)
    """Share of safe requests that the model may refuse at most."""
    red_team_prompts: int = Field(default=200, ge=1)
    """Attacks in the suite that runs before each release."""
    human_share: float = Field(default=0.5, ge=0, le=1)
    """Least share of human-made records in the next training set, against feeding the model its own answers."""


def watch_table(watch: Watch) -> list[str]:
    """The plan as the rows of a markdown table."""
    rows = ["| limit | value | what it is |", "| --- | --- | --- |"]
    for name, info in Watch.model_fields.items():
        rows.append(f"| {name} | {getattr(watch, name):g} | {info.description} |")
    return ["\n".join(rows)]
