"""What a borrower owes elsewhere, as one lender may see it: counts, a band and the worst lateness, never a name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final

from core.money import Money
from core.records.borrower import Consent, ConsentKind

_BANDS: Final = ((0, "none"), (1_000_00, "up_to_1000"), (5_000_00, "up_to_5000"), (20_000_00, "up_to_20000"))
_LAST_BAND: Final = "above_20000"


class SharingLevel(StrEnum):
    """How much of a borrower's history a lender may weigh, by the consents that stand.

    Full: the history at every lender, what is elsewhere in counts and bands. Limited: what the borrower did at this
    lender alone. None: no history at all; only what is owed to this lender counts, because that is a contract.
    """

    FULL = "full"
    LIMITED = "limited"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Exposure:
    """Live loans at other lenders, the band of what is left on them, and look-ups in the last 90 days.

    A live loan is one that may still cost the borrower: offered, accepted, on its way, or running.
    """

    live_loans: int
    outstanding_band: str
    worst_days_late: int
    enquiries_90_days: int | None

    def to_json(self) -> dict[str, Any]:
        """The figures as they are kept with a decision."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Exposure:
        """The figures as a decision saw them."""
        return cls(**{name: kept[name] for name in cls.__dataclass_fields__})


def sharing_level(consents: Iterable[Consent]) -> SharingLevel:
    """What the borrower allows now. Sharing needs the credit check: who took that back is not looked up anywhere."""
    standing = {consent.kind for consent in consents if consent.withdrawn_at is None}
    if ConsentKind.CREDIT_CHECK not in standing:
        return SharingLevel.NONE
    return SharingLevel.FULL if ConsentKind.SHARE_HISTORY in standing else SharingLevel.LIMITED


def outstanding_band(outstanding: Money) -> str:
    """The band that an amount falls in."""
    return next((name for limit, name in _BANDS if outstanding.minor <= limit), _LAST_BAND)
