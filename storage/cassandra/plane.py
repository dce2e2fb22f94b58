"""The channel plane on Cassandra. What is past its time goes by itself: every such row has a time to live."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, Self

from core.ports.chats import Chats
from core.ports.conversations import ConversationStore
from core.ports.directory import Directory
from core.ports.enquiries import Enquiries
from core.ports.environment import Clock, Sealer
from core.ports.intake import Intake
from core.ports.messages import MessageLog
from storage.cassandra import chats, conversation_statements, directory, enquiries, intake, messages
from storage.cassandra.addresses import CassandraAddress
from storage.cassandra.conversations import ConversationsOnCassandra
from storage.cassandra.session import ChannelSession, Statement

STATEMENTS: Final[tuple[Statement, ...]] = (
    *directory.STATEMENTS,
    *conversation_statements.STATEMENTS,
    *intake.STATEMENTS,
    *messages.STATEMENTS,
    *enquiries.STATEMENTS,
    *chats.STATEMENTS,
)


class ChannelOnCassandra:
    """`core.ports.channel.ChannelPlane`. `session` is what all of it runs on."""

    def __init__(self, session: ChannelSession, sealer: Sealer, clock: Clock) -> None:
        self.directory: Directory = directory.DirectoryOnCassandra(session)
        self.conversations: ConversationStore = ConversationsOnCassandra(session)
        self.intake: Intake = intake.IntakeOnCassandra(session)
        self.messages: MessageLog = messages.MessagesOnCassandra(session, sealer, clock)
        self.enquiries: Enquiries = enquiries.EnquiriesOnCassandra(session, clock)
        self.chats: Chats = chats.ChatsOnCassandra(session)
        self.session = session

    @classmethod
    @asynccontextmanager
    async def opened(cls, address: CassandraAddress, sealer: Sealer, clock: Clock) -> AsyncIterator[Self]:
        """The plane, connected; its connections are closed at the end. Raises `ChannelPlaneDown`."""
        async with ChannelSession.opened(address, STATEMENTS) as session:
            yield cls(session, sealer, clock)
