"""The portal's lists. Nothing here writes, locks, or asks without naming the lender and the districts."""

from storage.postgres.reads.plane import PortalReadsOnPostgres

__all__ = ["PortalReadsOnPostgres"]
