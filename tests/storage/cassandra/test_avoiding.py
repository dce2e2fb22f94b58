"""A node that let somebody wait in vain is the last that anybody else is sent to, for a while."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from cassandra.connection import DefaultEndPoint
from cassandra.policies import LoadBalancingPolicy, SimpleConvictionPolicy
from cassandra.pool import Host

from storage.cassandra.avoiding import AVOID_SECONDS, Avoided, AvoidingPolicy


@dataclass
class Now:
    """Seconds, moved by hand."""

    seconds: float = 100.0

    def __call__(self) -> float:
        return self.seconds


class InOrder(LoadBalancingPolicy):  # type: ignore[misc] # the driver ships no types
    """Sends every statement to the same nodes in the same order."""

    def __init__(self, hosts: list[Host]) -> None:
        self._hosts = hosts

    def make_query_plan(self, working_keyspace: str | None = None, query: object = None) -> Iterator[Host]:
        return iter(self._hosts)


@pytest.fixture
def hosts() -> list[Host]:
    return [Host(DefaultEndPoint(f"127.0.0.{n}"), SimpleConvictionPolicy) for n in (1, 2, 3)]


def test_a_node_that_let_somebody_wait_is_tried_last_until_its_time_is_over(hosts: list[Host]) -> None:
    now = Now()
    avoided = Avoided(now)
    policy = AvoidingPolicy(InOrder(hosts), avoided)
    first, second, third = hosts

    avoided.add(first)

    assert list(policy.make_query_plan()) == [second, third, first]
    now.seconds += AVOID_SECONDS
    assert list(policy.make_query_plan()) == [first, second, third]


def test_where_every_node_let_somebody_wait_all_are_tried_as_before(hosts: list[Host]) -> None:
    avoided = Avoided()
    for host in hosts:
        avoided.add(host)

    assert list(AvoidingPolicy(InOrder(hosts), avoided).make_query_plan()) == hosts
