"""What keeps a cluster from being set up or changed. Each is one sentence that names the cure; nothing was changed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError

from core.errors import DomainError


class ClusterProblem(DomainError):
    """The cluster is not what was asked for, or does not do it."""

    code = "cluster_problem"


class CitusAbsent(ClusterProblem):
    """The database is plain PostgreSQL."""


class CitusTooOld(ClusterProblem):
    """Citus is older than what this release was measured on."""


class NotTheCoordinator(ClusterProblem):
    """The address leads to a worker."""


class NodeUnreachable(ClusterProblem):
    """A node does not answer, or does not let the others in."""


class NotDistributed(ClusterProblem):
    """`letsema cluster init` was not run on this database."""


class PlacedOtherwise(ClusterProblem):
    """A table is on the cluster already, and not as it is declared."""


class ClusterRefused(ClusterProblem):
    """Citus said no. Its own words follow."""


@contextmanager
def told_as_refusal(what: str, cure: str) -> Iterator[None]:
    """What the database says against it becomes a `ClusterRefused`: "WHAT failed: its words; CURE"."""
    try:
        yield
    except DBAPIError as error:
        raise ClusterRefused(f"{what} failed: {first_words(error)}; {cure}") from error


def first_words(error: DBAPIError) -> str:
    """What the server said, without what the driver and SQLAlchemy put around it."""
    said = str(error.orig).partition("\n")[0]
    return said.rpartition("'>: ")[2].rstrip(".")
