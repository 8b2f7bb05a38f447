"""What the static check holds for true of manim, held against the installed one."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

from visium_graph.checks.index import load_index
from visium_graph.checks.index.model import ClassInfo, Index
from visium_graph.checks.static.points import CONSTRUCTOR_POINTS, METHOD_POINTS
from visium_graph.checks.static.suggestions import Rename, renames

_SAID = {"mobject": "circle", "vmobject": "circle", "start": (-1.0, 0, 0), "end": (1.0, 0, 0), "angle": 1.0}
_SAID |= {"scale_factor": 2.0, "factor": 2.0, "dim": 0, "mobject_or_point": (1.0, 0, 0)}


@pytest.fixture(scope="module")
def index() -> Index:
    return load_index()


def test_renames_are_of_known_kinds() -> None:
    assert {row.kind for row in renames()} == {"name", "attr", "kwarg"}
    assert {row.origin for row in renames()} == {"manimgl", "old", "invented"}
    keys = [row[:3] for row in renames()]
    assert len(keys) == len(set(keys))
    assert not [row for row in renames() if row.safe and not row.right]


@pytest.mark.parametrize("row", [row for row in renames() if row.kind == "name"], ids=lambda row: row.wrong)
def test_renamed_names_are_gone_and_their_successors_here(row: Rename, index: Index) -> None:
    assert row.wrong not in index.names
    first, _, rest = row.right.partition(".")
    if row.right:
        symbol = index.names[first]
        assert not rest or symbol.kind == "value" or rest in index.modules[symbol.ref or ""]


def class_named(name: str, index: Index) -> ClassInfo:
    infos = [info for info in index.classes.values() if info.name == name and "opengl" not in info.ref]
    return infos[0]


@pytest.mark.parametrize(
    "row", [row for row in renames() if row.kind == "attr"], ids=lambda row: f"{row.receiver}.{row.wrong}"
)
def test_renamed_attributes(row: Rename, index: Index) -> None:
    info = class_named(row.receiver, index)
    assert row.wrong not in info.attributes
    assert not row.safe or row.right in info.attributes


@pytest.mark.parametrize(
    "row",
    [row for row in renames() if row.kind == "kwarg" and row.receiver and not row.receiver.startswith(".")],
    ids=lambda row: f"{row.receiver}({row.wrong})",
)
def test_renamed_keywords(row: Rename, index: Index) -> None:
    init = class_named(row.receiver, index).init
    assert init.accepts is not None
    assert row.wrong not in init.accepts
    assert not row.right or row.right in init.accepts


def _given(name: str) -> object:
    import manim

    said = _SAID.get(name, (-1.0, 0.0, 0.0))
    return manim.Circle() if said == "circle" else np.array(said) if isinstance(said, tuple) else said


def _made(name: str, parameter: str, point: list[float]) -> None:
    import manim

    maker = getattr(manim, name)
    parameters = inspect.signature(maker).parameters
    if parameter == "args" or parameters.get(parameter, None) is None:
        given = [point, [1.0, 1.0, 0.0]]
        made = (
            maker(*given)
            if parameter == "args"
            else maker(**{"start": [0.0, 0, 0], "end": [2.0, 0, 0], parameter: point})
        )
    elif parameters[parameter].kind is inspect.Parameter.VAR_POSITIONAL:
        made = maker(point, [3.0, 1.0, 0.0][: len(point)], [2.0, 5.0, 0.0][: len(point)])
    else:
        required = [p for p in parameters.values() if p.default is p.empty and p.kind is p.POSITIONAL_OR_KEYWORD]
        made = maker(**({p.name: _given(p.name) for p in required} | {parameter: point}))
    if isinstance(made, manim.Animation):
        made.begin()


@pytest.mark.filterwarnings("ignore::DeprecationWarning:numpy")
@pytest.mark.filterwarnings("ignore:Arrays of 2-dimensional vectors:DeprecationWarning")
@pytest.mark.parametrize(
    ("name", "parameter"), [(name, parameter) for name, given in CONSTRUCTOR_POINTS.items() for parameter in given]
)
def test_constructors_refuse_points_of_two(name: str, parameter: str) -> None:
    with pytest.raises((ValueError, IndexError)):
        _made(name, parameter, [1.0, 2.0])
    _made(name, parameter, [1.0, 2.0, 0.0])


def _moved(name: str, parameter: str, point: list[float]) -> None:
    import manim

    if name == "arrange":
        mobject = manim.VGroup(manim.Circle(), manim.Square())
    else:
        mobject = manim.Line() if name == "put_start_and_end_on" else manim.Circle()
    method = getattr(mobject, name)
    if parameter == "vectors":
        method(point)
        return
    required = [p for p in inspect.signature(method).parameters.values() if p.default is p.empty]
    given = {p.name: _given(p.name) for p in required if p.kind is p.POSITIONAL_OR_KEYWORD}
    method(**(given | {parameter: point}))


@pytest.mark.parametrize(
    ("name", "parameter"), [(name, parameter) for name, given in METHOD_POINTS.items() for parameter in given]
)
def test_methods_refuse_points_of_two(name: str, parameter: str) -> None:
    with pytest.raises((ValueError, IndexError)):
        _moved(name, parameter, [1.0, 2.0])
    _moved(name, parameter, [1.0, 2.0, 0.0])
