"""Where a borrower is paid: shown, weighed before it is changed, and changed."""

from __future__ import annotations

from conversations.answers import arguments
from conversations.answers.table import Scene
from conversations.engine import Ask, Outcome, Text, Value
from conversations.flows.choosing_wallet import OTHER, OWN
from core.phones import PhoneNumber
from core.records.wallet import Wallet
from core.use_cases.changing_wallet import change_wallet as change
from core.use_cases.changing_wallet import wallet_of
from core.use_cases.cooling_down import COOL_DOWN_HOURS
from core.use_cases.payouts import DEFAULT_RAIL


async def my_wallet(scene: Scene, _ask: Ask) -> Outcome:
    """The wallet that stands, by its end only, and whether payouts wait."""
    wallet, cool_down = await wallet_of(scene.engine, scene.caller)
    is_own = wallet.number == scene.caller
    values: dict[str, Value] = {
        "paid_now": Text("wallet.own") if is_own else Text("wallet.ending", {"wallet_end": wallet.number.e164[-3:]}),
        "is_elsewhere": int(not is_own),
        "wallet_wait": Text("wallet.waits") if cool_down else Text("wallet.at_once"),
    }
    return Outcome(name="shown", values=values)


async def new_wallet(scene: Scene, ask: Ask) -> Outcome:
    """The wallet that was named, whole, so that a slip of the thumb is seen."""
    named = named_wallet(scene.caller, ask)
    if named is None:
        return Outcome(name="missing")
    wallet, _ = await wallet_of(scene.engine, scene.caller)
    if named == wallet:
        return Outcome(name="same")
    return Outcome(name="shown", values={"new_paid_to": _whole(scene.caller, named), "hours": COOL_DOWN_HOURS})


async def change_wallet(scene: Scene, ask: Ask) -> Outcome:
    """Be paid there from now on."""
    named = named_wallet(scene.caller, ask)
    if named is None:
        return Outcome(name="already")
    changed = await change(scene.engine, scene.caller, named, scene.channel, ask.key)
    return Outcome(name="changed" if changed else "already")


def named_wallet(caller: PhoneNumber, ask: Ask) -> Wallet | None:
    """The wallet that the answers name; None: the one that stands, or none yet."""
    kind = arguments.text(ask, "wallet")
    if kind == OWN:
        return Wallet(DEFAULT_RAIL, caller)
    number = ask.arguments.get("wallet_number")
    return Wallet(DEFAULT_RAIL, PhoneNumber.parse(number)) if kind == OTHER and isinstance(number, str) else None


def paid_to(ask: Ask) -> Text | None:
    """In words where an application's money would go; None where "another number" was said and none was given."""
    match ask.arguments.get("wallet"), ask.arguments.get("wallet_number"):
        case "own", _:
            return Text("wallet.own")
        case "other", str(number):
            return Text("wallet.number", {"wallet_number_shown": _written(PhoneNumber.parse(number))})
        case "other", _:
            return None
        case _:
            return Text("wallet.as_before")


def _whole(caller: PhoneNumber, wallet: Wallet) -> Text:
    if wallet.number == caller:
        return Text("wallet.own")
    return Text("wallet.number", {"wallet_number_shown": _written(wallet.number)})


def _written(number: PhoneNumber) -> str:
    """As people write it in Lesotho: "5812 3456"."""
    return f"{number.e164[4:8]} {number.e164[8:]}"
