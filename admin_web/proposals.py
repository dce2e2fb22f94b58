"""The first half of every change by two persons: a form becomes a proposal, or comes back with what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from admin_web.forms import Form
from admin_web.visits import Visit
from core.records.proposal import ProposalKind
from core.use_cases.proposing import Propose, propose


async def put_forward(visit: Visit, form: Form, district: str, kind: ProposalKind, data: Mapping[str, Any]) -> None:
    """Propose what a form says, with its reason. `data` is what the kind takes, read from the form beforehand.

    Raises `FormRefused` when any field was refused, and what `propose` raises.
    """
    reason, key = form.required("note"), form.required("key")
    form.check()
    await propose(visit.engine, visit.actor, Propose(district, kind, data, reason, key))
