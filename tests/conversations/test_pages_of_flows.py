"""docs/conversations says what the flows say, options keep their keys, and a screen's words hold in every channel."""

from __future__ import annotations

import os
import re
from pathlib import Path

from channels.ussd.pages import UssdRenderer
from conversations.check.pages import graph_pages
from conversations.checked import borrower
from conversations.engine import Confirmation, Menu, Work
from conversations.flows import BORROWER
from conversations.measures import check_borrower
from core.use_cases.applying import RefusalReason

FOLDER = Path(__file__).parents[2] / "docs" / "conversations"
FROZEN = Path(__file__).parent / "frozen_options.txt"


def test_the_pages_are_those_of_the_flows() -> None:
    subject = borrower()
    pages = graph_pages(subject, check_borrower(subject.texts, UssdRenderer(subject.texts)).tasks)

    assert {path.name for path in FOLDER.glob("*.md")} == set(pages), "run `make conversations`"
    for name, page in pages.items():
        assert (FOLDER / name).read_text(encoding="utf-8") == page, f"{name} is not current: run `make conversations`"


def test_an_option_of_a_version_keeps_its_number() -> None:
    """Options may be added. One that goes, or gets another key, is another version of its flow."""
    options = [
        f"{flow.name}/{flow.version} {screen.name} {option.key} {option.label}"
        for flow in BORROWER.flows
        for screen in flow.screens
        if isinstance(screen, Menu | Confirmation)
        for option in screen.options
    ]
    if os.environ.get("LETSEMA_GOLDEN") == "write":
        FROZEN.write_text("\n".join(options) + "\n", encoding="utf-8")
    versions = {f"{flow.name}/{flow.version}" for flow in BORROWER.flows}

    frozen = [line for line in FROZEN.read_text(encoding="utf-8").splitlines() if line.split()[0] in versions]
    assert [line for line in frozen if line not in options] == []


OF_ONE_CHANNEL = re.compile(r"\b(dial|lets[ae])\b|\b(choose|kheth[ae]) \d", re.IGNORECASE)
"""A chat has nothing to dial, and its buttons have no numbers."""


def test_no_screen_says_what_only_a_phone_can_do() -> None:
    texts = borrower().texts
    screens = [screen for flow in BORROWER.flows for screen in flow.screens if not isinstance(screen, Work)]
    said = {*(screen.text for screen in screens), *(f"refusal.{reason}" for reason in RefusalReason)}

    assert len(said) > 100
    for language in texts.languages:
        wrong = [text for text in said if OF_ONE_CHANNEL.search(texts.template(language, text) or "")]
        assert wrong == [], language
