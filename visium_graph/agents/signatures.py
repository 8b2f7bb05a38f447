"""Signatures of the installed manim and of the stage as a coder reads them, and those that given lines of a draft need."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable, Iterator, Sequence

from visium_graph.agents.patches import parsed
from visium_graph.checks.excerpt import lines_of
from visium_graph.checks.finding import Finding
from visium_graph.checks.index.model import ClassInfo, Index, MethodInfo, Param, Signature
from visium_graph.checks.static.calls import Call
from visium_graph.checks.static.library import ANIMATION, MOBJECT, SCENE
from visium_graph.checks.static.report import Report
from visium_graph.checks.static.rules import Rules
from visium_graph.checks.static.source import Source
from visium_graph.checks.static.values import (
    Animate,
    Choice,
    ClassValue,
    FunctionValue,
    Instance,
    LocalClass,
    MethodValue,
)
from visium_graph.checks.static.walker import Walker

__all__ = [
    "called_signatures",
    "class_signature",
    "further_keywords",
    "method_signature",
    "signature_text",
    "suggested_signatures",
]

VMOBJECT = "manim.mobject.types.vectorized_mobject.VMobject"

_MOST = 12
"""Signatures for one repair: more would bury those that matter."""
_NEAR = 6
"""Attributes that are named where one does not exist."""
_KNOWN = frozenset({"add", "beat", "begin", "leave", "play", "remove", "wait"})
"""Methods of a scene that every draft calls."""
_QUOTED = re.compile(r"`([A-Za-z_]\w*)`")
_STYLE = """
    color fill_color fill_opacity stroke_color stroke_width stroke_opacity z_index background_image
    background_stroke_color background_stroke_opacity background_stroke_width cap_style close_new_points dim joint_type
    make_smooth_after_applying_functions n_points_per_cubic_curve name pre_function_handle_to_anchor_scale_factor
    shade_in_3d sheen_direction sheen_factor target tolerance_for_point_equality
"""
"""Keywords of every shape: known from the reference, or of no use in a scene."""
_ANIMATION = """
    run_time rate_func lag_ratio name remover introducer suspend_mobject_updating reverse_rate_function use_override
"""
"""Keywords of every animation, likewise."""
_COMMON = frozenset(f"{_STYLE} {_ANIMATION}".split())


def class_signature(index: Index, ref: str, hidden: Collection[str] = (), more: Iterable[str] = ()) -> str:
    """How a class is called: `Line(start=LEFT, end=RIGHT, buff=0, path_arc=0)`.

    Where a class only hands its positional arguments on, those of the base that takes them stand in their place.

    Args:
        index: of the installed manim.
        ref: the class.
        hidden: parameters to leave out, where they have a default.
        more: keywords to name that it hands on.
    """
    info = index.classes[ref]
    params = _own_params(index, info)
    return f"{info.name}({', '.join([*_written(params, hidden), *(f'{name}=' for name in more)])})"


def method_signature(method: MethodInfo, hidden: Collection[str] = ()) -> str:
    """How a method is called, or the bare name of a property."""
    if method.kind == "property":
        return method.name
    return signature_text(method.name, method.signature, hidden)


def signature_text(name: str, signature: Signature | None, hidden: Collection[str] = ()) -> str:
    """A call of `name`; `...` stands where nothing is known."""
    return f"{name}(...)" if signature is None else f"{name}({', '.join(_written(signature.params, hidden))})"


def _further(index: Index, ref: str) -> str:
    keywords = further_keywords(index, ref)
    info = index.classes[ref]
    keywords += ["those of every shape"] * info.is_a(VMOBJECT) + ["those of every animation"] * info.is_a(ANIMATION)
    return f"; it also takes: {', '.join(keywords)}" if keywords else ""


def further_keywords(index: Index, ref: str) -> list[str]:
    """Keywords that a class accepts beyond its own parameters, those of every shape or animation left out."""
    info = index.classes[ref]
    own = {param.name for param in _own_params(index, info)}
    return sorted((info.init.accepts or frozenset()) - own - _COMMON)


def suggested_signatures(index: Index, findings: Iterable[Finding]) -> list[str]:
    """Signatures of the names of manim's that findings suggest in backticks."""
    names = [name for finding in findings for name in _QUOTED.findall(finding.suggestion or "")]
    return [text for name in dict.fromkeys(names) if (text := _of_name(index, name)) is not None]


def _of_name(index: Index, name: str) -> str | None:
    symbol = index.names.get(name)
    if symbol is None or symbol.ref is None:
        return None
    if symbol.kind == "class" and symbol.ref in index.classes:
        return class_signature(index, symbol.ref)
    if symbol.kind == "function" and symbol.ref in index.functions:
        return signature_text(name, index.functions[symbol.ref].signature)
    return None


def called_signatures(index: Index, code: str, findings: Iterable[Finding]) -> list[str]:
    """Lines of text: the true signatures of what is called wrongly; for a missing attribute, what there is instead.

    Empty where Python cannot read the code.

    Args:
        index: of the installed manim.
        code: the draft.
        findings: what is wrong with its calls. One that names no column is about every call of its line.
    """
    tree = parsed(code)
    if tree is None:
        return []
    lines = lines_of(code)
    places = {
        (item.line, len(lines[item.line - 1][: item.column - 1].encode()))
        for item in findings
        if item.line <= len(lines)
    }
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    nodes = {node for node in calls if any(_is_at(node, line, column) for line, column in places)}
    walker = Walker(Source(code), tree, index, Report("scene.py"))
    listener = walker.rules = _Listener(walker, nodes)
    walker.run()
    ordered = sorted(listener.calls.items(), key=lambda item: (item[0].lineno, item[0].col_offset))
    told = [text for _, texts in ordered for text in texts]
    return list(dict.fromkeys(told))[:_MOST]


class _Listener(Rules):
    """Notes what is called where."""

    def __init__(self, walk: Walker, wanted: Collection[ast.Call]) -> None:
        super().__init__(walk)
        self.calls: dict[ast.Call, list[str]] = {}
        self._wanted = wanted

    def called(self, call: Call) -> None:
        """A call, once its parts are known."""
        if call.node in self._wanted and call.node not in self.calls:
            texts = [*self._described(call)]
            if texts:
                self.calls[call.node] = texts

    def _described(self, call: Call) -> Iterator[str]:
        index = self._walk.world.index
        match call.function:
            case ClassValue(ref=ref) if ref in index.classes and not ref.startswith("builtins."):
                misses = _misses(call, index.classes[ref].init)
                yield class_signature(index, ref) + (_further(index, ref) if misses else "")
            case FunctionValue(ref=ref) if ref in index.functions and ref.startswith(("manim.", "visium_graph.")):
                yield signature_text(call.name, index.functions[ref].signature)
            case MethodValue(method=MethodInfo() as method) if method.name == call.name:
                owner = call.receiver
                if call.name in _KNOWN and owner is not None and self._walk.library_scene(owner):
                    return
                name = self._walk.world.name_of(owner) if owner is not None else ""
                yield f"{name}.{method_signature(method)}"
            case None | MethodValue() | Animate() if isinstance(call.node.func, ast.Attribute):
                # Nothing that is known; or a `get_x` that manim would make up, and that fails.
                yield from self._instead(call.node.func)
            case _:
                pass

    def _instead(self, node: ast.Attribute) -> Iterator[str]:
        """What an object has whose attribute does not exist."""
        world = self._walk.world
        with self._walk.report.silence():
            holder = self._walk.value(node.value)
        if isinstance(holder, Animate):
            holder = holder.target
        options = holder.options if isinstance(holder, Choice) else [holder]
        for option in sorted((one for one in options if isinstance(one, Instance)), key=world.name_of):
            if not world.lacks(option, node.attr):
                continue
            kind = next(iter(world.bases(option.kind)), None) if isinstance(option.kind, LocalClass) else None
            info = kind if isinstance(kind, ClassInfo) else world.library.class_of(str(option.kind))
            if info is None:
                continue
            bases = [ref.rpartition(".")[2] for ref in info.mro]
            advice = self._walk.suggest.attribute(node.attr, bases, info.attributes, info.methods.keys()).text or ""
            near = [name for name in _QUOTED.findall(advice) if name in info.methods]
            shown = near or [*_own_methods(world.index, info)][:_NEAR]
            if shown:
                methods = ", ".join(method_signature(info.methods[name]) for name in shown)
                yield f"{info.name} has no {node.attr}; it has {methods}"


def _misses(call: Call, signature: Signature) -> bool:
    """Whether a keyword of a call is none that is accepted."""
    return signature.accepts is not None and any(name not in signature.accepts for name in call.arguments.keywords)


def _is_at(node: ast.Call, line: int, column: int) -> bool:
    """Whether the name that is called, or a keyword it is given, stands there; column 0 is anywhere in the line."""
    function = node.func
    end_line, end = function.end_lineno or 0, function.end_col_offset or 0
    begin = end - len(function.attr.encode()) if isinstance(function, ast.Attribute) else function.col_offset
    if column == 0:
        return line in {end_line, *(keyword.lineno for keyword in node.keywords)}
    named = end_line == line and begin <= column < end
    return named or any(keyword.lineno == line and keyword.col_offset == column for keyword in node.keywords)


def _own_params(index: Index, info: ClassInfo) -> Sequence[Param]:
    params = list(info.init.params)
    if not params or params[0].kind != "varargs" or params[0].name != "args":
        return params
    for ref in info.mro[1:]:
        base = index.classes.get(ref)
        if base is None or base.init.params[:1] == info.init.params[:1]:
            continue
        own = {param.name for param in params}
        taken = [param for param in base.init.params if param.kind in {"positional", "either", "varargs"}]
        return [*(param for param in taken if param.name not in own), *params[1:]]
    return params


def _own_methods(index: Index, info: ClassInfo) -> Iterable[str]:
    """Public methods that a class does not share with every mobject or scene."""
    common = {name for ref in (MOBJECT, VMOBJECT, SCENE) for name in index.classes[ref].methods}
    methods = (method for method in info.methods.values() if method.kind != "property")
    return [method.name for method in methods if not method.name.startswith("_") and method.name not in common]


def _written(params: Iterable[Param], hidden: Collection[str]) -> Iterator[str]:
    for param in params:
        if param.kind == "varargs":
            yield f"*{param.name}"
        elif param.required:
            yield param.name
        elif param.kind != "varkw" and param.name not in hidden:
            yield f"{param.name}={param.default or '...'}"
