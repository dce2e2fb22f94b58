"""Finding a borrower, an application or a loan by whatever a member of staff has at hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Row

from core.errors import InvalidInput
from core.names import fold_name
from core.phones import PhoneNumber
from core.ports.environment import KeyedHash
from core.ports.reads import SearchHit
from core.references import Reference
from storage.postgres.folding import folded
from storage.postgres.reads.asking import Asking, statement

_LAST_CHARACTER: Final = "\U0010ffff"

_BY_REFERENCE: Final = statement("""
    select 'loan' as kind, l.reference, l.district, l.status, b.given_names || ' ' || b.surname as borrower_name
    from record.loans l
    join record.borrowers b on b.district = any(:districts) and b.district = l.district and b.id = l.borrower_id
    where l.district = any(:districts) and l.mfi_id = :mfi_id and l.reference = :reference
    union all
    select 'application', a.reference, a.district, a.status, b.given_names || ' ' || b.surname
    from record.applications a
    join record.borrowers b on b.district = any(:districts) and b.district = a.district and b.id = a.borrower_id
    where a.district = any(:districts) and a.mfi_id = :mfi_id and a.reference = :reference
""")


def _borrowers_sql(condition: str) -> str:
    """Borrowers by the newest application to this lender: without one they are not this lender's to see."""
    return f"""
        select 'borrower' as kind, a.reference, a.district, a.status, b.given_names || ' ' || b.surname as borrower_name
        from record.borrowers b
        join record.applications a on a.district = any(:districts) and a.district = b.district
            and a.borrower_id = b.id and a.mfi_id = :mfi_id
        where b.district = any(:districts) and ({condition})
            and not exists (
                select from record.applications newer
                where newer.district = any(:districts) and newer.district = b.district and newer.borrower_id = b.id
                    and newer.mfi_id = :mfi_id
                    and (newer.submitted_at, newer.reference) > (a.submitted_at, a.reference)
            )
        order by borrower_name, a.reference
        limit :limit
    """  # noqa: S608 - constants


_BY_KEY: Final = statement(_borrowers_sql("b.phone_hash = :phone_hash or b.national_id_hash = :national_id_hash"))
_SURNAME: Final = folded("b.surname")
_FULL_NAME: Final = folded("b.given_names || b.surname")
# `~>=~` and `~<~` compare as the indexes do, by code point, whatever the database's collation.
_BY_NAME: Final = statement(
    _borrowers_sql(
        f"({_SURNAME} ~>=~ :first and {_SURNAME} ~<~ :last) or ({_FULL_NAME} ~>=~ :first and {_FULL_NAME} ~<~ :last)"
    )
)


async def search_hits(asking: Asking, keyed_hash: KeyedHash, text: str, limit: int) -> Sequence[SearchHit]:
    """By reference; else by phone or national ID, exact; else by the beginning of the surname or of the full name.

    A name is compared without what its spelling leaves open: `core.names`.
    """
    text = " ".join(text.split())
    reference = _reference(text)
    if reference is not None and (rows := await asking.rows(_BY_REFERENCE, reference=reference.digits)):
        return [_hit(row) for row in rows]
    if any(character.isdigit() for character in text):
        rows = await asking.rows(
            _BY_KEY,
            phone_hash=_phone_hash(text, keyed_hash),
            national_id_hash=keyed_hash.national_id(text),
            limit=limit,
        )
        return [_hit(row) for row in rows]
    beginning = fold_name(text)
    if not beginning:
        return []
    rows = await asking.rows(_BY_NAME, first=beginning, last=beginning + _LAST_CHARACTER, limit=limit)
    return [_hit(row) for row in rows]


def _reference(text: str) -> Reference | None:
    try:
        return Reference.parse(text)
    except InvalidInput:
        return None


def _phone_hash(text: str, keyed_hash: KeyedHash) -> bytes:
    """The name of the number, or one that nobody has when it is no number."""
    try:
        return keyed_hash.phone(PhoneNumber.parse(text))
    except InvalidInput:
        return b""


def _hit(row: Row[Any]) -> SearchHit:
    return SearchHit(row.kind, Reference(row.reference), row.district, row.borrower_name, row.status)
