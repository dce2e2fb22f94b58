"""The tables of both planes, one module a subject. Migrations make them; a test holds the two together."""

from storage.postgres.tables import (
    applications,
    borrowers,
    chats,
    conversations,
    directory,
    identities,
    intake,
    ledger,
    loans,
    messages,
    movements,
    people,
    proposals,
    reference,
    staff,
    wallets,
    work,
)
from storage.postgres.tables.declaring import CHANNEL, RECORD

__all__ = [
    "CHANNEL",
    "RECORD",
    "applications",
    "borrowers",
    "chats",
    "conversations",
    "directory",
    "identities",
    "intake",
    "ledger",
    "loans",
    "messages",
    "movements",
    "people",
    "proposals",
    "reference",
    "staff",
    "wallets",
    "work",
]
