"""From the books as they stand to the books as a replay says they should: mirror journals, then new ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from core.ledger.journals import Journal

_VERSION_MARK = "#"


def journal_difference(posted: Sequence[Journal], wanted: Sequence[Journal]) -> list[Journal]:
    """What has to be posted so that the live journals of a loan are the wanted ones.

    A journal whose content changed is reversed and posted anew under its key with a higher version (`…#2`), so that
    history stays whole and each journal is reversed once at most.
    """
    live = _live(posted)
    versions = _versions(posted)
    changes: list[Journal] = []
    for journal in wanted:
        standing = live.pop(journal.key, None)
        if standing is not None and _says_the_same(standing, journal):
            continue
        if standing is not None:
            changes.append(standing.reversal())
        version = versions.get(journal.key, 0) + 1
        key = journal.key if version == 1 else f"{journal.key}{_VERSION_MARK}{version}"
        changes.append(replace(journal, key=key))
    return [journal.reversal() for journal in live.values()] + changes


def _live(posted: Sequence[Journal]) -> dict[str, Journal]:
    reversed_keys = {journal.reverses for journal in posted if journal.reverses is not None}
    return {
        _base(journal.key): journal
        for journal in posted
        if journal.reverses is None and journal.key not in reversed_keys
    }


def _versions(posted: Sequence[Journal]) -> dict[str, int]:
    versions: dict[str, int] = {}
    for journal in posted:
        if journal.reverses is None:
            versions[_base(journal.key)] = versions.get(_base(journal.key), 0) + 1
    return versions


def _base(key: str) -> str:
    return key.partition(_VERSION_MARK)[0]


def _says_the_same(one: Journal, other: Journal) -> bool:
    return replace(one, key=other.key).content_hash == other.content_hash
