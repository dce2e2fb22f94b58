"""What the demo tells of itself: `demo.json` for programs, and the lines that a person reads when it is ready."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from channels.simulator.app import DemoLender, DemoPhone
from core.phones import PhoneNumber
from core.records.borrower import Language
from core.records.catalogue import District
from core.use_cases.borrowing import overview
from letsema.demo.cast import LENDERS, PEOPLE, STAFF, Person
from letsema.demo.directory import BorrowerEntry, DemoFile, MfiEntry, StaffEntry
from letsema.demo.settings import SERVICE_CODE, SHORT_CODE
from letsema.installation import Installation


async def demo_file(installation: Installation, *, public: str, internal: str, stand_in: str) -> DemoFile:
    """Who is who, as it stands now: the loans are those that there are, not those that there were."""
    return DemoFile(
        public=public,
        internal=internal,
        stand_in=stand_in,
        service_code=SERVICE_CODE,
        short_code=SHORT_CODE,
        staff=[
            StaffEntry(
                colleague.email,
                colleague.password,
                colleague.role.value,
                colleague.lender.name,
                colleague.lender.head_office_district,
            )
            for colleague in STAFF
        ],
        mfis=[MfiEntry(lender.name, lender.rail_account) for lender in LENDERS],
        borrowers=[await _borrower(installation, person) for person in PEOPLE],
    )


_LANGUAGES: Final = {Language.SESOTHO: "Sesotho", Language.ENGLISH: "English"}


def phones(demo: DemoFile, districts: Mapping[str, District]) -> list[DemoPhone]:
    """The borrowers as the browser phone offers them."""
    return [
        DemoPhone(
            number=PhoneNumber.parse(borrower.phone),
            pin=borrower.pin,
            district=districts[borrower.district].name,
            language=_LANGUAGES[Language(borrower.language)],
            loans=tuple(borrower.loans),
        )
        for borrower in demo.borrowers
    ]


def lenders(demo: DemoFile) -> list[DemoLender]:
    """The lenders as the browser phone's wallet offers them."""
    return [DemoLender(mfi.name, mfi.rail_account) for mfi in demo.mfis]


def banner(demo: DemoFile) -> Iterator[str]:
    """The lines that are printed when the demo is ready."""
    yield ""
    yield "Letsema is ready. Play money, this machine only; Ctrl-C stops it, and the next start goes on from here."
    yield ""
    yield f"  Portal   {demo.public}"
    yield f"  Phone    {demo.public}/simulator   (or: letsema dial; it dials {demo.service_code})"
    yield f"  SMS      write to {demo.short_code}   (letsema dial --channel sms)"
    yield f"  Sent     {demo.stand_in}/_sent"
    yield ""
    yield "  Sign-ins (the demo alone needs no second factor)"
    for staff in demo.staff:
        yield f"    {staff.mfi:<16} {staff.role:<15} {staff.email:<30} {staff.password}"
    yield ""
    yield "  Borrowers"
    for borrower in demo.borrowers:
        loans = f"  loans {', '.join(borrower.loans)}" if borrower.loans else ""
        yield f"    {borrower.phone}  PIN {borrower.pin}  {borrower.district}  {borrower.language}{loans}"
    yield ""


async def _borrower(installation: Installation, person: Person) -> BorrowerEntry:
    engine = installation.engine
    phone = PhoneNumber.parse(person.phone)
    entry = await engine.channel.directory.phone(engine.keyed_hash.phone(phone))
    loans: list[str] = []
    if entry is not None:
        seen = await overview(engine, phone)
        loans = [str(view.loan.reference) for view in seen.loans]
    language = entry.language if entry is not None else person.language.value
    return BorrowerEntry(person.phone, person.pin, str(language), person.district, loans)
