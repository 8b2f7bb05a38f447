"""docs/checks.md says of every rule what the checks do: each example gives its finding."""

from __future__ import annotations

import re

import pytest

from visium_graph.checks.feedback import NO_PICTURE
from visium_graph.checks.service import check_file, check_files, check_text

# Found by the dry run.
DRY = {
    "exception", "formula", "shape", "transform", "empty-group", "time-limit", "memory-limit", "resource-limit", "crash",
    "off-frame", "near-edge", "text-overlap", "text-hidden", "line-through-text", "text-too-small", "low-contrast",
    "nothing-on-screen", "left-behind", "animation-too-long", "beat-unused", "beat-repeated", "dead-air",
}  # fmt: skip
# Found in a storyboard, not in a scene.
STORYBOARD = {"false-equation", "storyboard"}
# Found by a limit: the examples would go on for ever.
ENDLESS = {"time-limit", "memory-limit", "resource-limit"}
# Found by no check: a model's word, see tests/agents/test_reviewer_model.py.
ELSEWHERE = {"review"}
HEADING = re.compile(r"^### (.+?)(?: \((\w+)\))?$", re.MULTILINE)


@pytest.fixture(scope="module")
def sections(project):
    """Rule -> its severity and its example, if it has one."""
    text = (project / "docs" / "checks.md").read_text(encoding="utf-8")
    found = {}
    for heading, body in zip(HEADING.finditer(text), HEADING.split(text)[3::3], strict=True):
        example = re.search(r"```python\n(.*?)```", body, re.DOTALL)
        for rule in heading.group(1).split(", "):
            found[rule] = (heading.group(2) or "error", example.group(1) if example else None)
    return found


def scene(example):
    if any(whole in example for whole in ("class ", "def construct")):
        return example
    body = "".join(f"        {line}\n" for line in example.splitlines())
    return f"from manim import *\n\nclass A(Scene):\n    def construct(self):\n{body}"


def test_every_example_of_the_static_check_gives_its_finding(sections, tmp_path):
    checked = set()
    for rule, (severity, example) in sections.items():
        if rule in DRY or example is None:
            continue
        path = tmp_path / f"{rule}.py"
        path.write_text(scene(example), encoding="utf-8")
        found = [(finding.rule, finding.severity) for finding in check_file(path).findings]
        assert found == [(rule, severity)], f"{rule}: {found}"
        checked.add(rule)
    assert checked == sections.keys() - DRY - STORYBOARD - {"unreadable", "unwritable", "too-deep"} - ELSEWHERE


def test_every_example_of_the_dry_run_gives_its_finding(sections, tmp_path, tiny_settings):
    """And the static check is silent about what only a run can show."""
    examples = {rule: scene(example) for rule, (_, example) in sections.items() if rule in DRY and example}
    assert examples.keys() == DRY - {"crash"}
    files = []
    for rule, code in examples.items():
        assert check_text(code) == [], rule
        files.append(tmp_path / f"{rule}.py")
        files[-1].write_text(code)
    endless = [file for file in files if file.stem in ENDLESS]
    others = [file for file in files if file.stem not in ENDLESS]
    strict = tiny_settings.model_copy(update={"job_seconds": 32.0, "job_memory_mb": 600})  # a job has a quarter of it
    for report in (
        *check_files(others, geometry=True, settings=tiny_settings),
        *check_files(endless, geometry=True, settings=strict),
    ):
        rule = report.path.stem
        found = [(finding.rule, finding.severity) for finding in report.findings]
        assert found == [(rule, sections[rule][0])], f"{rule}: {found}"


def test_what_leaves_no_picture_is_documented(sections):
    assert sections.keys() >= NO_PICTURE | DRY
