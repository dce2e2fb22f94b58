"""What borrowers were told, against what stands in the planes. Each difference is a sentence; a drill wants none.

`Told` is read from the borrowers' record alone, `Stands` from the planes and from the providers.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Final, Self

from core.money import Money
from tests.drills.borrowers import wording
from tests.drills.borrowers.plan import Wish
from tests.drills.borrowers.record import ANSWERED, HOP, LOST, PAYMENT, SENT, Entry

_GOOD_ENDS: Final = (
    wording.SUBMITTED,
    wording.ACCEPTED,
    wording.ACCEPTED_BEFORE,
    wording.MONEY_COMES,
    wording.ALREADY_OPEN,
)
_OUTCOME, _PAYOUT = "the outcome", "the payout"
_TOLD_BY: Final = {
    _OUTCOME: re.compile(
        "went through|did not go through|we received your application|you accepted loan|You are registered"
    ),
    _PAYOUT: re.compile("was sent to"),
}
"""How a message reads that tells what became of a registration, an application or an acceptance; and of the money."""

_ACCEPTED_STATUSES: Final = frozenset({"accepted", "disbursing", "active", "closed"})


@dataclass(frozen=True, slots=True)
class Promise:
    """An SMS that a screen announced: to whom, not before when, and a text that it has, or one of `_TOLD_BY`."""

    phone: str
    not_before: datetime
    about: str


@dataclass(frozen=True, slots=True)
class Told:
    """Everything that was acknowledged: (phone, reference) each, and payments by the rail's reference."""

    applications: frozenset[tuple[str, str]]
    acceptances: frozenset[tuple[str, str]]
    payments: frozenset[tuple[str, str, str]]
    """phone, the rail's reference, amount"""
    promises: tuple[Promise, ...]

    @classmethod
    def read(cls, record: Sequence[Entry]) -> Self:
        hops = [entry for entry in record if entry.event == ANSWERED and entry.what == HOP]
        return cls(
            applications=frozenset(_references(hops, wording.SUBMITTED)),
            acceptances=frozenset(_references(hops, wording.ACCEPTED)),
            payments=frozenset(
                (entry.phone, entry.request["reference"], entry.request["amount"])
                for entry in record
                if entry.event == ANSWERED and entry.what == PAYMENT and entry.status == 200
            ),
            promises=tuple(_promises(record)),
        )


@dataclass(frozen=True, slots=True)
class Lent:
    """A loan as it stands. `acceptances` counts the Key Fact Statements that were accepted for it."""

    phone: str
    reference: str
    principal: str
    status: str
    acceptances: int


@dataclass(frozen=True, slots=True)
class Paid:
    """A payment as it stands: where it was put, and what the float received under its key."""

    phone: str
    rail_reference: str
    amount: str
    status: str
    received: str


@dataclass(frozen=True, slots=True)
class Stands:
    """What is in the planes, and at the providers. Amounts are plain maloti.

    applications: phone, reference, amount. references: every one that was given to anything, once for each thing.
    payouts_noted and payouts_made: phone and amount, as the books and the rail have them. sms: phone, when, text.
    left_undone: what waits or was given up, in words.
    """

    borrowers: tuple[str, ...] = ()
    applications: tuple[tuple[str, str, str], ...] = ()
    loans: tuple[Lent, ...] = ()
    payments: tuple[Paid, ...] = ()
    references: tuple[str, ...] = ()
    payouts_noted: tuple[tuple[str, str], ...] = ()
    payouts_made: tuple[tuple[str, str], ...] = ()
    sms: tuple[tuple[str, datetime, str], ...] = ()
    left_undone: tuple[str, ...] = ()
    ledger_findings: tuple[str, ...] = ()

    @property
    def repeated_sms(self) -> int:
        """How many messages went out once more: a worker that is killed after a send leaves no word that it sent."""
        return sum(count - 1 for count in Counter((to, text) for to, _, text in self.sms).values())


def differences(told: Told, stands: Stands, wishes: Sequence[Wish]) -> list[str]:
    """Every acknowledgement that does not stand exactly once, and everything that stands without a wish for it."""
    return [
        *_of_borrowers(stands, wishes),
        *_of_applications(told, stands, wishes),
        *_of_acceptances(told, stands, wishes),
        *_of_payments(told, stands, wishes),
        *_of_references(told, stands),
        *_of_payouts(stands),
        *_of_promises(told, stands),
        *(f"left undone: {what}" for what in stands.left_undone),
        *(f"the ledger: {what}" for what in stands.ledger_findings),
    ]


def _of_borrowers(stands: Stands, wishes: Sequence[Wish]) -> Iterator[str]:
    counts = Counter(stands.borrowers)
    for wish in wishes:
        if counts[wish.number] != 1:
            yield f"{wish.number} is {counts[wish.number]} borrowers"


def _of_applications(told: Told, stands: Stands, wishes: Sequence[Wish]) -> Iterator[str]:
    standing = Counter((phone, reference) for phone, reference, _ in stands.applications)
    for phone, reference in sorted(told.applications):
        if standing[phone, reference] != 1:
            yield f"application {reference} of {phone} was acknowledged and stands {standing[phone, reference]} times"
    for wish in wishes:
        amounts = [_plain(amount) for phone, _, amount in stands.applications if phone == wish.number]
        if amounts != [_plain(wish.amount)]:
            yield f"{wish.number} applied once for {wish.amount}, and there are applications for {amounts}"


def _of_acceptances(told: Told, stands: Stands, wishes: Sequence[Wish]) -> Iterator[str]:
    standing = {(loan.phone, loan.reference): loan for loan in stands.loans}
    for phone, reference in sorted(told.acceptances):
        loan = standing.get((phone, reference))
        if loan is None or loan.status not in _ACCEPTED_STATUSES:
            yield f"acceptance of {reference} by {phone} was acknowledged, and the loan is {loan and loan.status}"
    for wish in wishes:
        own = [loan for loan in stands.loans if loan.phone == wish.number]
        accepted = [loan.acceptances for loan in own]
        if accepted != [1]:
            yield f"{wish.number} accepted one offer once; there are loans accepted {accepted} times"


def _of_payments(told: Told, stands: Stands, wishes: Sequence[Wish]) -> Iterator[str]:
    standing = Counter((paid.phone, paid.rail_reference, _plain(paid.amount)) for paid in stands.payments)
    for phone, reference, amount in sorted(told.payments):
        count = standing[phone, reference, _plain(amount)]
        if count != 1:
            yield f"payment {reference} of {amount} by {phone} was acknowledged and stands {count} times"
    for paid in stands.payments:
        if paid.status != "posted" or _plain(paid.received) != _plain(paid.amount):
            yield f"payment {paid.rail_reference} of {paid.amount} is {paid.status}; the float received {paid.received}"
    wished = Counter(
        (wish.number, wish.payment_reference(n)) for wish in wishes for n, _ in enumerate(wish.payments, start=1)
    )
    for key, count in Counter((paid.phone, paid.rail_reference) for paid in stands.payments).items():
        if count != wished[key]:
            yield f"payment {key[1]} by {key[0]} was made {wished[key]} times and stands {count} times"


def _of_references(told: Told, stands: Stands) -> Iterator[str]:
    for reference, count in Counter(stands.references).items():
        if count != 1:
            yield f"reference {reference} was given to {count} things"
    owners = Counter(reference for _, reference in told.applications | told.acceptances)
    for reference, count in owners.items():
        if count != 1:
            yield f"reference {reference} was told to {count} borrowers, or of two things"


def _of_payouts(stands: Stands) -> Iterator[str]:
    noted, made = Counter(stands.payouts_noted), Counter(stands.payouts_made)
    for payout in sorted(noted.keys() | made.keys()):
        if noted[payout] != 1 or made[payout] != 1:
            yield f"payout of {payout[1]} to {payout[0]} is {noted[payout]} times in the books, {made[payout]} paid"
    accepted = {loan.phone for loan in stands.loans if loan.status in _ACCEPTED_STATUSES}
    for phone in sorted(accepted - {phone for phone, _ in stands.payouts_made}):
        yield f"{phone} accepted a loan, and its money was never paid out"


def _of_promises(told: Told, stands: Stands) -> Iterator[str]:
    for promise in told.promises:
        if not any(_keeps(promise, *sms) for sms in stands.sms):
            yield f"{promise.phone} was promised an SMS about {promise.about}, and none was sent"


def _keeps(promise: Promise, to: str, at: datetime, text: str) -> bool:
    if to != promise.phone or at < promise.not_before:
        return False
    if told_by := _TOLD_BY.get(promise.about):
        return bool(told_by.search(text))
    return promise.about in text.replace(" ", "")


def _references(hops: Sequence[Entry], pattern: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    for hop in hops:
        if found := pattern.search(hop.reply):
            yield hop.phone, wording.plain_reference(found.group(1))


def _promises(record: Sequence[Entry]) -> Iterator[Promise]:
    """Each screen that says that an SMS follows, once a subject; the SMS may be as old as the call.

    A payment promises a receipt: the rail was told that it is safe.
    """
    began_at: dict[str, datetime] = {}
    seen: set[tuple[str, str]] = set()
    for entry in record:
        session = entry.request.get("sessionId", "")
        if entry.event == SENT:
            began_at.setdefault(session, entry.at)
        about = _promised(entry)
        # An outcome is that of its call. What is told of a thing may have been told before, after a lost answer.
        subject = session if about == _OUTCOME else about
        if about and (entry.phone, subject) not in seen:
            seen.add((entry.phone, subject))
            yield Promise(entry.phone, began_at[session] if about == _OUTCOME else record[0].at, about)


def _promised(entry: Entry) -> str:
    """What an SMS was promised about; empty: none was."""
    if entry.event != ANSWERED:
        return ""
    if entry.what == PAYMENT:
        return f"{Money.of(entry.request['amount'])}" if entry.status == 200 else ""
    for pattern in (wording.SUBMITTED, wording.ACCEPTED):
        if found := pattern.search(entry.reply):
            return wording.plain_reference(found.group(1))
    if not wording.PROMISED.search(entry.reply):
        return ""
    return _PAYOUT if wording.MONEY_COMES.search(entry.reply) else _OUTCOME


def _plain(amount: str) -> str:
    return Money.of(amount).plain


@dataclass(frozen=True, slots=True)
class Seen:
    """What borrowers saw in a drill: answered and lost requests, screens that ask to dial again, the slowest answer."""

    answered: int
    polite: int
    not_durable: int
    lost: int
    slowest_seconds: float
    longest_silence_seconds: float

    @classmethod
    def of(cls, record: Sequence[Entry]) -> Self:
        answered = [entry for entry in record if entry.event == ANSWERED]
        good = [entry for entry in answered if not _is_poor(entry)]
        gaps = [(after.at - before.at).total_seconds() for before, after in pairwise(good)]
        return cls(
            answered=len(answered),
            polite=sum(1 for entry in answered if entry.what == HOP and _is_poor(entry)),
            not_durable=sum(1 for entry in answered if entry.what == PAYMENT and _is_poor(entry)),
            lost=sum(1 for entry in record if entry.event == LOST),
            slowest_seconds=max((entry.seconds for entry in answered), default=0.0),
            longest_silence_seconds=max(gaps, default=0.0),
        )


def _is_poor(entry: Entry) -> bool:
    if entry.what == PAYMENT:
        return entry.status != 200
    if not entry.reply.startswith("END "):
        return entry.status != 200
    return not any(pattern.search(entry.reply) for pattern in _GOOD_ENDS)
