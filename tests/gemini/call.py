"""One call to the service, parsed: what faults are planned by and what an author answers."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from random import Random
from typing import Any

# What stands below these keys is somebody else's data, not the protocol's: its keys are left as they are.
_FOREIGN = frozenset(
    {"responseJsonSchema", "responseSchema", "parameters", "parametersJsonSchema", "args", "response", "metadata"}
)
_SNAKE = re.compile(r"_([a-z0-9])")


def canonical(value: Any) -> Any:
    """A request body in one spelling: camel-case keys (the clients mix both) and no empty lists.

    Two bodies that ask the same thing have the same canonical form, whether sent alone or inside a batch.
    """
    if isinstance(value, list):
        return [canonical(item) for item in value]
    if not isinstance(value, dict):
        return value
    made = {}
    for key, item in value.items():
        name = _SNAKE.sub(lambda match: match[1].upper(), key)
        kept = item if name in _FOREIGN else canonical(item)
        if kept not in ([], None):
            made[name] = kept
    return made


def digest(model: str, body: Mapping[str, Any]) -> str:
    """The identity of a request to a model: equal where the same thing is asked."""
    told = dict(body)
    told["systemInstruction"] = (told.get("systemInstruction") or {}).get("parts")  # one client adds a role, one not
    told["generationConfig"] = {"candidateCount": 1, **(told.get("generationConfig") or {})}
    text = json.dumps([model, told], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Call:
    """What was called, with what.

    Attributes:
        kind: "generate", "stream", "speech" or "item" (one request of a batch) where an author answers; else
            "count_tokens", "batch_create", "batch_get", "batch_list", "batch_cancel", "batch_delete", "upload_start",
            "upload_bytes", "file_get", "file_list", "file_delete", "file_download", "model_get" or "model_list".
        name: The model, or the batch or file that the path names.
        body: The canonical body; empty where there is none.
        digest: Identity of the request: the same for the same thing asked again.
        attempt: 1 for the first call of that digest and kind, 2 for the second.
    """

    kind: str
    name: str = ""
    body: Mapping[str, Any] = field(default_factory=dict)
    digest: str = ""
    attempt: int = 1
    metadata: Mapping[str, Any] | None = None

    @property
    def model(self) -> str:
        """The model that was asked."""
        return self.name

    @property
    def config(self) -> Mapping[str, Any]:
        """generationConfig, canonical."""
        return self.body.get("generationConfig") or {}

    @cached_property
    def system(self) -> str:
        """The system instruction."""
        return _text((self.body.get("systemInstruction") or {}).get("parts"))

    @cached_property
    def turns(self) -> list[tuple[str, str]]:
        """Role and text of every turn so far."""
        return [(turn.get("role", "user"), _text(turn.get("parts"))) for turn in self.body.get("contents") or []]

    @property
    def prompt(self) -> str:
        """The text of the last turn."""
        return self.turns[-1][1] if self.turns else ""

    @property
    def schema(self) -> Mapping[str, Any] | None:
        """The JSON schema that the answer has to fit, or None."""
        found: Mapping[str, Any] | None = self.config.get("responseJsonSchema") or self.config.get("responseSchema")
        return found

    @property
    def audio(self) -> bool:
        """Whether sound is asked for."""
        return "AUDIO" in (self.config.get("responseModalities") or ())

    @property
    def thinking(self) -> Mapping[str, Any] | None:
        """thinkingConfig where it turns thinking on, else None."""
        found: Mapping[str, Any] | None = self.config.get("thinkingConfig")
        if not found or found.get("thinkingBudget") == 0 or found.get("thinkingLevel") == "MINIMAL":
            return None
        return found

    @cached_property
    def voices(self) -> list[str]:
        """The prebuilt voices that are asked for."""
        speech = self.config.get("speechConfig") or {}
        several = (speech.get("multiSpeakerVoiceConfig") or {}).get("speakerVoiceConfigs") or [speech]
        names = [(one.get("voiceConfig") or {}).get("prebuiltVoiceConfig", {}).get("voiceName") for one in several]
        return [name for name in names if name]

    @cached_property
    def blobs(self) -> list[tuple[str, bytes]]:
        """Media type and bytes of everything inline: pictures, mostly."""
        return list(self._blobs())

    def _blobs(self) -> Iterator[tuple[str, bytes]]:
        for turn in self.body.get("contents") or []:
            for part in turn.get("parts") or []:
                if "inlineData" in part:
                    yield part["inlineData"].get("mimeType", ""), _bytes(part["inlineData"].get("data", ""))

    def random(self, seed: object) -> Random:
        """A generator of this call's own, so that chance does not depend on which of two calls came first."""
        return Random(f"{seed}/{self.kind}/{self.digest}/{self.attempt}")


def _bytes(data: str) -> bytes:
    """Base64 of either alphabet, as the service takes it: the client sends the URL's, without saying so."""
    return base64.urlsafe_b64decode(data.replace("+", "-").replace("/", "_"))


def _text(parts: Any) -> str:
    return "\n".join(part["text"] for part in parts or [] if "text" in part)
