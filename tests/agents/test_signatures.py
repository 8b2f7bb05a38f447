"""What a coder is told of the installed manim: the reference, and the signatures that a repair needs."""

from __future__ import annotations

import re

import pytest

from visium_graph.agents.reference import CHOICE, MISTAKEN, SELDOM, manim_reference, mistaken_names, reference_of
from visium_graph.agents.signatures import called_signatures, class_signature, suggested_signatures
from visium_graph.checks.finding import Finding
from visium_graph.checks.index import load_index
from visium_graph.checks.static.suggestions import renames

INDEX = load_index()
CODE = """\
from manim import *
from visium_graph.stage import Slide


class SceneA(Slide):
    def construct(self):
        axes = Axes(x_range=[0, 3], opacity=2)
        graph = axes.get_graph(lambda x: x, colour=RED)
        arrow = Arrow(LEFT, RIGHT, tip_size=2)
        with self.beat(0):
            self.play(arrow.animate.shift_to(UP).scale(2))
            self.play_text("x")
            VGroup(arrow, axes).arrange(RIGHT)
            rotate_vector(UP, PI)
            arrow.get_middle()
            self.helper(3).unknown()

    def helper(self, number):
        return number
"""


def at(line: int, text: str = "") -> Finding:
    """A finding about a text of a line, or about the line."""
    column = CODE.splitlines()[line - 1].index(text) + 1 if text else 1
    return Finding(file="a.py", line=line, column=column, rule="unknown-keyword", message="no")


def called(*lines: int) -> list[str]:
    return called_signatures(INDEX, CODE, [at(line) for line in lines])


def test_signatures_are_those_of_the_installed_manim() -> None:
    assert class_signature(INDEX, INDEX.names["Line"].ref) == "Line(start=LEFT, end=RIGHT, buff=0, path_arc=0)"
    arrow = class_signature(INDEX, INDEX.names["DoubleArrow"].ref)
    assert arrow == "DoubleArrow(start=LEFT, end=RIGHT, buff=0, path_arc=0)"  # it takes only *args itself
    short = class_signature(INDEX, INDEX.names["Square"].ref, hidden={"side_length"}, more=["color"])
    assert short == "Square(color=)"


def test_what_is_called_on_the_lines_is_described() -> None:
    assert called(13) == ["VGroup(*vmobjects)", "VGroup.arrange(direction=RIGHT, buff=0.25, center=True)"]
    assert called(14) == ["rotate_vector(vector, angle, axis=OUT)"]
    assert called(10, 16) == []
    assert called_signatures(INDEX, "class A(:\n    Circle()", [at(2)]) == []


def test_a_column_tells_which_of_several_calls_is_meant() -> None:
    assert called_signatures(INDEX, CODE, [at(13, "arrange")]) == [called(13)[1]]
    assert called_signatures(INDEX, CODE, [at(13, "VGroup")]) == [called(13)[0]]
    assert called_signatures(INDEX, CODE, [at(9, "tip_size")]) == called(9)
    assert called_signatures(INDEX, CODE, [at(13, "axes")]) == []


def test_where_a_keyword_is_refused_those_that_are_taken_are_told() -> None:
    (arrow,) = called(9)
    assert arrow.startswith("Arrow(start=LEFT, end=RIGHT, path_arc=0, stroke_width=6, buff=0.25")
    assert arrow.endswith("; it also takes: normal_vector, tip_length, tip_shape, tip_style, those of every shape")


def test_where_an_attribute_is_missing_the_nearest_are_told() -> None:
    (plot,) = called(8)
    assert plot.startswith("Axes has no get_graph; it has plot(function, x_range=None")
    assert called(11) == ["Arrow has no shift_to; it has shift(*vectors)", "Arrow.scale(factor, scale_tips=False)"]
    (text,) = called(12)
    assert text.startswith("Slide has no play_text; it has ")
    assert "rich(text, role='text')" in text
    (middle,) = called(15)
    assert middle.startswith("Arrow has no get_middle; it has ")


def test_suggested_names_are_described() -> None:
    def found(suggestion: str) -> Finding:
        return Finding(file="a.py", rule="manimgl", message="no", suggestion=suggestion)

    assert suggested_signatures(INDEX, [found("use `Create`"), found("use `Create`"), found("no")]) == [
        "Create(mobject, lag_ratio=1, introducer=True)"
    ]
    assert suggested_signatures(INDEX, [found("did you mean `normalize`?")]) == ["normalize(vect, fall_back=None)"]
    assert suggested_signatures(INDEX, [found("use `UP` or `no_such_name`")]) == []


def test_the_reference_holds_every_chosen_name_and_is_short() -> None:
    text = manim_reference()
    names = {entry.split(":")[0].rpartition(".")[2] for entries in CHOICE.values() for entry in entries.split()}
    assert names <= set(re.findall(r"\w+", text))
    assert len(text) / 4 < 2500
    assert manim_reference() is text


@pytest.mark.parametrize("entry", ["ShowCreation", "Line.no_such_method", "Circle:side_length", "UP.shift"])
def test_a_name_that_manim_lacks_is_an_error(entry: str) -> None:
    with pytest.raises(LookupError):
        reference_of(INDEX, {"Shapes": f"Circle {entry}"})


def test_hidden_parameters_exist() -> None:
    entries = [entry.split(":")[0] for entries in CHOICE.values() for entry in entries.split()]
    known: set[str] = set()
    for owner, _, name in (entry.rpartition(".") for entry in entries):
        symbol = INDEX.names[owner or name]
        if owner:
            method = INDEX.classes[symbol.ref].methods.get(name)
            known |= {param.name for param in method.signature.params} if method and method.signature else set()
        elif symbol.kind == "class":
            lineage = [INDEX.classes[ref] for ref in INDEX.classes[symbol.ref].mro if ref in INDEX.classes]
            known |= {param.name for info in lineage[:3] for param in info.init.params}
        elif symbol.kind == "function":
            known |= {param.name for param in INDEX.functions[symbol.ref].signature.params}
    assert not SELDOM - known


def test_what_is_said_not_to_exist_does_not_and_its_correction_does() -> None:
    told = mistaken_names()
    assert "ShowCreation -> Create" in told["name"]
    for wrong, _ in MISTAKEN["name"]:
        assert wrong not in INDEX.names
    rows = {(row.kind, row.wrong, row.receiver): row for row in renames()}
    for wrong, receiver in MISTAKEN["attr"]:
        owner = "Axes" if receiver == "CoordinateSystem" else receiver
        info = INDEX.classes[INDEX.names[owner].ref]
        assert wrong not in info.attributes, f"{owner}.{wrong}"
        right = re.match(r"\w+", rows["attr", wrong, receiver].right)[0]
        assert right in info.attributes or right in INDEX.names
    for wrong, receiver in MISTAKEN["kwarg"]:
        if receiver in INDEX.names and INDEX.names[receiver].kind == "class":
            accepts = INDEX.classes[INDEX.names[receiver].ref].init.accepts
            assert accepts is None or wrong not in accepts, f"{receiver}({wrong}=)"
