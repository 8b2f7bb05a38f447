"""The index against the library itself: make each public class with a keyword, and see whether it is refused.

For tests and benchmarks only: it imports manim and makes objects by the thousand.
"""

from __future__ import annotations

import inspect
import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import manim as mn
import numpy as np
import svgelements  # type: ignore[import-untyped]

from visium_graph import stage
from visium_graph.checks.index.model import Index
from visium_graph.checks.index.namespaces import ref_of

__all__ = ["EXCEPTIONS", "LENIENT", "Disagreement", "Truth", "keyword_truth", "public_classes"]

NONSENSE = "nonsense_keyword"
REFUSAL = re.compile(
    r"unexpected keyword argument '(?P<a>\w+)'|multiple values for (?:keyword )?argument '(?P<b>\w+)'"
    r"|Unsupported keyword argument\(s\): (?P<c>\w+)"
)
EXCEPTIONS: Mapping[str, str] = {
    "ApplyPointwiseFunctionToCenter": "never passes on the mobject its base requires: no call of it succeeds",
    "ArrowTip": "abstract: refuses to be made at all",
    "MathTypst": "needs the Python package typst, which only the extra of that name brings",
    "SVGMobject": "needs a file; the classes derived from it are compared",
    "Typst": "needs the Python package typst, which only the extra of that name brings",
}
"""Classes that cannot be made here, and why."""
LENIENT: Mapping[tuple[str, str], str] = {
    ("TransformMatchingShapes", "introducer"): "handed on to FadeIn, which gives its own",
    ("TransformMatchingShapes", "remover"): "handed on to FadeOut, which gives its own",
    ("TransformMatchingTex", "introducer"): "handed on to FadeIn, which gives its own",
    ("TransformMatchingTex", "remover"): "handed on to FadeOut, which gives its own",
    ("Vector", "end"): "Line gets its end by position already",
    ("Vector", "start"): "Line gets its start by position already",
}
"""Keywords that the index lets pass although the library refuses them, and why: silence, never a false error."""


@dataclass(frozen=True)
class Disagreement:
    """A class and a keyword on which index and library differ; `accepted` is the library's word."""

    name: str
    keyword: str
    accepted: bool

    def __str__(self) -> str:
        """The disagreement in a line."""
        verb = "accepts" if self.accepted else "refuses"
        return f"{self.name} {verb} {self.keyword!r}, the index says otherwise"


@dataclass
class Truth:
    """The outcome.

    Attributes:
        compared: questions asked of both.
        classes: classes that were made.
        disagreements: where the answers differ.
        unmade: classes that could not be made, with the error.
        unknown: classes of which the index says that it does not know.
    """

    compared: int = 0
    classes: int = 0
    disagreements: list[Disagreement] = field(default_factory=list)
    unmade: dict[str, str] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)


def public_classes() -> dict[str, type]:
    """Mobjects and animations that `from manim import *` brings, without those for OpenGL."""
    found = {name: value for name, value in vars(mn).items() if inspect.isclass(value) and not name.startswith("_")}
    kinds = (mn.Mobject, mn.Animation)
    return {name: cls for name, cls in sorted(found.items()) if issubclass(cls, kinds)}


def keyword_truth(index: Index, *, accepted_too: bool = False) -> Truth:
    """Compare every public class.

    Args:
        index: the index to judge.
        accepted_too: ask also for each keyword that the index accepts, and for each that it accepts elsewhere.
    """
    stage.configure(math="mathjax")
    everything = _all_keywords(index) if accepted_too else frozenset[str]()
    truth = Truth()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, cls in public_classes().items():
            if name in EXCEPTIONS:
                continue
            try:
                arguments, keywords = _arguments(name, cls)
            except KeyError as missing:
                truth.unmade[name] = f"no value known for the parameter {missing}"
                continue
            error = _error(cls, arguments(), keywords)
            if error is not None:
                truth.unmade[name] = f"{type(error).__name__}: {error}"
                continue
            _compare(truth, index, name, cls, [NONSENSE, *sorted(everything)])
    return truth


def _compare(truth: Truth, index: Index, name: str, cls: type, names: list[str]) -> None:
    init = index.classes[ref_of(cls)].init
    truth.classes += 1
    if init.accepts is None:
        truth.unknown.append(name)
        return
    arguments, keywords = _arguments(name, cls)
    positional = len(arguments())
    bound = {p.name for p in init.params[:positional] if p.kind == "either"} | keywords.keys()
    for keyword in names:
        if keyword in bound:
            continue
        truth.compared += 1
        refused = _is_refused(_error(cls, arguments(), {**keywords, keyword: None}), keyword)
        expected = keyword not in init.accepts and not init.swallows_unknown
        if refused != expected and not (refused and (name, keyword) in LENIENT):
            truth.disagreements.append(Disagreement(name, keyword, accepted=not refused))


def _all_keywords(index: Index) -> frozenset[str]:
    """Every keyword that any public class accepts."""
    inits = [index.classes[ref_of(cls)].init for cls in public_classes().values()]
    return frozenset[str]().union(*(init.accepts for init in inits if init.accepts is not None))


def _is_refused(error: Exception | None, keyword: str) -> bool:
    found = REFUSAL.search(str(error)) if isinstance(error, TypeError) else None
    return found is not None and keyword in found.groups()


def _error(cls: type, arguments: tuple[Any, ...], keywords: Mapping[str, Any]) -> Exception | None:
    try:
        cls(*arguments, **keywords)
    except Exception as error:  # noqa: BLE001  # whatever a constructor raises at None is the answer
        return error
    return None


class _FakeCamera:
    """As much of a camera as `ImageMobjectFromCamera` looks at."""

    pixel_array = np.zeros((4, 4, 4), dtype=np.uint8)
    pixel_height = pixel_width = 4


def _values() -> Iterator[tuple[str, Callable[[], Any]]]:
    """A value for each name that a required parameter has."""
    square, text = mn.Square, lambda: mn.Text("ab")
    lines = {"line1": lambda: mn.Line(mn.ORIGIN, mn.RIGHT), "line2": lambda: mn.Line(mn.ORIGIN, mn.UP)}
    points = ["start", "point_1", "start_anchor", "start_point", "edge", "point", "focus_point"]
    further = ["end", "point_2", "end_anchor", "end_point", "start_handle", "end_handle"]
    mobjects = ["mobject", "vmobject", "target_mobject", "tracked_mobject", "path", "vmob", "obj", "subject", "clip"]
    yield from lines.items()
    yield from ((name, lambda: mn.LEFT) for name in points)
    yield from ((name, lambda: mn.RIGHT + mn.UP) for name in further)
    yield from ((name, square) for name in [*mobjects, "main_shape", "cursor"])
    yield from ((name, text) for name in ["text_mobject"])
    yield "decimal_mob", lambda: mn.DecimalNumber(1)
    yield "arrow", lambda: mn.Arrow(mn.LEFT, mn.RIGHT)
    yield "group", lambda: mn.VGroup(mn.Square())
    yield "shapes", lambda: mn.VGroup(mn.Square())
    yield "text", lambda: "ab"
    yield "label", lambda: "a"
    yield "tex_string", lambda: "x"
    yield "code_string", lambda: "x = 1"
    yield "method", lambda: mn.Square().shift
    yield "function", lambda: lambda value: value
    yield "func", lambda: lambda *values: values[0] if len(values) == 1 else np.array([*values, 0.0][:3])
    yield "update_function", lambda: lambda *_: None
    yield "number_update_func", lambda: lambda alpha: alpha
    yield "traced_point_func", lambda: lambda: mn.ORIGIN
    yield "homotopy", lambda: lambda x, y, z, _t: (x, y, z)
    yield "complex_homotopy", lambda: lambda z, _t: z
    yield "matrix", lambda: [[1, 2], [3, 4]]
    yield "table", lambda: [["1", "2"], ["3", "4"]]
    yield "values", lambda: [1, 2]
    yield "vertices", lambda: [1, 2]
    yield "edges", lambda: [(1, 2)]
    yield "camera", _FakeCamera
    yield "filename_or_array", lambda: np.zeros((2, 2, 3), dtype=np.uint8)
    yield "speedinfo", lambda: {0.0: 1.0}
    yield "animation_class", lambda: mn.FadeIn
    for name in ("anim", "start_anim", "end_anim"):
        yield name, lambda: mn.FadeIn(mn.Square())
    for name, number in {"target_number": 2, "var": 1, "num_vertices": 5, "radius": 0.2, "alpha": 0.5}.items():
        yield name, lambda number=number: number  # type: ignore[misc]  # bound here, called later
    yield "scale_factor", lambda: 2
    yield "color", lambda: mn.RED
    yield "path_obj", lambda: svgelements.Path("M 0 0 L 1 1")


VALUES = dict(_values())
CUBE_FACES = [[0, 1, 2], [0, 1, 3], [0, 2, 3], [1, 2, 3]]
OWN: dict[str, Callable[[], tuple[Any, ...]]] = {
    "AddTextLetterByLetter": lambda: (mn.Text("ab"),),
    "RemoveTextLetterByLetter": lambda: (mn.Text("ab"),),
    "TypeWithCursor": lambda: (mn.Text("ab"), mn.Rectangle()),
    "UntypeWithCursor": lambda: (mn.Text("ab"), mn.Rectangle()),
    "ApplyFunction": lambda: (lambda mobject: mobject, mn.Square()),
    "ArrowVectorField": lambda: (lambda point: point,),
    "StreamLines": lambda: (lambda point: point,),
    "VectorField": lambda: (lambda point: point,),
    "ConvexHull": lambda: (mn.LEFT, mn.RIGHT, mn.UP),
    "ConvexHull3D": lambda: (mn.LEFT, mn.RIGHT, mn.UP, mn.OUT),
    "FadeIn": lambda: (mn.Square(),),
    "FadeOut": lambda: (mn.Square(),),
    "ImplicitFunction": lambda: (lambda x, y: x + y,),
    "IntegerTable": lambda: ([[1, 2], [3, 4]],),
    "DecimalTable": lambda: ([[1, 2], [3, 4]],),
    "MobjectMatrix": lambda: ([[mn.Square(), mn.Square()]],),
    "MobjectTable": lambda: ([[mn.Square(), mn.Square()]],),
    "Intersection": lambda: (mn.Square(), mn.Circle()),
    "Union": lambda: (mn.Square(), mn.Circle()),
    "LabeledPolygram": lambda: ([mn.LEFT, mn.RIGHT, mn.UP, mn.LEFT],),
    "MathTex": lambda: ("x",),
    "Tex": lambda: ("x",),
    "Title": lambda: ("x",),
    "BulletedList": lambda: ("x",),
    "MoveToTarget": lambda: (_with_target(),),
    "Restore": lambda: (mn.Square().save_state(),),
    "ParametricFunction": lambda: (lambda t: (t, t, 0),),
    "TransformMatchingTex": lambda: (mn.MathTex("x"), mn.MathTex("x")),
    "Polygon": lambda: (mn.LEFT, mn.RIGHT, mn.UP),
    "Polyhedron": lambda: ([mn.ORIGIN, mn.RIGHT, mn.UP, mn.OUT], CUBE_FACES),
    "Write": lambda: (mn.Square(),),
}
"""Arguments of classes whose parameters mean something else, or that want more than they say."""
KEYWORDS: dict[str, dict[str, Any]] = {
    "Code": {"code_string": "x = 1"},
    "LabeledPolygram": {"label": "a"},
    "LabeledArrow": {"label": "a"},
    # Otherwise the first one made forbids a second, until it has been played.
    "ChangeSpeed": {"affects_speed_updaters": False},
}


def _with_target() -> Any:
    square = mn.Square()
    square.generate_target()
    return square


def _arguments(name: str, cls: type) -> tuple[Callable[[], tuple[Any, ...]], dict[str, Any]]:
    """Maker of the positional arguments that are needed, and keywords that are."""
    keywords = KEYWORDS.get(name, {})
    if name in OWN:
        return OWN[name], keywords
    params = inspect.signature(inspect.getattr_static(cls, "__init__")).parameters.values()
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    needed = [p.name for p in list(params)[1:] if p.default is p.empty and p.kind in kinds]
    makers = [VALUES[item] for item in needed]
    return lambda: tuple(make() for make in makers), keywords
