"""Everything that is kept about a loan, held against a pure replay of its events: every column, every row, no more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import asyncpg

from core.ledger.journals import Journal
from core.loans.account import AccountStatus, Instalment, LoanAccount, live_events
from core.loans.events import Repayment
from core.loans.parts import Part
from core.money import ZERO, Money, total
from core.records.loan import Loan
from core.records.transition import Transition
from core.use_cases.bookkeeping import history_of
from core.use_cases.verifying import verify_ledger
from tests.core.use_cases.lending import Lending

Rows = Sequence[Mapping[str, Any]]

_ROWS = {
    "loan": "select status, version, disbursed_on, closed_on, oldest_unpaid_due_on, outstanding_principal_lisente"
    " from record.loans where district = $1 and id = $2",
    "position": "select principal_lisente, interest_lisente, fees_lisente, penalties_lisente, overpaid_lisente,"
    " principal_receivable_lisente, interest_receivable_lisente, fee_receivable_lisente, penalty_receivable_lisente,"
    " oldest_unpaid_due_on, next_due_lisente from record.loan_positions where district = $1 and loan_id = $2",
    "instalments": "select n, mfi_id, due_on, principal_lisente, interest_lisente, fees_lisente, penalties_lisente,"
    " principal_paid_lisente, interest_paid_lisente, fees_paid_lisente, penalties_paid_lisente, waived_lisente,"
    " settled_on from record.instalments where district = $1 and loan_id = $2 order by n",
    "events": "select n, kind, key, value_on from record.loan_events where district = $1 and loan_id = $2 order by n",
    "journals": "select key, kind, mfi_id, value_on, reverses_key, n from record.journals"
    " where district = $1 and loan_id = $2 order by n",
    "postings": "select journal_key, n, mfi_id, debit, credit, amount_lisente, instalment from record.postings"
    " where district = $1 and loan_id = $2 order by journal_key, n",
    "payments": "select rail_reference, assignment, amount_lisente, status, value_on from record.payments"
    " where district = $1 and loan_id = $2 order by rail_reference, assignment",
}


@dataclass(frozen=True)
class LoanProof:
    """A loan as it is kept, and as the replay of its events on `closed_through` says that it must be kept."""

    loan: Loan
    account: LoanAccount
    repayments: tuple[Repayment, ...]
    standing: frozenset[str]
    kept: Mapping[str, Rows]
    transitions: Sequence[Transition]
    messages: Counter[str]

    def check(self) -> None:
        """Fail on the first difference."""
        self._check_projection()
        self._check_books()
        self._check_events_and_payments()
        self._check_steps()
        self._check_messages()

    @property
    def is_of_this_day(self) -> bool:
        """Whether the position is that of this replay; see `prove` for when it may be the day before's."""
        return self.kept["position"] == [_position(self.account)] and self._live() == self._wanted()

    def _check_projection(self) -> None:
        assert self.kept["position"] == [_position(self.account)]
        assert self.kept["instalments"] == [
            {"mfi_id": self.loan.mfi_id, **_instalment(row)} for row in self.account.instalments
        ]
        (kept,) = self.kept["loan"]
        assert kept["status"] == self.account.status.value
        assert kept["disbursed_on"] == self.account.transactions[0].value_on
        assert (kept["closed_on"] is not None) == (
            self.account.status in {AccountStatus.CLOSED, AccountStatus.CANCELLED}
        )
        first = self.account.first_unsettled
        assert kept["oldest_unpaid_due_on"] == (first.due_on if first else None)
        assert kept["outstanding_principal_lisente"] == self.account.outstanding(Part.PRINCIPAL).minor

    def _check_books(self) -> None:
        """The journals that stand are the replay's, to the posting; each other one has its mirror, and nothing else."""
        assert self._live() == self._wanted()
        mirrored = Counter(row["reverses_key"] for row in self.kept["journals"] if row["reverses_key"])
        assert set(mirrored.values()) <= {1}
        for row in self.kept["journals"]:
            if row["reverses_key"]:
                back = [(credit, debit, *rest) for debit, credit, *rest in self._postings(row["reverses_key"])]
                assert self._postings(row["key"]) == back
        assert {row["mfi_id"] for row in (*self.kept["journals"], *self.kept["postings"])} == {self.loan.mfi_id}
        assert [row["n"] for row in self.kept["journals"]] == list(range(1, len(self.kept["journals"]) + 1))

    def _live(self) -> dict[str, Any]:
        reversed_keys = {row["reverses_key"] for row in self.kept["journals"]}
        return {
            _subject(row["key"]): (row["kind"], row["value_on"], self._postings(row["key"]))
            for row in self.kept["journals"]
            if row["reverses_key"] is None and row["key"] not in reversed_keys
        }

    def _wanted(self) -> dict[str, Any]:
        return {journal.key: (journal.kind, journal.value_on, _lines(journal)) for journal in self.account.journals}

    def _postings(self, key: str) -> list[tuple[Any, ...]]:
        names = ("debit", "credit", "amount_lisente", "instalment")
        return [tuple(row[name] for name in names) for row in self.kept["postings"] if row["journal_key"] == key]

    def _check_events_and_payments(self) -> None:
        assert [row["n"] for row in self.kept["events"]] == list(range(1, len(self.kept["events"]) + 1))
        posted = {_repayment_key(row): row for row in self.kept["payments"]}
        assert sorted(posted) == sorted(payment.key for payment in self.repayments)
        for payment in self.repayments:
            row = posted[payment.key]
            assert (row["amount_lisente"], row["value_on"]) == (payment.amount.minor, payment.value_on)
            assert row["status"] == ("posted" if payment.key in self.standing else "reversed")

    def _check_steps(self) -> None:
        """Each step begins where the one before it ended, and says who took it, as what, why and when."""
        for before, step in pairwise(self.transitions):
            assert (step.from_status, step.n) == (before.to_status, before.n + 1)
        assert self.transitions[-1].to_status == self.kept["loan"][0]["status"]
        assert self.transitions[-1].n == self.kept["loan"][0]["version"]
        for step in self.transitions:
            assert step.actor_kind
            assert step.role
            assert step.reason_code

    def _check_messages(self) -> None:
        """One receipt a payment, one word for each time that the loan closed, at most one for each late fee."""
        assert self.messages["payment_received"] + self.messages["loan_returned"] == len(self.repayments)
        assert self.messages["loan_closed"] == sum(step.reason_code == "paid_in_full" for step in self.transitions)
        assert self.messages["disbursed"] == 1
        assert self.messages["late_fee"] <= len(self.account.instalments)


async def prove(lending: Lending, connection: asyncpg.Connection, loan: Loan, *, beside_a_close: bool) -> None:
    """Fail unless all that is kept about a loan is what its events say, as of the last day closed.

    `beside_a_close`: an act that was under way while the date moved leaves the loan as of the day before, and the next
    close finds it (docs/adr/0006).
    """
    proof = await _proof(lending, connection, loan, days_behind=0)
    if beside_a_close and not proof.is_of_this_day:
        proof = await _proof(lending, connection, loan, days_behind=1)
    proof.check()


async def prove_district(
    lending: Lending, connection: asyncpg.Connection, district: str, *, float_held: Money, acknowledged: Counter[str]
) -> None:
    """Fail unless the ledger proves, the float is exactly this, and each acknowledged payment lies in one place."""
    assert await verify_ledger(lending.engine, [district], replays=False) == []
    assert await balance(connection, district, "float:simulated") == float_held >= ZERO
    rows = await connection.fetch(
        "select rail_reference, status, amount_lisente from record.payments where district = $1", district
    )
    places = Counter(row["rail_reference"] for row in rows if row["status"] in {"posted", "suspense"})
    assert set(acknowledged.values()) <= {1}, "a payment was news twice"
    assert set(acknowledged) <= {row["rail_reference"] for row in rows}
    assert set(places.values()) <= {1}
    aside = total(Money(row["amount_lisente"]) for row in rows if row["status"] == "suspense")
    assert await balance(connection, district, "suspense") == -aside


async def balance(connection: asyncpg.Connection, district: str, account: str) -> Money:
    """Debits less credits of an account, of all lenders."""
    sums = await connection.fetchval(
        "select coalesce(sum(case when debit = $2 then amount_lisente else -amount_lisente end), 0)"
        " from record.postings where district = $1 and (debit = $2 or credit = $2)",
        district,
        account,
    )
    return Money(int(sums))


async def _proof(lending: Lending, connection: asyncpg.Connection, loan: Loan, *, days_behind: int) -> LoanProof:
    async with lending.engine.record.unit(loan.district) as unit:
        kept_loan = await unit.loans.get(loan.id)
        history = await history_of(lending.engine, unit, kept_loan)
        transitions = await unit.loans.transitions(loan.id)
    through = history.closed_through - timedelta(days=days_behind)
    kept: dict[str, Rows] = {}
    for name, asked in _ROWS.items():
        kept[name] = [dict(row) for row in await connection.fetch(asked, loan.district, loan.id)]
    return LoanProof(
        loan=kept_loan,
        account=replace(history, closed_through=through).account(through),
        repayments=tuple(event for event in history.events if isinstance(event, Repayment)),
        standing=frozenset(event.key for event in live_events(history.events)),
        kept=kept,
        transitions=transitions,
        messages=await _messages(connection, loan),
    )


async def _messages(connection: asyncpg.Connection, loan: Loan) -> Counter[str]:
    rows = await connection.fetch(
        "select kind from record.outbox where district = $1 and topic = 'message' and data ->> 'loan_reference' = $2",
        loan.district,
        str(loan.reference),
    )
    return Counter(row["kind"] for row in rows)


def _position(account: LoanAccount) -> dict[str, int | date | None]:
    first, left = account.first_unsettled, account.outstanding_split
    return {
        "principal_lisente": left.principal.minor,
        "interest_lisente": left.interest.minor,
        "fees_lisente": left.fees.minor,
        "penalties_lisente": left.penalties.minor,
        "overpaid_lisente": account.overpaid.minor,
        "principal_receivable_lisente": left.principal.minor,
        "interest_receivable_lisente": account.receivable(Part.INTEREST).minor,
        "fee_receivable_lisente": account.receivable(Part.FEE).minor,
        "penalty_receivable_lisente": account.receivable(Part.PENALTY).minor,
        "oldest_unpaid_due_on": first.due_on if first else None,
        "next_due_lisente": first.outstanding().minor if first else 0,
    }


def _instalment(row: Instalment) -> dict[str, int | date | UUID | None]:
    forgiven = total([*row.waived.values(), *row.written_off.values()])
    return {
        "n": row.n,
        "due_on": row.due_on,
        "principal_lisente": row.due[Part.PRINCIPAL].minor,
        "interest_lisente": row.due[Part.INTEREST].minor,
        "fees_lisente": row.due[Part.FEE].minor,
        "penalties_lisente": row.due[Part.PENALTY].minor,
        "principal_paid_lisente": row.paid[Part.PRINCIPAL].minor,
        "interest_paid_lisente": row.paid[Part.INTEREST].minor,
        "fees_paid_lisente": row.paid[Part.FEE].minor,
        "penalties_paid_lisente": row.paid[Part.PENALTY].minor,
        "waived_lisente": forgiven.minor,
        "settled_on": row.settled_on,
    }


def _lines(journal: Journal) -> list[tuple[Any, ...]]:
    return [(str(line.debit), str(line.credit), line.amount.minor, line.instalment) for line in journal.postings]


def _subject(key: str) -> str:
    """What a journal is about: its later versions begin with `v2:`."""
    version, _, rest = key.partition(":")
    return rest if version[:1] == "v" and version[1:].isdigit() else key


def _repayment_key(row: Mapping[str, Any]) -> str:
    return f"repayment:simulated:{row['rail_reference']}:{row['assignment']}"
