"""What a plan is held to before anything is drawn: formulas, room for the texts of figures, what lies within axes."""

from __future__ import annotations

import pytest

from visium_graph.agents.figure_room import crowded_texts
from visium_graph.agents.formulas import latex_fault, rich_fault
from visium_graph.agents.plot_view import parts_out_of_view
from visium_graph.layouts import FigureLayout, PlotLayout
from visium_graph.sources.lessons import lesson_names, load_lesson


@pytest.mark.parametrize(
    ("text", "fault"),
    [("costs $5 and $6", None), ("$x$ and $y_1$", None), ("$$x$$", "display math"), (r"$\frac{1}{$", "Missing close")],
)
def test_texts_are_held_to_their_formulas(text: str, fault: str | None) -> None:
    found = rich_fault(text)
    assert found is None if fault is None else fault in (found or "")


def test_a_definition_is_not_judged() -> None:
    assert latex_fault(r"\newcommand{\half}{\frac12} \half") is None
    assert latex_fault(r"\half") == r"unknown command \half"


def figure(*parts):
    return FigureLayout.model_validate(
        {"kind": "figure", "parts": [{"id": f"p{n}", **part} for n, part in enumerate(parts)]}
    )


WALL = {"kind": "box", "at": [0, 0], "width": 12, "height": 5}


@pytest.mark.parametrize(
    ("parts", "crowded"),
    [
        ([{"kind": "text", "at": [0, 0], "text": "Hello there"}, {"kind": "text", "at": [0.3, 0.1], "text": "World"}], 1),
        ([{"kind": "text", "at": [0, 0], "text": "Hello there"}, {"kind": "text", "at": [0, 1], "text": "World"}], 0),
        ([{"kind": "text", "at": [0, 0], "text": "$\\frac{1}{2}$"}, {"kind": "text", "at": [0, 0.2], "text": "half"}], 1),
        ([{"kind": "text", "at": [0, 0], "text": "left", "align": "right"}, {"kind": "text", "at": [0, 0], "text": "right", "align": "left"}], 0),
        ([{"kind": "point", "at": [0, 0], "label": "$A$", "direction": "up"}, {"kind": "point", "at": [0.2, 0], "label": "$B$", "direction": "dl"}], 0),
        ([{"kind": "point", "at": [0, 0], "label": "first"}, {"kind": "point", "at": [0.2, 0], "label": "second"}], 1),
        ([{"kind": "box", "at": [3, 0], "width": 2, "height": 1, "text": "node"}, {"kind": "text", "at": [3, 0], "text": "name"}], 1),
        (
            [
                {"kind": "text", "at": [0, 0], "text": "before"},
                {"kind": "text", "at": [0, 0], "text": "after"},
                {"kind": "hide", "targets": ["p1"]},
            ],
            0,
        ),
    ],
)  # fmt: skip
def test_texts_on_each_other_are_found(parts, crowded: int) -> None:
    assert len(list(crowded_texts(figure(WALL, *parts)))) == crowded


@pytest.mark.parametrize("name", lesson_names())
def test_the_figures_of_the_lessons_have_room(name: str) -> None:
    layouts = [item.layout for item in load_lesson(name).scenes]
    found = [fault for layout in layouts if isinstance(layout, FigureLayout) for fault in crowded_texts(layout)]
    assert found == []


@pytest.mark.parametrize(
    ("part", "seen"),
    [
        ({"kind": "curve", "expression": "x**2"}, True),
        ({"kind": "curve", "expression": "x + 9"}, False),
        ({"kind": "curve", "expression": "-abs(x) // 2 % 3 + max(1, sin(pi))"}, True),
        ({"kind": "curve", "expression": "sqrt(-1 - x)"}, False),
        ({"kind": "curve", "expression": "(-2 - x)**0.5"}, False),
        ({"kind": "curve", "expression": "9**9**9**9"}, False),
        ({"kind": "curve", "expression": "1/x", "domain": [0.5, 1]}, True),
        ({"kind": "curve", "expression": "x", "domain": [5, 6]}, False),
        ({"kind": "line", "start": [-9, 1], "end": [9, 1]}, True),
        ({"kind": "line", "start": [3, 0], "end": [9, 1]}, False),
        ({"kind": "series", "points": [[1, 1], [7, 7]]}, True),
        ({"kind": "series", "points": [[7, 7]]}, False),
        ({"kind": "point", "at": [1, 1]}, True),
    ],
)
def test_what_lies_outside_the_axes_is_found(part, seen: bool) -> None:
    axis = {"min": 0, "max": 2}
    plot = PlotLayout.model_validate({"kind": "plot", "x": axis, "y": axis, "parts": [{"id": "p", **part}]})
    assert bool(list(parts_out_of_view(plot))) is not seen


def test_an_area_is_seen_where_its_curve_is() -> None:
    axis = {"min": 0, "max": 2}
    parts = [
        {"kind": "curve", "id": "c", "expression": "x"},
        {"kind": "area", "id": "a", "under": "c", "domain": [5, 6]},
        {"kind": "area", "id": "b", "under": "c", "domain": [0, 1]},
    ]
    plot = PlotLayout.model_validate({"kind": "plot", "x": axis, "y": axis, "parts": parts})
    (fault,) = parts_out_of_view(plot)
    assert fault.startswith("area 'a' is nowhere within the axes (x from 0 to 2, y from 0 to 2)")
