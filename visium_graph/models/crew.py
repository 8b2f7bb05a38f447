"""The crew: what agents ask, and through which an answer comes from the store or from a model."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel

from visium_graph.errors import EnvironmentFault
from visium_graph.models.answers import Heard, Missing, check, schema_of, with_reason
from visium_graph.models.factory import service_url, split_model
from visium_graph.models.prices import cost_of
from visium_graph.models.request import NoAnswer, Reply, Request, Tokens
from visium_graph.models.tracing import traced
from visium_graph.models.usage import Called, Spent, note_call, spent_on
from visium_graph.run import Run
from visium_graph.settings import Settings, Thinking
from visium_graph.store import Store, content_hash

if TYPE_CHECKING:
    from langchain_core.runnables import RunnableConfig

__all__ = ["Crew", "crew_for"]

A = TypeVar("A", bound=BaseModel)

_KIND = "answer"
_DRAFTERS = frozenset({"coder"})


def crew_for(settings: Settings, run: Run) -> Crew | None:
    """The crew of a run; None where it is off, and every station's understudy does the work.

    Cheap: clients and limits are kept by event loop and settings.
    """
    return Crew(settings, run) if settings.has_crew else None


@dataclass(frozen=True)
class Crew:
    """The models of a run's roles."""

    settings: Settings
    run: Run

    async def ask(self, request: Request[A]) -> Reply[A]:
        """The answer to a request: from the store where the same was asked before, else from the role's model.

        A service that is busy, broken or silent is tried again, as the settings say; an answer that cannot be used is asked
        for once more, with what is wrong with it.

        Raises:
            NoAnswer: there is none, and why.
            EnvironmentFault: the key is wrong, or the run's folder cannot be written.
            InputError: the model's name or its options cannot be used.
        """
        with traced():
            key = self._key(request)
            stored = await asyncio.to_thread(self._stored, key, request)
            return stored or await self._asked(key, request)

    def spent(self, scene: str) -> Spent:
        """What the coder of this scene has taken in this making. Reads the ledger: in async code call it in a thread."""
        return spent_on(self.run, scene)

    def model(self, request: Request[A]) -> str:
        """The model that a request goes to, as `provider:model`."""
        return ":".join(split_model(self.settings.model_of(request.role)))

    def thinking(self, request: Request[A]) -> Thinking:
        """How hard it is asked to think."""
        told: Thinking = request.thinking or getattr(self.settings, f"{request.role}_thinking")
        return "medium" if told == "auto" else told  # type: ignore[comparison-overlap]  # the coder's setting may be

    async def _asked(self, key: str, request: Request[A]) -> Reply[A]:
        from visium_graph.models.calls import Question, Unanswered, exchange  # noqa: PLC0415  # loads with the first call

        model, turns = self.model(request), list(request.turns)
        missing = Missing("none", "")
        for _ in range(2):
            seconds = await asyncio.to_thread(self._seconds_left, request)
            question = Question(self.settings, model, self.thinking(request), self._trace(request, model), seconds)
            try:
                heard = await exchange(question, request, turns)
            except Unanswered as failed:
                await asyncio.to_thread(self._note, request, failed.kind, seconds=failed.seconds, tries=failed.tries)
                raise
            await asyncio.to_thread(self._keep, key, request, heard)
            if not isinstance(heard.result, Missing):
                return Reply(heard.result, model, heard.thought, stored=False, tokens=heard.tokens)
            missing = heard.result
            turns = with_reason(turns, missing)
        raise NoAnswer(missing.kind, f"{model} gave no usable answer, asked twice: {missing.reason}")

    def _keep(self, key: str, request: Request[A], heard: Heard[A]) -> None:
        """Store a good answer, and only then note it: a kill in between costs a line rather than an answer."""
        outcome = heard.result.kind if isinstance(heard.result, Missing) else "ok"
        if not isinstance(heard.result, Missing):
            self._store(key, Reply(heard.result, self.model(request), heard.thought, stored=False, tokens=heard.tokens))
        self._note(request, outcome, heard.tokens, heard.seconds, heard.tries, thought=heard.thought)

    def _seconds_left(self, request: Request[A]) -> float | None:
        """What is left of the time that may be spent on the scene's code.

        Raises:
            NoAnswer: nothing is left of its time or its tokens.
        """
        if request.scene is None or request.role not in _DRAFTERS:
            return None
        spent = self.spent(request.scene)
        if spent.tokens >= self.settings.scene_tokens:
            raise NoAnswer("budget", f"the scene's {self.settings.scene_tokens} tokens are spent")
        if spent.seconds >= self.settings.scene_seconds:
            raise NoAnswer("budget", f"the scene's {self.settings.scene_seconds:g} seconds are spent")
        return self.settings.scene_seconds - spent.seconds

    def _trace(self, request: Request[A], model: str) -> RunnableConfig:
        """Run name, tags and metadata of a LangSmith trace."""
        about = f"scene {request.scene}, " if request.scene else ""
        tags = [f"role:{request.role}", f"round:{request.round}"]
        return {
            "run_name": f"{request.role}: {about}draft {request.round + 1}",
            "tags": [*tags, f"scene:{request.scene}"] if request.scene else tags,
            "metadata": {"run": self.run.folder.name, "model": model, "settings": self.settings.key},
        }

    def _note(
        self,
        request: Request[A],
        outcome: str,
        tokens: Tokens = Tokens(),  # noqa: B008  # frozen
        seconds: float = 0.0,
        tries: int = 1,
        *,
        thought: bool = False,
        stored: bool = False,
    ) -> None:
        model = self.model(request)
        cost = 0.0 if stored else cost_of(model, tokens, self.settings.prices)
        note_call(
            self.run,
            Called(
                role=request.role,
                scene=request.scene,
                round=request.round,
                model=model,
                outcome=outcome,
                stored=stored,
                tokens=tokens,
                seconds=round(seconds, 3),
                cost=cost,
                thought=thought,
                tries=tries,
            ),
        )

    # --- The store ---------------------------------------------------------------------------------------------------

    def _key(self, request: Request[A]) -> str:
        """The hash of all that an answer depends on."""
        settings, model = self.settings, self.model(request)
        return content_hash(
            model,
            service_url(settings, split_model(model)[0]),
            request.system,
            [[turn.speaker, turn.text, _digests(turn.images)] for turn in request.turns],
            schema_of(request.answer),
            [request.scene, request.round],  # the same prompt in a later round is asked anew
            [self.thinking(request), settings.structured_output, settings.model_options],
        )

    def _stored(self, key: str, request: Request[A]) -> Reply[A] | None:
        record = Store(self.settings.cache_dir).get_record(_KIND, key)
        if record is None:
            return None
        value = check(record.data.get("answer"), request)
        if isinstance(value, Missing):
            return None  # what the agent accepts has changed since
        thought = bool(record.data.get("thought"))
        self._note(request, "ok", thought=thought, stored=True)
        return Reply(value, str(record.data.get("model")), thought, stored=True, tokens=Tokens())

    def _store(self, key: str, reply: Reply[A]) -> None:
        data = {
            "answer": reply.value.model_dump(mode="json", by_alias=True),
            "model": reply.model,
            "thought": reply.thought,
            "tokens": asdict(reply.tokens),
        }
        try:
            Store(self.settings.cache_dir).put_record(_KIND, key, data)
        except OSError as error:
            folder = self.settings.cache_dir
            raise EnvironmentFault(f"{folder}: cannot write there ({error.strerror}); set cache_dir") from None


def _digests(images: Sequence[bytes]) -> list[str]:
    return [hashlib.sha256(image).hexdigest() for image in images]
