"""Which wording was agreed to."""

from typing import Final

TEXT_VERSION: Final = "2026-11.3"
"""The wording of the consents and the Key Fact Statement, kept with what was agreed to. Raise it when they change."""
