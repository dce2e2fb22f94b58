"""The checker refuses a machine in which somebody would be told that an answer is wrong, and not what is right."""

from __future__ import annotations

from dataclasses import replace

from channels.ussd.pages import UssdRenderer
from conversations.check import Report, Subject, check
from conversations.engine import FreeText
from conversations.texts import Texts
from tests.conversations.check import broken


def run(subject: Subject) -> set[tuple[str, str, str]]:
    report: Report = check(
        subject.machine,
        subject.texts,
        UssdRenderer(subject.texts),
        subject.candidates,
        other_messages=subject.other_messages,
    )
    return {(finding.name, finding.where, finding.language) for finding in report.findings}


def saying(message: str, text: str) -> Subject:
    """The sound subject with one text changed in both languages."""
    sound = broken.sound()
    return replace(sound, texts=Texts({each: {**said, message: text} for each, said in sound.texts.messages.items()}))


def test_a_refusal_that_does_not_say_the_example_is_found_in_each_language() -> None:
    assert run(saying("refused.multiple", "In steps of {multiple}")) == {
        ("refusal_without_example", "refused.multiple", language) for language in ("en", "st_LS")
    }


def test_a_refusal_of_a_secret_needs_none() -> None:
    assert run(saying("refused.pin_digits", "Only {digits} digits")) == set()
    assert run(saying("pin.wrong", "Not that one")) == set()


def test_an_example_in_words_is_held_to_the_limits_of_its_question() -> None:
    asking = broken._asking_name(FreeText(longest=20, refusal="refused.name", such_as="name.like"))
    fits = {each: {**said, "name.like": "Palesa"} for each, said in asking.texts.messages.items()}
    longer = {**fits, "st_LS": {**fits["st_LS"], "name.like": "P" * 21}}

    assert run(replace(asking, texts=Texts(fits))) == set()
    assert run(replace(asking, texts=Texts(longer))) == {("example_refused", "order.name", "st_LS")}
    assert ("missing_message", "name.like", "en") in run(asking)
