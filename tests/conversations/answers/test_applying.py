"""Applying in the session in which one registered."""

from __future__ import annotations

from datetime import timedelta

import pytest

from conversations.answers.applying import quote
from conversations.answers.table import Scene
from conversations.engine import Ask, Conversation, Value
from core.money import Money
from core.records.borrower import Channel
from core.use_cases.quoting import quote as quote_for
from tests.core.use_cases.lending import Lending

pytestmark = pytest.mark.engine


async def test_a_loan_is_quoted_from_the_districts_business_date_in_a_session_that_did_not_know_it(
    lending: Lending,
) -> None:
    caller = await lending.borrower()
    entry = await lending.engine.channel.directory.phone(lending.engine.keyed_hash.phone(caller))
    today = await lending.today()
    began = Conversation(session="s", turn=9, today=today + timedelta(days=40), language="en", draft_id="d")
    scene = Scene(engine=lending.engine, caller=caller, entry=entry, channel=Channel.USSD, conversation=began)
    asked: dict[str, Value] = {
        "product": str(lending.product.product_id),
        "product_version": lending.product.version,
        "amount": Money.of(1_000),
        "term": "3",
        "wallet": "own",
    }

    outcome = await quote(scene, Ask(kind="quote", arguments=asked, is_command=False, key=""))

    facts = quote_for(lending.product, Money.of(1_000), 3, today).key_facts
    assert (outcome.name, outcome.values["first_due_on"]) == ("quoted", facts.first_due_on)
