"""Logs as JSON with what they belong to, and metrics in CloudWatch's embedded format: lines of the same log.

Metrics cost by the combinations of their dimensions, so only what has few values becomes one: accounts stay in
the logs.
"""

import logging
from collections.abc import Mapping
from typing import Any

import boto3
from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.utils import copy_config_to_registered_loggers
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

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
"""As services of AWS call it, alone or as the reason why a transaction was cancelled."""

_OURS = {"fleet", "adapters", "infra", "gateway"}


def logger_of(function: str) -> Logger:
    """The logger of a function. POWERTOOLS_LOG_LEVEL sets its level."""
    return Logger(service=function, use_rfc3339=True, utc=True)


def adopt_loggers(logger: Logger) -> None:
    """From here on, what our other folders log goes the way of `logger`, with its keys."""
    for package in _OURS:
        logging.getLogger(package)
    copy_config_to_registered_loggers(logger, include=set(_OURS))


def measure(values: Mapping[str, float], *, unit: MetricUnit = MetricUnit.Count, **dimensions: str) -> None:
    """Written at once. POWERTOOLS_METRICS_NAMESPACE names the namespace."""
    metrics = EphemeralMetrics()
    for name, value in values.items():
        metrics.add_metric(name=name, unit=unit, value=value)
    for name, kind in dimensions.items():
        metrics.add_dimension(name=name, value=kind)
    metrics.flush_metrics()


def count_throttles() -> None:
    """From here on, clients that are opened count every answer of AWS that only says: not so fast.

    Most are asked again and succeed, so that nothing else says so.
    """
    boto3.setup_default_session()
    assert boto3.DEFAULT_SESSION is not None
    boto3.DEFAULT_SESSION.events.register("response-received", _count_throttle)


def _count_throttle(parsed_response: Mapping[str, Any] | None, event_name: str, **_: object) -> None:
    answer = parsed_response or {}
    reasons = [answer.get("Error", {}), *answer.get("CancellationReasons", [])]
    if not _THROTTLED.isdisjoint(reason.get("Code") for reason in reasons):
        logging.getLogger(__name__).warning("throttled", extra={"call": event_name})
        measure({"Throttled": 1})
