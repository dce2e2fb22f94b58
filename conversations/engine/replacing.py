"""A conversation with some members changed: `dataclasses.replace` in a tenth of its time.

A step copies its conversation about ten times, and a frozen dataclass of two dozen members takes longer to build by its
constructor than all that the step decides. A copy of the members at once is what the constructor would have made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    # The type checker knows this one, and checks the changes by name and by type.
    from dataclasses import replace
else:
    from conversations.engine.state import Conversation

    def replace(conversation: Conversation, /, **changes: Any) -> Conversation:
        """A copy with these members changed. Raises `TypeError` for a member that a conversation does not have."""
        members = conversation.__dict__ | changes
        if len(members) != len(conversation.__dict__):
            raise TypeError(f"a conversation has no {', '.join(sorted(changes.keys() - conversation.__dict__.keys()))}")
        copy = object.__new__(Conversation)
        copy.__dict__.update(members)
        return copy


__all__ = ["replace"]
