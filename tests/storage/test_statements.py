"""The rules of single-shard statements, and that the channel plane's statements name their key."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from storage.postgres.channel import chats, conversation_statements, directory, intake, messages
from storage.postgres.tables import CHANNEL
from tests.storage.statement_rules import violations

RECORD_ROOM = Path("storage/postgres/record")


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT record.loans.id FROM record.loans WHERE record.loans.district = $1::VARCHAR",
        "select l.id from record.loans l where l.district = any($1::TEXT[])",
        "INSERT INTO record.loans (district, id) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        "UPDATE record.loans SET status=$1 WHERE record.loans.district = $2 AND record.loans.id = $3",
        "with b as (select n from record.postings where district = $1) select b.n from b",
        "select v.names from record.product_versions v",
    ],
)
def test_a_statement_that_names_its_districts_is_let_through(sql: str) -> None:
    assert violations(sql) == []


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT record.loans.id FROM record.loans WHERE record.loans.id = $1",
        "select l.id from record.loans l join record.borrowers b on b.district = l.district where l.district = $1",
        "INSERT INTO record.loans (id) VALUES ($1)",
        "UPDATE record.loans SET status=$1 WHERE record.loans.id = $2",
        "DELETE FROM record.instalments WHERE record.instalments.loan_id = $1",
        "select l.id from record.loans l where l.district = 'LS-A'",
        "with b as (select sum(n) from record.postings) select l.id from record.loans l where l.district = $1",
        "SELECT record.loans.id FROM record.loans, record.borrowers WHERE record.loans.district = $1",
        "INSERT INTO record.outbox (district, id) VALUES ($1, gen_random_uuid())",
    ],
)
def test_a_statement_that_would_ask_every_node_is_refused(sql: str) -> None:
    assert violations(sql)


def test_only_the_catalogue_knows_the_reference_tables() -> None:
    """So nothing on a borrower's path can write one."""
    for module in RECORD_ROOM.glob("*.py"):
        imported = {node.module for node in ast.walk(ast.parse(module.read_text())) if isinstance(node, ast.ImportFrom)}
        assert module.name == "catalogue.py" or "storage.postgres.tables.reference" not in imported, module


# Statements of the worker and of the proof of the books, which look over all callers on purpose.
_OVER_ALL = {
    "STALE_CLAIMS",
    "intake._WAITING",
    "_SET_ASIDE",
    "_BACKLOG",
    "_RESERVED_PHONES",
    "_RESERVED_IDENTITIES",
    "_WAITING_CHATS",
    "_PURGE",
}


def _channel_statements() -> dict[str, str]:
    found = {f"SAVE {key}": sql for key, sql in conversation_statements.SAVE.items()}
    for module in (chats, conversation_statements, directory, intake, messages):
        for name, value in vars(module).items():
            qualified = f"{module.__name__.rpartition('.')[2]}.{name}"
            if isinstance(value, str) and "channel." in value and not {name, qualified} & _OVER_ALL:
                found[qualified] = value
    return found


@pytest.mark.parametrize(("name", "sql"), _channel_statements().items())
def test_a_statement_of_the_channel_plane_names_the_key_of_its_table(name: str, sql: str) -> None:
    for table in set(re.findall(r"\b(?:from|into|update)\s+channel\.(\w+)", sql)):
        key = next(iter(CHANNEL.tables[f"channel.{table}"].primary_key.columns)).name
        is_inserted = re.search(rf"into channel\.{table}\s*\([^)]*\b{key}\b", sql)
        is_named = re.search(rf"\b{key} = \$\d+", sql)
        assert is_inserted or is_named, f"{name} touches {table} without its {key}"


def test_the_key_that_distributes_a_table_is_never_set() -> None:
    """A cluster refuses it, even to what it is."""
    sets = re.compile(r"\bchannel\.(\w+)(?:(?!\bchannel\.).)*?\bset \(([^)]*)\)", re.DOTALL)
    found = [match.groups() for sql in _channel_statements().values() for match in sets.finditer(sql)]
    assert {"turns", "drafts", "phones", "chats"} <= {table for table, _ in found}
    for table, changed in found:
        key = next(iter(CHANNEL.tables[f"channel.{table}"].primary_key.columns)).name
        assert key not in re.split(r",\s*", changed), table
