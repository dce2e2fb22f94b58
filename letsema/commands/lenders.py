"""`mfi add`, `staff invite` and `staff disable`: what a fresh installation needs before anybody can lend."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from letsema.commands.options import DataDirectory, print_line, quiet_logs, run

if TYPE_CHECKING:
    from core.use_cases.entering_lenders import LenderEntered
    from core.use_cases.inviting import Invited, InviteStaff
    from letsema.lender_file import LenderFile

_BAD_FILE: Final = 2
_BY_COMMAND: Final = "command line"
"""Who the audit trail says it was: whoever may run commands here; their own names are in the machine's logs."""


def _portal(text: str) -> str:
    """Where the portal is. A link to nowhere would use up the invitation before it."""
    from letsema.setting_values import http_url

    try:
        return http_url(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


mfi: Final = typer.Typer(help="Lenders and their products.", no_args_is_help=True)
staff: Final = typer.Typer(help="Who works for a lender.", no_args_is_help=True)
Email = Annotated[str, typer.Option(help="What the person signs in with.")]


@mfi.command()
def add(
    file: Annotated[Path, typer.Option(help="The lender and its products, in TOML: docs/runbook.md has an example.")],
    data_dir: DataDirectory = None,
) -> None:
    """Enter a lender. The same file again changes nothing; a product that changed becomes a new version."""
    from letsema.lender_file import WrongLenderFileError, read_lender_file

    quiet_logs()
    try:
        entered = run(_add(read_lender_file(file), data_dir))
    except WrongLenderFileError as error:
        sys.stderr.writelines(f"{sentence}\n" for sentence in error.sentences)
        raise typer.Exit(_BAD_FILE) from None
    print_line(f"{entered.mfi.name} ({entered.mfi.code}): {_became(entered)}.")
    for product in entered.added:
        print_line(f"Product {product.code}: version {product.version} added.")
    for product in entered.unchanged:
        print_line(f"Product {product.code}: version {product.version}, unchanged.")


@staff.command()
def invite(
    mfi_code: Annotated[str, typer.Option("--mfi", metavar="CODE", help="The lender's code.")],
    email: Email,
    name: Annotated[str, typer.Option(help="The person's name, as colleagues and borrowers read it.")],
    role: Annotated[
        list[str],
        typer.Option(help="loan_officer, credit_analyst, manager, cashier, mfi_admin or auditor; may be given twice."),
    ],
    district: Annotated[str | None, typer.Option(help="The home district, such as LS-C; else the head office.")] = None,
    portal: Annotated[
        str | None, typer.Option(parser=_portal, metavar="URL", help="The portal's address, for the link.")
    ] = None,
    data_dir: DataDirectory = None,
) -> None:
    """Invite somebody and print the link that lets them in: good once, for 24 hours. A new one replaces the last."""
    quiet_logs()
    command = _invitation(mfi_code, email, name, role, district)
    invited, listener = run(_invite(command, data_dir))
    print_line(f"{portal or listener}/invitation/{invited.token}")
    print_line(
        f"For {invited.member.name}, until {invited.expires_at:%Y-%m-%d %H:%M} UTC. "
        "Give it to them yourself: whoever has it can become them."
    )


@staff.command()
def disable(email: Email, data_dir: DataDirectory = None) -> None:
    """Shut somebody out at once. Inviting them again gives them a new password and authenticator."""
    quiet_logs()
    run(_disable(email, data_dir))
    print_line("Disabled: their sessions have ended, and nothing signs them in.")


def _became(entered: LenderEntered) -> str:
    if entered.is_new:
        return "added"
    return f"changed {', '.join(entered.changed)}" if entered.changed else "unchanged"


def _invitation(mfi_code: str, email: str, name: str, roles: list[str], district: str | None) -> InviteStaff:
    from core.records.staff import Role
    from core.use_cases.inviting import ROLES_OF_LENDERS, InviteStaff

    known = {role.value for role in ROLES_OF_LENDERS}
    if not set(roles) <= known:
        raise typer.BadParameter(f"--role is one of {', '.join(sorted(known))}")
    return InviteStaff(mfi_code, email, name, frozenset(map(Role, roles)), _BY_COMMAND, district)


async def _add(lender: LenderFile, data_directory: Path | None) -> LenderEntered:
    from core.use_cases.entering_lenders import enter_lender
    from letsema.commands.joining import joined
    from letsema.list_room import check_list_room

    async with joined(data_directory) as installation:
        new_id = installation.engine.identifiers.new_id
        mfi_id = new_id()
        products = lender.versions(mfi_id, new_id)
        check_list_room(await installation.engine.record.catalogue(), lender.mfi(mfi_id), products)
        return await enter_lender(installation.engine, lender.mfi(mfi_id), products, by=_BY_COMMAND)


async def _invite(command: InviteStaff, data_directory: Path | None) -> tuple[Invited, str]:
    """The invitation, and where this installation's portal listens when nobody says how it is reached."""
    from core.use_cases.inviting import invite_staff
    from letsema.commands.joining import joined

    async with joined(data_directory) as installation:
        settings = installation.settings
        invited = await invite_staff(installation.engine, command)
        return invited, f"http://{settings.public_host}:{settings.public_port}"


async def _disable(email: str, data_directory: Path | None) -> None:
    from core.use_cases.inviting import disable_staff
    from letsema.commands.joining import joined

    async with joined(data_directory) as installation:
        await disable_staff(installation.engine, email, disabled_by=_BY_COMMAND)
