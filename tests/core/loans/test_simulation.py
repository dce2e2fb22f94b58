"""The document of `letsema simulate`."""

from __future__ import annotations

import json
from typing import Any

import pytest

from core.loans.simulation import simulate_loans

TERMS = {
    "principal": "100",
    "annual_rate_percent": "7",
    "method": "emi",
    "periods": 3,
    "period_unit": "month",
    "disbursed_on": "2024-01-01",
}
LENT: dict[str, Any] = {"kind": "disburse", "on": "2024-01-01", "amount": "100"}


def simulate(*events: object, as_of: str | None = "2024-02-20", **rules: object) -> dict[str, Any]:
    asked = {"id": "x", "terms": TERMS, "events": list(events), "as_of": as_of} | rules
    (answer,) = simulate_loans([asked])
    assert json.loads(json.dumps(answer)) == answer
    return answer


def pay(on: str, amount: str, **others: str) -> dict[str, Any]:
    return {"kind": "repayment", "on": on, "amount": amount} | others


def close(on: str) -> dict[str, Any]:
    return {"kind": "day_end", "on": on}


def lines(answer: dict[str, Any], event: int) -> list[list[tuple[str, str, str]]]:
    return [
        [(line["account"], line["debit"], line["credit"]) for line in journal["lines"]]
        for journal in answer["journal"]
        if journal["event"] == event
    ]


def test_the_whole_document_of_a_late_loan() -> None:
    answer = simulate(LENT, close("2024-02-01"), close("2024-02-02"), pay("2024-02-10", "10"), late_fee={"amount": "5"})

    assert answer == {
        "id": "x",
        "status": "active",
        "instalments": [
            {
                "n": 1,
                "due_on": "2024-02-01",
                "principal": "33.14",
                "interest": "0.58",
                "fees": "0.00",
                "penalties": "5.00",
                "total": "38.72",
                "paid": "10.00",
                "in_advance": "0.00",
                "late": "10.00",
                "outstanding": "28.72",
                "balance": "66.86",
            },
            {
                "n": 2,
                "due_on": "2024-03-01",
                "principal": "33.33",
                "interest": "0.39",
                "fees": "0.00",
                "penalties": "0.00",
                "total": "33.72",
                "paid": "0.00",
                "in_advance": "0.00",
                "late": "0.00",
                "outstanding": "33.72",
                "balance": "33.53",
            },
            {
                "n": 3,
                "due_on": "2024-04-01",
                "principal": "33.53",
                "interest": "0.20",
                "fees": "0.00",
                "penalties": "0.00",
                "total": "33.73",
                "paid": "0.00",
                "in_advance": "0.00",
                "late": "0.00",
                "outstanding": "33.73",
                "balance": "0.00",
            },
        ],
        "transactions": [
            {
                "event": 0,
                "kind": "disburse",
                "on": "2024-01-01",
                "amount": "100.00",
                "principal": "100.00",
                "interest": "0.00",
                "fees": "0.00",
                "penalties": "0.00",
                "overpaid": "0.00",
                "balance": "100.00",
                "reversed": False,
            },
            {
                "event": 2,
                "kind": "late_fee",
                "on": "2024-02-02",
                "amount": "5.00",
                "principal": "0.00",
                "interest": "0.00",
                "fees": "0.00",
                "penalties": "5.00",
                "overpaid": "0.00",
                "balance": "100.00",
                "reversed": False,
            },
            {
                "event": 3,
                "kind": "repayment",
                "on": "2024-02-10",
                "amount": "10.00",
                "principal": "4.42",
                "interest": "0.58",
                "fees": "0.00",
                "penalties": "5.00",
                "overpaid": "0.00",
                "balance": "95.58",
                "reversed": False,
            },
        ],
        "outstanding": {
            "principal": "95.58",
            "interest": "0.59",
            "fees": "0.00",
            "penalties": "0.00",
            "total": "96.17",
        },
        "overpaid": "0.00",
        "days_past_due": 19,
        "bucket": "1-30",
        "payoff": {
            "on": "2024-02-20",
            "principal": "95.58",
            "interest": "0.26",
            "fees": "0.00",
            "penalties": "0.00",
            "total": "95.84",
        },
        "journal": [
            {
                "event": 0,
                "on": "2024-01-01",
                "lines": [
                    {"account": "principal", "debit": "100.00", "credit": "0.00"},
                    {"account": "float", "debit": "0.00", "credit": "100.00"},
                ],
            },
            {
                "event": 1,
                "on": "2024-02-01",
                "lines": [
                    {"account": "interest_receivable", "debit": "0.58", "credit": "0.00"},
                    {"account": "interest_income", "debit": "0.00", "credit": "0.58"},
                ],
            },
            {
                "event": 2,
                "on": "2024-02-02",
                "lines": [
                    {"account": "penalty_receivable", "debit": "5.00", "credit": "0.00"},
                    {"account": "penalty_income", "debit": "0.00", "credit": "5.00"},
                ],
            },
            {
                "event": 3,
                "on": "2024-02-10",
                "lines": [
                    {"account": "float", "debit": "10.00", "credit": "0.00"},
                    {"account": "penalty_receivable", "debit": "0.00", "credit": "5.00"},
                    {"account": "interest_receivable", "debit": "0.00", "credit": "0.58"},
                    {"account": "principal", "debit": "0.00", "credit": "4.42"},
                ],
            },
        ],
    }


def test_a_loan_that_is_not_disbursed_is_pending_and_owes_nothing() -> None:
    answer = simulate(close("2024-02-01"))

    assert answer["status"] == "pending"
    assert answer["outstanding"]["total"] == "0.00"
    assert [row["outstanding"] for row in answer["instalments"]] == ["0.00"] * 3
    assert [row["total"] for row in answer["instalments"]] == ["33.72", "33.72", "33.73"]
    assert answer["payoff"]["total"] == "0.00"


def test_a_backdated_payment_undoes_the_late_fee_in_front_of_everyone() -> None:
    answer = simulate(
        LENT,
        close("2024-02-01"),
        close("2024-02-02"),
        pay("2024-02-01", "33.72", recorded_on="2024-02-05"),
        late_fee={"amount": "5"},
    )

    assert answer["outstanding"]["penalties"] == "0.00"
    assert [line["reversed"] for line in answer["transactions"]] == [False, True, False]
    assert [("penalty_income", "5.00", "0.00"), ("penalty_receivable", "0.00", "5.00")] in lines(answer, 3)


def test_what_one_event_undoes_is_undone_in_the_order_in_which_it_was_posted() -> None:
    answer = simulate(
        LENT, close("2024-03-01"), close("2024-03-02"), pay("2024-01-20", "67.44"), late_fee={"amount": "5"}
    )

    undone = [journal["on"] for journal in answer["journal"] if journal["event"] == 3]
    assert undone == ["2024-02-01", "2024-02-02", "2024-03-01", "2024-03-02", "2024-01-20"]


def test_what_was_undone_is_posted_anew_when_it_holds_again_and_undone_again() -> None:
    late = [LENT, close("2024-02-02")]
    paid = [pay("2024-02-01", "33.72"), {"kind": "reverse", "event": 2}, pay("2024-02-01", "33.72")]

    answer = simulate(*late, *paid, late_fee={"amount": "5"})

    charged = [("penalty_receivable", "5.00", "0.00"), ("penalty_income", "0.00", "5.00")]
    undone = [("penalty_income", "5.00", "0.00"), ("penalty_receivable", "0.00", "5.00")]
    assert [[line for line in lines(answer, event) if line in (charged, undone)] for event in range(1, 5)] == [
        [charged], [undone], [charged], [undone],
    ]  # fmt: skip


def test_a_reversed_payment_keeps_its_line_and_leaves_the_loan_as_if_never_paid() -> None:
    never = simulate(LENT, close("2024-02-02"))
    undone = simulate(LENT, close("2024-02-02"), pay("2024-02-10", "20"), {"kind": "reverse", "event": 2})

    assert undone["instalments"] == never["instalments"]
    assert undone["transactions"][1]["reversed"]
    assert undone["transactions"][1]["principal"] == "19.42"
    assert lines(undone, 3) == [
        [("interest_receivable", "0.58", "0.00"), ("principal", "19.42", "0.00"), ("float", "0.00", "20.00")]
    ]


def test_arrival_order_does_not_matter_to_the_rows() -> None:
    payments = [pay("2024-02-01", "10"), pay("2024-02-01", "20"), pay("2024-01-15", "5")]

    answers = [simulate(LENT, *order) for order in (payments, payments[::-1])]

    assert answers[0]["instalments"] == answers[1]["instalments"]
    assert answers[0]["outstanding"] == answers[1]["outstanding"]


def test_the_payoff_event_closes_the_loan() -> None:
    answer = simulate(LENT, {"kind": "payoff", "on": "2024-01-16"}, close("2024-05-01"), as_of="2024-05-01")

    assert answer["status"] == "closed"
    assert answer["transactions"][1] | {"kind": "payoff"} == answer["transactions"][1]
    assert answer["transactions"][1]["amount"] == "100.28"
    assert answer["outstanding"]["total"] == "0.00"
    assert answer["payoff"]["total"] == "0.00"
    assert lines(answer, 2) == []


def test_a_waiver_without_an_amount_forgives_all_that_is_left() -> None:
    waiver = {"kind": "waive", "on": "2024-02-03", "instalment": 1, "part": "penalty"}

    whole = simulate(LENT, close("2024-02-02"), waiver, late_fee={"amount": "5"})
    some = simulate(LENT, close("2024-02-02"), waiver | {"amount": "2"}, late_fee={"amount": "5"})

    assert whole["outstanding"]["penalties"] == "0.00"
    assert some["outstanding"]["penalties"] == "3.00"
    assert whole["transactions"][2]["kind"] == "waive"


def test_charge_write_off_and_recovery() -> None:
    answer = simulate(
        LENT,
        {"kind": "charge", "charge": "fee", "due_on": "2024-06-01", "amount": "3"},
        {"kind": "write_off", "on": "2024-04-10"},
        pay("2024-05-01", "7"),
        as_of="2024-06-20",
    )

    assert answer["status"] == "written_off"
    assert answer["instalments"][3]["fees"] == "3.00"
    assert [line["kind"] for line in answer["transactions"]] == ["disburse", "charge", "write_off", "repayment"]
    assert lines(answer, 3) == [[("float", "7.00", "0.00"), ("recovery", "0.00", "7.00")]]


def test_a_loan_may_be_paid_out_on_another_day_than_planned() -> None:
    answer = simulate({"kind": "disburse", "on": "2024-01-10"})

    assert answer["instalments"][0]["due_on"] == "2024-02-10"


def test_a_payout_may_be_reversed_and_made_again() -> None:
    answer = simulate(LENT, {"kind": "reverse", "event": 0}, LENT | {"on": "2024-01-02"})

    assert answer["status"] == "active"
    assert [(line["on"], line["reversed"]) for line in answer["transactions"]] == [
        ("2024-01-01", True),
        ("2024-01-02", False),
    ]
    assert lines(answer, 1) == [[("float", "100.00", "0.00"), ("principal", "0.00", "100.00")]]


def test_without_a_day_it_is_the_latest_events() -> None:
    paid = simulate(LENT, pay("2024-02-10", "1"), as_of=None)
    charged = simulate(LENT, {"kind": "charge", "charge": "fee", "due_on": "2024-02-20", "amount": "1"}, as_of=None)

    assert paid["payoff"]["on"] == "2024-02-10"
    assert charged["payoff"]["on"] == "2024-02-20"


@pytest.mark.parametrize(
    ("events", "at", "code"),
    [
        ([pay("2024-02-01", "1")], 0, "not_disbursed"),
        ([LENT, LENT], 1, "already_disbursed"),
        ([LENT | {"amount": "99"}], 0, "amount_differs_from_contract"),
        ([LENT, pay("2023-12-31", "1")], 1, "before_disbursement"),
        ([LENT, pay("2024-02-01", "0")], 1, "not_more_than_nothing"),
        ([LENT, pay("2024-02-01", "-5")], 1, "not_more_than_nothing"),
        ([LENT, pay("2024-02-01", "1", recorded_on="2024-01-31")], 1, "invalid_input"),
        ([LENT, {"kind": "reverse", "event": 1}], 1, "unknown_event"),
        ([LENT, {"kind": "reverse", "event": -1}], 1, "unknown_event"),
        ([LENT, close("2024-02-01"), {"kind": "reverse", "event": 1}], 2, "unknown_event"),
        ([LENT, pay("2024-02-01", "1"), {"kind": "reverse", "event": 0}], 2, "later_events_stand"),
        (
            [LENT, pay("2024-02-01", "1"), {"kind": "reverse", "event": 1}, {"kind": "reverse", "event": 2}],
            3,
            "reversal_of_reversal",
        ),
        (
            [LENT, pay("2024-02-01", "1"), {"kind": "reverse", "event": 1}, {"kind": "reverse", "event": 1}],
            3,
            "already_reversed",
        ),
        ([LENT, {"kind": "waive", "on": "2024-02-01", "instalment": 1, "part": "fee"}], 1, "waiver_above_outstanding"),
        ([LENT, {"kind": "waive", "on": "2024-02-01", "instalment": 9, "part": "fee"}], 1, "unknown_instalment"),
        ([LENT, {"kind": "charge", "charge": "interest", "due_on": "2024-02-01", "amount": "1"}], 1, "wrong_part"),
        (
            [LENT, {"kind": "payoff", "on": "2024-01-16"}, {"kind": "write_off", "on": "2024-02-01"}],
            2,
            "loan_not_active",
        ),
        ([LENT, pay("2024-02-05", "1"), {"kind": "payoff", "on": "2024-02-01"}], 2, "payoff_before_later_event"),
        ([LENT, {"kind": "refinance"}], 1, "invalid_input"),
        ([LENT, {"kind": ["refinance"]}], 1, "invalid_input"),
        ([LENT, {"kind": "day_end", "on": "2024-02-01", "of": 1}], 1, "invalid_input"),
        ([LENT, "pay"], 1, "invalid_input"),
    ],
)
def test_a_refused_event_answers_for_its_object_alone(events: list[Any], at: int, code: str) -> None:
    good = {"id": "good", "terms": TERMS, "events": [LENT], "as_of": "2024-01-02"}

    refused, printed = simulate_loans([{"id": "bad", "terms": TERMS, "events": events}, good])

    assert (refused["id"], refused["error"]["event"], refused["error"]["code"]) == ("bad", at, code)
    assert refused["error"]["message"]
    assert printed["status"] == "active"


@pytest.mark.parametrize(
    "asked",
    [
        7,
        {"id": 1},
        {"id": 1, "terms": TERMS},
        {"id": 1, "terms": TERMS, "events": {}},
        {"id": 1, "terms": TERMS, "events": [LENT] * 5_001},
        {"id": 1, "terms": TERMS | {"periods": 0}, "events": []},
        {"id": 1, "terms": TERMS, "events": [], "cap": "off"},
        {"id": 1, "terms": TERMS, "events": [], "asof": "2024-01-01"},
        {"id": 1, "terms": TERMS, "events": [], "as_of": "today"},
    ],
)
def test_an_object_that_cannot_be_read_has_no_event_at_fault(asked: object) -> None:
    (answer,) = simulate_loans([asked])

    assert answer["error"]["event"] is None
    assert answer["error"]["message"]


def test_every_journal_of_a_busy_life_balances() -> None:
    answer = simulate(
        LENT,
        close("2024-02-02"),
        pay("2024-02-03", "5"),
        pay("2024-01-20", "9"),
        {"kind": "waive", "on": "2024-02-04", "instalment": 2, "part": "interest", "amount": "0.10"},
        {"kind": "reverse", "event": 2},
        close("2024-03-05"),
        {"kind": "write_off", "on": "2024-03-06"},
        pay("2024-03-07", "11"),
        late_fee={"percent": "1.5", "of": "principal_and_interest"},
        arrears_interest_percent="24",
        as_of="2024-04-01",
    )

    for journal in answer["journal"]:
        debits = sum(int(line["debit"].replace(".", "")) for line in journal["lines"])
        credited = sum(int(line["credit"].replace(".", "")) for line in journal["lines"])
        assert debits == credited > 0


def test_a_charge_to_come_moves_neither_the_day_nor_what_settles_the_loan() -> None:
    fee = {"kind": "charge", "charge": "fee", "due_on": "2024-03-20", "amount": "1"}

    answer = simulate(LENT, fee, as_of="2024-01-15")

    assert answer["days_past_due"] == 0
    assert answer["payoff"] == {
        "on": "2024-01-15",
        "principal": "100.00",
        "interest": "0.26",
        "fees": "1.00",
        "penalties": "0.00",
        "total": "101.26",
    }
    assert [(line["event"], line["on"]) for line in answer["transactions"]] == [(0, "2024-01-01"), (1, "2024-03-20")]


def test_a_loan_is_settled_although_a_charge_would_fall_due_later() -> None:
    fee = {"kind": "charge", "charge": "fee", "due_on": "2024-03-20", "amount": "1"}

    answer = simulate(LENT, fee, {"kind": "payoff", "on": "2024-01-15"})

    assert answer["status"] == "closed"
    assert answer["transactions"][2]["amount"] == "101.26"


def test_a_report_for_a_day_before_the_last_close_is_of_the_last_close() -> None:
    answer = simulate(LENT, close("2024-02-20"), as_of="2024-01-15", arrears_interest_percent="36.5")

    assert answer["days_past_due"] == 19
    assert answer["payoff"]["on"] == "2024-02-20"


def test_a_closed_loan_is_not_settled_again() -> None:
    settled = {"kind": "payoff", "on": "2024-01-15"}

    answer = simulate(LENT, settled, settled)

    assert answer["error"] == {"event": 2, "code": "loan_not_active", "message": "the loan is closed"}
