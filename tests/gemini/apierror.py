"""Refusals in the service's error format."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

_STATUS = {
    400: "INVALID_ARGUMENT",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    408: "DEADLINE_EXCEEDED",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}
# The number that an item of a batch carries in place of an HTTP status (google.rpc.Code).
_RPC = {400: 3, 403: 7, 404: 5, 408: 4, 429: 8, 500: 13, 503: 14, 504: 4}

_MESSAGES = {
    400: "Request contains an invalid argument.",
    403: "The caller does not have permission",
    404: "Requested entity was not found.",
    429: "You exceeded your current quota, please check your plan and billing details.\nPlease retry in {retry:g}s.",
    500: "An internal error has occurred. Please retry or report in "
    "https://developers.generativeai.google/guide/troubleshooting",
    503: "The model is overloaded. Please try again later.",
    504: "The request timed out. Please try again.",
}


class ApiError(Exception):
    """A refusal: HTTP status, message and details."""

    def __init__(self, code: int, message: str | None = None, *, details: Sequence[dict[str, Any]] = ()) -> None:
        super().__init__(message or _MESSAGES.get(code, "Unknown error."))
        self.code = code
        self.details = list(details)

    def body(self) -> dict[str, Any]:
        """What an HTTP answer carries."""
        error: dict[str, Any] = {
            "code": self.code,
            "message": str(self),
            "status": _STATUS.get(self.code, "UNKNOWN"),
        }
        if self.details:
            error["details"] = self.details
        return {"error": error}

    def item(self) -> dict[str, Any]:
        """What an item of a batch carries."""
        return {"code": _RPC.get(self.code, 2), "message": str(self)}


def quota(retry: float) -> ApiError:
    """429 with RetryInfo: the quota is spent, try again in so many seconds."""
    details: list[dict[str, Any]] = [
        {
            "@type": "type.googleapis.com/google.rpc.QuotaFailure",
            "violations": [
                {
                    "quotaMetric": "generativelanguage.googleapis.com/generate_content_free_tier_requests",
                    "quotaId": "GenerateRequestsPerMinutePerProjectPerModel-FreeTier",
                    "quotaDimensions": {"location": "global", "model": "gemini"},
                    "quotaValue": "10",
                }
            ],
        },
        {
            "@type": "type.googleapis.com/google.rpc.Help",
            "links": [
                {
                    "description": "Learn more about Gemini API quotas",
                    "url": "https://ai.google.dev/gemini-api/docs/rate-limits",
                }
            ],
        },
        {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": f"{retry:g}s"},
    ]
    return ApiError(429, _MESSAGES[429].format(retry=retry), details=details)


def key_missing() -> ApiError:
    """No key was sent."""
    return ApiError(
        403,
        "Method doesn't allow unregistered callers (callers without established identity). "
        "Please use API Key or other form of API consumer identity to call this API.",
    )


def key_wrong() -> ApiError:
    """A key that nobody has been given."""
    return ApiError(
        400,
        "API key not valid. Please pass a valid API key.",
        details=[
            {
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": "API_KEY_INVALID",
                "domain": "googleapis.com",
                "metadata": {"service": "generativelanguage.googleapis.com"},
            }
        ],
    )


def no_such_model(name: str, method: str) -> ApiError:
    """The model does not exist, or cannot do this."""
    return ApiError(
        404,
        f"models/{name} is not found for API version v1beta, or is not supported for {method}. "
        "Call ListModels to see the list of available models and their supported methods.",
    )
