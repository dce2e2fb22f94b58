"""The longest values that each placeholder may have to hold, and how many inputs a task may take: what is checked."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from conversations.answers.consents import EFFECTS, NAMES
from conversations.answers.key_facts import arrears_interest, late_fee
from conversations.answers.periods import each, term
from conversations.chat_words import ChatWords
from conversations.check import Candidates, Medium, Report, Task, check
from conversations.check.worst import LARGEST_AMOUNT, LONGEST_DATE
from conversations.engine import Choice, Text, Value
from conversations.engine.validators import SPELT_LONGER_MAX
from conversations.flows import BORROWER
from conversations.messages import MESSAGE_IDS
from conversations.ordinary_measures import ORDINARY_VALUES
from conversations.people_measures import people_values
from conversations.texting_words import TextingWords
from conversations.texts import Texts
from core.calendar import PeriodUnit
from core.loans.policy import AFTER_DAYS_MAX, LateFeeRule
from core.loans.terms import FEES_MAX, PERIOD_EVERY_MAX
from core.records.application import RejectionReason, ReturnReason
from core.records.borrower import ConsentKind, Purpose
from core.references import Reference
from core.use_cases.applying import APPLICATIONS_OPEN_MAX, RefusalReason
from core.use_cases.cooling_down import COOL_DOWN_HOURS
from core.use_cases.looking_up import LOOKS_SHOWN_MAX, LookPurpose

LONGEST_LENDER: Final = "Mohloli Savings & Credit"
LONGEST_PRODUCT: Final = "Small business loan"
LONGEST_NAME: Final = "Mots'eanong-Maselloane 'Mathabiso Lerato"
LONGEST_NAMES: Final = (
    LONGEST_NAME,
    "Mot\u0161eanong-Maselloane 'Mathabi\u0161o T\u0161episo",
    "T\u0161" * SPELT_LONGER_MAX + "o" * (len(LONGEST_NAME) - 2 * SPELT_LONGER_MAX),
    "\U0001f600" * len(LONGEST_NAME),
)
"""Forty letters each: plain, with `\u0161` that grows when it is folded, as often as a name is taken with it, and what
folding takes away.
"""
LONGEST_DISTRICT: Final = "Mohale's Hoek"
LONGEST_ADDRESS: Final = "Kingsway Road, opposite the Post Office, Mohale's Hoek"
LONGEST_PHONE: Final = "+266 5885 1234"
LONGEST_ACCOUNT: Final = "EcoCash 62001234"
LONGEST_SERVICE_CODE: Final = "*384*55512#"
LONGEST_WALLET: Final = "+266 ..... 234"
LONGEST_WALLET_NUMBER: Final = "5888 8888"
LONGEST_FEE: Final = "Credit insurance premium"
_REFERENCE: Final = Reference("8888888888")
_TERMS: Final = (1, 2, 3, 6, 9, 12, 18, 24, 36)

_PERIODS: Final = tuple((unit, every) for unit in PeriodUnit for every in (1, 2, PERIOD_EVERY_MAX))
_PAYMENTS: Final = (
    ("one", {"instalment": LARGEST_AMOUNT}),
    ("level", {"instalment": LARGEST_AMOUNT}),
    ("larger_last", {"instalment": LARGEST_AMOUNT, "last_instalment": LARGEST_AMOUNT}),
    ("varying", {"largest_instalment": LARGEST_AMOUNT}),
)
_LATE_FEES: Final = (
    None,
    LateFeeRule(LARGEST_AMOUNT, None, with_interest=False, after_days=AFTER_DAYS_MAX),
    LateFeeRule(LARGEST_AMOUNT, None, with_interest=False, after_days=0),
    LateFeeRule(None, Decimal("99.99"), with_interest=True, after_days=AFTER_DAYS_MAX),
    LateFeeRule(None, Decimal("99.99"), with_interest=False, after_days=AFTER_DAYS_MAX),
)

_NEXT: Final[dict[str, Value]] = {"next_due": LARGEST_AMOUNT, "next_due_on": LONGEST_DATE}
_LATE: Final[dict[str, Value]] = {"days": 1_000, "overdue": LARGEST_AMOUNT}
_STANDINGS: Final = (
    Text("loans.on_schedule", _NEXT),
    Text("loans.behind", {**_LATE, **_NEXT}),
    Text("loans.behind_at_the_end", _LATE),
    Text("loans.nothing_due"),
)
_STATES: Final = ("withdrawn", "expired", "offer_over", "accepted", "on_its_way", "paid_out", "paid_back")
_LOAN_LINES: Final = (
    Text("loans.line", {"lender": LONGEST_LENDER, "owed": LARGEST_AMOUNT}),
    Text("loans.line_waiting", {"lender": LONGEST_LENDER, "principal": LARGEST_AMOUNT}),
)
_APPLICATION_LINES: Final = (
    Text("application.line_offer", {"lender": LONGEST_LENDER, "principal": LARGEST_AMOUNT}),
    Text("application.line_returned", {"lender": LONGEST_LENDER, "asked_amount": LARGEST_AMOUNT}),
    Text("application.line_waiting", {"lender": LONGEST_LENDER, "asked_amount": LARGEST_AMOUNT}),
)
_FEES: Final = tuple(
    Choice(str(number), Text("terms.fee_line", {"fee_name": LONGEST_FEE, "fee": LARGEST_AMOUNT}))
    for number in range(FEES_MAX)
)
_WALLETS: Final = (
    Text("wallet.own"),
    Text("wallet.number", {"wallet_number_shown": LONGEST_WALLET_NUMBER}),
    Text("wallet.as_before"),
)
_COMING: Final = tuple(
    Text(
        f"loans.coming_{count}",
        {f"amount_{n}": LARGEST_AMOUNT for n in range(1, count + 1)}
        | {f"due_{n}": LONGEST_DATE for n in range(1, count + 1)},
    )
    for count in (1, 2, 3)
)
_REASONS: Final = (
    *(Text(f"refusal.{reason}") for reason in (*RefusalReason, "other")),
    *(Text(f"rejection.{reason}") for reason in (*RejectionReason, "other")),
    *(Text(f"return.{reason}") for reason in ReturnReason),
)


_LOOKS: Final = tuple(
    Text(
        "looks.line",
        {"looked_on": LONGEST_DATE, "mfi_name": LONGEST_LENDER, "look_purpose": Text(f"looks.for_{purpose}")},
    )
    for purpose in LookPurpose
)


def _list(labels: Sequence[str | Text]) -> tuple[Value, ...]:
    return (tuple(Choice(str(number), label) for number, label in enumerate(labels)),)


WORST_VALUES: Final[Candidates] = {
    **dict.fromkeys(
        (
            "amount",
            "amount_min",
            "amount_max",
            "asked_amount",
            "balance",
            "cash_back",
            "cash_received",
            "fee",
            "fees",
            "instalment",
            "interest",
            "largest_instalment",
            "last_instalment",
            "owed",
            "net_pay",
            "next_due",
            "overdue",
            "payoff",
            "due_today",
            "pay_total",
            "principal",
            "total_cost",
            "total_repaid",
            *(f"amount_{n}" for n in (1, 2, 3)),
        ),
        (LARGEST_AMOUNT,),
    ),
    **dict.fromkeys(
        (
            *("agreed_on", "expires_on", "first_due_on", "looked_on", "next_due_on", "payoff_on", "submitted_on"),
            *(f"due_{n}" for n in (1, 2, 3)),
        ),
        (LONGEST_DATE,),
    ),
    **dict.fromkeys(("loan_reference", "reference", "reserved"), (_REFERENCE,)),
    **dict.fromkeys(("mfi_name", "lender"), (LONGEST_LENDER,)),
    "complaints_phone": (LONGEST_PHONE,),
    "applications": tuple(
        tuple(Choice(str(number), line) for number in range(APPLICATIONS_OPEN_MAX)) for line in _APPLICATION_LINES
    ),
    **{f"agrees_{kind}": (Text("consents.yes"), Text("consents.no")) for kind in ConsentKind},
    "arrears_interest": (arrears_interest(Decimal(0)), arrears_interest(Decimal("9999.99"))),
    "coming": _COMING,
    "consent_name": tuple(Text(NAMES[kind]) for kind in ConsentKind),
    "consent_effect": tuple(Text(EFFECTS[kind]) for kind in ConsentKind),
    "why_barred": (Text("offer.lender_suspended"), Text("offer.borrower_blocked")),
    "each_fee": (Text("terms.fees", {"fee_lines": _FEES}), Text("terms.no_fees")),
    "fee_lines": (_FEES,),
    "fee_name": (LONGEST_FEE, Text("terms.upfront_fee")),
    **dict.fromkeys(("paid_to", "new_paid_to"), _WALLETS),
    "paid_now": (Text("wallet.own"), Text("wallet.ending", {"wallet_end": "000"})),
    "wallet_end": ("000",),
    "wallet_number_shown": (LONGEST_WALLET_NUMBER,),
    "wallet_wait": (Text("wallet.waits"), Text("wallet.at_once")),
    "payoff_good": tuple(Text(f"loans.good_{by}", {"payoff_on": LONGEST_DATE}) for by in ("today", "until")),
    "hours": (COOL_DOWN_HOURS,),
    "cooling_off": (Text("terms.cooling_off", {"days": 30}), Text("terms.no_cooling_off")),
    "days": (1_000,),
    "district_name": (LONGEST_DISTRICT,),
    "each": tuple(each(unit, every) for unit, every in _PERIODS),
    "districts": _list([LONGEST_DISTRICT] * 10),
    "effective_rate": (Decimal("999.99"),),
    "full_name": tuple(f"{name} {name}" for name in LONGEST_NAMES),
    "instalments": (366,),
    "late_fee": tuple(late_fee(rule) for rule in _LATE_FEES),
    "lenders": _list([LONGEST_LENDER] * 12),
    "loans": tuple(tuple(Choice(str(number), line) for number in range(4)) for line in _LOAN_LINES),
    "look": _LOOKS,
    "looks": (
        tuple(Choice(str(number), look) for number, look in enumerate((_LOOKS * LOOKS_SHOWN_MAX)[:LOOKS_SHOWN_MAX])),
    ),
    "look_purpose": tuple(Text(f"looks.for_{purpose}") for purpose in LookPurpose),
    **dict.fromkeys(("months", "weeks", "term_days", "fortnights", "payments_count", "every", "late_days"), (366,)),
    "late": (Text("terms.late"), Text("terms.late_after", {"late_days": AFTER_DAYS_MAX})),
    "late_base": (Text("terms.unpaid"), Text("terms.unpaid_principal")),
    "national_id_end": ("0000",),
    "paying_early": (Text("terms.early_by_day"), Text("terms.early_by_period")),
    "payments": tuple(
        Text(f"payments.{kind}", {"instalments": 366, "each": each(unit, every), **amounts})
        for unit, every in _PERIODS
        for kind, amounts in _PAYMENTS
    ),
    **dict.fromkeys(("percent", "arrears_percent"), (Decimal("9999.99"),)),
    "phone_masked": (LONGEST_WALLET,),
    "products": _list([f"{LONGEST_LENDER}: {LONGEST_PRODUCT}"] * 12),
    "purpose": tuple(Text(f"purpose.{purpose}") for purpose in Purpose),
    "rail_account": (LONGEST_ACCOUNT,),
    "reason": _REASONS,
    "standing": _STANDINGS,
    "state": tuple(Text(f"application.state_{state}") for state in _STATES),
    "terms": _list([term(periods, unit, every) for unit, every in _PERIODS for periods in _TERMS]),
    "to_pay": (Text("repay.behind", {"overdue": LARGEST_AMOUNT}), Text("repay.next", _NEXT)),
    "tries_left": (2,),
    **people_values(LONGEST_LENDER, LONGEST_ADDRESS, LONGEST_PHONE),
}
"""For screens, by placeholder or by the name of a list. Money is as large as a product makes it, names as we take."""

_SMS_AMOUNTS: Final = (
    *("affordable_amount", "cash", "last", "outstanding", "overpaid_amount", "part"),
    *(f"paid_{n}" for n in (1, 2, 3)),
)
_SMS_WHY: Final = (
    *("identity_known", "phone_taken", "under_age", "district_closed", "refused"),
    *("expired", "changed", "barred", "gone", "too_late", "superseded", "still_needed", "under_way"),
    *("already", "not_running", "over", "too_many", "being_sent", "other"),
)
_SMS_COMMANDS: Final = (
    *("register", "apply", "accept", "decline", "withdraw", "change_language", "change_pin"),
    *(
        "withdraw_consent",
        "give_consent",
        "send_statement",
        "change_reminders",
        "unlink_telegram",
        "cancel_loan",
        "ask_to_cancel",
        "answer_returned",
        "complain",
        "reset_pin",
        "change_wallet",
        "request_payment",
        "quote_payoff",
        "other",
    ),
)

SMS_VALUES: Final[Candidates] = {
    **dict.fromkeys(_SMS_AMOUNTS, (LARGEST_AMOUNT,)),
    "affordable": (Text("sms.affordable", {"affordable_amount": LARGEST_AMOUNT}), Text("sms.no_affordable")),
    "command": tuple(Text(f"sms.command_{command}") for command in _SMS_COMMANDS),
    "code": ("000000",),
    "covered": (Text("sms.covered"),),
    "days_late": (1_000,),
    **dict.fromkeys(("as_of_on", "due_on", *(f"paid_{n}_on" for n in (1, 2, 3))), (LONGEST_DATE,)),
    "due": tuple(Text(f"sms.statement_{due}") for due in ("late", "next", "nothing")),
    "paid": tuple(Text(f"sms.statement_paid_{count}") for count in (0, 1, 2, 3)),
    "given_names": LONGEST_NAMES,
    "instalment_said": tuple(
        Text(
            f"sms.instalment_{kind}",
            {"instalment": LARGEST_AMOUNT, "last": LARGEST_AMOUNT, "each": each(unit, every)},
        )
        for unit, every in _PERIODS
        for kind in ("level", "varying", "larger_last")
    ),
    "left": (Text("sms.left_next"), Text("sms.left"), Text("sms.left_nothing"), Text("sms.left_given_up")),
    "overpaid": (Text("sms.overpaid", {"overpaid_amount": LARGEST_AMOUNT}), Text("sms.not_overpaid")),
    "parts": tuple(
        (Choice(part, Text(f"sms.part_{part}", {"part": LARGEST_AMOUNT})),)
        for part in ("penalties", "fees", "interest", "principal", "recovered", "overpaid")
    ),
    "receipt": (_REFERENCE,),
    "service_code": (LONGEST_SERVICE_CODE,),
    "term": tuple(term(periods, unit, every) for unit, every in _PERIODS for periods in (1, 366)),
    "wallet": (LONGEST_WALLET,),
    "why": tuple(Text(f"sms.why_{why}") for why in _SMS_WHY),
}
"""For messages alone, by placeholder."""

TASKS: Final = (
    Task("register", goal="register.send", inputs_max=9),
    Task(
        "apply for the first time",
        goal="apply.send",
        inputs_max=11,
        start="main.menu",
        avoids=frozenset({"apply.terms", "apply.change"}),
        through=("apply.lender", "apply.purpose", "apply.income_kind", "apply.wallet"),
    ),
    Task(
        "apply again",
        goal="apply.send",
        inputs_max=6,
        start="main.menu",
        avoids=frozenset({"apply.purpose", "apply.wallet", "apply.terms", "apply.change"}),
    ),
    Task("accept an offer", goal="offer.accept", inputs_max=3, start="main.menu"),
    Task("see what is due", goal="loans.loan", inputs_max=2, start="main.menu"),
    Task("see how to pay", goal="repay.show", inputs_max=2, start="main.menu"),
    Task("see what closes a loan", goal="loans.pay_off", inputs_max=3, start="main.menu"),
    Task("pay from one's own wallet", goal="repay.ask", inputs_max=5, start="main.menu"),
    Task("change the wallet", goal="wallet.change", inputs_max=5, start="main.menu"),
    Task("cancel a loan before its payout", goal="cancel.cancel", inputs_max=4, start="main.menu"),
    Task("learn how to return the cash", goal="cancel.ask", inputs_max=3, start="main.menu"),
)
"""From the menu that a dial opens, or from the dial itself, to the step that does it."""

OTHER_MESSAGES: Final[frozenset[str]] = frozenset({*MESSAGE_IDS.values(), *ChatWords, *TextingWords})
"""What something other than a screen shows."""


def check_borrower(texts: Texts, medium: Medium) -> Report:
    """Check the borrower's machine and every text, as a channel lays them out."""
    return check(
        BORROWER,
        texts,
        medium,
        {**SMS_VALUES, **WORST_VALUES},
        tasks=TASKS,
        ordinary=ORDINARY_VALUES,
        other_messages=OTHER_MESSAGES,
    )
