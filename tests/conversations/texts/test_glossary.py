"""Wherever an English text uses a term of docs/sesotho-glossary.md, the Sesotho text uses its one word.

The phone's catalogues and the portal's are both held to it. Sesotho changes the beginning of a noun in the plural and
the end of a verb, so each term has the part that stays; what that part is a part of is read from the glossary.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import pytest
from babel.messages.pofile import read_po

from admin_web.languages import CATALOGUES
from conversations.texts import load_texts
from core.gsm0338 import fold
from core.records.borrower import Language

GLOSSARY: Final = Path(__file__).parents[3] / "docs" / "sesotho-glossary.md"
PLACEHOLDER: Final = re.compile(r"\{\w+\}|%\(\w+\)s")
"""What it brings is no word of the text."""


class Term(NamedTuple):
    """How a term is known in English, and its word in Sesotho: regular expressions, of which one match is enough."""

    english: str
    sesotho: str


TERMS: Final = {
    "loan": Term(r"loans?", r"kalimo"),
    "application": Term(r"applications?", r"kopo"),
    "borrower": Term(r"borrowers?", r"\b(mo|ba)kalimi"),
    "lender": Term(r"lenders?", r"\b(mo|ba)alimi"),
    "money": Term(r"(?<!mobile )money", r"chelete"),
    "amount": Term(r"amounts?", r"palo"),
    "interest": Term(r"interest", r"tsoala"),
    "fee": Term(r"fees?", r"tefiso"),
    "total cost": Term(r"total cost", r"lits'enyehelo"),
    # What a borrower pays. Money that a lender pays out is sent (romela, nts'a), and back it is returned (khutlisa).
    "pay": Term(
        r"(?<!net )(?<!be )(?<!left to )(pay|pays|paid|paying)"
        r"(?! (out|back|it back|to\b|them to|there|a month|your loans))",
        r"\blef|tefo|itefel",
    ),
    "payment": Term(r"payments?", r"tefo"),
    "instalment": Term(r"instalments?", r"karolo"),
    "what is left to pay": Term(r"left to pay", r"mokoloto o setseng"),
    "debt": Term(r"debts?", r"koloto"),
    "late": Term(r"(?<!too )late", r"lieh"),
    "days late": Term(r"days? late|late, days", r"tsatsi\b.*lieh|lieh.*tsatsi\b"),
    "on schedule": Term(r"on schedule", r"\b(nakong|ka nako)\b"),
    "month": Term(r"months?", r"khoeli"),
    "week": Term(r"weeks?", r"beke"),
    "day": Term(r"days?", r"tsatsi"),
    "year": Term(r"years?", r"lemo"),
    "today": Term(r"today", r"kajeno"),
    "salary": Term(r"salary", r"moputso"),
    "net pay": Term(r"net pay", r"moputso\b.*\bo fihlang letsohong"),
    "income": Term(r"incomes?", r"chelete e kenang|chelete ea (hau|hae) e kenang"),
    "given names": Term(r"given names?", r"mabitso"),
    "surname": Term(r"surname", r"fane"),
    "ID": Term(r"IDs?(?! numbers?)", r"boitsebiso"),
    "ID number": Term(r"ID numbers?", r"nomoro ea (\w+ ea )?boitsebiso"),
    "date of birth": Term(r"date of birth", r"letsatsi la (hau la )?tsoalo"),
    "district": Term(r"districts?", r"tereke"),
    "language": Term(r"languages?", r"\bpuo\b"),
    "secret PIN": Term(r"secret PIN", r"PIN ea lekunutu"),
    "enter": Term(r"enter", r"\bkeny"),
    "choose": Term(r"choose|chosen|chose", r"kheth"),
    "continue": Term(r"continue", r"tsoel\w+ pele"),
    "start again": Term(r"start again", r"qala hape"),
    "agree": Term(r"agree", r"\blumel"),
    "consent": Term(r"consents?", r"tumello"),
    "accept": Term(r"accept(s|ed)?", r"amohe"),
    "decline": Term(r"decline[sd]?", r"\bhan"),
    "withdraw": Term(r"withdr[ae]wn?", r"\bhu(l|ts)"),
    "approve": Term(r"approve[sd]?", r"lumel"),
    "purpose": Term(r"purposes?", r"sepheo"),
    "business": Term(r"business(?! date)", r"khoebo"),
    "business date": Term(r"business date", r"letsatsi la mosebetsi"),
    "school": Term(r"school", r"sekolo"),
    "farming": Term(r"farming", r"temo"),
    "health": Term(r"health", r"bophelo"),
    "terms": Term(r"terms", r"melaoana"),
    "complaint": Term(r"complaints?", r"tletleb"),
    "help": Term(r"help", r"thus"),
    "dial": Term(r"dial", r"\blets[ae]\b"),
    "offer": Term(r"(?<!on )offers?", r"tlhahiso"),
    "receipt": Term(r"receipts?", r"rasiti"),
    "mobile money": Term(r"mobile money", r"ka mohala"),
    "late fee": Term(r"late fees?", r"tefiso (ea|tsa) ho lieha"),
    "reference number": Term(r"reference numbers?|reference", r"nomoro"),
    "branch": Term(r"branch(es)?", r"\b(le|ma)kal(a|eng)\b"),
    "locked": Term(r"locked", r"\bnotl"),
    "officer": Term(r"officers?", r"sebetsi"),
    "case": Term(r"(?<!any )cases?", r"nyeoe"),
    "credit history": Term(r"credit history", r"nalane ea (\w+ ea )?mekoloto"),
    "contract": Term(r"contracts?", r"tumellano"),
    "cancel": Term(r"cancel(s|led|ling)?", r"hlako"),
    "records": Term(r"records", r"rekoto"),
    "details": Term(r"details", r"lintlha"),
    "payslip": Term(r"payslips?", r"setlankane sa moputso"),
    "Central Bank of Lesotho": Term(r"Central Bank", r"\bBank(a|eng) e Kholo"),
    "reminder": Term(r"reminders?", r"khopotso|\bhopots"),
    "credit check": Term(r"credit check", r"tlhahlobo ea mekoloto"),
    '"who checked me?"': Term(r"who checked me", r"ke mang ea ntlhahlobileng"),
    "statement": Term(r"statements?", r"setatemente"),
    "pay off": Term(r"(pay|paid|paying) off", r"\blef\w+ kaofela"),
    "not running": Term(r"not running", r"ha (e|li) (sa )?sebetse"),
    "monthly": Term(r"monthly", r"ka khoeli"),
    "weekly": Term(r"weekly", r"ka beke"),
    "every 2 weeks": Term(r"every 2 weeks", r"ka libeke tse 2"),
    "principal": Term(r"principal", r"chelete (\w+ )?ea motheo"),
    "up to": Term(r"up to(?= \{)", r"ho fihla ho"),
    "chat": Term(r"chats?", r"puisano"),
    "code": Term(r"codes?", r"khoutu"),
    "link": Term(r"link(s|ed)?(?! was)", r"kopan"),
    "unlink": Term(r"unlink(s|ed)?", r"\bkhao"),
    "button": Term(r"buttons?", r"konopo"),
    "wallet": Term(r"wallets?", r"pach"),
    "schedule": Term(r"(?<!on )schedules?", r"lenane la litefo"),
    "back": Term(r"^back$", r"^morao$"),
    "home": Term(r"^home$", r"^qalong$"),
    "more": Term(r"^more$", r"^tse ling$"),
    "yes": Term(r"^yes\b", r"^e\b"),
    "no": Term(r"^no$", r"^che$"),
    "once": Term(r"^once$", r"^hang$"),
}

OTHER_WORDS: Final = {
    "paying by it": "said with mobile money: one phrase",
    "profile": "the menu is named for what is in it: language, details",
}
"""English entries that are explained in the glossary, and are no word of a text."""

EXCEPTIONS: Final = {
    ("amount", "refused.amount"): "the question above it asks for the amount, and the figures have an M",
    ("amount", "cancel.asked"): "'e fapaneng' (another one) takes up the amount before it",
    ("income", "apply.pin"): "an M before it says what the figure is, and the page has no room",
    ("late fee", "sms.part_penalties"): "a part of a receipt, beside 'tefiso': there is no room to say it twice",
    ("fee", "sms.part_penalties"): "the same",
    ("pay", "loans.line"): "'ho setse' (is left) stands for all of it in a line of a list",
    ("pay", "sms.overpaid"): "'fetisitse' is to pay beyond",
    ("pay", "terms.no_late_fee"): "'tefiso ea ho lieha' names the fee",
    ("what is left to pay", "sms.left_nothing"): "'ha ho sa setse letho': nothing is left",
    (
        "what is left to pay",
        "portal:Nothing: no interest, fee or penalty is left to pay, or the loan is not active.",
    ): "of each part, and not of the debt",
    ("ID number", "profile.my_details"): "a line that ends in digits is a number",
    ("ID number", "recovery.identity"): "'linomoro tse 6 tsa boitsebiso' are its digits",
    ("home", "purpose.home"): "the house that a loan is for, and not the first screen",
    ("home", "portal:Home"): "the same, in the portal",
}
"""By term and message: why another word stands there."""


def glossary() -> Iterator[tuple[str, str]]:
    """Each English entry with its Sesotho, from both tables."""
    for line in GLOSSARY.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not line.startswith("| ") or "English" in cells or set(line) <= set("| -"):
            continue
        pairs = ((cells[0], cells[1]), (cells[2], cells[3])) if len(cells) == 4 else ((cells[0], cells[1]),)
        for english, sesotho in pairs:
            yield from _entries(re.sub(r" \(.*?\)", "", english), sesotho)


def _entries(english: str, sesotho: str) -> Iterator[tuple[str, str]]:
    """Lists of equal length are pairs; otherwise each English word has the whole."""
    words, said = english.split(", "), sesotho.split(", ")
    if len(words) == len(said):
        yield from zip(words, said, strict=True)
    else:
        yield from ((word, sesotho) for word in words)


def catalogues() -> Iterator[tuple[str, str, str]]:
    """Every message of both rooms: its id, its English and its Sesotho."""
    texts = load_texts()
    for message, english in texts.messages[Language.ENGLISH].items():
        yield message, english, texts.messages[Language.SESOTHO].get(message, "")
    with (CATALOGUES / Language.SESOTHO / "LC_MESSAGES" / "portal.po").open("rb") as file:
        portal = read_po(file)
    for entry in portal:
        if entry.id:
            ids, said = ([text] if isinstance(text, str) else list(text or ()) for text in (entry.id, entry.string))
            yield f"portal:{ids[0]}", " / ".join(ids), " / ".join(said)


def differing(name: str) -> Iterator[tuple[str, str, str]]:
    """The messages whose English uses a term, and whose Sesotho does not."""
    term = TERMS[name]
    english = re.compile(rf"(?<!\w)(?:{term.english})(?!\w)", re.IGNORECASE)
    sesotho = re.compile(term.sesotho, re.IGNORECASE)
    for message, said_in_english, said_in_sesotho in catalogues():
        if english.search(PLACEHOLDER.sub("{}", said_in_english)) and not sesotho.search(fold(said_in_sesotho)):
            yield message, said_in_english, said_in_sesotho


def test_every_entry_of_the_glossary_is_held_and_nothing_else() -> None:
    assert {english for english, _ in glossary()} == {*TERMS, *OTHER_WORDS}


@pytest.mark.parametrize(("english", "sesotho"), [entry for entry in glossary() if entry[0] in TERMS])
def test_what_is_looked_for_is_a_part_of_the_glossarys_word(english: str, sesotho: str) -> None:
    assert re.search(TERMS[english].sesotho, fold(sesotho), re.IGNORECASE), sesotho


@pytest.mark.parametrize("name", TERMS)
def test_a_term_has_its_one_word_in_every_text(name: str) -> None:
    excused = {message for term, message in EXCEPTIONS if term == name}

    assert [found for found in differing(name) if found[0] not in excused] == []


@pytest.mark.parametrize(("name", "message"), EXCEPTIONS)
def test_an_exception_is_one(name: str, message: str) -> None:
    assert message in {found[0] for found in differing(name)}
