"""Consents: taken back at any time, but for the data of what is open; never deleted, never in silence."""

from __future__ import annotations

import pytest

from core.phones import PhoneNumber
from core.records.borrower import Channel, ConsentKind
from core.records.message import MessageKind
from core.use_cases.applying import RefusalReason
from core.use_cases.callers import registered
from core.use_cases.consenting import ConsentChange, consents_of, give_consent, withdraw_consent
from core.use_cases.withdrawing import withdraw_application
from tests.core.use_cases.lending import HOME, Lending


async def history(lending: Lending, phone: PhoneNumber) -> list[tuple[ConsentKind, bool]]:
    """Every consent ever given, and whether it stands."""
    entry = await registered(lending.engine, phone)
    async with lending.engine.record.unit(HOME) as unit:
        consents = await unit.borrowers.consents(entry.borrower_id)
    return sorted((consent.kind, consent.withdrawn_at is None) for consent in consents)


async def test_a_consent_that_was_taken_back_is_kept_with_its_end_and_told(lending: Lending) -> None:
    phone = await lending.borrower()

    change = await withdraw_consent(lending.engine, phone, ConsentKind.SHARE_HISTORY, "key")

    assert change is ConsentChange.WITHDRAWN
    assert await history(lending, phone) == [
        (ConsentKind.CREDIT_CHECK, True),
        (ConsentKind.KEEP_DATA, True),
        (ConsentKind.SHARE_HISTORY, False),
    ]
    told = await lending.messages(MessageKind.CONSENT_WITHDRAWN)
    assert [row.data["consent"] for row in told] == ["share_history"]


async def test_the_same_again_after_agreeing_anew_takes_nothing_back(lending: Lending) -> None:
    phone = await lending.borrower()
    await withdraw_consent(lending.engine, phone, ConsentKind.CREDIT_CHECK, "key")
    await give_consent(lending.engine, phone, ConsentKind.CREDIT_CHECK, Channel.USSD, "1", "other")

    assert await withdraw_consent(lending.engine, phone, ConsentKind.CREDIT_CHECK, "key") is ConsentChange.WITHDRAWN

    assert ConsentKind.CREDIT_CHECK in (await consents_of(lending.engine, phone)).given_on
    assert len(await lending.messages(MessageKind.CONSENT_WITHDRAWN)) == 1


async def test_two_borrowers_whose_sessions_share_a_name_do_not_share_a_change(lending: Lending) -> None:
    phones = [await lending.borrower(), await lending.borrower()]

    for phone in phones:
        await withdraw_consent(lending.engine, phone, ConsentKind.CREDIT_CHECK, "withdraw_consent:session:4")

    for phone in phones:
        assert ConsentKind.CREDIT_CHECK not in (await consents_of(lending.engine, phone)).given_on


async def test_the_data_of_what_is_open_cannot_be_let_go(lending: Lending) -> None:
    phone = await lending.borrower()
    reference = (await lending.apply(phone)).reference

    refused = await withdraw_consent(lending.engine, phone, ConsentKind.KEEP_DATA, "early")
    await withdraw_application(lending.engine, phone, reference)
    taken = await withdraw_consent(lending.engine, phone, ConsentKind.KEEP_DATA, "late")

    assert refused is ConsentChange.STILL_NEEDED
    assert taken is ConsentChange.WITHDRAWN


async def test_nor_can_that_of_a_loan_that_is_owed(lending: Lending) -> None:
    phone = await lending.borrower()
    await lending.active_loan(phone)

    assert (await consents_of(lending.engine, phone)).has_open_business
    assert await withdraw_consent(lending.engine, phone, ConsentKind.KEEP_DATA, "key") is ConsentChange.STILL_NEEDED


@pytest.mark.parametrize("kind", [ConsentKind.CREDIT_CHECK, ConsentKind.KEEP_DATA])
async def test_nobody_is_weighed_without_what_weighing_needs(lending: Lending, kind: ConsentKind) -> None:
    phone = await lending.borrower()
    await withdraw_consent(lending.engine, phone, kind, "key")

    refused = await lending.apply(phone)
    await give_consent(lending.engine, phone, kind, Channel.USSD, "1", "other")
    taken = await lending.apply(phone)

    assert refused.reason is RefusalReason.CONSENT_WITHDRAWN
    assert taken.reason is None


async def test_without_the_shared_history_one_may_still_apply(lending: Lending) -> None:
    phone = await lending.borrower()
    await withdraw_consent(lending.engine, phone, ConsentKind.SHARE_HISTORY, "key")

    assert (await lending.apply(phone)).reason is None
