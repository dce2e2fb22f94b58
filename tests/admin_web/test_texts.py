"""The words of the portal: each code has one, each text is in both catalogues, and nothing is put together wrongly."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from enum import StrEnum
from importlib import import_module
from pkgutil import walk_packages

import pytest
from babel.messages.catalog import Message

import core
from admin_web import words
from admin_web.catalogues import read_catalogue, texts_in_sources
from admin_web.languages import Text, load_translations, said
from admin_web.refusals import SENTENCES
from core.credit.affordability import RiskFlag
from core.credit.checks import Check, Severity
from core.credit.exposure import SharingLevel, outstanding_band
from core.credit.scoring import Band, ScoreInputs, score
from core.errors import DomainError
from core.ledger.accounts import Account
from core.loans.transactions import TransactionKind
from core.money import Money
from core.records.application import ApplicationStatus, RejectionReason, ReturnReason
from core.records.borrower import IDENTITY_CHECK_METHODS, Channel, IncomeKind, Language, Purpose
from core.records.loan import LoanStatus, PayoutStatus
from core.records.staff import Role

TABLES: list[tuple[Mapping[str, object], type[StrEnum]]] = [
    (words.ACCOUNTS, Account),
    (words.APPLICATION_STATUSES, ApplicationStatus),
    (words.BANDS, Band),
    (words.CHANNELS, Channel),
    (words.CHECKS, Check),
    (words.FINDINGS, Check),
    (words.INCOME_KINDS, IncomeKind),
    (words.LOAN_STATUSES, LoanStatus),
    (words.PAYOUT_STATUSES, PayoutStatus),
    (words.PURPOSES, Purpose),
    (words.REJECTION_REASONS, RejectionReason),
    (words.RETURN_REASONS, ReturnReason),
    (words.RISKS, RiskFlag),
    (words.ROLES, Role),
    (words.SEVERITIES, Severity),
    (words.SHARING, SharingLevel),
]


@pytest.mark.parametrize(("table", "codes"), TABLES, ids=lambda value: getattr(value, "__name__", ""))
def test_every_code_has_a_word(table: Mapping[str, object], codes: type[StrEnum]) -> None:
    assert set(table) == {code.value for code in codes}


_MET_BY_NO_STAFF = frozenset(
    {
        # By a borrower on the phone, by a provider, or by whoever runs commands on the server.
        *("cooling_off_over", "email_taken", "figures_changed", "invalid_policy", "invalid_terms"),
        *("lender_differs", "not_registered", "nothing_to_return", "offer_expired", "pin_not_new"),
        *("registration_under_way", "under_age", "unknown_rail_account", "weak_pin"),
        # The day-end's, and a loan's own history's.
        *("already_disbursed", "amount_differs_from_contract", "before_disbursement", "day_not_come"),
        *("event_key_reused", "later_events_stand", "payoff_before_later_event", "reversal_of_reversal"),
        "unknown_event",
        # The form says it in a sentence of its own.
        "not_a_lesotho_mobile",
        # The family's name, with the message of the one who raised it.
        "invalid_input",
    }
)


def _codes(family: type[DomainError]) -> set[str]:
    """Of a family of refusals and all below it, but for what another room says to whoever runs the system."""
    own = {family.code} if family.__module__.startswith("core.") else set()
    return own.union(*(_codes(member) for member in family.__subclasses__()))


def test_every_refusal_that_staff_meet_has_a_sentence() -> None:
    for module in walk_packages(core.__path__, "core."):
        import_module(module.name)

    assert _codes(DomainError) - set(SENTENCES) - {DomainError.code} == _MET_BY_NO_STAFF


def test_an_account_of_a_money_service_has_the_account_s_word() -> None:
    assert words.account("float:mpesa") == words.ACCOUNTS["float"]


def test_every_movement_of_a_loan_has_a_word() -> None:
    assert set(words.JOURNAL_KINDS) == {kind.value for kind in TransactionKind} | {"interest", "reversal"}


def test_every_way_to_check_an_identity_has_a_word() -> None:
    assert set(words.IDENTITY_METHODS) == set(IDENTITY_CHECK_METHODS)


@pytest.mark.parametrize("amount", [Money.of(0), Money.of(1_000), Money.of(5_000), Money.of(20_000), Money.of(20_001)])
def test_every_band_of_exposure_has_a_word(amount: Money) -> None:
    assert outstanding_band(amount) in words.EXPOSURE_BANDS


def _inputs(**changes: object) -> ScoreInputs:
    plain = ScoreInputs(
        repaid_loans=0,
        instalments_due=0,
        instalments_on_time=0,
        longest_days_late=0,
        average_days_late=Decimal(0),
        months_as_client=0,
        instalment_share=Decimal("0.1"),
        live_loans_elsewhere=None,
        enquiries_90_days=None,
        identity_seen=False,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "inputs",
    [
        _inputs(),
        _inputs(
            repaid_loans=2,
            instalments_due=4,
            instalments_on_time=3,
            longest_days_late=12,
            average_days_late=Decimal(3),
            months_as_client=7,
        ),
        _inputs(
            instalments_due=4, instalments_on_time=4, live_loans_elsewhere=0, enquiries_90_days=0, identity_seen=True
        ),
        _inputs(live_loans_elsewhere=2, enquiries_90_days=3),
    ],
)
def test_every_factor_of_the_score_has_words(inputs: ScoreInputs) -> None:
    for factor in score(inputs).factors:
        assert factor.code in words.FACTORS
        assert factor.reason in words.FACTOR_REASONS


def test_a_code_without_a_word_is_shown_as_it_is() -> None:
    assert words.word(words.PURPOSES, "wedding") == "wedding"
    assert words.badge(words.PAYOUT_STATUSES, "lost") == words.Badge("lost", "neutral")


@pytest.mark.parametrize("language", list(Language))
def test_a_catalogue_has_exactly_the_texts_of_the_sources(language: Language) -> None:
    """If this fails: `python -m admin_web.catalogues`, then translate what appeared empty."""
    in_sources = {str(message.id) for message in texts_in_sources() if message.id}
    in_catalogue = {str(message.id) for message in read_catalogue(language) if message.id}

    assert in_catalogue == in_sources


def _placeholders(text: str) -> set[str]:
    return set(re.findall(r"%\(\w+\)[sd]|%%", text))


def _pairs(message: Message) -> list[tuple[str, str]]:
    if isinstance(message.id, tuple):
        return [(message.id[1], translated) for translated in message.string or ()]
    return [(str(message.id), str(message.string))]


@pytest.mark.parametrize("language", list(Language))
def test_a_translation_has_the_same_places_for_values(language: Language) -> None:
    wrong = [
        original
        for message in read_catalogue(language)
        if message.id
        for original, translated in _pairs(message)
        if _placeholders(original) != _placeholders(translated)
    ]

    assert wrong == []


def test_a_text_takes_its_values_in_either_language() -> None:
    text = Text("%(hours)s hours", {"hours": 3})

    assert said(text, load_translations(Language.ENGLISH)) == "3 hours"
    assert said(text, load_translations(Language.SESOTHO)) == "lihora tse 3"


def test_a_bare_text_may_hold_a_per_cent_sign() -> None:
    assert said("100%", load_translations(Language.ENGLISH)) == "100%"
    assert said("", load_translations(Language.SESOTHO)) == ""
