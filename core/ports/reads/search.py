"""What the portal's search finds."""

from __future__ import annotations

from dataclasses import dataclass

from core.references import Reference


@dataclass(frozen=True, slots=True)
class SearchHit:
    """Something that a search found: a borrower, an application or a loan of this MFI."""

    kind: str
    reference: Reference
    district: str
    borrower_name: str
    status: str
