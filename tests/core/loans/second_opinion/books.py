"""What each event changed: the lines of the statement as they last stood, and the journal entries that follow.

Entries are compared with what was posted before; one that changed is mirrored and posted anew.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tests.core.loans.second_opinion.life import ZERO, Life
from tests.core.loans.second_opinion.rounding import written
from tests.core.loans.second_opinion.table import upfront_fees

NAMES = {"principal": "principal", "interest": "interest", "fees": "fee", "penalties": "penalty"}

Entry = dict[str, Any]
"""on, debit and credit (account to amount), and detail: what it is, and the rows that the amounts belong to."""


@dataclass
class History:
    """The statement's lines by key and the journal, as the events come in."""

    lines: dict[str, dict[str, Any]] = field(default_factory=dict)
    posted: dict[str, Entry] = field(default_factory=dict)
    journal: list[dict[str, Any]] = field(default_factory=list)

    def note(self, event: int, life: Life) -> None:
        """Take in the loan as it stands after an event."""
        standing = {line["key"]: line for line in life.transactions}
        for key, line in self.lines.items():
            latest = {**standing[key], "event": line["event"]} if key in standing else line
            self.lines[key] = {**latest, "reversed": key not in standing}
        for key, line in standing.items():
            self.lines.setdefault(key, {**line, "event": event, "reversed": False})
        self.post(event, entries(life))

    def post(self, event: int, wanted: dict[str, Entry]) -> None:
        """Post the difference: what is gone, what changed, and what is new."""
        for key in [key for key, entry in self.posted.items() if wanted.get(key) != entry]:
            gone = self.posted.pop(key)
            self.journal.append(shown(event, {**gone, "debit": gone["credit"], "credit": gone["debit"]}))
        for key, entry in wanted.items():
            if key not in self.posted:
                self.posted[key] = entry
                self.journal.append(shown(event, entry))

    def shown(self) -> list[dict[str, Any]]:
        """Return the statement's lines as the document shows them."""
        return [
            {
                "event": line["event"],
                "kind": line["kind"],
                "on": line["on"].isoformat(),
                "amount": written(line["amount"]),
                **{name: written(line.get(part, ZERO)) for name, part in NAMES.items()},
                "overpaid": written(line.get("overpaid", ZERO)),
                "balance": written(line["balance"]),
                "reversed": line["reversed"],
            }
            for line in self.lines.values()
        ]


def shown(event: int, entry: Entry) -> dict[str, Any]:
    """Return an entry as the document shows it."""
    debits = [{"account": a, "debit": written(x), "credit": "0.00"} for a, x in entry["debit"].items()]
    credits_ = [{"account": a, "debit": "0.00", "credit": written(x)} for a, x in entry["credit"].items()]
    return {"event": event, "on": entry["on"].isoformat(), "lines": debits + credits_}


def entries(life: Life) -> dict[str, Entry]:
    """Return every entry that the loan's life asks for, by what it is about."""
    wanted = {line["key"]: entry_of(life, line) for line in life.transactions}
    for line in life.lines:
        if line.due_on <= life.closed_through:
            wanted[f"due:{line.n}"] = income_fallen_due(line)
    return {key: entry for key, entry in wanted.items() if entry["debit"]}


def income_fallen_due(line: Any) -> Entry:
    """Return the entry of a due date's close: scheduled interest and fees that were not settled before it."""
    entry: Entry = {"on": line.due_on, "debit": {}, "credit": {}}
    for cell in line.cells:
        if not cell.is_charge and not cell.is_arrears and cell.part in ("interest", "fee"):
            book(entry, f"{cell.part}_receivable", f"{cell.part}_income", cell.amount - cell.direct)
    return entry


def entry_of(life: Life, line: dict[str, Any]) -> Entry:
    """Return the entry of one line of the statement."""
    entry: Entry = {"on": line["on"], "debit": {}, "credit": {}, "detail": [line["kind"], *booked_moves(line)]}
    if line["kind"] == "disburse":
        upfront = upfront_fees(life.terms)
        book(entry, "principal", "float", line["amount"] - upfront)
        book(entry, "principal", "fee_income", upfront)
    elif line["kind"] in ("charge", "late_fee"):
        for _row, part, amount, _booked in line["moves"]:
            book(entry, f"{part}_receivable", f"{part}_income", amount)
    elif line["kind"] in ("repayment", "payoff"):
        book_money(entry, line)
    else:
        book_loss(entry, line)
    return entry


def booked_moves(line: dict[str, Any]) -> list[Any]:
    """Return what a line moved in the books, row by row: giving up what was never booked moves nothing."""
    is_loss = line["kind"] in ("waive", "write_off")
    return [move for move in line["moves"] if not is_loss or move[1] == "principal" or move[3]]


def book_money(entry: Entry, line: dict[str, Any]) -> None:
    """Book money that came: against receivables, as income at once, as credit, or as a recovery."""
    for _row, part, amount, is_booked in line["moves"]:
        receivable = "principal" if part == "principal" else f"{part}_receivable"
        book(entry, "float", receivable if is_booked else f"{part}_income", amount)
    book(entry, "float", "overpayment", line.get("overpaid", ZERO))
    if line["status"] == "written_off":
        book(entry, "float", "recovery", line["amount"])


def book_loss(entry: Entry, line: dict[str, Any]) -> None:
    """Book what was given up: principal is a loss, income that was booked is taken back."""
    for _row, part, amount, is_booked in line["moves"]:
        if part == "principal":
            book(entry, "write_off", "principal", amount)
        elif is_booked:
            book(entry, f"{part}_income", f"{part}_receivable", amount)


def book(entry: Entry, debit: str, credit: str, amount: Decimal) -> None:
    """Add an amount to both sides of an entry."""
    if amount > 0:
        entry["debit"][debit] = entry["debit"].get(debit, ZERO) + amount
        entry["credit"][credit] = entry["credit"].get(credit, ZERO) + amount
