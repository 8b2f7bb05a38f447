"""Keyword truth: what the index says about each class's keywords, against making one with them.

For every public Mobject and Animation class a nonsense keyword must be refused or taken as the index says, and every
keyword that the index says is accepted must not be refused. Run as a program it is the process that tries.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from visium_graph.checks.index import ClassInfo, Index

__all__ = ["NONSENSE", "Truth", "keyword_truth"]

NONSENSE = "quux_zz"
_PROCESSES = 2
_ROOTS = ("manim.mobject.mobject.Mobject", "manim.animation.animation.Animation")

_ARGUMENTS = {
    "ApplyComplexFunction": "lambda z: z, m.Square()",
    "ApplyFunction": "lambda mob: mob, m.Square()",
    "ApplyMatrix": "[[1, 0], [0, 1]], m.Square()",
    "ApplyMethod": "m.Square().shift, m.UP",
    "ApplyPointwiseFunction": "lambda p: p, m.Square()",
    "ApplyPointwiseFunctionToCenter": "lambda p: p, m.Square()",
    "ArcBetweenPoints": "m.LEFT, m.RIGHT",
    "ArcBrace": "m.Arc()",
    "ArcPolygon": "m.LEFT, m.RIGHT, m.UP",
    "ArcPolygonFromArcs": "m.ArcBetweenPoints(m.LEFT, m.RIGHT), m.ArcBetweenPoints(m.RIGHT, m.LEFT)",
    "AnimationGroup": "m.Create(m.Square())",
    "ArrowVectorField": "lambda p: p",
    "BarChart": "[1, 2]",
    "Blink": "m.Square()",
    "BraceBetweenPoints": "m.LEFT, m.RIGHT",
    "ChangeDecimalToValue": "m.DecimalNumber(1), 2",
    "ChangeSpeed": "m.Create(m.Square()), {0: 1}",
    "ChangingDecimal": "m.DecimalNumber(1), lambda t: t",
    "Code": "code_string='x', language='python'",
    "CubicBezier": "m.LEFT, m.UP, m.DOWN, m.RIGHT",
    "CurvedArrow": "m.LEFT, m.RIGHT",
    "CurvedDoubleArrow": "m.LEFT, m.RIGHT",
    "CurvesAsSubmobjects": "m.Circle()",
    "DecimalTable": "[[1]]",
    "DiGraph": "[1, 2], [(1, 2)]",
    "FadeIn": "m.Square()",
    "FadeOut": "m.Square()",
    "Graph": "[1, 2], [(1, 2)]",
    "GenericGraph": "[1, 2], [(1, 2)]",
    "ImageMobject": "__import__('numpy').zeros((2, 2, 4), dtype='uint8')",
    "ImplicitFunction": "lambda x, y: x + y",
    "IntegerTable": "[[1]]",
    "Label": "'a'",
    "LabeledDot": "'a'",
    "LabeledLine": "'a'",
    "LabeledArrow": "'a'",
    "LabeledPolygram": "[[-1, 0, 0], [1, 0, 0], [0, 1, 0]], label='a'",
    "LaggedStart": "m.Create(m.Square())",
    "LaggedStartMap": "m.Create, m.VGroup(m.Square())",
    "Succession": "m.Create(m.Square())",
    "MaintainPositionRelativeTo": "m.Square(), m.Dot()",
    "MathTable": "[[1]]",
    "MobjectMatrix": "[[m.Dot()]]",
    "MobjectTable": "[[m.Dot()]]",
    "MoveAlongPath": "m.Square(), m.Line()",
    "MoveToTarget": "(lambda s: (s.generate_target(), s)[1])(m.Square())",
    "Restore": "(lambda s: (s.save_state(), s)[1])(m.Square())",
    "ParametricFunction": "lambda t: (t, t, 0)",
    "PhaseFlow": "lambda p: p, m.Square()",
    "Polygon": "m.LEFT, m.RIGHT, m.UP",
    "Polygram": "[m.LEFT, m.RIGHT, m.UP]",
    "Polyhedron": "[m.LEFT, m.RIGHT, m.UP], [[0, 1, 2]]",
    "ConvexHull": "m.LEFT, m.RIGHT, m.UP",
    "ConvexHull3D": "m.LEFT, m.RIGHT, m.UP, m.OUT",
    "RegularPolygram": "5",
    "SVGMobject": None,
    "StreamLines": "lambda p: p",
    "Surface": "lambda u, v: (u, v, 0), resolution=2",
    "Table": "[['a']]",
    "TangentialArc": "m.Line(m.LEFT, m.RIGHT), m.Line(m.DOWN, m.UP), 0.2",
    "TracedPath": "lambda: m.ORIGIN",
    "Underline": "m.Square()",
    "UpdateFromAlphaFunc": "m.Square(), lambda mob, a: mob",
    "UpdateFromFunc": "m.Square(), lambda mob: mob",
    "VectorField": "lambda p: p",
    "Union": "m.Square(), m.Circle()",
    "Difference": "m.Square(), m.Circle()",
    "Intersection": "m.Square(), m.Circle()",
    "Exclusion": "m.Square(), m.Circle()",
    "AddTextLetterByLetter": "m.Text('ab')",
    "AddTextWordByWord": "m.Text('ab')",
    "RemoveTextLetterByLetter": "m.Text('ab')",
    "TypeWithCursor": "m.Text('ab'), m.Square()",
    "UntypeWithCursor": "m.Text('ab'), m.Square()",
    "Broadcast": "m.Square()",
    "ClockwiseTransform": "m.Square(), m.Circle()",
    "CyclicReplace": "m.Square(), m.Circle()",
    "Swap": "m.Square(), m.Circle()",
    "FadeToColor": "m.Square(), m.RED",
    "GrowFromEdge": "m.Square(), m.UP",
    "GrowFromPoint": "m.Square(), m.UP",
    "SpinInFromNothing": "m.Square()",
    "Homotopy": "lambda x, y, z, t: (x, y, z), m.Square()",
    "SmoothedVectorizedHomotopy": "lambda x, y, z, t: (x, y, z), m.Square()",
    "ComplexHomotopy": "lambda z, t: z, m.Square()",
    "RightAngle": "m.Line(m.LEFT, m.RIGHT), m.Line(m.DOWN, m.UP)",
    "Angle": "m.Line(m.LEFT, m.RIGHT), m.Line(m.DOWN, m.UP)",
    "ScaleInPlace": "m.Square(), 2",
    "TransformAnimations": "m.Create(m.Square()), m.Create(m.Square())",
    "Variable": "1, 'x'",
    "Cutout": "m.Square(), m.Circle()",
    "MarkupText": "'a'",
    "Text": "'a'",
    "Paragraph": "'a'",
    "Tex": "'a'",
    "MathTex": "'a'",
    "SingleStringMathTex": "'a'",
    "Title": "'a'",
    "BulletedList": "'a'",
    "Matrix": "[[1]]",
    "IntegerMatrix": "[[1]]",
    "DecimalMatrix": "[[1]]",
    "Brace": "m.Square()",
    "BraceLabel": "m.Square(), 'a'",
    "BraceText": "m.Square(), 'a'",
    "DashedVMobject": "m.Square()",
    "TangentLine": "m.Circle(), 0.5",
    "FunctionGraph": "lambda x: x",
    "Transform": "m.Square(), m.Circle()",
    "ReplacementTransform": "m.Square(), m.Circle()",
    "TransformFromCopy": "m.Square(), m.Circle()",
    "CounterclockwiseTransform": "m.Square(), m.Circle()",
    "FadeTransform": "m.Square(), m.Circle()",
    "FadeTransformPieces": "m.Square(), m.Circle()",
    "TransformMatchingShapes": "m.VGroup(m.Square()), m.VGroup(m.Circle())",
    "TransformMatchingTex": "m.MathTex('a'), m.MathTex('a')",
}
"""Class -> how one is made, where a square or nothing at all will not do; None where it cannot be made here."""


@dataclass(frozen=True)
class Truth:
    """One class: what the index says and what manim does."""

    name: str
    tried: bool
    """Whether one could be made, with or without the nonsense keyword."""
    disagreements: tuple[str, ...]
    reason: str = ""
    """Why it could not be tried."""


def keyword_truth(index: Index, *, every_keyword: bool = True) -> list[Truth]:
    """Compare every public class of Mobjects and Animations; those whose keywords the index does not know say so.

    Args:
        index: what is put to the test.
        every_keyword: also make one with each keyword that should be accepted, not only with nonsense.
    """
    classes = {symbol.ref: name for name, symbol in index.names.items() if symbol.kind == "class" and symbol.ref}
    known = [(name, index.classes[ref]) for ref, name in classes.items() if ref in index.classes]
    public = [(name, info) for name, info in known if any(info.is_a(root) for root in _ROOTS)]
    asked = [(name, sorted(info.init.accepts or ()) if every_keyword else []) for name, info in public]
    with ThreadPoolExecutor(_PROCESSES) as threads:
        parts = list(threads.map(_tried, [asked[start::_PROCESSES] for start in range(_PROCESSES)]))
    tried = {name: seen for part in parts for name, seen in part.items()}
    return [_compared(name, info, tried[name]) for name, info in sorted(public)]


def _compared(name: str, info: ClassInfo, seen: dict[str, Any]) -> Truth:
    accepts = info.init.accepts
    if accepts is None:
        return Truth(name, tried=False, disagreements=(), reason="the index does not know its keywords")
    if seen["plain"] is not None:
        return Truth(name, tried=False, disagreements=(), reason=seen["plain"])
    found = [f"refuses {keyword}" for keyword in seen["refused"]]
    says_taken = info.init.swallows_unknown or NONSENSE in accepts
    if says_taken == seen["nonsense refused"]:
        found.append("refuses nonsense" if seen["nonsense refused"] else "takes nonsense")
    return Truth(name, tried=True, disagreements=tuple(found))


def _tried(classes: list[tuple[str, list[str]]]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="visium-truth-") as folder:
        run = subprocess.run(
            [sys.executable, __file__],
            input=json.dumps(classes),
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            check=True,
        )
    result: dict[str, Any] = json.loads(run.stdout.splitlines()[-1])
    return result


# --- In the process that tries ---------------------------------------------------------------------------------------


def _try_all() -> None:
    import manim

    from visium_graph.stage import configure

    configure(math="mathjax")
    print(json.dumps({name: _try(manim, name, keywords) for name, keywords in json.load(sys.stdin)}))


def _try(manim: Any, name: str, keywords: list[str]) -> dict[str, Any]:
    calls = _ways(name)
    problem = "no way to make one is written down"
    for arguments in calls:
        problem = _error(manim, name, arguments, {}) or ""
        if not problem:
            refusals = [word for word in keywords if _refused(manim, name, arguments, word)]
            return {"plain": None, "refused": refusals, "nonsense refused": _refused(manim, name, arguments, NONSENSE)}
    return {"plain": problem, "refused": [], "nonsense refused": False}


def _ways(name: str) -> Iterator[str]:
    if name in _ARGUMENTS:
        if (arguments := _ARGUMENTS[name]) is not None:
            yield arguments
        return
    yield from ("", "m.Square()", "m.Square(), m.Circle()")


def _refused(manim: Any, name: str, arguments: str, keyword: str) -> bool:
    """Whether the keyword itself is at fault: any other error says that it was taken, and its value was wrong."""
    error = _error(manim, name, arguments, {keyword: None})
    return error is not None and f"unexpected keyword argument '{keyword}'" in error


def _error(manim: Any, name: str, arguments: str, keywords: dict[str, Any]) -> str | None:
    try:
        eval(f"m.{name}({arguments}{', ' if arguments else ''}**k)", {"m": manim, "k": keywords})  # own text
    except Exception as error:  # noqa: BLE001  # whatever a constructor raises is the answer
        return f"{type(error).__name__}: {error}"
    return None


if __name__ == "__main__":
    _try_all()
