"""The second opinion of a loan's life: it walks through the calendar day by day and moves cells of a table.

A day has a fixed course: the night's arrears interest is added, instalments fall due, the day's events happen in the
order in which they were recorded, and, where the day was closed, its late fees are charged.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from tests.core.loans.second_opinion.rounding import divided
from tests.core.loans.second_opinion.table import completed, on, rows

ZERO = Decimal(0)
PARTS = ("penalty", "fee", "interest", "principal")


@dataclass
class Cell:
    """One amount of one part of one row: what is owed, and what became of it.

    Booked: it is a receivable. Direct: what was paid or given up of it while it was none.
    """

    part: str
    amount: Decimal
    due_on: date
    is_charge: bool = False
    paid: Decimal = ZERO
    forgiven: Decimal = ZERO
    is_arrears: bool = False
    is_booked: bool = True
    direct: Decimal = ZERO

    @property
    def left(self) -> Decimal:
        """What is still owed."""
        return self.amount - self.paid - self.forgiven


@dataclass
class Line:
    """One row of the table, with what was paid before and after its due date."""

    n: int
    start_on: date
    due_on: date
    cells: list[Cell]
    charged: Decimal = ZERO
    in_advance: Decimal = ZERO
    late: Decimal = ZERO
    late_fee_done: bool = False
    arrears_exact: Decimal = ZERO

    def sum(self, what: str, *parts: str) -> Decimal:
        """Return the sum of one attribute over the row's cells of some parts, all when none is named."""
        return sum((getattr(cell, what) for cell in self.cells if not parts or cell.part in parts), ZERO)


@dataclass
class Life:
    """A loan as it stands at the end of the last day that was lived."""

    loan: dict[str, Any]
    terms: dict[str, Any]
    lines: list[Line]
    closed_through: date
    today: date
    status: str = "pending"
    overpaid: Decimal = ZERO
    transactions: list[dict[str, Any]] = field(default_factory=list)
    moves: list[tuple[int, str, Decimal, bool]] = field(default_factory=list)

    def left(self, *parts: str) -> Decimal:
        """Return what is owed over all rows, of some parts or of all."""
        return sum((line.sum("left", *parts) for line in self.lines), ZERO)


def lived(loan: dict[str, Any], events: list[tuple[int, dict[str, Any]]], *, to_last_close: bool = True) -> Life:
    """Return the loan after the numbered events, reversed ones already taken out, on the last day that matters.

    A charge is on the table from the start; only its line waits for its due date. Asked for an earlier day
    (`to_last_close` is off), later closes have not happened.
    """
    terms = completed(loan["terms"])
    start = on(terms["disbursed_on"])
    closes = [on(event["on"]) for _n, event in events if event["kind"] == "day_end"]
    valued = [on(event["on"]) for _n, event in events if event["kind"] not in ("charge", "day_end")]
    last = max([on(loan["as_of"]), start, *valued, *(closes if to_last_close else [])])
    life = Life(loan, terms, table_lines(terms, start), max(closes, default=date.min), start)
    charges = sorted((on(event["due_on"]), n, event) for n, event in events if event["kind"] == "charge")
    for due_on, _n, event in charges:
        add_charge(life, due_on, event)
    while life.today <= last:
        live_a_day(life, [(n, event) for n, event in events if event["kind"] != "day_end"])
        life.today += timedelta(days=1)
    life.today = last
    for due_on, n, event in charges:
        if due_on > last:
            note_charge(life, n, event)
    return life


def table_lines(terms: dict[str, Any], start: date) -> list[Line]:
    """Return the schedule's rows as lines of cells."""
    lines = []
    for row in rows(terms)[0]:
        due_on = row["due_on"]
        income = (("fee", "fees"), ("interest", "interest"))
        cells = [Cell(part, row[name], due_on, is_booked=False) for part, name in income]
        cells.append(Cell("principal", row["principal"], due_on))
        lines.append(Line(row["n"], start, due_on, cells, charged=row["charged"]))
        start = due_on
    return lines


def add_charge(life: Life, due_on: date, event: dict[str, Any]) -> None:
    """Put a charge on the row whose period holds its due date, after the last row on one extra row."""
    cell = Cell(event["charge"], Decimal(event["amount"]), due_on, is_charge=True)
    for line in life.lines:
        if due_on <= line.due_on:
            line.cells.append(cell)
            return
    if life.lines[-1].n == life.terms["periods"]:
        life.lines.append(Line(life.terms["periods"] + 1, life.lines[-1].due_on, due_on, []))
    life.lines[-1].cells.append(cell)
    life.lines[-1].due_on = due_on


def live_a_day(life: Life, events: list[tuple[int, dict[str, Any]]]) -> None:
    """Live through one day, in its fixed course."""
    if life.status in ("active", "closed"):
        add_arrears_interest(life)
        for line in life.lines:
            if line.due_on == life.today:
                cap_interest(life, line)
    for number, event in events:
        if on(event["due_on"] if event["kind"] == "charge" else event["on"]) == life.today:
            happen(life, number, event)
    if life.today <= life.closed_through:
        close_the_day(life)


def close_the_day(life: Life) -> None:
    """Take what fell due into the books as receivable, and charge the late fees."""
    for line in life.lines:
        for cell in line.cells:
            if line.due_on == life.today and not cell.is_arrears:
                cell.is_booked = True
    if life.status == "active":
        charge_late_fees(life)


def room(life: Life, *, before_today: bool = False) -> Decimal:
    """Return how far unpaid interest of due rows may still grow: to the outstanding principal (in duplum)."""
    parts = ("interest", "penalty") if life.loan["cap"] == "interest_and_fees" else ("interest",)
    due = [line for line in life.lines if line.due_on < life.today or (line.due_on == life.today and not before_today)]
    return max(ZERO, life.left("principal") - sum((line.sum("left", *parts) for line in due), ZERO))


def cap_interest(life: Life, line: Line) -> None:
    """Let the row's interest fall due only as far as there is room; the rest is gone."""
    free = room(life, before_today=True)
    for cell in line.cells:
        if cell.part == "interest":
            cell.amount -= max(ZERO, cell.left - free)


def add_arrears_interest(life: Life) -> None:
    """Add a night's interest on principal that was overdue through it: simple, actual/365."""
    rate = Decimal(life.loan["arrears_interest_percent"])
    if not room(life, before_today=True):
        return
    for line in life.lines:
        overdue = line.sum("left", "principal")
        if line.due_on >= life.today or not overdue or not rate:
            continue
        cell = arrears_cell(line)
        line.arrears_exact += overdue * rate
        wanted = divided(line.arrears_exact, Decimal(36500), life.terms["rounding_mode"])
        growth = wanted - cell.amount
        allowed = min(growth, room(life, before_today=True))
        cell.amount += allowed
        if allowed < growth:
            line.arrears_exact = cell.amount * 36500


def arrears_cell(line: Line) -> Cell:
    """Return the row's cell of arrears interest, made when it is first needed."""
    for cell in line.cells:
        if cell.is_arrears:
            return cell
    line.cells.append(Cell("interest", ZERO, line.due_on, is_arrears=True, is_booked=False))
    return line.cells[-1]


def charge_late_fees(life: Life) -> None:
    """Charge each row's late fee at the close of the day after its days of grace, on what is unpaid then."""
    rule = life.loan["late_fee"]
    for line in life.lines if rule else []:
        if line.due_on + timedelta(days=rule.get("after_days", 0) + 1) != life.today or line.late_fee_done:
            continue
        parts = ("principal", "interest") if rule.get("of") == "principal_and_interest" else ("principal",)
        base = line.sum("left", *parts)
        if base <= 0:
            continue
        line.late_fee_done = True
        add_late_fee(life, line, base, rule)


def add_late_fee(life: Life, line: Line, base: Decimal, rule: dict[str, Any]) -> None:
    """Put the fee on the late row, as far as the stricter cap allows."""
    if "amount" in rule:
        amount = Decimal(rule["amount"])
    else:
        amount = divided(base * Decimal(rule["percent"]), Decimal(100), life.terms["rounding_mode"])
    if life.loan["cap"] == "interest_and_fees":
        amount = min(amount, room(life))
    if amount > 0:
        line.cells.append(Cell("penalty", amount, life.today))
        life.moves.append((line.n, "penalty", amount, True))
        note(life, f"late_fee:{line.n}", "late_fee", life.today, amount, {"penalty": amount})


def happen(life: Life, number: int, event: dict[str, Any]) -> None:
    """Let one event happen on its day."""
    acts = {
        "disburse": disburse,
        "charge": note_charge,
        "repayment": repay,
        "payoff": settle,
        "waive": waive,
        "write_off": write_off,
    }
    acts[event["kind"]](life, number, event)
    if life.status == "active" and life.left() == 0:
        life.status = "closed"
    elif life.status == "closed" and life.left() > 0:
        life.status = "active"


def disburse(life: Life, number: int, _event: dict[str, Any]) -> None:
    """Lend the principal."""
    life.status, amount = "active", life.terms["principal"]
    note(life, f"disburse:{number}", "disburse", life.today, amount, {"principal": amount})


def note(life: Life, key: str, kind: str, day: date, amount: Decimal, split: dict[str, Decimal]) -> None:
    """Write down what an event did, and what it moved in the books since the last note."""
    written = {"key": key, "kind": kind, "on": day, "amount": amount, "balance": life.left("principal"), **split}
    life.transactions.append({**written, "moves": life.moves, "status": life.status})
    life.moves = []


def note_charge(life: Life, number: int, event: dict[str, Any]) -> None:
    """Write down a charge under its due date."""
    day, amount = on(event["due_on"]), Decimal(event["amount"])
    row = next(line.n for line in life.lines if day <= line.due_on)
    life.moves.append((row, event["charge"], amount, True))
    note(life, f"charge:{number}", "charge", day, amount, {event["charge"]: amount})


def repay(life: Life, number: int, event: dict[str, Any]) -> None:
    """Spread a payment: due rows first and oldest first, then the coming rows; what is over is credit."""
    amount = Decimal(event["amount"])
    if life.status == "written_off":
        note(life, f"{event['kind']}:{number}", "repayment", life.today, amount, {})
        return
    split, over = spread(life, amount, event)
    life.overpaid += over
    note(life, f"{event['kind']}:{number}", "repayment", life.today, amount, {**split, "overpaid": over})


def spread(life: Life, amount: Decimal, event: dict[str, Any]) -> tuple[dict[str, Decimal], Decimal]:
    """Pay as far as the amount goes; return the split by part, and what is over."""
    split = dict.fromkeys(PARTS, ZERO)
    for line in life.lines:
        order = life.loan["allocation"]["due" if line.due_on <= life.today else "advance"]
        for cell in in_order(life, line, order):
            part = min(amount, cell.left)
            pay(life, line, cell, part, event)
            split[cell.part] += part
            amount -= part
    return split, amount


def in_order(life: Life, line: Line, order: list[str]) -> list[Cell]:
    """Return a row's cells as they are paid: charges already due, then the order of parts, its charges first."""
    cells = sorted(line.cells, key=lambda cell: (order.index(cell.part), not cell.is_charge))
    return sorted(cells, key=lambda cell: not (cell.is_charge and cell.due_on <= life.today))


def pay(life: Life, line: Line, cell: Cell, amount: Decimal, event: dict[str, Any]) -> None:
    """Pay a part of a cell, and remember whether that was before or after the row's due date."""
    cell.paid += amount
    if life.today < line.due_on:
        line.in_advance += amount
    elif life.today > line.due_on:
        line.late += amount
    from_schedule = cell.part in ("fee", "interest") and not cell.is_charge and not cell.is_arrears
    was_closed = line.due_on <= event.get("closed_through", date.max)
    move(life, line, cell, amount, cell.is_booked and (was_closed or not from_schedule))


def move(life: Life, line: Line, cell: Cell, amount: Decimal, is_booked: bool) -> None:
    """Remember for the books that so much of a cell is settled: out of a receivable, or directly."""
    if not is_booked:
        cell.direct += amount
    if amount > 0:
        life.moves.append((line.n, cell.part, amount, is_booked))


def payoff_parts(life: Life) -> dict[str, Decimal]:
    """Return what settles the loan today, by part."""
    parts = {"principal": life.left("principal"), "interest": ZERO, "fee": ZERO, "penalty": life.left("penalty")}
    deferred = ZERO
    for line in life.lines:
        charges = sum((cell.left for cell in line.cells if cell.is_charge and cell.part == "fee"), ZERO)
        if line.due_on <= life.today:
            parts["fee"] += line.sum("left", "fee")
            parts["interest"] += line.sum("left", "interest")
            deferred = ZERO if line.n > life.terms["interest_grace"] else deferred + line.charged
            continue
        parts["fee"] += charges
        if line.n > life.terms["periods"] or line.start_on > life.today:
            continue
        earned = deferred + running_interest(life, line)
        parts["interest"] += min(running_due(life, line, earned), room(life))
    return parts


def running_due(life: Life, line: Line, earned: Decimal) -> Decimal:
    """Return what of the earned interest is unpaid; under grace it stands in the first row after it."""
    holder = line if line.n > life.terms["interest_grace"] else life.lines[life.terms["interest_grace"]]
    spent = holder.sum("paid", "interest") + holder.sum("forgiven", "interest")
    return max(ZERO, min(earned - spent, holder.sum("left", "interest")))


def running_interest(life: Life, line: Line) -> Decimal:
    """Return the running period's interest up to today: by days, whole, or (flat) whole once it has begun."""
    if life.today == line.start_on:
        return ZERO
    if life.terms["method"] == "flat" or life.loan["payoff_interest"] == "period_end":
        return line.charged
    days = Decimal((line.due_on - line.start_on).days)
    run = Decimal((life.today - line.start_on).days)
    return divided(line.charged * run, days, life.terms["rounding_mode"])


def settle(life: Life, number: int, event: dict[str, Any]) -> None:
    """Pay the loan off: what the quote names is paid, the rest of interest and fees is never earned.

    The money is what the quote asked when it came; where that falls short of today's figures it is a repayment.
    """
    parts, amount = payoff_parts(life), Decimal(event["amount"])
    if amount < sum(parts.values(), ZERO) or life.left() == 0:
        repay(life, number, event)
        return
    left = dict(parts)
    for line in life.lines:
        for cell in line.cells:
            part = min(left[cell.part], cell.left)
            if cell.part == "fee" and not cell.is_charge and line.due_on > life.today:
                part = ZERO
            pay(life, line, cell, part, event)
            left[cell.part] -= part
            cell.amount -= cell.left
    over = amount - sum(parts.values(), ZERO)
    life.overpaid += over
    note(life, f"payoff:{number}", "payoff", life.today, amount, {**parts, "overpaid": over})


def waive(life: Life, number: int, event: dict[str, Any]) -> None:
    """Forgive a part of a row, at most what is left of it; the row may be gone with a reversed charge."""
    rest = given = Decimal(event["amount"])
    for line in life.lines:
        for cell in line.cells:
            if line.n == event["instalment"] and cell.part == event["part"]:
                part = min(rest, cell.left)
                cell.forgiven += part
                move(life, line, cell, part, cell.is_booked)
                rest -= part
    note(life, f"waive:{number}", "waive", life.today, given - rest, {event["part"]: given - rest})


def write_off(life: Life, number: int, event: dict[str, Any]) -> None:
    """Give the loan up: what is owed today is forgiven, what was never earned is struck out."""
    split = dict.fromkeys(PARTS, ZERO)
    for line in life.lines:
        for cell in line.cells:
            if line.due_on > life.today and not cell.is_charge and cell.part in ("interest", "fee"):
                cell.amount -= cell.left
            split[cell.part] += cell.left
            move(life, line, cell, cell.left, cell.is_booked)
            cell.forgiven += cell.left
    life.status = "written_off"
    note(life, f"{event['kind']}:{number}", "write_off", life.today, sum(split.values(), ZERO), split)
