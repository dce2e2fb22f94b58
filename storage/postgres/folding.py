"""A name folded in statements, and in the indexes that serve them, as `core.names.fold_name` folds what is typed."""

from __future__ import annotations

from core.names import SIGNS


def folded(name: str) -> str:
    """SQL for the folded form of what the SQL `name` says. Immutable; the database's encoding is UTF-8."""
    return f"replace(lower(regexp_replace(normalize({name}, NFD), '{SIGNS}', '', 'g')), 'tsh', 'ts')"
