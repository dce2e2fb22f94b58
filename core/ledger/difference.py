"""From the books as they stand to the books as a replay says they should: mirror journals, then new ones."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from core.ledger.journals import Journal

# Before the key and not after it: keys end in a rail's own reference, which may look like anything.
_VERSIONED: Final = re.compile(r"v\d+:(.*)", re.DOTALL)


def journal_difference(posted: Sequence[Journal], wanted: Sequence[Journal]) -> list[Journal]:
    """What has to be posted so that the live journals of a loan are the wanted ones.

    A journal whose content changed is reversed and posted anew under its key with the next version (`v2:…`), so that
    history stays whole and each journal is reversed once at most.
    """
    live = _live(posted)
    versions = Counter(subject_of(journal.key) for journal in posted if journal.reverses is None)
    mirrors: list[Journal] = []
    fresh: list[Journal] = []
    for journal in wanted:
        standing = live.pop(journal.key, None)
        if standing is not None:
            if standing.content_hash == journal.content_hash:
                continue
            mirrors.append(standing.reversal())
        fresh.append(_version(journal, versions[journal.key] + 1))
    return [journal.reversal() for journal in live.values()] + mirrors + fresh


def _live(posted: Sequence[Journal]) -> dict[str, Journal]:
    reversed_keys = {journal.reverses for journal in posted}
    return {
        subject_of(journal.key): journal
        for journal in posted
        if journal.reverses is None and journal.key not in reversed_keys
    }


def _version(journal: Journal, version: int) -> Journal:
    return journal if version == 1 else replace(journal, key=f"v{version}:{journal.key}")


def subject_of(key: str) -> str:
    """What a journal is about, whatever its version."""
    versioned = _VERSIONED.fullmatch(key)
    return versioned[1] if versioned else key
