"""Applications of one district, their steps and their scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Row, insert, null, select, update

from core.errors import Conflict, NotFound
from core.money import Money
from core.records.answer import ApplicationAnswer, Question
from core.records.application import Application, ApplicationStatus, ScoreKept
from core.records.borrower import Channel, IncomeKind, Purpose
from core.records.transition import Transition
from core.references import Reference
from storage.postgres.record.amounts import minor_or_none, money_or_none
from storage.postgres.record.connection import DistrictConnection
from storage.postgres.record.transitions import add_transition, read_transitions
from storage.postgres.tables.applications import application_scores, application_transitions, applications
from storage.postgres.tables.people import application_answers

_COLUMNS: Final = [column for column in applications.c if column.name not in {"latest_score", "latest_band"}]


class ApplicationsOnPostgres:
    """`core.ports.lending.Applications`."""

    def __init__(self, connection: DistrictConnection) -> None:
        self._connection = connection

    async def add(self, application: Application) -> None:
        values = {
            "district": self._connection.district,
            "id": application.id,
            "reference": application.reference.digits,
            "borrower_id": application.borrower_id,
            "mfi_id": application.mfi_id,
            "draft_id": application.draft_id,
            "submitted_on": application.submitted_on,
            "submitted_at": application.submitted_at,
            "version": application.version,
        }
        await self._connection.write(insert(applications).values(**values, **_changeable(application)))

    async def get(self, application_id: UUID, *, mfi_id: UUID | None = None, lock: bool = False) -> Application:
        return await self._one(applications.c.id == application_id, mfi_id, lock=lock)

    async def by_reference(
        self, reference: Reference, *, mfi_id: UUID | None = None, lock: bool = False
    ) -> Application:
        return await self._one(applications.c.reference == reference.digits, mfi_id, lock=lock)

    async def of_borrower(self, borrower_id: UUID) -> Sequence[Application]:
        statement = select(*_COLUMNS).where(
            self._connection.here(applications), applications.c.borrower_id == borrower_id
        )
        rows = await self._connection.rows(
            statement.order_by(applications.c.submitted_at.desc(), applications.c.id.desc())
        )
        return [_application(row) for row in rows]

    async def save(self, application: Application) -> None:
        statement = update(applications).where(
            self._connection.here(applications),
            applications.c.id == application.id,
            applications.c.version == application.version,
        )
        values = _changeable(application) | {"version": application.version + 1}
        if not await self._connection.write(statement.values(**values)):
            raise Conflict("the application was changed meanwhile")

    async def add_transition(self, transition: Transition) -> None:
        await add_transition(self._connection, application_transitions, transition)

    async def transitions(self, application_id: UUID) -> Sequence[Transition]:
        return await read_transitions(self._connection, application_transitions, application_id)

    async def returned_until(self, on: date) -> Sequence[UUID]:
        step = application_transitions
        statement = (
            select(applications.c.id)
            .join(
                step,
                (step.c.district == applications.c.district)
                & (step.c.subject_id == applications.c.id)
                & (step.c.n == applications.c.version),
            )
            .where(
                self._connection.here(applications),
                self._connection.here(step),
                applications.c.status == ApplicationStatus.RETURNED,
                step.c.business_on <= on,
            )
        )
        return [row.id for row in await self._connection.rows(statement.order_by(applications.c.id))]

    async def keep_answer(self, answer: ApplicationAnswer) -> None:
        values = asdict(answer) | {"district": self._connection.district}
        await self._connection.write(insert(application_answers).values(**values))

    async def answers(self, application_id: UUID) -> Sequence[ApplicationAnswer]:
        statement = select(application_answers).where(
            self._connection.here(application_answers), application_answers.c.application_id == application_id
        )
        rows = await self._connection.rows(statement.order_by(application_answers.c.n))
        return [_answer(row) for row in rows]

    async def keep_score(self, score: ScoreKept) -> None:
        statement = insert(application_scores).values(
            district=self._connection.district,
            application_id=score.application_id,
            n=score.n,
            scorecard_version=score.scorecard_version,
            score=score.score,
            band=score.band,
            inputs=dict(score.inputs),
            factors=[dict(factor) for factor in score.factors],
            affordability=dict(score.affordability),
            at=score.at,
            business_on=score.business_on,
            transition_n=score.transition_n,
            sharing=score.sharing,
            exposure=null() if score.exposure is None else dict(score.exposure),
            findings=[dict(finding) for finding in score.findings],
        )
        await self._connection.write(statement)
        newest = update(applications).where(
            self._connection.here(applications), applications.c.id == score.application_id
        )
        await self._connection.write(newest.values(latest_score=score.score, latest_band=score.band))

    async def scores(self, application_id: UUID) -> Sequence[ScoreKept]:
        statement = select(application_scores).where(
            self._connection.here(application_scores), application_scores.c.application_id == application_id
        )
        rows = await self._connection.rows(statement.order_by(application_scores.c.n))
        return [_score(row) for row in rows]

    async def _one(self, condition: ColumnElement[bool], mfi_id: UUID | None, *, lock: bool) -> Application:
        statement = select(*_COLUMNS).where(self._connection.here(applications), condition)
        if mfi_id is not None:
            statement = statement.where(applications.c.mfi_id == mfi_id)
        row = await self._connection.row(statement.with_for_update(key_share=True) if lock else statement)
        if row is None:
            raise NotFound("there is no such application")
        return _application(row)


def _changeable(application: Application) -> dict[str, Any]:
    """What a decision or the borrower may change; who asked which lender, and when, stays."""
    return {
        "product_id": application.product_id,
        "product_version": application.product_version,
        "amount_lisente": application.amount.minor,
        "periods": application.periods,
        "purpose": application.purpose,
        "net_pay_lisente": application.net_pay.minor,
        "income_kind": application.income_kind,
        "channel": application.channel,
        "status": application.status,
        "recommended_by": application.recommended_by,
        "recommended_amount_lisente": minor_or_none(application.recommended_amount),
        "first_approved_by": application.first_approved_by,
        "approved_amount_lisente": minor_or_none(application.approved_amount),
        "approved_periods": application.approved_periods,
        "decided_at": application.decided_at,
        "decided_on": application.decided_on,
        "reason_code": application.reason_code,
    }


def _application(row: Row[Any]) -> Application:
    return Application(
        id=row.id,
        district=row.district,
        reference=Reference(row.reference),
        borrower_id=row.borrower_id,
        mfi_id=row.mfi_id,
        product_id=row.product_id,
        product_version=row.product_version,
        amount=Money(row.amount_lisente),
        periods=row.periods,
        purpose=Purpose(row.purpose),
        net_pay=Money(row.net_pay_lisente),
        income_kind=IncomeKind(row.income_kind),
        channel=Channel(row.channel),
        draft_id=row.draft_id,
        status=ApplicationStatus(row.status),
        submitted_on=row.submitted_on,
        submitted_at=row.submitted_at,
        version=row.version,
        recommended_by=row.recommended_by,
        recommended_amount=money_or_none(row.recommended_amount_lisente),
        first_approved_by=row.first_approved_by,
        approved_amount=money_or_none(row.approved_amount_lisente),
        approved_periods=row.approved_periods,
        decided_at=row.decided_at,
        decided_on=row.decided_on,
        reason_code=row.reason_code,
    )


def _answer(row: Row[Any]) -> ApplicationAnswer:
    return ApplicationAnswer(
        application_id=row.application_id,
        n=row.n,
        question=Question(row.question),
        was=row.was,
        now=row.now,
        channel=Channel(row.channel),
        at=row.at,
        business_on=row.business_on,
    )


def _score(row: Row[Any]) -> ScoreKept:
    return ScoreKept(
        application_id=row.application_id,
        n=row.n,
        scorecard_version=row.scorecard_version,
        score=row.score,
        band=row.band,
        inputs=row.inputs,
        factors=tuple(row.factors),
        affordability=row.affordability,
        at=row.at,
        business_on=row.business_on,
        transition_n=row.transition_n,
        sharing=row.sharing,
        exposure=row.exposure,
        findings=tuple(row.findings),
    )
