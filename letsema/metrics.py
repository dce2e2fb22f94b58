"""The figures that `/metrics` shows: requests, turns, the outbox, the worker's jobs. No label ever names a person."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from channels.dispatch.verdicts import Verdict
from conversations.turns import HopSeen, Seen
from core.ports.intake import Backlog
from core.ports.work import OutboxRow

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0)


class Metrics:
    """The figures of one process, in a registry of their own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Histogram(
            "letsema_request_seconds",
            "Requests of the public listener, by route and status.",
            ("method", "route", "status"),
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._hops = Counter(
            "letsema_hops",
            "Requests of conversations, by what each turned out to be: a repeat is one, and no turn.",
            ("seen", "channel"),
            registry=self._registry,
        )
        self._turns = Counter(
            "letsema_turns",
            "Turns: requests that moved a conversation, by the screen that they came to.",
            ("channel", "screen"),
            registry=self._registry,
        )
        self._sessions = Counter(
            "letsema_sessions",
            "Sessions that started and that ended at an end of ours. The difference was abandoned: inferred, not told.",
            ("channel", "event"),
            registry=self._registry,
        )
        self._forms = Counter(
            "letsema_forms",
            "Forms that got their first answer, and those that their command was done with.",
            ("flow", "event"),
            registry=self._registry,
        )
        self._commands = Counter(
            "letsema_commands",
            "Commands that conversations ran, by outcome: an end of a session is not a completion, this is.",
            ("command", "outcome"),
            registry=self._registry,
        )
        self._outbox = Counter(
            "letsema_outbox_rows",
            "Outbox rows worked on, by what came of it.",
            ("topic", "kind", "verdict"),
            registry=self._registry,
        )
        self._jobs = Counter(
            "letsema_jobs",
            "Rounds of the worker's jobs, by what came of it.",
            ("job", "result"),
            registry=self._registry,
        )
        self._districts = Gauge(
            "letsema_district_answers",
            "Whether a district's record node answered when this page was asked for: 1 or 0.",
            ("district",),
            registry=self._registry,
        )
        self._intake = Gauge(
            "letsema_intake_rows",
            "What a district has open in the intake: it waits, or was set aside for a person to look at.",
            ("district", "state"),
            registry=self._registry,
        )
        self._oldest = Gauge(
            "letsema_intake_oldest_seconds",
            "How long what came in first has waited for its district; 0 where nothing waits.",
            ("district",),
            registry=self._registry,
        )

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request. route: the path's pattern, so that there are few of them."""
        self._requests.labels(method, route, str(status)).observe(seconds)

    def outbox_row(self, row: OutboxRow, verdict: Verdict) -> None:
        """Count a row that was worked on."""
        self._outbox.labels(row.topic, row.kind, type(verdict).__name__.lower()).inc()

    def job(self, job: str, *, succeeded: bool) -> None:
        """Count a round of a job."""
        self._jobs.labels(job, "done" if succeeded else "failed").inc()

    def hop(self, seen: HopSeen) -> None:
        """Count a request of a conversation in each grain that it belongs to (docs/metrics.md)."""
        channel = seen.channel.value
        self._hops.labels(seen.seen.value, channel).inc()
        if seen.seen.is_turn:
            self._turns.labels(channel, seen.screen).inc()
        if seen.seen is Seen.STARTED:
            self._sessions.labels(channel, "started").inc()
        if seen.ends:
            self._sessions.labels(channel, "ended").inc()
        if seen.form_begun:
            self._forms.labels(seen.form_begun, "begun").inc()
        if seen.form_finished:
            self._forms.labels(seen.form_finished, "finished").inc()
        if seen.command:
            self._commands.labels(seen.command, seen.outcome).inc()

    def districts(self, answers: Mapping[str, bool]) -> None:
        """Note which districts answer, by code; what was noted before is forgotten."""
        self._districts.clear()
        for district, answered in answers.items():
            self._districts.labels(district).set(int(answered))

    def intake(self, backlogs: Mapping[str, Backlog], now: datetime) -> None:
        """Note what each district has open in the intake; what was noted before is forgotten."""
        self._intake.clear()
        self._oldest.clear()
        for district, backlog in backlogs.items():
            self._intake.labels(district, "waiting").set(backlog.waiting)
            self._intake.labels(district, "set_aside").set(backlog.set_aside)
            oldest = backlog.oldest_received_at
            self._oldest.labels(district).set(0 if oldest is None else max((now - oldest).total_seconds(), 0))

    def page(self) -> bytes:
        """All figures in the text form of Prometheus."""
        return generate_latest(self._registry)
