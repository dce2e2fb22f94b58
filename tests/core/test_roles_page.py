"""docs/roles.md says what each role may do: the table is the code's own, and so are the rights to override."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from core.credit.checks import Severity
from core.records.staff import PERMISSIONS, Permission, Role
from core.use_cases.overriding import OVERRIDE_PERMISSIONS, roles_that_override

PAGE: Final = Path(__file__).parents[2] / "docs" / "roles.md"


def rows(first_cell: str) -> list[list[str]]:
    """The table whose head begins with this cell, head included."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith(f"| {first_cell} |"))
    table = [line for line in lines[start:] if line.startswith("|") or not line]
    end = table.index("")
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table[:end] if "---" not in line]


def spoken(role: Role) -> str:
    return role.value.replace("_", " ").replace("mfi", "MFI")


def test_the_table_of_permissions_is_the_codes() -> None:
    head, *body = rows("permission")
    told = {
        (permission.strip("`"), role)
        for permission, *cells in body
        for role, cell in zip(head[1:], cells, strict=True)
        if cell == "yes"
    }

    assert head[1:] == [spoken(role) for role in Role]
    assert [row[0].strip("`") for row in body] == [permission.value for permission in Permission]
    assert told == {(given.value, spoken(role)) for role in Role for given in PERMISSIONS[role]}


def test_who_may_override_what_is_the_codes() -> None:
    _, _, (_, warning, block) = rows("step")

    for severity, cell in ((Severity.WARN, warning), (Severity.BLOCK, block)):
        roles = ", ".join(spoken(role) for role in roles_that_override(severity))
        assert cell == f"`{OVERRIDE_PERMISSIONS[severity].value}`, with a note: {roles}"


def test_an_officer_overrides_nothing_and_an_analyst_no_block() -> None:
    assert roles_that_override(Severity.WARN) == (Role.CREDIT_ANALYST, Role.MANAGER)
    assert roles_that_override(Severity.BLOCK) == (Role.MANAGER,)
