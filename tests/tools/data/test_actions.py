"""Scope, cleaning and curriculum one after the other, as the graph runs them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import tuneguild
from support.data import order, orders, project_context, row, talk, talks
from tuneguild.errors import DataError
from tuneguild.settings import DataConfig
from tuneguild.tools.contract import Result, ToolContext, file_sha256
from tuneguild.tools.data import clean, curriculum, rehearsal, scope
from tuneguild.tools.data.leakage import find_leaks
from tuneguild.tools.data.plan import CleaningPlan, CurriculumPlan, ScopePlan
from tuneguild.tools.data.records import read_records, user_text
from tuneguild.tools.data.survey import survey

PLAN = ScopePlan(goal_kind="behaviour", minimum_effect=0.05, dev_size=20)
BFCL = Path(tuneguild.__file__).parent.parent / "shared" / "data" / "bfcl"


def after(context: ToolContext, *results: Result) -> ToolContext:
    """The context with what results established."""
    facts, measurements = dict(context.facts), dict(context.measurements)
    for result in results:
        facts |= result.facts
        measurements |= {item.id: item for item in result.measurements}
    return replace(context, facts=facts, measurements=measurements)


def scoped(
    folder: Path, train: list[Any] | None, held_out: list[Any] | None = None, plan: ScopePlan = PLAN
) -> ToolContext:
    context = project_context(folder, train, held_out)
    context = after(context, survey(None, context))
    return after(context, scope.execute(plan, context))


def part(context: ToolContext, fact: str, name: str) -> list[dict[str, Any]]:
    entry = context.facts[fact][name]
    path = context.resolve(entry["path"])
    assert file_sha256(path) == entry["sha256"]
    records = read_records(path)
    assert len(records) == entry["n"]
    return records


def plain(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Records as a user's rows."""
    return [{key: record[key] for key in ("messages", "tools", "group") if record.get(key)} for record in records]


def test_a_held_out_file_is_the_test_without_its_own_copies(tmp_path: Path) -> None:
    held_out = talks(30, seed=5)
    context = scoped(tmp_path, plain(orders(100)), plain([*held_out, held_out[0]]))
    assert len(part(context, "held_out", "test")) == 30
    assert len(part(context, "held_out", "dev")) == 20 and len(part(context, "held_out", "pool")) == 80
    assert context.measurements["held_out.repeats"].value == 1


def test_without_one_a_leak_free_part_is_set_aside(tmp_path: Path) -> None:
    context = scoped(tmp_path, plain([*orders(90), *talks(30, seed=1)]))
    test, dev, pool = (part(context, "held_out", name) for name in ("test", "dev", "pool"))
    assert (len(test), len(dev), len(pool)) == (30, 20, 70)
    assert not find_leaks(pool, [*test, *dev]) and not find_leaks(dev, test)


def test_dev_is_never_taken_from_what_leaks_into_the_test(tmp_path: Path) -> None:
    train = talks(40)
    context = scoped(tmp_path, plain(train), plain([*train[:30], *talks(10, seed=8)]))
    dev = {user_text(record) for record in part(context, "held_out", "dev")}
    assert dev and not dev & {user_text(record) for record in train[:30]}


def test_a_project_of_documents_gets_empty_parts(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/a.md").write_text("text")
    context = project_context(tmp_path, documents="docs")
    context = after(context, survey(None, context))
    context = after(context, scope.execute(PLAN, context))
    assert [context.facts["held_out"][name]["n"] for name in ("test", "dev", "pool")] == [0, 0, 0]


def test_the_goal_is_written_down(tmp_path: Path) -> None:
    goal = scoped(tmp_path, plain(orders(9)), plain(talks(3))).facts["goal"]
    assert goal["text"] == "call the right tool" and goal["minimum_effect"] == 0.05 and goal["target"] is None


def test_cleaning_removes_what_the_plan_names_and_counts_it(tmp_path: Path) -> None:
    base, held_out = talks(60, length=30), talks(20, seed=7)
    near = talk(user_text(base[3]) + " indeed", base[3]["messages"][1]["content"])
    leak = talk(user_text(held_out[2]), "something else")
    two = [talk("what is two plus two", "four"), talk("what is two plus two", "five")]
    train = [*base, base[0], near, leak, *two, talk("write to jane@corp.com for me please", "done")]
    context = scoped(tmp_path, plain(train), plain(held_out), PLAN.model_copy(update={"dev_size": 1}))
    measured = {item.id: item.value for item in clean.measure(None, context).measurements}
    result = clean.execute(CleaningPlan(), context)
    dropped = result.facts["dataset"]["dropped"]
    assert dropped["leaked"] == measured["data.leaked"] == 1
    assert dropped["conflicting"] == measured["data.conflicts"] == 2
    assert dropped["exact_duplicate"] + dropped["near_duplicate"] == 2
    assert measured["data.exact_duplicates"] + measured["data.near_duplicates_at"]["0.5"] == 3
    context = after(context, result)
    kept = [*part(context, "dataset", "train"), *part(context, "dataset", "validation")]
    assert "jane" not in " ".join(user_text(record) for record in kept)


def test_a_plan_that_removes_nothing_keeps_all(tmp_path: Path) -> None:
    train = talks(30)
    context = scoped(
        tmp_path, plain([*train, *train]), plain(talks(5, seed=3)), PLAN.model_copy(update={"dev_size": 2})
    )
    plan = CleaningPlan(drop_exact=False, drop_near=False, drop_leaked=False, drop_conflicting=False, pii="keep")
    dataset = clean.execute(plan, context).facts["dataset"]
    assert dataset["train"]["n"] + dataset["validation"]["n"] == context.facts["held_out"]["pool"]["n"]


def test_groups_stay_on_one_side_through_all_steps(tmp_path: Path) -> None:
    train = [{**record, "group": f"g{n // 4}"} for n, record in enumerate([*orders(80), *talks(80)])]
    context = scoped(tmp_path, plain(train))
    context = after(context, clean.execute(CleaningPlan(), context))
    sides = [
        {record["group"] for record in part(context, fact, name)}
        for fact, name in (("held_out", "test"), ("held_out", "dev"), ("dataset", "train"), ("dataset", "validation"))
    ]
    assert all(sides) and sum(map(len, sides)) == len(set.union(*sides))


def test_the_same_inputs_give_the_same_version(tmp_path: Path) -> None:
    versions = set()
    for name in ("a", "b"):
        context = scoped(tmp_path / name, plain(orders(40)), plain(talks(9)))
        versions.add(clean.execute(CleaningPlan(), context).facts["dataset"]["version"])
    assert len(versions) == 1


def test_an_earlier_version_stays_as_it_was(tmp_path: Path) -> None:
    context = scoped(tmp_path, plain(orders(60)), plain(talks(9)))
    first = after(context, clean.execute(CleaningPlan(), context))
    after(context, clean.execute(CleaningPlan(validation_fraction=0.3), context))
    assert part(first, "dataset", "train")


def test_a_cleaning_that_leaves_nothing_says_so(tmp_path: Path) -> None:
    train = [talk(f"write to {name}@corp.com about {name} please", "done") for name in ("ann", "bob", "cid", "dot")]
    context = scoped(tmp_path, plain(train), plain(talks(4)))
    with pytest.raises(DataError, match="left after cleaning"):
        clean.execute(CleaningPlan(pii="drop"), context)


def curated(folder: Path, plan: CurriculumPlan) -> tuple[ToolContext, Result]:
    thin = [
        order(f"please bring parcel N-{n} to me {word}", f"N-{n}", topic="bring") for n, word in enumerate("abcdefgh")
    ]
    rows = [
        {**row, "topic": record["topic"]}
        for row, record in zip(plain([*talks(80), *thin]), [*talks(80), *thin], strict=True)
    ]
    context = scoped(folder, rows, plain(talks(9, seed=4)), PLAN.model_copy(update={"dev_size": 4}))
    context = after(context, clean.execute(CleaningPlan(), context))
    result = curriculum.execute(plan, context)
    return after(context, result), result


def test_a_thin_topic_is_filled_and_validation_stays(tmp_path: Path) -> None:
    keep, _ = curated(tmp_path / "a", CurriculumPlan())
    plan = CurriculumPlan(targets={"bring": 12}, strategies={"bring": "message-variation"}, synthesise_up_to=30)
    filled, result = curated(tmp_path / "b", plan)
    made = [record for record in part(filled, "dataset", "train") if "synthesised" in record["tags"]]
    assert made and len(made) == {m.id: m.value for m in result.measurements}["coverage.synthesised"]
    assert part(keep, "dataset", "validation") == part(filled, "dataset", "validation")
    assert keep.facts["dataset"]["version"] != filled.facts["dataset"]["version"]
    assert filled.facts["coverage"]["balance"] > keep.facts["coverage"]["balance"]


def test_a_topic_to_be_collected_is_not_made_up(tmp_path: Path) -> None:
    plan = CurriculumPlan(targets={"bring": 50}, strategies={"bring": "collect"}, synthesise_up_to=30)
    context, _ = curated(tmp_path, plan)
    assert context.facts["coverage"]["below_target"]["bring"] > 40
    assert not any("synthesised" in record["tags"] for record in part(context, "dataset", "train"))


def test_rehearsal_is_mixed_in_and_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rehearsal, "stock", lambda: talks(50, seed=99))
    context, result = curated(tmp_path, CurriculumPlan(rehearsal_fraction=0.1))
    mixed = [record for record in part(context, "dataset", "train") if record["topic"] == "general"]
    assert len(mixed) == {m.id: m.value for m in result.measurements}["coverage.rehearsal"] > 0
    assert "general" not in context.facts["coverage"]["topics"]


def test_without_rehearsal_records_none_are_added(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rehearsal, "stock", list)
    _, result = curated(tmp_path, CurriculumPlan(rehearsal_fraction=0.1))
    assert {m.id: m.value for m in result.measurements}["coverage.rehearsal"] == 0


@pytest.mark.parametrize("count", [3, 4, 8, 20])
def test_few_records_go_through_or_say_why(count: int, tmp_path: Path) -> None:
    context = scoped(tmp_path, [row(number) for number in range(count)], plan=PLAN.model_copy(update={"dev_size": 3}))
    clean.measure(None, context)
    if context.facts["held_out"]["pool"]["n"] < 2:
        with pytest.raises(DataError):
            clean.execute(CleaningPlan(), context)
        return
    context = after(context, clean.execute(CleaningPlan(), context))
    curriculum.measure(None, context)
    assert curriculum.execute(CurriculumPlan(), context).facts["dataset"]["train"]["n"] >= 1


@pytest.mark.skipif(not BFCL.is_dir(), reason="../shared/data/bfcl is not here")
def test_bfcl_goes_through_all_data_steps(tmp_path: Path) -> None:
    context = project_context(tmp_path)
    data = DataConfig(train=str(BFCL / "BFCL_v4_simple_python.json"), format="bfcl")
    context = replace(context, project=context.project.model_copy(update={"data": data}))
    context = after(context, survey(None, context))
    context = after(context, scope.execute(PLAN, context))
    context = after(context, clean.measure(None, context))
    context = after(context, clean.execute(CleaningPlan(), context))
    context = after(context, curriculum.measure(None, context))
    context = after(context, curriculum.execute(CurriculumPlan(), context))
    held_out, dataset = context.facts["held_out"], context.facts["dataset"]
    assert sum(held_out[name]["n"] for name in held_out) + context.measurements["held_out.repeats"].value == 400
    assert dataset["train"]["n"] > 200
