"""Where a Cassandra cluster is and how it is entered. Nothing secret of it shows in a `repr`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

PORT: int = 9042


@dataclass(frozen=True, slots=True)
class Credentials:
    """A role of the cluster and its password."""

    username: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Tls:
    """Certificates, as PEM files. `ca_file` signs the nodes' own; the others are ours, where nodes ask for one."""

    ca_file: Path
    certificate_file: Path | None = None
    key_file: Path | None = None


@dataclass(frozen=True, slots=True)
class CassandraAddress:
    """A keyspace of a cluster, entered through one data centre.

    replication: copies by data centre, for the keyspace's making alone. The time-outs bound a TCP connection and a
    statement, from its first byte to its answer, retries and second nodes included.
    """

    contact_points: tuple[tuple[str, int], ...]
    datacenter: str
    keyspace: str = "letsema"
    replication: Mapping[str, int] = field(default_factory=dict)
    credentials: Credentials | None = None
    tls: Tls | None = None
    connect_timeout_seconds: float = 0.5
    statement_timeout_seconds: float = 1.5

    @property
    def copies(self) -> Mapping[str, int]:
        """Copies by data centre: three in the own one, unless it is said otherwise."""
        return self.replication or {self.datacenter: 3}
