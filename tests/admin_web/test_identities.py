"""The pages about who a borrower is: cases with nothing said too much, and numbers that two persons move."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.ports.reads import IdentityCasePage, IdentityCaseRow
from core.records.identity import CaseStatus, ChangeStatus, IdentityCase, IdentityChange
from core.records.staff import Role
from core.use_cases.deciding_change import change_file
from core.use_cases.identity_cases import case_file
from tests.admin_web.conftest import Office
from tests.admin_web.lists import Lists
from tests.admin_web.world import MOHLOLI


def path_of(about: IdentityCase | IdentityChange) -> str:
    kind = "cases" if isinstance(about, IdentityCase) else "changes"
    return f"/identity-{kind}/{about.district}/{about.id}"


async def stands(office: Office, about: IdentityCase | IdentityChange) -> CaseStatus | ChangeStatus:
    engine, manager = office.lending.engine, await office.lending.actor(Role.MANAGER)
    if isinstance(about, IdentityCase):
        return (await case_file(engine, manager, about.district, about.id)).case.status
    return (await change_file(engine, manager, about.district, about.id)).change.status


async def id_of(office: Office, case: IdentityCase) -> str:
    async with office.lending.engine.record.unit(case.district) as unit:
        return (await unit.borrowers.get(case.borrower_id)).national_id


# --- the lists ---


async def test_the_list_shows_who_when_and_from_which_number_masked(office: Office, lists: Lists) -> None:
    case = await office.lending.identity_case()
    line = IdentityCaseRow(
        case.id, case.district, "Palesa Mokoena", "Thabang", case.phone.masked, case.status, None, case.opened_at, 3
    )
    lists.case_page = IdentityCasePage([line], 1, ("LS-K",))

    page = (await (await office.at(Role.LOAN_OFFICER)).get("/identity-cases")).text

    assert f'href="{path_of(case)}"' in page
    assert case.phone.masked in page
    assert case.phone.e164[4:] not in page
    assert "does not answer: LS-K" in page


async def test_the_lists_are_read_from_the_lenders_own(working_office: Office) -> None:
    lending = working_office.lending
    mine, theirs = await lending.identity_case(), await lending.identity_case(mfi_id=MOHLOLI)
    ours, not_ours = await lending.identity_change(), await lending.identity_change(mfi_id=MOHLOLI)
    officer = await working_office.at(Role.LOAN_OFFICER)

    cases, changes = (await officer.get("/identity-cases")).text, (await officer.get("/identity-changes")).text
    closed = (await officer.get("/identity-cases?status=closed")).text

    assert (str(mine.id) in cases, str(theirs.id) in cases, str(mine.id) in closed) == (True, False, False)
    assert (str(ours.id) in changes, str(not_ours.id) in changes) == (True, False)


async def test_a_closed_case_is_listed_with_how_it_ended(working_office: Office) -> None:
    case = await working_office.lending.identity_case()
    officer = await working_office.at(Role.LOAN_OFFICER)
    path = path_of(case)
    await officer.post(f"{path}/close", seen_on=path, outcome="another_person", note="Swapped two digits.")

    closed = (await officer.get("/identity-cases?status=closed")).text

    assert "Somebody else, who typed a wrong ID" in closed
    assert str(case.id) in closed


async def test_a_state_that_is_none_is_the_open_one(office: Office, lists: Lists) -> None:
    browser = await office.at(Role.AUDITOR)

    await browser.get("/identity-cases?status=nonsense")

    assert lists.asked[-1][2] is CaseStatus.OPEN


# --- a case ---


async def test_a_case_shows_the_caller_and_the_borrower_and_no_whole_number(office: Office) -> None:
    case = await office.lending.identity_case()

    page = (await (await office.at(Role.LOAN_OFFICER)).get(path_of(case))).text

    assert "Thabang Mokoena" in page
    assert case.phone.masked in page
    assert case.phone.e164 not in page
    assert await id_of(office, case) not in page


async def test_the_number_is_shown_to_call_it_on_that_page_alone(office: Office) -> None:
    case = await office.lending.identity_case()
    path = path_of(case)
    officer = await office.at(Role.LOAN_OFFICER)

    shown = await officer.post(f"{path}/number", seen_on=path)

    assert case.phone.e164 in shown.text
    assert case.phone.e164 not in (await officer.get(path)).text


async def test_the_same_person_gets_the_new_number_once_a_second_one_agrees(office: Office) -> None:
    lending, case = office.lending, await office.lending.identity_case()
    path = path_of(case)
    officer, manager = await office.at(Role.LOAN_OFFICER), await office.at(Role.MANAGER)

    proposed = await officer.post(
        f"{path}/same-person", seen_on=path, same_id=await id_of(office, case), same_note="Card seen."
    )
    waiting = (await officer.get(path)).text
    mine = (await officer.get(proposed.location)).text
    agreed = await manager.post(f"{proposed.location}/agree", seen_on=proposed.location)

    assert proposed.status == 303
    assert f'href="{proposed.location}"' in waiting
    assert "Somebody else has to decide it." in mine
    assert "/agree" not in mine
    assert (agreed.status, agreed.location) == (303, proposed.location)
    assert "Carried out" in (await manager.get(proposed.location)).text
    entry = await lending.engine.channel.directory.phone(lending.engine.keyed_hash.phone(case.phone))
    assert entry is not None
    assert (entry.borrower_id, await stands(office, case)) == (case.borrower_id, CaseStatus.CLOSED)


@pytest.mark.parametrize(
    "fields", [{}, {"same_id": "999999999999", "same_note": "Card."}], ids=["nothing", "not theirs"]
)
async def test_a_card_that_is_not_theirs_proposes_nothing_and_is_not_shown_again(
    office: Office, fields: dict[str, str]
) -> None:
    case = await office.lending.identity_case()
    path = path_of(case)
    officer = await office.at(Role.LOAN_OFFICER)

    refused = await officer.post(f"{path}/same-person", seen_on=path, **fields)

    assert refused.status == 422
    assert 'href="#field-same_id"' in refused.text
    assert "999999999999" not in refused.text
    assert await stands(office, case) is CaseStatus.OPEN


async def test_a_mistyped_id_is_corrected_by_two_persons(office: Office) -> None:
    case = await office.lending.identity_case()
    path = path_of(case)
    officer, analyst = await office.at(Role.LOAN_OFFICER), await office.at(Role.CREDIT_ANALYST)

    wrong = await officer.post(f"{path}/correct-id", seen_on=path, right_id="12", right_note="Card.")
    proposed = await officer.post(
        f"{path}/correct-id", seen_on=path, right_id="4444 5555 6666", right_note="One digit swapped."
    )
    await analyst.post(f"{proposed.location}/agree", seen_on=proposed.location)

    assert (wrong.status, 'href="#field-right_id"' in wrong.text) == (422, True)
    assert await id_of(office, case) == "444455556666"


async def test_a_case_is_closed_with_a_reason(office: Office) -> None:
    case = await office.lending.identity_case()
    path = path_of(case)
    officer = await office.at(Role.LOAN_OFFICER)

    refused = await officer.post(f"{path}/close", seen_on=path, outcome="same_person", note="")
    closed = await officer.post(f"{path}/close", seen_on=path, outcome="fraud", note="Not their face.")
    again = await officer.post(f"{path}/close", seen_on="/me", key="k", outcome="fraud", note="Not their face.")

    assert refused.status == 422
    assert (closed.status, closed.location) == (303, "/identity-cases")
    page = (await officer.get(path)).text
    assert "Not their face." in page
    assert "<form" not in page.split("<main")[1].split("</main")[0]
    assert again.status == 409


async def test_who_only_reads_gets_no_form(office: Office) -> None:
    case, change = await office.lending.identity_case(), await office.lending.identity_change()
    auditor = await office.at(Role.AUDITOR)

    for about in (case, change):
        page = (await auditor.get(path_of(about))).text
        assert 'method="post"' not in page.split("<main")[1].split("</main")[0]


async def test_what_a_caller_typed_is_words_and_nothing_else(office: Office) -> None:
    case = await office.lending.identity_case(surname='"><script>alert(1)</script>')

    page = (await (await office.at(Role.LOAN_OFFICER)).get(path_of(case))).text

    assert "<script>alert" not in page


# --- a borrower at the branch ---


async def test_a_new_number_is_proposed_with_the_card_in_hand(office: Office) -> None:
    old = await office.lending.borrower(national_id="012345678901")
    officer = await office.at(Role.LOAN_OFFICER)

    proposed = await officer.post(
        "/identity-changes/number",
        seen_on="/identity-changes/number",
        phone=old.e164,
        national_id="012345678901",
        new_phone="58999999",
        note="Lost the SIM.",
    )

    page = (await officer.get(proposed.location)).text
    assert proposed.status == 303
    assert "Lost the SIM." in page
    assert "+26658999999" not in page


@pytest.mark.parametrize(
    "wrong",
    [{"phone": "58777777"}, {"national_id": "999999999999"}, {"new_phone": "1234"}, {"note": ""}, {"phone": ""}],
    ids=["unknown number", "another ID", "no number", "no reason", "nothing"],
)
async def test_what_cannot_be_proposed_is_asked_for_again_without_the_id(office: Office, wrong: dict[str, str]) -> None:
    old = await office.lending.borrower(national_id="012345678901")
    officer = await office.at(Role.LOAN_OFFICER)
    fields = {"phone": old.e164, "national_id": "012345678901", "new_phone": "58999999", "note": "Lost it."} | wrong

    answer = await officer.post("/identity-changes/number", seen_on="/identity-changes/number", **fields)

    assert answer.status == 422
    assert 'value="012345678901"' not in answer.text


# --- the second person ---


async def test_the_one_who_proposed_may_not_agree(office: Office) -> None:
    change = await office.lending.identity_change(role=Role.MANAGER)
    manager = await office.at(Role.MANAGER)

    answer = await manager.post(f"{path_of(change)}/agree", seen_on=path_of(change))

    assert answer.status == 409
    assert await stands(office, change) is ChangeStatus.PROPOSED


async def test_a_change_is_refused_with_a_reason(office: Office) -> None:
    change = await office.lending.identity_change()
    path = path_of(change)
    manager = await office.at(Role.MANAGER)

    silent = await manager.post(f"{path}/refuse", seen_on=path, note="")
    refused = await manager.post(f"{path}/refuse", seen_on=path, note="I saw no card.")

    assert (silent.status, refused.status) == (422, 303)
    assert "I saw no card." in (await manager.get(path)).text
    assert await stands(office, change) is ChangeStatus.REFUSED


async def test_its_maker_takes_a_change_back(office: Office) -> None:
    change = await office.lending.identity_change()
    path = path_of(change)
    officer = await office.at(Role.LOAN_OFFICER)

    answer = await officer.post(f"{path}/withdraw", seen_on=path)

    assert (answer.status, answer.location) == (303, "/identity-changes")
    assert await stands(office, change) is ChangeStatus.WITHDRAWN


async def test_a_change_that_ended_by_itself_names_nobody(office: Office) -> None:
    change = await office.lending.identity_change()
    async with office.lending.engine.record.unit(change.district) as unit:
        ended = replace(change, status=ChangeStatus.WITHDRAWN, decided_at=office.lending.engine.clock.now())
        await unit.identity_changes.save(ended)
        await unit.commit()

    page = await (await office.at(Role.MANAGER)).get(path_of(change))

    assert "By itself: nobody decided in time," in page.text


async def test_a_form_without_its_token_changes_nothing(office: Office) -> None:
    change = await office.lending.identity_change()
    manager = await office.at(Role.MANAGER)

    answer = await manager.post(f"{path_of(change)}/agree", seen_on=path_of(change), form_token="forged")

    assert answer.status == 403
    assert await stands(office, change) is ChangeStatus.PROPOSED


@pytest.mark.parametrize("address", ["/identity-cases/LS-A/x", "/identity-cases/XX/1", "/identity-changes/LS-A/1"])
async def test_an_address_that_names_nothing_is_not_there(office: Office, address: str) -> None:
    assert (await (await office.at(Role.MANAGER)).get(address)).status == 404
