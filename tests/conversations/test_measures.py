"""The borrower's machine passes the checker on USSD: every screen, in both languages, with the longest values."""

from __future__ import annotations

from channels.ussd.pages import UssdRenderer
from conversations.measures import TASKS, check_borrower
from conversations.texts import load_texts


def test_every_screen_fits_every_text_is_there_and_no_task_takes_too_long() -> None:
    texts = load_texts()

    report = check_borrower(texts, UssdRenderer(texts))

    assert [str(finding) for finding in report.findings] == []
    inputs = {
        "register": 9,
        "apply again": 6,
        "accept an offer": 3,
        "see what is due": 1,
        "see how to pay": 1,
        "see what closes a loan": 2,
        "pay from one's own wallet": 4,
        "change the wallet": 5,
        "cancel a loan before its payout": 4,
        "learn how to return the cash": 3,
    }
    assert {(row.task, row.language): row.inputs for row in report.tasks} == {
        (task, language): fewest for task, fewest in inputs.items() for language in ("en", "st_LS")
    }
    assert len(report.tasks) == 2 * len(TASKS)


def test_what_a_borrower_must_decide_on_is_one_page_with_ordinary_values() -> None:
    texts = load_texts()
    report = check_borrower(texts, UssdRenderer(texts))

    plain = {(row.screen, row.language): row.pages for row in report.screens}

    one_page = ("apply.amount", "apply.pin", "offer.pin", "register.pin", "repay.how", "apply.submitted")
    assert {plain[screen, language] for screen in one_page for language in ("en", "st_LS")} == {1}
