"""Proposals of one district."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import Row, insert, select, update

from core.errors import Conflict, NotFound
from core.records.proposal import AlreadyPending, Proposal, ProposalKind, ProposalStatus
from storage.postgres.record.connection import DistrictConnection
from storage.postgres.tables.proposals import proposals


class ProposalsOnPostgres:
    """`core.ports.books.Proposals`."""

    def __init__(self, connection: DistrictConnection) -> None:
        self._connection = connection

    async def add(self, proposal: Proposal) -> None:
        values = asdict(proposal) | {"district": self._connection.district, "data": dict(proposal.data)}
        try:
            await self._connection.write(insert(proposals).values(**values))
        except Conflict as error:
            raise AlreadyPending from error

    async def get(self, proposal_id: UUID, *, mfi_id: UUID, lock: bool = False) -> Proposal:
        statement = select(proposals).where(
            self._connection.here(proposals), proposals.c.id == proposal_id, proposals.c.mfi_id == mfi_id
        )
        row = await self._connection.row(statement.with_for_update(key_share=True) if lock else statement)
        if row is None:
            raise NotFound("there is no such proposal")
        return _proposal(row)

    async def save(self, proposal: Proposal) -> None:
        statement = update(proposals).where(
            self._connection.here(proposals),
            proposals.c.id == proposal.id,
            proposals.c.version == proposal.version,
        )
        touched = await self._connection.write(
            statement.values(
                status=proposal.status,
                version=proposal.version + 1,
                decided_by=proposal.decided_by,
                decided_by_name=proposal.decided_by_name,
                decided_at=proposal.decided_at,
                decision_note=proposal.decision_note,
            )
        )
        if not touched:
            raise Conflict("the proposal was decided meanwhile")

    async def pending(self, mfi_id: UUID) -> Sequence[Proposal]:
        statement = select(proposals).where(
            self._connection.here(proposals),
            proposals.c.mfi_id == mfi_id,
            proposals.c.status == ProposalStatus.PENDING,
        )
        rows = await self._connection.rows(statement.order_by(proposals.c.made_at, proposals.c.id))
        return [_proposal(row) for row in rows]


def _proposal(row: Row[Any]) -> Proposal:
    return Proposal(
        id=row.id,
        district=row.district,
        mfi_id=row.mfi_id,
        kind=ProposalKind(row.kind),
        subject=row.subject,
        data=row.data,
        reason=row.reason,
        made_by=row.made_by,
        made_by_name=row.made_by_name,
        made_at=row.made_at,
        status=ProposalStatus(row.status),
        version=row.version,
        decided_by=row.decided_by,
        decided_by_name=row.decided_by_name,
        decided_at=row.decided_at,
        decision_note=row.decision_note,
    )
