"""What every form about a float asks: which money service, how much, and the number that says it once."""

from __future__ import annotations

from typing import Final

from admin_web.forms import Form
from admin_web.languages import Text, mark

_LONGEST_REFERENCE: Final = 64


def movement_of(form: Form, rails: tuple[str, ...]) -> dict[str, object]:
    """The data of a proposal about a float on one of these rails; what cannot be read is refused in the form."""
    rail = form.one_of("rail", rails)
    amount, reference = form.money("amount"), form.required("reference")
    if len(reference) > _LONGEST_REFERENCE:
        form.refuse("reference", Text(mark("That is too long for a bank's number.")))
    return {"rail": rail, "amount_minor": amount.minor, "reference": reference}
