"""What voices cost: their calls go into the run's ledger, beside those of the models."""

from __future__ import annotations

from collections.abc import Callable

from visium_graph.models.prices import cost_of
from visium_graph.models.request import Tokens
from visium_graph.models.usage import Called, note_call
from visium_graph.run import Run
from visium_graph.settings import Settings
from visium_graph.voices.network import SpeechCall

__all__ = ["noting_calls"]


def noting_calls(run: Run, settings: Settings) -> Callable[[SpeechCall], None]:
    """For `narrate_storyboard`: writes each call that may cost into RUN/calls.jsonl, with role `voice`."""

    def note(call: SpeechCall) -> None:
        model = f"google_genai:{call.model}"
        tokens = Tokens(input=call.input_tokens, output=call.output_tokens)
        note_call(
            run,
            Called(
                role="voice",
                scene=call.scene,
                round=0,
                model=model,
                outcome=call.outcome,
                tokens=tokens,
                seconds=call.seconds,
                cost=cost_of(model, tokens, settings.prices),
            ),
        )

    return note
