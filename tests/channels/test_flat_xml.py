from __future__ import annotations

import pytest

from channels.flat_xml import read_fields
from channels.forms import BODY_BYTES_MAX
from channels.transport import MalformedHook

KNOWN = frozenset({"type", "msg"})


def test_known_fields_are_read_and_others_ignored_with_what_is_in_them() -> None:
    body = (
        b"<?xml version='1.0'?><ussd id='7'><type>2</type><premium><msg>x</msg></premium><msg> a &amp; b\n</msg></ussd>"
    )

    assert read_fields(body, "ussd", KNOWN) == {"type": "2", "msg": " a & b\n"}


def test_a_field_may_be_empty_or_absent() -> None:
    assert read_fields(b"<ussd><msg/></ussd>", "ussd", KNOWN) == {"msg": ""}


def test_a_declaration_of_another_encoding_does_not_change_how_bytes_are_read() -> None:
    body = '<?xml version="1.0" encoding="ISO-8859-1"?><ussd><msg>Motšeanong</msg></ussd>'.encode()

    assert read_fields(body, "ussd", KNOWN) == {"msg": "Motšeanong"}


BOMB = (
    b"""<!DOCTYPE ussd [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><ussd><msg>&b;</msg></ussd>"""
)
FETCH = b"""<!DOCTYPE ussd [<!ENTITY x SYSTEM "file:///etc/passwd">]><ussd><msg>&x;</msg></ussd>"""


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (BOMB, "declares a type"),
        (FETCH, "declares a type"),
        (b"<!DOCTYPE ussd><ussd/>", "declares a type"),
        (b"", "not well-formed"),
        (b"<ussd><msg>", "not well-formed"),
        (b"<ussd/><ussd/>", "not well-formed"),
        (b"<ussd><msg>&x;</msg></ussd>", "not well-formed"),
        (b"<ussd><msg>\xff</msg></ussd>", "not well-formed"),
        (b"<ussd><msg>\x00</msg></ussd>", "not well-formed"),
        (b"<html/>", "no <ussd>"),
        (b"<ussd><msg>1</msg><msg>2</msg></ussd>", "msg is there twice"),
        (b"<ussd><msg>1<b>2</b></msg></ussd>", "msg has elements inside it"),
        (b"<ussd>" + b"<x>" * 9 + b"</x>" * 9 + b"</ussd>", "deeper than 8"),
        (b"<ussd><msg>" + b"1" * BODY_BYTES_MAX + b"</msg></ussd>", "larger than"),
    ],
)
def test_anything_else_is_refused(body: bytes, why: str) -> None:
    with pytest.raises(MalformedHook, match=why):
        read_fields(body, "ussd", KNOWN)
