"""What `letsema backtest` prints: a line for each band and factor, and a rate only where there are loans."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

from core.credit.backtest import Backtest, PaidOutLoan
from core.credit.checks import Check, Finding, Severity
from core.credit.scoring import ScoreInputs
from letsema.commands.backtest import lines, to_json

INPUTS = ScoreInputs(
    repaid_loans=0,
    instalments_due=0,
    instalments_on_time=0,
    longest_days_late=0,
    average_days_late=Decimal(0),
    months_as_client=0,
    instalment_share=Decimal("0.10"),
    live_loans_elsewhere=None,
    enquiries_90_days=None,
    identity_seen=True,
)
OVERRIDDEN = Finding(Check.AFFORDABILITY, Severity.BLOCK, "0.4", "0.3333")


def counted() -> Backtest:
    good = PaidOutLoan(INPUTS.to_json(), (), True, False, 0, date(2026, 1, 31))
    bad = PaidOutLoan(INPUTS.to_json(), (OVERRIDDEN.to_json(),), False, False, 45, date(2026, 1, 31))
    result = Backtest()
    result.add_all([good, good, bad], date(2026, 6, 30))
    return result


def test_without_a_loan_every_band_is_named_and_no_rate_is_made_up() -> None:
    told = list(lines(Backtest()))

    assert [line.split()[-1] for line in told if " risk, " in line] == ["none", "none", "none"]
    assert to_json(Backtest())["bad_rate_percent"] is None


def test_each_line_says_loans_closed_bad_and_the_rate() -> None:
    told = "\n".join(lines(counted()))

    assert "medium risk, 500 to 699                      3         2         1     33.3%" in told
    assert "start +520                                   3         2         1     33.3%" in told
    assert "affordability (block)                        1         0         1    100.0%" in told


def test_the_document_for_machines_has_the_same_figures() -> None:
    document = json.loads(json.dumps(to_json(counted())))

    assert document["bands"][1] == {"band": "medium", "loans": 3, "closed": 2, "bad": 1, "bad_rate_percent": "33.3"}
    assert {
        "factor": "start",
        "points": 520,
        "loans": 3,
        "closed": 2,
        "bad": 1,
        "bad_rate_percent": "33.3",
    } in document["factors"]
    assert [override["check"] for override in document["overrides"]] == ["affordability"]
