"""What the service checks before it lets a model see a request."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from tests.gemini import schemas
from tests.gemini.apierror import ApiError
from tests.gemini.call import Call
from tests.gemini.catalogue import VOICES, Model

_REQUEST = frozenset(
    [
        "contents",
        "systemInstruction",
        "tools",
        "toolConfig",
        "safetySettings",
        "cachedContent",
        "generationConfig",
        "model",
        "labels",
        "serviceTier",
        "store",
    ]
)
_CONFIG = frozenset(
    [
        "candidateCount",
        "stopSequences",
        "maxOutputTokens",
        "temperature",
        "topP",
        "topK",
        "seed",
        "presencePenalty",
        "frequencyPenalty",
        "responseLogprobs",
        "logprobs",
        "responseMimeType",
        "responseSchema",
        "responseJsonSchema",
        "responseModalities",
        "speechConfig",
        "thinkingConfig",
        "mediaResolution",
        "imageConfig",
        "enableEnhancedCivicAnswers",
    ]
)
_THINKING = frozenset({"includeThoughts", "thinkingLevel", "thinkingBudget"})
_PART = frozenset(
    [
        "text",
        "inlineData",
        "fileData",
        "functionCall",
        "functionResponse",
        "executableCode",
        "codeExecutionResult",
        "thought",
        "thoughtSignature",
        "videoMetadata",
        "mediaResolution",
        "speechMetadata",
        "partMetadata",
    ]
)
_BATCH = frozenset({"displayName", "inputConfig", "priority", "model", "name"})


def check_batch(body: Mapping[str, Any]) -> None:
    """Refuse a batch whose frame is wrong; what is in it is judged item by item, later."""
    _known(body, {"batch"}, "")
    batch = body.get("batch") or {}
    _known(batch, _BATCH, "batch")
    source = batch.get("inputConfig") or {}
    _known(source, {"requests", "fileName"}, "batch.input_config")
    if bool(source.get("requests")) == bool(source.get("fileName")):
        raise ApiError(400, "* BatchGenerateContentRequest.batch.input_config: one source is required")


def check_content(call: Call, model: Model) -> None:
    """Refuse a request that the service would refuse.

    Raises:
        ApiError: 400, with the reason.
    """
    _known(call.body, _REQUEST, "")
    _known(call.config, _CONFIG, "generation_config")
    _contents(call)
    _sampling(call, model)
    _thinking(call, model)
    _format(call)
    _modality(call, model)
    if call.audio:
        _speech(call)


def _known(given: Mapping[str, Any], names: Collection[str], where: str) -> None:
    for name in given:
        if name not in names:
            place = f" at '{where}'" if where else ""
            message = f'Invalid JSON payload received. Unknown name "{name}"{place}: Cannot find field.'
            violation = {"field": where, "description": message}
            details = [{"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": [violation]}]
            raise ApiError(400, message, details=details)


def _contents(call: Call) -> None:
    turns = call.body.get("contents")
    if not turns:
        raise ApiError(400, "* GenerateContentRequest.contents: contents is not specified\n")
    for number, turn in enumerate(turns):
        if turn.get("role", "user") not in {"user", "model", "function"}:
            raise ApiError(400, "Please use a valid role: user, model.")
        if not turn.get("parts"):
            raise ApiError(
                400, f"* GenerateContentRequest.contents[{number}].parts: contents.parts must not be empty.\n"
            )
        for part in turn["parts"]:
            _known(part, _PART, f"contents[{number}].parts")


def _sampling(call: Call, model: Model) -> None:
    if not model.sampling and not call.config.keys().isdisjoint({"temperature", "topP", "topK"}):
        raise ApiError(400, "temperature, top_p and top_k are not supported by this model.")
    for name, low, high in (("temperature", 0, 2), ("topP", 0, 1), ("candidateCount", 1, 8)):
        if not low <= call.config.get(name, low) <= high:
            raise ApiError(
                400, f"* GenerateContentRequest.generation_config.{name}: must be in the range [{low}, {high}].\n"
            )
    if not 0 < call.config.get("maxOutputTokens", 1) <= model.output_limit:
        raise ApiError(400, f"max_output_tokens must be in the range [1, {model.output_limit}].")


def _thinking(call: Call, model: Model) -> None:
    asked = call.config.get("thinkingConfig") or {}
    _known(asked, _THINKING, "generation_config.thinking_config")
    level, budget = asked.get("thinkingLevel"), asked.get("thinkingBudget")
    if level is not None and budget is not None:
        raise ApiError(400, "You can only set only one of thinking budget and thinking level.")
    if level is not None and level not in model.levels:
        named = f"level {level}" if model.levels else "level"
        raise ApiError(400, f"Thinking {named} is not supported for this model.")
    if budget is not None and not model.budget:
        raise ApiError(400, "Thinking budget is not supported for this model.")


def _format(call: Call) -> None:
    media = call.config.get("responseMimeType", "text/plain")
    if media not in {"text/plain", "application/json", "text/x.enum"}:
        raise ApiError(400, f"* GenerateContentRequest.generation_config.response_mime_type: unknown type {media}\n")
    if call.schema is None:
        return
    if {"responseJsonSchema", "responseSchema"} <= call.config.keys():
        raise ApiError(400, "Only one of response_schema and response_json_schema can be set.")
    if media == "text/plain":
        raise ApiError(400, "Response schema with response mime type: 'text/plain' is unsupported")
    if "responseJsonSchema" in call.config:
        schemas.check(call.schema)


def _modality(call: Call, model: Model) -> None:
    given = call.config.get("responseModalities") or ["TEXT"]
    if list(given) != ["AUDIO" if model.speech else "TEXT"]:
        raise ApiError(
            400,
            f"The requested combination of response modalities ({', '.join(given)}) is not supported by the model. "
            f"models/{model.name} accepts the following combination of response modalities:\n"
            f"* {'AUDIO' if model.speech else 'TEXT'}\n",
        )


def _speech(call: Call) -> None:
    if call.body.get("systemInstruction"):
        raise ApiError(400, f"Developer instruction is not enabled for models/{call.model}")
    speech = call.config.get("speechConfig") or {}
    several = speech.get("multiSpeakerVoiceConfig")
    if several is not None and len(several.get("speakerVoiceConfigs") or ()) != 2:
        raise ApiError(400, "The number of enabled_voices must equal 2.")
    for voice in call.voices:
        if voice not in VOICES:
            raise ApiError(
                400,
                f"Voice name {voice} is not supported. Allowed voice names are: {', '.join(sorted(VOICES)).lower()}",
            )
