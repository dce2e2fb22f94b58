"""What staff may decide is bounded by the product that was applied for."""

from __future__ import annotations

import pytest

from core.errors import InvalidInput
from core.money import Money
from core.use_cases.deciding import Approve, CheckIdentity, approve, check_identity
from tests.core.use_cases.lending import Lending, key


@pytest.mark.parametrize("amount", ["-1", "0.01", "0.50", "499.99", "1000.01"])
async def test_an_amount_that_the_product_or_the_borrower_did_not_name_is_not_lent(
    amount: str, lending: Lending
) -> None:
    reference = (await lending.apply(await lending.borrower(), amount="1000")).reference
    with pytest.raises(InvalidInput):
        await lending.recommend(reference, lending.officer, Money.of(amount))
    recommended = await lending.recommend(reference, lending.officer)

    with pytest.raises(InvalidInput):
        await approve(
            lending.engine, lending.manager, Approve(reference, Money.of(amount), 3, "", recommended.version, key())
        )


async def test_an_amount_may_be_lowered_to_the_smallest_loan_of_the_product(lending: Lending) -> None:
    reference = (await lending.apply(await lending.borrower(), amount="1000")).reference

    recommended = await lending.recommend(reference, lending.officer, lending.product.amount_min)

    assert recommended.recommended_amount == Money.of("500")


async def test_a_term_that_the_product_does_not_have_is_not_lent(lending: Lending) -> None:
    reference = (await lending.apply(await lending.borrower())).reference
    recommended = await lending.recommend(reference, lending.officer)

    with pytest.raises(InvalidInput) as refused:
        await approve(
            lending.engine, lending.manager, Approve(reference, Money.of("1000"), 4, "", recommended.version, key())
        )

    assert refused.value.field == "periods"


async def test_an_identity_is_checked_in_a_way_that_is_known(lending: Lending) -> None:
    reference = (await lending.apply(await lending.borrower())).reference

    with pytest.raises(InvalidInput) as refused:
        await check_identity(lending.engine, lending.officer, CheckIdentity(reference, "a friend said so", "", key()))

    assert refused.value.field == "method"


async def test_a_note_is_no_longer_than_anybody_reads(lending: Lending) -> None:
    reference = (await lending.apply(await lending.borrower())).reference

    with pytest.raises(InvalidInput) as refused:
        await check_identity(
            lending.engine, lending.officer, CheckIdentity(reference, "saw_national_id", "n" * 1_001, key())
        )

    assert refused.value.field == "note"
