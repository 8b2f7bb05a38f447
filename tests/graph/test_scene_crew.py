"""One scene's loop with models: what is asked, what is kept, and when the understudy takes over."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from visium_graph.agents.coder_model import Written
from visium_graph.agents.reviewer import has_picture, score
from visium_graph.checks.finding import Finding
from visium_graph.graph import scene as scene_graph
from visium_graph.graph import scene_crew
from visium_graph.graph.scene import build_scene_graph
from visium_graph.models import NoAnswer
from visium_graph.run import Run, content_hash
from visium_graph.settings import Settings
from visium_graph.storyboard import Storyboard
from visium_graph.timing import BeatTiming, SceneTiming, Timing

BULLETS = {"kind": "bullets", "parts": [{"id": "x", "text": "A first point"}]}
SCENE = {"id": "one", "title": "One", "beats": [{"id": "a", "say": "Words."}]}


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """A custom scene with a template to fall back to, and one without."""
    made = {}
    for name, fallback in (("template", BULLETS), ("nothing", None)):
        scene = SCENE | {"layout": {"kind": "custom", "brief": "a circle"}, "fallback": fallback}
        run = made[name] = Run.create(tmp_path_factory.mktemp(name))
        run.write(run.storyboard, Storyboard.model_validate({"title": "Board", "scenes": [scene]}).dumps())
        Timing(scenes=[SceneTiming(id="one", beats=[BeatTiming(id="a", seconds=0.5)])]).write(run.timing)
    return made


class Played:
    """A crew whose drafts, verdicts of the checks and complaints are given; None stands for no answer."""

    def __init__(self, drafts, ladder):
        self.drafts, self.ladder = drafts, ladder
        self.asked, self.reviewed = [], 0
        self.seen = {}

    def patch(self, patch):
        patch.setattr(scene_crew, "crew_for", lambda *_: object())
        patch.setattr(scene_crew, "write_code", self.write)
        patch.setattr(scene_crew, "repair_code", self.repair)
        patch.setattr(scene_crew, "review", self.review)
        patch.setattr(scene_graph, "_checked", self.checked)
        patch.setattr(scene_crew, "pool_for", lambda _settings: self)
        patch.setattr(scene_crew, "stills_of", lambda shown: [Path("still.png")] if shown else None)

    async def write(self, _crew, _assignment, *, round):  # noqa: A002
        assert round == len(self.asked)
        draft = self.drafts[round] if round < len(self.drafts) else None
        self.asked.append(draft)
        if draft is None:
            raise NoAnswer("safety", "the filter stopped it")
        return Written(code=f"draft = {round}\n", thought=True, whole=True)

    async def repair(self, crew, assignment, code, _findings, *, round, **_):  # noqa: A002
        written = [draft for draft in self.asked if draft is not None]
        scores = {f"draft = {n}\n": self.score_of(draft) for n, draft in enumerate(written)}
        drawable = {text: value for text, value in scores.items() if value is not None}
        if drawable:
            assert scores[code] == min(drawable.values()), "the best draft is the one to go on from"
        return await self.write(crew, assignment, round=round)

    def submit(self, _job):
        drawn = Future()
        drawn.set_result(True)
        return drawn

    async def review(self, _crew, _scene, _frames, _findings, **_):
        self.reviewed += 1
        count = self.asked[-1][1]
        if count is None:
            raise NoAnswer("empty", "it said nothing")
        return [Finding(file="s.py", rule="review", severity="warning", message=f"m{n}") for n in range(count)]

    async def checked(self, work, draft, coder):
        code = work.code(draft)
        said = self.asked[int(code.split("=")[1])][0] if coder == "model" else self.ladder.get(coder, [])
        self.seen[code] = (coder, found_of(said))
        return draft, self.seen[code][1]

    def score_of(self, draft):
        found = found_of(draft[0])
        if not has_picture(found):
            return None
        return [*score(found), (draft[1] or 0) if score(found)[0] == 0 else 0]


def found_of(said):
    return [
        Finding(file="s.py", line=number, rule=rule, severity=severity, message="m")
        for number, (rule, severity) in enumerate(said, 1)
    ]


def loop(run, played, **settings):
    chosen = Settings(quality="tiny", voice="silent", render=False, crew="on", **settings)
    graph = build_scene_graph().compile()
    with pytest.MonkeyPatch.context() as patch:
        played.patch(patch)
        given_ = {"out": str(run.folder), "scene_id": "one", "index": 0}
        done = asyncio.run(graph.ainvoke(given_, context=chosen))
    return done["scenes"]["one"]


def faults(*rules):
    return [(rule, "error") for rule in rules]


def test_the_first_draft_that_passes_is_taken(runs):
    played = Played([([], 0)], {})
    outcome = loop(runs["template"], played)
    assert (outcome["outcome"], outcome["coder"], outcome["rounds"]) == ("coded", "model", 1)
    assert outcome["thinking"] is True
    assert played.reviewed == 1


def test_drafts_are_repaired_until_one_passes(runs):
    outcome = loop(runs["template"], Played([(faults("unknown-name"), 0), (faults("off-frame"), 0), ([], 0)], {}))
    assert (outcome["outcome"], outcome["coder"], outcome["rounds"]) == ("coded", "model", 3)
    assert outcome["why"] == ""


def test_when_the_rounds_are_spent_the_template_takes_the_scene_and_says_why(runs):
    outcome = loop(runs["template"], Played([(faults("off-frame"), 0)] * 4, {}), max_rounds=2)
    assert (outcome["outcome"], outcome["coder"]) == ("fallback", "template")
    assert "none of the model's 2 drafts passed the checks" in outcome["why"]


def test_without_an_answer_the_template_takes_the_scene_and_says_why(runs):
    outcome = loop(runs["template"], Played([None], {}))
    assert (outcome["outcome"], outcome["coder"], outcome["why"]) == ("fallback", "template", "the filter stopped it")


def test_a_draft_that_only_the_reviewer_faults_is_kept_when_no_better_one_comes(runs):
    outcome = loop(runs["template"], Played([([], 2), None], {}))
    assert (outcome["outcome"], outcome["coder"], outcome["reviews"]) == ("coded", "model", 1)
    worse = Played([([], 2), (faults("exception"), 0), (faults("off-frame"), 0)], {})
    outcome = loop(runs["template"], worse, max_rounds=3)
    assert (outcome["outcome"], outcome["coder"]) == ("coded", "model")


def test_the_reviewer_asks_for_two_rounds_at_most(runs):
    played = Played([([], 1)] * 10, {})
    outcome = loop(runs["template"], played, max_rounds=10)
    assert (outcome["outcome"], outcome["reviews"], len(played.asked)) == ("coded", 2, 3)
    played = Played([([], 1)] * 10, {})
    loop(runs["template"], played, review_rounds=0)
    assert played.reviewed == 0


def test_a_reviewer_without_an_answer_leaves_it_to_the_checks(runs):
    outcome = loop(runs["template"], Played([([], None)], {}))
    assert (outcome["outcome"], outcome["coder"], outcome["reviews"]) == ("coded", "model", 0)


RULES = st.sampled_from(["exception", "formula", "off-frame", "unknown-method", "near-edge"])
SAID = st.lists(st.tuples(RULES, st.sampled_from(["error", "warning"])), max_size=3)
DRAFT = st.none() | st.tuples(SAID, st.none() | st.integers(0, 2))


@hypothesis_settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    drafts=st.lists(DRAFT, min_size=1, max_size=6),
    template=SAID,
    rounds=st.integers(1, 5),
    reviews=st.integers(0, 2),
    below=st.sampled_from(["template", "nothing"]),
)
def test_no_scene_is_worse_than_its_best_draft(runs, drafts, template, rounds, reviews, below):
    played = Played(drafts, {"template": template})
    outcome = loop(runs[below], played, max_rounds=rounds, review_rounds=reviews)
    assert len([draft for draft in played.asked if draft is not None]) <= rounds
    assert outcome["reviews"] <= reviews
    scores = {
        text: score(found) for text, (coder, found) in played.seen.items() if coder != "title" and has_picture(found)
    }
    if outcome["coder"] == "title":
        assert scores == {}
        return
    taken = score_of_the_taken(played, outcome)
    assert taken == min(scores.values())
    if any(played.seen[text][0] == "model" and value[0] == 0 for text, value in scores.items()):
        assert outcome["coder"] == "model", "what passes the checks is not given up for a template"


def score_of_the_taken(played, outcome):
    """Errors and warnings of the draft that was taken."""
    (found,) = (found for text, (_, found) in played.seen.items() if content_hash("code", text) == outcome["draft"])
    return score(found)
