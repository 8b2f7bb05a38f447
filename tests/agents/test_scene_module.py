"""The form of a module: what is put right without asking, and what is left alone."""

from __future__ import annotations

import json

import pytest

from visium_graph.agents.scene_module import Form, has_scene_class, unfenced
from visium_graph.checks.service import check_text

FORM = Form("SceneWhy", ("First this.", "Then that."), "dark", "Why", "Before")
NEAT = """\
from manim import *
from visium_graph.stage import Slide


class SceneWhy(Slide):
    narration = (
        'First this.',
        'Then that.',
    )

    def construct(self):
        self.begin('Why', after='Before')
        with self.beat(0):
            self.play(Create(Square()))
        self.leave(title=False)
"""


NARRATION = """\
    narration = (
        'First this.',
        'Then that.',
    )
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", ""),
        ("class SceneWhy(Slide)", "class Demo(Slide)"),
        ("class SceneWhy(Slide)", "class SceneWhy(Scene)"),
        (f"{NARRATION}\n", ""),
        ("'Then that.'", "'Something else'"),
        (NARRATION, "    narration = ['x']\n    theme = 'light'\n"),
        (NARRATION, "    narration = ['x']\n\n    theme: str = 'light'\n"),
        ("        self.begin('Why', after='Before')\n", ""),
        ("self.begin('Why', after='Before')", 'self.begin("Why?")'),
        (
            "self.begin('Why', after='Before')",
            "self.begin(\n            title='Wrong',\n            after=None,\n        )",
        ),
        ("        self.leave(title=False)\n", ""),
        ("self.leave(title=False)", "self.leave()"),
        ("from visium_graph.stage import Slide\n", ""),
        ("from manim import *\nfrom visium_graph.stage import Slide\n\n\n", ""),
        (NEAT, f"Here is the scene:\n\n```python\n{NEAT}```\n\nEnjoy.\n"),
        (NEAT, f"```\n{NEAT}"),
        ("\n", "\r\n"),
    ],
)
def test_what_is_unambiguous_is_put_right(old: str, new: str) -> None:
    assert old in NEAT
    answer = NEAT.replace(old, new) if old else NEAT
    made = FORM.of(answer)
    assert made == NEAT
    assert FORM.of(made) == made


def test_an_untidy_answer_becomes_a_scene_that_the_check_accepts() -> None:
    answer = '''class Foo(Scene):
    """A scene."""
    theme = "dark"
    def construct(self):
        """Draw."""
        a = Square(math.pi)
        with self.beat(0):
            self.play(Create(a))
        with self.beat(1):
            self.play(super(Foo, self).color and FadeOut(a))'''
    made = Form("SceneFoo", ("x" * 90, "y" * 90), "light", "It's", None).of(answer)
    assert check_text(made) == []
    assert made.startswith(
        "import math\nfrom manim import *\nfrom visium_graph.stage import Slide\n\n\nclass SceneFoo(Slide):\n"
    )
    assert '"""A scene."""\n    theme = \'light\'\n    narration = (' in made
    assert '"""Draw."""\n        self.begin("It\'s")\n        a = ' in made
    assert "super(SceneFoo, self)" in made
    assert made.endswith("FadeOut(a))\n        self.leave(title=False)\n")


@pytest.mark.parametrize(
    "code",
    [
        "class Broken(Slide:\n    pass\n",
        "x = 1\n",
        "",
        "def f(:\n",
    ],
)
def test_what_cannot_be_understood_keeps_its_words(code: str) -> None:
    made = FORM.of(code)
    assert code.strip() in made
    assert FORM.of(made) == made


def test_two_scenes_keep_their_names() -> None:
    two = NEAT.replace("SceneWhy", "SceneA") + NEAT[NEAT.index("\n\nclass") :].replace("SceneWhy", "SceneB")
    made = FORM.of(two)
    assert "class SceneA(" in made
    assert "class SceneB(" in made


def test_a_begin_that_is_used_and_a_title_of_its_own_stay() -> None:
    used = NEAT.replace("self.begin(", "title = self.begin(")
    assert "title = self.begin('Why', after='Before')\n" in FORM.of(used)
    assert "begin" not in FORM.of(NEAT.replace("self.begin('Why', after='Before')", "self.add(self.title('Why'))"))


def test_the_longest_block_is_the_code() -> None:
    assert unfenced("```sh\npip\n```\nthen\n```python\nx = 1\ny = 2\n```") == "x = 1\ny = 2\n"
    assert unfenced('x = """\n```\ncode\n```\n"""') == 'x = """\n```\ncode\n```\n"""\n'


def test_code_that_was_put_into_json_twice_is_taken_out_again() -> None:
    code = NEAT.replace("Square()", r'MathTex(r"\nabla \frac12", font_size=40)')
    assert FORM.of(json.dumps(code)) == code
    assert FORM.of(json.dumps(code)[1:-1]) == code
    assert has_scene_class(json.dumps(code))
    assert unfenced(r'x = "\n" + "\q"') == r'x = "\n" + "\q"' + "\n"


def test_prose_is_no_scene() -> None:
    assert has_scene_class(NEAT)
    assert has_scene_class("class A(MovingCameraScene, Slide):\n  broken(")
    assert not has_scene_class("I would rather describe a class of Slide: it is a Scene.")
