"""Entering a cluster: one connection policy for the product and for migrations, and a sentence for what goes wrong."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from cassandra import (
    AuthenticationFailed,
    ConsistencyLevel,
    DriverException,
    UnresolvableContactPoints,
    UnsupportedOperation,
)
from cassandra.auth import PlainTextAuthProvider
from cassandra.cluster import EXEC_PROFILE_DEFAULT, Cluster, ExecutionProfile, NoHostAvailable, Session
from cassandra.connection import ConnectionException
from cassandra.io.libevreactor import LibevConnection
from cassandra.policies import (
    ConstantSpeculativeExecutionPolicy,
    DCAwareRoundRobinPolicy,
    ExponentialReconnectionPolicy,
    FallthroughRetryPolicy,
    TokenAwarePolicy,
)
from cassandra.query import dict_factory

from core.errors import DomainError
from storage.cassandra.addresses import CassandraAddress
from storage.cassandra.avoiding import HEARTBEAT_SECONDS, HEARTBEAT_SECONDS_MAX, Avoided, AvoidingPolicy
from storage.cassandra.retrying import ElsewhereOnce

READ: Final = "read"
SERIAL_READ: Final = "serial read"
WRITE: Final = "write"
COMPARE_AND_SET: Final = "compare-and-set"

_PROTOCOL_VERSION: Final = 5
_SPECULATE_AFTER_SECONDS: Final = 0.2
"""Far above what a healthy node takes, far below the time-out: a slow node costs a read that much and no more."""
_RECONNECT_SECONDS: Final = (0.5, 5.0)


class ChannelClusterProblem(DomainError):
    """The Cassandra cluster is not one that this release can work on. The text says what to do."""

    code = "channel_cluster_problem"


class ClusterUnreachable(ChannelClusterProblem):
    """No node answers at the addresses given, or none lets us in."""


class DatacenterUnknown(ChannelClusterProblem):
    """The cluster has no data centre of the name given."""


@asynccontextmanager
async def connected(address: CassandraAddress, avoided: Avoided | None = None) -> AsyncIterator[Session]:
    """A session of the driver, in no keyspace yet. avoided: nodes to go round, as whoever runs statements finds them.

    Raises `ChannelClusterProblem`.

    Connecting and closing block, so they happen in a thread: once each, never a call.
    """
    try:
        cluster = await asyncio.to_thread(_cluster, address, avoided or Avoided())
    except UnresolvableContactPoints as error:
        raise ClusterUnreachable(
            "no name in LETSEMA_CASSANDRA_CONTACT_POINTS has an address: check their spelling, and this machine's DNS"
        ) from error
    try:
        session = await asyncio.to_thread(_connect, cluster, address)
        session.default_fetch_size = None
        yield session
    finally:
        await asyncio.to_thread(cluster.shutdown)


def _connect(cluster: Any, address: CassandraAddress) -> Session:
    try:
        return cluster.connect()
    except (NoHostAvailable, UnsupportedOperation, ConnectionException, DriverException, OSError) as error:
        raise _problem(cluster, address, error) from error


def _problem(cluster: Any, address: CassandraAddress, error: Exception) -> ChannelClusterProblem:
    known = sorted({host.datacenter for host in cluster.metadata.all_hosts() if host.datacenter})
    if known and address.datacenter not in known:
        return DatacenterUnknown(
            f"the Cassandra cluster has no data centre {address.datacenter}, only {', '.join(known)}: "
            "set LETSEMA_CASSANDRA_DATACENTER to the one beside this process"
        )
    points = ", ".join(f"{host}:{port}" for host, port in address.contact_points)
    causes = [error, *getattr(error, "errors", {}).values()]
    if any(isinstance(cause, AuthenticationFailed) for cause in causes):
        return ClusterUnreachable(
            "the Cassandra cluster does not let us in: check LETSEMA_CASSANDRA_USERNAME and LETSEMA_CASSANDRA_PASSWORD"
        )
    if any("CERTIFICATE_VERIFY_FAILED" in str(cause) for cause in causes):
        return ClusterUnreachable(
            f"the certificate of a Cassandra node at {points} is not to be trusted: it must be signed by the authority "
            "in LETSEMA_CASSANDRA_CA_FILE, be valid today, and name the address that the node is reached at"
        )
    if any("protocol version" in str(cause).lower() for cause in causes):
        return ClusterUnreachable("the Cassandra cluster is too old for this release: it needs 4.1 or later")
    return ClusterUnreachable(
        f"no Cassandra node answers at {points}: check LETSEMA_CASSANDRA_CONTACT_POINTS, "
        "and whether the nodes run and speak TLS as the settings say"
    )


def _cluster(address: CassandraAddress, avoided: Avoided) -> Any:
    reads = ConstantSpeculativeExecutionPolicy(_SPECULATE_AFTER_SECONDS, 1)
    return Cluster(
        contact_points=list(address.contact_points),
        auth_provider=_auth(address),
        ssl_context=_ssl_context(address),
        execution_profiles={
            READ: _profile(address, avoided, retry_policy=ElsewhereOnce(), speculative_execution_policy=reads),
            SERIAL_READ: _profile(address, avoided, consistency_level=ConsistencyLevel.LOCAL_SERIAL),
            WRITE: _profile(address, avoided),
            COMPARE_AND_SET: _profile(address, avoided),
            EXEC_PROFILE_DEFAULT: _profile(address, avoided),
        },
        # Named, because the driver's own choice depends on what else was imported; it runs in one thread of its own.
        connection_class=LibevConnection,
        protocol_version=_PROTOCOL_VERSION,
        compression=False,
        connect_timeout=address.connect_timeout_seconds,
        control_connection_timeout=max(2.0, address.connect_timeout_seconds),
        reconnection_policy=ExponentialReconnectionPolicy(*_RECONNECT_SECONDS),
        idle_heartbeat_interval=HEARTBEAT_SECONDS,
        idle_heartbeat_timeout=HEARTBEAT_SECONDS_MAX,
        executor_threads=2,
    )


def _profile(address: CassandraAddress, avoided: Avoided, **changes: Any) -> ExecutionProfile:
    """The policies are made anew for each: they keep state of their own."""
    beside_the_row = TokenAwarePolicy(DCAwareRoundRobinPolicy(local_dc=address.datacenter))
    given: dict[str, Any] = {
        "load_balancing_policy": AvoidingPolicy(beside_the_row, avoided),
        # A write is never sent again by the driver: whoever asked for it reads first.
        "retry_policy": FallthroughRetryPolicy(),
        "consistency_level": ConsistencyLevel.LOCAL_QUORUM,
        "serial_consistency_level": ConsistencyLevel.LOCAL_SERIAL,
        "request_timeout": address.statement_timeout_seconds,
        "row_factory": dict_factory,
    }
    return ExecutionProfile(**(given | changes))


def _auth(address: CassandraAddress) -> Any:
    if address.credentials is None:
        return None
    return PlainTextAuthProvider(address.credentials.username, address.credentials.password)


def _ssl_context(address: CassandraAddress) -> ssl.SSLContext | None:
    """Each node's certificate has to name the address that it is reached at. Raises `ClusterUnreachable`."""
    if address.tls is None:
        return None
    try:
        context = ssl.create_default_context(cafile=str(address.tls.ca_file))
        if address.tls.certificate_file is not None:
            context.load_cert_chain(address.tls.certificate_file, address.tls.key_file)
    except OSError as error:  # an SSLError is one
        raise ClusterUnreachable(
            "a TLS file of the Cassandra cluster cannot be read: check LETSEMA_CASSANDRA_CA_FILE, "
            "LETSEMA_CASSANDRA_CERTIFICATE_FILE and LETSEMA_CASSANDRA_KEY_FILE"
        ) from error
    return context
