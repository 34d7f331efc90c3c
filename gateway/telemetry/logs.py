"""Logs: one JSON object per line on standard error, without personal data, ours and the libraries' alike."""

import logging
import sys
import traceback
from pathlib import Path

import orjson
import structlog
from opentelemetry import trace
from structlog.typing import EventDict, Processor, WrappedLogger

from gateway.telemetry.redaction import redact


def configure_logs(level: str, instance: str) -> None:
    """Send structlog and the standard library's loggers through the same processors. Call once per process."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        _with_instance(instance),
        add_trace,
        place_of_fault,
        redacted,
    ]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.ExtraAdder(["task_kwargs"]), structlog.stdlib.add_logger_name, *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("authlib", "httpx", "httpcore", "alembic", "uvicorn.access", "procrastinate"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    for own in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(own).handlers.clear()
        logging.getLogger(own).propagate = True


def _with_instance(instance: str) -> Processor:
    def add(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        event["instance"] = instance
        return event

    return add


def add_trace(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Name the trace a line belongs to, so that a log leads to its spans."""
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        event["trace_id"] = trace.format_trace_id(context.trace_id)
    return event


def place_of_fault(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replace an exception by its type and the places it passed; its message may quote a record."""
    fault = event.pop("exc_info", None)
    if fault is True:
        fault = sys.exc_info()[1]
    elif isinstance(fault, tuple):
        fault = fault[1]
    if isinstance(fault, BaseException):
        event["fault"] = type(fault).__name__
        frames = traceback.extract_tb(fault.__traceback__)[-8:]
        event["places"] = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
    return event


def redacted(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Take personal data out of every value; what the formatter itself needs starts with an underscore."""
    return {key: value if key.startswith("_") else redact(value, key) for key, value in event.items()}


def render(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    """Write one line of JSON."""
    return orjson.dumps(event, default=str, option=orjson.OPT_SORT_KEYS).decode()
