"""A step names who took it, and counts on from the version that it changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest

from core.records.application import ApplicationStatus
from core.records.staff import Actor, Role
from core.records.transition import THE_SYSTEM, StepTaker, by_borrower, by_staff, step_between
from tests.storage.samples import a_borrower, an_application

AT = datetime(2026, 5, 4, 8, 0, tzinfo=UTC)
ON = date(2026, 5, 4)
BORROWER = a_borrower()
OFFICER = Actor(uuid4(), "LS-A", uuid4(), "Palesa", frozenset({Role.LOAN_OFFICER}))


def test_the_first_step_comes_from_nowhere() -> None:
    application = an_application(BORROWER)

    step = step_between(None, application, by_borrower(BORROWER.id), "submitted", at=AT, business_on=ON)

    assert (step.subject_id, step.n, step.from_status, step.to_status) == (application.id, 1, None, "submitted")
    assert (step.reason_code, step.note, step.at, step.business_on) == ("submitted", "", AT, ON)


def test_a_later_step_is_numbered_as_the_version_that_it_leads_to() -> None:
    before = replace(an_application(BORROWER), version=4)
    after = replace(before, status=ApplicationStatus.REJECTED)

    step = step_between(before, after, by_staff(OFFICER), "too_many_loans", at=AT, business_on=ON, note="Three.")

    assert (step.n, step.from_status, step.to_status, step.note) == (5, "submitted", "rejected", "Three.")


@pytest.mark.parametrize(
    ("taker", "named"),
    [
        (by_borrower(BORROWER.id), ("borrower", BORROWER.id, "", "borrower")),
        (by_staff(OFFICER), ("staff", OFFICER.staff_id, "Palesa", "loan_officer")),
        (THE_SYSTEM, ("system", None, "", "system")),
    ],
)
def test_a_step_names_who_took_it(taker: StepTaker, named: tuple[object, ...]) -> None:
    step = step_between(None, an_application(BORROWER), taker, "submitted", at=AT, business_on=ON)

    assert (step.actor_kind, step.actor_id, step.actor_name, step.role) == named
