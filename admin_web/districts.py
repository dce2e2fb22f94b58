"""Which districts a list covers: a branch's own at first, all of them for the head office and for whoever asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from admin_web.visits import Visit
from core.records.catalogue import District

ALL: Final = "all"


@dataclass(frozen=True, slots=True)
class DistrictChoice:
    """What a list covers, and what it could. `chosen` is a district's code or `all`."""

    chosen: str
    districts: Sequence[District]

    @property
    def codes(self) -> Sequence[str]:
        """The codes of the districts covered."""
        return [each.code for each in self.districts if self.chosen in {ALL, each.code}]

    def name(self, code: str) -> str:
        """The name of a district, its code where it is not known here."""
        return next((each.name for each in self.districts if each.code == code), code)


async def chosen_districts(visit: Visit) -> DistrictChoice:
    """What the address asks for, else what the actor's desk covers.

    Branch staff begin with their own district, which answers from one node whatever happens elsewhere.
    """
    districts = await visit.districts()
    asked = visit.query_form().raw("district")
    if asked == ALL or any(asked == district.code for district in districts):
        return DistrictChoice(asked, districts)
    mfi = await visit.mfi()
    at_head_office = visit.actor.district == mfi.head_office_district
    return DistrictChoice(ALL if at_head_office else visit.actor.district, districts)
