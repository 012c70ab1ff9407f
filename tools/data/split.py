"""Draws part of a set of records by whole groups, so that nothing alike stands on both sides. Blind to the order of lines."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from ...errors import DataError
from .duplicates import find_duplicates, union
from .records import Record, has_call

OVERSHOOT = 1.5
"""A group may exceed what is left of a quota by this factor before it is passed over."""


@dataclass(frozen=True)
class _Group:
    members: list[int]
    kind: str
    rank: str


def groups_of(records: Sequence[Record], threshold: float) -> list[int]:
    """A group number for each record: near-duplicate clusters joined with the records' own `group`."""
    clusters = find_duplicates(records, threshold).clusters(threshold)
    links = list(enumerate(clusters))
    first: dict[str, int] = {}
    for place, record in enumerate(records):
        if record.get("group") is not None:
            links.append((place, first.setdefault(record["group"], place)))
    return union(len(records), links)


def take(
    records: Sequence[Record], groups: Sequence[int], wanted: int, seed: int, *, allowed: set[int] | None = None
) -> tuple[list[int], list[int]]:
    """Draw about `wanted` records by whole groups, with about the set's own share of calls and of plain answers.

    Args:
        records: the records.
        groups: a group number for each.
        wanted: number of records to draw; at least one is drawn and at least one stays.
        seed: seed of the order in which groups are tried.
        allowed: positions that may be drawn; a group with any other member stays. All by default.

    Returns:
        (positions drawn, positions that stay), both in order.

    Raises:
        DataError: fewer than two groups, or none that may be drawn.
    """
    built = _groups(records, groups, seed)
    free = [group for group in built if allowed is None or all(place in allowed for place in group.members)]
    if len(built) < 2 or not free:
        raise DataError(
            f"{len(records)} records cannot be split without leakage: they form {len(built)} group(s) of related records, "
            f"{len(free)} of which may be set aside",
            next_action="give independent records, a held-out file of its own (data.held_out), or other `group` values",
        )
    wanted = max(1, min(wanted, len(records) - 1))
    taken: list[_Group] = []
    for kind, share in _quotas(built, wanted).items():
        taken += _fill([group for group in free if group.kind == kind], share)
    if not taken:
        taken = [min(free, key=lambda group: (len(group.members), group.rank))]
    if len(taken) == len(built):
        taken.remove(max(taken, key=lambda group: (len(group.members), group.rank)))
    drawn = sorted(place for group in taken for place in group.members)
    return drawn, sorted(set(range(len(records))) - set(drawn))


def _groups(records: Sequence[Record], groups: Sequence[int], seed: int) -> list[_Group]:
    members: dict[int, list[int]] = defaultdict(list)
    for place, group in enumerate(groups):
        members[group].append(place)
    built = []
    for places in members.values():
        kind = Counter("call" if has_call(records[place]) else "no-call" for place in places).most_common(1)[0][0]
        name = min(records[place]["id"] for place in places)
        rank = hashlib.sha256(f"{seed}/{name}".encode()).hexdigest()
        built.append(_Group(places, kind, rank))
    return sorted(built, key=lambda group: group.rank)


def _quotas(groups: list[_Group], wanted: int) -> dict[str, int]:
    sizes: Counter[str] = Counter()
    for group in groups:
        sizes[group.kind] += len(group.members)
    total = sizes.total()
    return {kind: round(wanted * size / total) for kind, size in sorted(sizes.items())}


def _fill(groups: list[_Group], quota: int) -> list[_Group]:
    taken: list[_Group] = []
    left = quota
    for group in groups:
        if left <= 0:
            break
        if len(group.members) <= max(left * OVERSHOOT, 1):
            taken.append(group)
            left -= len(group.members)
    return taken
