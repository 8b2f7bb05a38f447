"""What a provider's client raises, told apart: by status, by reason, by what the service says about waiting."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Literal

from visium_graph.errors import VisiumError
from visium_graph.models.request import Failure, Tokens

__all__ = ["Fault", "ServiceFault", "redacted", "told_apart"]

Kind = Literal["passing", "key", "refused", "unknown-model", "thinking", "too-long", "answered"]
"""It may go better next time; the key is wrong; the request is refused; there is no such model; the model does not take
what was asked about thinking; the prompt is longer than the model reads; it is an answer that the client raises."""

_BUSY = frozenset({408, 409, 425, 429})
_LONGEST = 240
_OVERFLOW = re.compile(
    r"(?i)exceeds the maximum number of tokens|context.{0,10}length|maximum context|token limit|prompt is too long"
)
_BAD_KEY = re.compile(
    r"(?i)API_KEY_INVALID|API key (not valid|expired|not found)|invalid.{0,10}api.?key|incorrect api key"
)
_THINKING = re.compile(r"(?i)thinking|reasoning")
_PRIVATE = re.compile(r"(_API_KEY|_TOKEN|_SECRET|_SECRET_ACCESS_KEY)$")


@dataclass(frozen=True)
class Fault:
    """What went wrong with one request."""

    kind: Kind
    message: str
    """One line, without secrets."""
    status: int | None = None
    wait: float | None = None
    """Seconds that the service asks to wait."""
    failure: Failure | None = None
    """Of the kind `answered`: why the answer is none."""
    tokens: Tokens = field(default_factory=Tokens)
    """Of the kind `answered`: what it took."""


class ServiceFault(VisiumError):  # noqa: N818  # as its siblings: what it is about, not that it is one
    """One request failed.

    Attributes:
        fault: how.
    """

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


def told_apart(error: Exception) -> Fault:
    """What an exception of any provider's client means.

    Statuses, details and headers are found by their usual names anywhere along the exception's causes, so that no provider's
    package has to be known. What is not recognised (a broken connection, a body that is no JSON, a client that stumbles over
    an answer) counts as passing.
    """
    chain = list(_chain(error))
    names = {kind.__name__ for link in chain for kind in type(link).__mro__}
    text = _line(error)
    if "LengthFinishReasonError" in names:  # OpenAI's client raises answers that were cut off
        return Fault("answered", text, failure="max-tokens", tokens=_tokens(chain))
    if "ContentFilterFinishReasonError" in names:
        return Fault("answered", text, failure="safety", tokens=_tokens(chain))
    status = _status(chain)
    if status is None or status >= 500 or status in _BUSY:
        return Fault("passing", _passing(error, status, text), status, _wait(chain))
    whole = f"{error} {[getattr(link, 'details', '') for link in chain]}"
    return Fault(_kind(status, whole, names), f"{status}: {text}", status)


def _kind(status: int, text: str, names: set[str]) -> Kind:
    if status == 401 or (status in {400, 403} and _BAD_KEY.search(text)):
        return "key"
    if "ContextOverflowError" in names or status == 413 or (status == 400 and _OVERFLOW.search(text)):
        return "too-long"
    if status == 404:
        return "unknown-model"
    return "thinking" if status in {400, 422} and _THINKING.search(text) else "refused"


def redacted(text: str) -> str:
    """The text without any key that stands in the environment."""
    for name, value in os.environ.items():
        if _PRIVATE.search(name) and len(value.strip()) >= 6:
            text = text.replace(value.strip(), "***")
    return text


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    link: BaseException | None = error
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        yield link
        link = link.__cause__  # not the context: that may be an earlier request's failure


def _status(chain: list[BaseException]) -> int | None:
    for link in chain:
        for owner in (link, getattr(link, "response", None)):
            for name in ("status_code", "code", "http_status"):
                value = getattr(owner, name, None)
                if isinstance(value, int) and 400 <= value < 600:
                    return value
    return None


def _passing(error: Exception, status: int | None, text: str) -> str:
    names = {kind.__name__ for link in _chain(error) for kind in type(link).__mro__}
    if status is not None:
        return f"{status}: {text}"
    if any("Timeout" in name for name in names):
        return "no answer in time"
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _line(error: BaseException) -> str:
    text = redacted(" ".join(str(error).split()))
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."


def _wait(chain: list[BaseException]) -> float | None:
    """Google's RetryInfo, or the header Retry-After."""
    for link in chain:
        for detail in _details(getattr(link, "details", None)):
            if str(detail.get("@type", "")).endswith("RetryInfo"):
                found = re.fullmatch(r"(\d+(?:\.\d+)?)s", str(detail.get("retryDelay", "")))
                if found:
                    return float(found[1])
    for link in chain:
        headers: Any = getattr(getattr(link, "response", None), "headers", None)
        told = headers.get("retry-after") if hasattr(headers, "get") else None
        if told:
            return _seconds(str(told))
    return None


def _details(body: Any) -> list[dict[str, Any]]:
    inner = body.get("error", body) if isinstance(body, dict) else None
    listed = inner.get("details") if isinstance(inner, dict) else None
    return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []


def _seconds(header: str) -> float | None:
    try:
        return max(0.0, float(header))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(header) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None


def _tokens(chain: list[BaseException]) -> Tokens:
    usage = next((found.usage for link in chain if (found := getattr(link, "completion", None)) is not None), None)
    return Tokens(getattr(usage, "prompt_tokens", 0) or 0, getattr(usage, "completion_tokens", 0) or 0)
