"""A payout out of suspense is of no loan, and asking it for one is a defect and no refusal."""

from __future__ import annotations

import pytest

from core.money import Money
from core.records.proposal import ProposalKind
from core.use_cases.proposing import Answer, Propose, carry_out, propose
from tests.core.use_cases.lending import HOME, Lending, key


async def test_a_refund_out_of_suspense_is_of_its_payment_and_of_no_loan(lending: Lending) -> None:
    await lending.pay(Money.of("40"), reference="STRAY")
    back = {"rail": "simulated", "rail_reference": "STRAY"}
    command = Propose(HOME, ProposalKind.REFUND_PAYMENT, back, "Not ours.", key())
    proposal = await propose(lending.engine, lending.cashier, command)
    await carry_out(lending.engine, lending.manager, Answer(HOME, proposal.id, "", key()))
    async with lending.engine.record.unit(HOME) as unit:
        payment = await unit.payments.get("simulated", "STRAY")
        assert payment is not None
        (payout,) = await unit.disbursements.refunds(payment.id)

    assert payout.subject_id == payment.id
    with pytest.raises(ValueError, match="of no loan"):
        _ = payout.its_loan_id
