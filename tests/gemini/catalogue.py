"""The models that the server knows, and what each of them refuses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

_LEVELS = frozenset({"LOW", "MEDIUM", "HIGH"})
_ALL_LEVELS = _LEVELS | {"MINIMAL"}


@dataclass(frozen=True)
class Model:
    """One model.

    Attributes:
        levels: Thinking levels that it takes.
        budget: Whether it takes a thinking budget.
        speech: Media type of its audio where it is a voice; None where it writes text.
        sampling: Whether temperature, top_p and top_k may be set.
        input_limit: Tokens of the longest prompt.
        batch: Whether it may be used in batches.
    """

    name: str
    levels: frozenset[str] = _LEVELS
    budget: bool = False
    speech: str | None = None
    sampling: bool = True
    input_limit: int = 1_048_576
    output_limit: int = 65_536
    batch: bool = True

    def card(self) -> dict[str, Any]:
        """The model as the list of models shows it."""
        methods = ["generateContent", "countTokens"] + ["batchGenerateContent"] * self.batch
        return {
            "name": f"models/{self.name}",
            "version": "001",
            "displayName": self.name.replace("-", " ").title(),
            "inputTokenLimit": self.input_limit,
            "outputTokenLimit": self.output_limit,
            "supportedGenerationMethods": methods,
        }


def _voice(name: str, media: str, *, sampling: bool) -> Model:
    return Model(name, levels=frozenset(), speech=media, sampling=sampling, input_limit=8_192, output_limit=16_384)


MODELS = (
    Model("gemini-2.5-flash", levels=frozenset(), budget=True),
    Model("gemini-2.5-pro", levels=frozenset(), budget=True),
    Model("gemini-3.1-pro-preview", budget=True),
    Model("gemini-3.5-flash", levels=_ALL_LEVELS, budget=True),
    Model("gemini-3.6-flash", levels=_ALL_LEVELS, budget=True),
    Model("gemini-3.8-flash"),
    Model("gemini-4-argon"),
    _voice("gemini-2.5-flash-preview-tts", "audio/L16;codec=pcm;rate=24000", sampling=True),
    _voice("gemini-3.8-flash-tts", "audio/l16; rate=24000; channels=1", sampling=False),
    _voice("gemini-3.8-flash-lite-tts", "audio/wav", sampling=False),
)

VOICES = frozenset(
    [
        "Zephyr",
        "Puck",
        "Charon",
        "Kore",
        "Fenrir",
        "Leda",
        "Orus",
        "Aoede",
        "Callirrhoe",
        "Autonoe",
        "Enceladus",
        "Iapetus",
        "Umbriel",
        "Algieba",
        "Despina",
        "Erinome",
        "Algenib",
        "Rasalgethi",
        "Laomedeia",
        "Achernar",
        "Alnilam",
        "Schedar",
        "Gacrux",
        "Pulcherrima",
        "Achird",
        "Zubenelgenubi",
        "Vindemiatrix",
        "Sadachbia",
        "Sadaltager",
        "Sulafat",
    ]
)
