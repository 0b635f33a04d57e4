"""Logs as JSON with their context, and metrics in CloudWatch's embedded format, in the same log.

Each combination of dimensions of a metric costs money, so only what has few values is a dimension. Accounts are only in
the logs.
"""

import logging
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.utils import copy_config_to_registered_loggers
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

from infra.aws import session

_THROTTLED = frozenset(
    {
        "ProvisionedThroughputExceeded",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "Throttling",
        "ThrottlingError",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
"""AWS's error codes of throttling, alone or as the reason of a cancelled transaction."""

_OURS = {"fleet", "adapters", "infra", "gateway"}


def logger_of(function: str) -> Logger:
    """The logger of a function. POWERTOOLS_LOG_LEVEL sets its level."""
    return Logger(service=function, use_rfc3339=True, utc=True)


def adopt_loggers(logger: Logger) -> None:
    """Sends the logs of our other packages through `logger`, with its keys."""
    for package in _OURS:
        logging.getLogger(package)
    copy_config_to_registered_loggers(logger, include=set(_OURS))


def measure(values: Mapping[str, float], *, unit: MetricUnit = MetricUnit.Count, **dimensions: str) -> None:
    """Writes a metric at once. POWERTOOLS_METRICS_NAMESPACE is the namespace."""
    metrics = EphemeralMetrics()
    for name, value in values.items():
        metrics.add_metric(name=name, unit=unit, value=value)
    for name, kind in dimensions.items():
        metrics.add_dimension(name=name, value=kind)
    metrics.flush_metrics()


def count_throttles() -> None:
    """Counts throttling by AWS in all clients that are opened from now on.

    Most of these calls are repeated and succeed, so that nothing else shows the throttling.
    """
    session().get_component("event_emitter").register("response-received", _count_throttle)


def _count_throttle(parsed_response: Mapping[str, Any] | None, event_name: str, **_: object) -> None:
    answer = parsed_response or {}
    reasons = [answer.get("Error", {}), *answer.get("CancellationReasons", [])]
    if not _THROTTLED.isdisjoint(reason.get("Code") for reason in reasons):
        logging.getLogger(__name__).warning("throttled", extra={"call": event_name})
        measure({"Throttled": 1})
