"""The comparison itself: whatever is lost, doubled or made up is found, else a drill would prove nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.drills.borrowers.plan import Wish
from tests.drills.borrowers.record import ANSWERED, HOP, LOST, PAYMENT, SENT, Entry, Record, read_record
from tests.drills.evidence import Lent, Paid, Seen, Stands, Told, differences

PHONE = "+26656010001"
WISH = Wish(PHONE, "090056010001", "Maseru", "500", ["101.13"], 0.0)
AT = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
LATER = AT + timedelta(seconds=5)
NOTICE = {"reference": WISH.payment_reference(1), "amount": "101.13"}

SUBMITTED = "END Sent to Khotso Finance. Your reference is 1010 621 518. They answer within 48 hours. An SMS follows."
ACCEPTED = "END You accepted loan 1066 145 271. Khotso Finance now sends the money. An SMS follows."
RECORD = [
    Entry(AT, PHONE, SENT, HOP, {"sessionId": "1"}),
    Entry(AT, PHONE, ANSWERED, HOP, {"sessionId": "1"}, SUBMITTED, 200, 0.1),
    Entry(AT, PHONE, ANSWERED, HOP, {"sessionId": "1"}, ACCEPTED, 200, 0.2),
    Entry(AT, PHONE, ANSWERED, PAYMENT, NOTICE, '{"result": "accepted"}', 200, 0.3),
]
STANDS = Stands(
    borrowers=(PHONE,),
    applications=((PHONE, "1010621518", "500.00"),),
    loans=(Lent(PHONE, "1066145271", "500.00", "active", 1),),
    payments=(Paid(PHONE, NOTICE["reference"], "101.13", "posted", "101.13"),),
    references=("1010621518", "1066145271", "1000000001"),
    payouts_noted=((PHONE, "475.00"),),
    payouts_made=((PHONE, "475.00"),),
    sms=(
        (PHONE, LATER, "Khotso Finance: we received your application 1010 621 518 for M500.00."),
        (PHONE, LATER, "Khotso Finance: you accepted loan 1066 145 271 of M500.00."),
        (PHONE, LATER, "Khotso Finance: M101.13 received for loan 1066 145 271."),
    ),
)


def found(stands: Stands, record: list[Entry] | None = None) -> list[str]:
    return differences(Told.read(record or RECORD), stands, [WISH])


def test_nothing_differs_when_all_that_was_told_stands_once() -> None:
    assert found(STANDS) == []


BROKEN = {
    "an application is lost": replace(STANDS, applications=()),
    "an application stands twice": replace(STANDS, applications=STANDS.applications * 2),
    "another application stands beside": replace(
        STANDS, applications=(*STANDS.applications, (PHONE, "1010621526", "500.00"))
    ),
    "an application has another amount": replace(STANDS, applications=((PHONE, "1010621518", "550.00"),)),
    "an acceptance is lost": replace(STANDS, loans=(Lent(PHONE, "1066145271", "500.00", "approved", 0),)),
    "a loan is missing": replace(STANDS, loans=()),
    "an offer is accepted twice": replace(STANDS, loans=(Lent(PHONE, "1066145271", "500.00", "active", 2),)),
    "a payment is lost": replace(STANDS, payments=()),
    "a payment stands twice": replace(STANDS, payments=STANDS.payments * 2),
    "a payment never reached the float": replace(
        STANDS, payments=(Paid(PHONE, NOTICE["reference"], "101.13", "posted", "0.00"),)
    ),
    "a payment was booked twice": replace(
        STANDS, payments=(Paid(PHONE, NOTICE["reference"], "101.13", "posted", "202.26"),)
    ),
    "a payment went to nobody": replace(
        STANDS, payments=(Paid("nobody", NOTICE["reference"], "101.13", "suspense", "101.13"),)
    ),
    "a payment nobody made": replace(STANDS, payments=(*STANDS.payments, Paid(PHONE, "X-2", "1.00", "posted", "1.00"))),
    "a reference is given twice": replace(STANDS, references=("1010621518", "1010621518")),
    "the money went out twice": replace(STANDS, payouts_made=STANDS.payouts_made * 2),
    "the money never went out": replace(STANDS, payouts_made=(), payouts_noted=()),
    "the books know of no payout": replace(STANDS, payouts_noted=()),
    "somebody is registered twice": replace(STANDS, borrowers=(PHONE, PHONE)),
    "nobody is registered": replace(STANDS, borrowers=()),
    "an SMS was promised and not sent": replace(STANDS, sms=STANDS.sms[1:]),
    "a receipt was not sent": replace(STANDS, sms=STANDS.sms[:2]),
    "an SMS went to somebody else": replace(STANDS, sms=tuple(("+26656010002", *one[1:]) for one in STANDS.sms)),
    "an outbox row is left": replace(STANDS, left_undone=("outbox message",)),
    "the ledger is not balanced": replace(STANDS, ledger_findings=("position_differs",)),
}


@pytest.mark.parametrize("stands", BROKEN.values(), ids=BROKEN)
def test_what_is_wrong_is_found(stands: Stands) -> None:
    assert found(stands)


def test_one_reference_told_to_two_borrowers_is_found() -> None:
    other = replace(RECORD[1], phone="+26656010002")

    assert any("told to 2 borrowers" in line for line in found(STANDS, [*RECORD, other]))


@pytest.mark.parametrize("said", ["END Received. An SMS follows.", "END E amohetsoe. SMS ea latela."])
def test_an_outcome_promised_by_sms_counts_from_the_call_that_was_promised_it(said: str) -> None:
    late = LATER + timedelta(minutes=1)
    call = [
        Entry(late, PHONE, SENT, HOP, {"sessionId": "2"}),
        Entry(late, PHONE, ANSWERED, HOP, {"sessionId": "2"}, said, 200, 3.0),
    ]
    another = (PHONE, late + timedelta(seconds=1), "Khotso Finance: 1010 621 518 is approved. Our offer: M500.00.")
    told_after = (PHONE, late + timedelta(seconds=1), "Letsema: your application went through.")

    for stands in (STANDS, replace(STANDS, sms=(*STANDS.sms, another))):
        assert any("promised an SMS about the outcome" in line for line in found(stands, [*RECORD, *call]))
    assert found(replace(STANDS, sms=(*STANDS.sms, told_after)), [*RECORD, *call]) == []


def test_money_that_is_said_to_come_is_told_when_it_came() -> None:
    said = "END The money of your loan of M500.00 from Khotso Finance is on its way. An SMS follows."
    waiting = Entry(LATER, PHONE, ANSWERED, HOP, {"sessionId": "1"}, said, 200, 0.1)
    came = (PHONE, LATER, "Khotso Finance: M475.00 of loan 1066 145 271 was sent to this number.")

    assert any("promised an SMS about the payout" in line for line in found(STANDS, [*RECORD, waiting]))
    assert found(replace(STANDS, sms=(*STANDS.sms, came)), [*RECORD, waiting]) == []


def test_a_payment_that_was_refused_or_lost_is_no_acknowledgement() -> None:
    refused = replace(RECORD[3], status=503, reply="")
    lost = replace(RECORD[3], event=LOST)

    assert Told.read([refused, lost]).payments == frozenset()


def test_what_borrowers_saw_tells_screens_from_apologies() -> None:
    def answered(second: int, reply: str, status: int = 200, what: str = HOP) -> Entry:
        return Entry(AT + timedelta(seconds=second), PHONE, ANSWERED, what, {}, reply, status, 0.1 * second)

    seen = Seen.of(
        [
            answered(0, "CON Letsema"),
            answered(1, "END Ho lieha hona joale. Ka kopo letsa hape."),
            answered(2, "", 503, PAYMENT),
            Entry(AT, PHONE, LOST, HOP),
            answered(4, SUBMITTED),
        ]
    )

    assert (seen.answered, seen.polite, seen.not_durable, seen.lost) == (4, 1, 1, 1)
    assert seen.longest_silence_seconds == 4.0
    assert seen.slowest_seconds == pytest.approx(0.4)


def test_a_record_is_read_as_it_was_written_without_the_line_that_is_half_written(tmp_path: Path) -> None:
    file = tmp_path / "record.jsonl"
    Record(file).write(PHONE, ANSWERED, HOP, request={"text": "1"}, reply=SUBMITTED, status=200, seconds=0.5)
    with file.open("a") as appended:
        appended.write('{"at": "2026-')

    [entry] = read_record(file)

    assert (entry.phone, entry.reply, entry.request) == (PHONE, SUBMITTED, {"text": "1"})
