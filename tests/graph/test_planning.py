"""What stands behind the script writer and the director when their models have no answer, or a false one."""

from __future__ import annotations

import asyncio
import json

import pytest

from visium_graph.agents.script_types import Script, ScriptBeat, ScriptScene
from visium_graph.errors import EnvironmentFault, InputError
from visium_graph.graph import planning
from visium_graph.graph.planning import Planner
from visium_graph.models import NoAnswer
from visium_graph.run import Run
from visium_graph.settings import Settings

ARTICLE = "# Halves\n\nA half and a quarter make three quarters. Each further half fills half of what is left.\n"


def script(say):
    scene = ScriptScene(id="one", title="One", beats=[ScriptBeat(id="b1", say=say)])
    return Script(title="Halves", scenes=[scene])


class Agents:
    """Script writer and director whose answers are given; an exception is raised."""

    def __init__(self, monkeypatch, *, scripts=(), repaired=None, plans=()):
        self.scripts, self.repaired, self.plans = list(scripts), repaired, list(plans)
        self.findings = []
        monkeypatch.setattr(planning, "crew_for", lambda *_: object())
        monkeypatch.setattr(planning, "ensure_ready", self.ready)
        monkeypatch.setattr(planning, "write_script", self.write)
        monkeypatch.setattr(planning, "repair_script", self.repair)
        monkeypatch.setattr(planning, "direct_with_model", self.direct)

    async def ready(self, _settings):
        pass

    async def write(self, _crew, brief):
        self.brief = brief
        return self.told(self.scripts.pop(0))

    async def repair(self, _crew, _brief, _script, findings):
        self.findings += findings
        return self.told(self.repaired)

    async def direct(self, _crew, _brief, _script, findings=()):
        self.findings += findings
        return self.told(self.plans.pop(0))

    @staticmethod
    def told(answer):
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def run(tmp_path):
    return Run.create(tmp_path / "run")


NONE = NoAnswer("safety", "the filter stopped it")


def wrote(run, source, **settings):
    return asyncio.run(Planner(run, Settings(**settings)).write_script(source))


def test_a_topic_is_asked_for_three_times_and_then_the_run_ends_in_one_line(monkeypatch, run):
    agents = Agents(monkeypatch, scripts=[NONE, NONE, NONE])
    with pytest.raises(EnvironmentFault, match=r"no script about 'group theory' came from .*the filter stopped it"):
        wrote(run, "group theory")
    assert agents.scripts == []
    assert wrote_after_two_failures(monkeypatch, run).origin == "script"


def wrote_after_two_failures(monkeypatch, run):
    Agents(monkeypatch, scripts=[NONE, NONE, script("We begin.")])
    return wrote(run, "group theory")


def test_behind_a_topic_with_a_lesson_stands_the_lesson(monkeypatch, run):
    Agents(monkeypatch, scripts=[NONE])
    found = wrote(run, "bayes")
    assert found.origin == "storyboard"
    assert "built-in lesson 'bayes'" in found.warnings[0]
    assert run.read_storyboard().title


def test_behind_a_document_stand_its_own_sentences(monkeypatch, run, tmp_path):
    (tmp_path / "halves.md").write_text(ARTICLE)
    Agents(monkeypatch, scripts=[NONE])
    found = wrote(run, str(tmp_path / "halves.md"))
    assert found.origin == "script"
    assert "told in its own sentences" in found.warnings[0]
    assert "three quarters" in run.script.read_text()


def test_the_brief_carries_what_the_user_asked_for(monkeypatch, run):
    agents = Agents(monkeypatch, scripts=[script("Wir beginnen.")])
    wrote(run, "Gruppen", audience="children", length=2, language="de", max_scenes=4)
    brief = agents.brief
    assert (brief.topic, brief.audience, brief.minutes, brief.language, brief.max_scenes) == (
        "Gruppen", "children", 2, "de", 4,
    )  # fmt: skip


def test_a_false_equation_goes_back_to_the_script_writer(monkeypatch, run):
    agents = Agents(monkeypatch, scripts=[script("So $2 + 2 = 5$.")], repaired=script("So $2 + 2 = 4$."))
    assert wrote(run, "sums").warnings == []
    assert [finding.rule for finding in agents.findings] == ["false-equation"]
    assert "2 + 2 = 4" in run.script.read_text()


def test_a_false_equation_that_stays_is_told_to_the_user(monkeypatch, run):
    agents = Agents(monkeypatch, scripts=[script("So $2 + 2 = 5$.")], repaired=NONE, plans=[NONE])
    found = wrote(run, "sums")
    assert "did not mend its script" in found.warnings[0]
    board, warnings = asyncio.run(Planner(run, Settings()).write_storyboard(found.origin, "sums"))
    assert board.scenes[0].beats[0].say == "So $2 + 2 = 5$."
    assert "layouts were chosen by the kind of the content" in warnings[0]
    assert "is false" in warnings[-1]
    assert agents.plans == []


def test_documents_join_under_a_topic(run, tmp_path):
    for name in ("one", "two"):
        (tmp_path / f"{name}.md").write_text(ARTICLE.replace("Halves", name.title()))
    documents = [str(tmp_path / "one.md"), str(tmp_path / "two.md")]
    planner = Planner(run, Settings())
    asyncio.run(planner.write_script("All about halves", documents))
    told = json.loads(run.script.read_text())
    assert told["title"] == "All about halves"
    with pytest.raises(InputError, match="no such file"):
        asyncio.run(planner.write_script("All about halves", ["gone.md"]))
    with pytest.raises(InputError, match="goes with a topic"):
        asyncio.run(planner.write_script(documents[0], documents))


@pytest.mark.parametrize(("topic", "path"), [("TCP/IP in a minute", False), ("notes/today", True), ("a.md", True), ("Is 0.999 one?", False)])  # fmt: skip
def test_what_looks_like_a_path_is_no_topic(monkeypatch, run, topic, path):
    Agents(monkeypatch, scripts=[script("We begin.")])
    if path:
        with pytest.raises(InputError, match="no such file"):
            wrote(run, topic)
    else:
        assert wrote(run, topic).origin == "script"
