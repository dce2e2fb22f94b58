"""The channel plane: always on. It knows who a phone number is, where each conversation stands, and what came in.

Everything a caller owns is found by the keyed hash of the number. Each method touches one partition.
"""

from __future__ import annotations

from typing import Protocol

from core.errors import DomainError
from core.ports.chats import Chats
from core.ports.conversations import ConversationStore
from core.ports.directory import Directory
from core.ports.enquiries import Enquiries
from core.ports.intake import Intake
from core.ports.messages import MessageLog


class ChannelPlaneDown(DomainError):
    """The channel plane does not answer. What was asked may or may not have happened: read again before acting."""

    code = "channel_plane_down"


class ChannelPlane(Protocol):
    """The channel plane as a whole."""

    directory: Directory
    conversations: ConversationStore
    intake: Intake
    messages: MessageLog
    enquiries: Enquiries
    chats: Chats
