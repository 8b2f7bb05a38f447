"""The form of a scene's module: what a model need not write, or writes wrongly, put right without asking it again."""

from __future__ import annotations

import ast
import builtins
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

from visium_graph.agents.patches import parsed
from visium_graph.checks.excerpt import lines_of

__all__ = ["Form", "has_scene_class", "unfenced"]

_FENCE = re.compile(r"^ *(?:```|~~~)[^\n]*\n(.*?)(?:^ *(?:```|~~~) *$|\Z)", re.MULTILINE | re.DOTALL)
_SCENE_CLASS = re.compile(r"^class\s+\w+\s*\([^)]*(?:Slide|Scene)\b[^)]*\)\s*:", re.MULTILINE)
_OURS = frozenset({"narration", "theme", "scene_id"})
"""Class attributes that the coder's model leaves to us."""
_MODULES = ("math", "random", "itertools", "functools", "string")
"""Modules that are meant by their names alone."""
_LEAVE = "self.leave(title=False)"
"""Everything goes: the next scene cannot know whether this code or a template has left a title standing."""
_BEGINNINGS = frozenset({"begin", "layout", "title"})

_IMPORTS = (ast.Import, ast.ImportFrom)

Change = tuple[int, int, list[str]]
"""Index of a line, how many lines go, and what comes in their place."""


@dataclass(frozen=True)
class Form:
    """What is settled about a scene's module before anybody writes it.

    Attributes:
        class_name: of its one class.
        narration: text of each beat.
        theme: `dark` or `light`.
        title: of the scene.
        after: the title that the scene before left standing, or None.
    """

    class_name: str
    narration: tuple[str, ...]
    theme: str
    title: str
    after: str | None

    @property
    def begin(self) -> str:
        """The first statement of `construct`."""
        after = "" if self.after is None else f", after={self.after!r}"
        return f"self.begin({self.title!r}{after})"

    def of(self, answer: str) -> str:
        """The module that an answer means: without fences, its class by its name, imports and narration there.

        Only what is unambiguous is changed, and nothing where Python cannot read the code. Applied again it changes
        nothing.
        """
        code = unfenced(answer)
        for step in (self._named, self._imported, self._framed):
            tree = parsed(code)
            if tree is None:
                break
            code = _changed(code, step(tree, lines_of(code)))
        return code.rstrip("\n") + "\n"

    def _named(self, tree: ast.Module, lines: Sequence[str]) -> list[Change]:
        """The one scene class under its name, with the attributes that are ours."""
        node = _scene_class(tree)
        if node is None:
            return []
        head = lines[node.lineno - 1]
        head = re.sub(rf"\bclass\s+{node.name}\b", f"class {self.class_name}", head)
        if [base.id for base in node.bases if isinstance(base, ast.Name)] == ["Scene"] and len(node.bases) == 1:
            head = re.sub(r"\(\s*Scene\s*\)", "(Slide)", head)
        changes: list[Change] = [(node.lineno - 1, 1, [head])] if head != lines[node.lineno - 1] else []
        if node.name != self.class_name:
            changes += _renamed(tree, lines, node.name, self.class_name)
        return changes + self._attributes(node, lines)

    def _attributes(self, node: ast.ClassDef, lines: Sequence[str]) -> list[Change]:
        mine = [item for item in node.body if _assigns(item)]
        first = node.body[0]
        indent = " " * first.col_offset
        wanted = [f"{indent}{line}" for line in self._attribute_lines()]
        present = [line for item in mine for line in lines[item.lineno - 1 : item.end_lineno]]
        rest = [item for item in node.body if item not in mine and not _is_docstring(item)]
        if present == wanted or not rest or first.lineno == node.lineno:
            return []
        start = _start(node.body[1] if _is_docstring(first) and len(node.body) > 1 else first) - 1
        gone: list[Change] = [(item.lineno - 1, _with_blanks(item, lines), []) for item in mine]
        if gone and gone[0][0] == start:
            return [(start, gone[0][1], [*wanted, ""]), *gone[1:]]
        return [(start, 0, [*wanted, ""]), *gone]

    def _attribute_lines(self) -> list[str]:
        theme = [f"theme = {self.theme!r}"] if self.theme != "dark" else []
        return [*theme, "narration = (", *(f"    {text!r}," for text in self.narration), ")"]

    def _imported(self, tree: ast.Module, lines: Sequence[str]) -> list[Change]:
        bound = _bound(tree)
        used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
        sources = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        wanted = [f"import {name}" for name in _MODULES if name in used and name not in bound]
        if "manim" not in {source.partition(".")[0] for source in sources} and "manim" not in bound:
            wanted.append("from manim import *")
        if "Slide" in used and "Slide" not in bound and "visium_graph.stage" not in sources:
            wanted.append("from visium_graph.stage import Slide")
        if not wanted:
            return []
        before = list(takewhile(lambda node: _is_docstring(node) or isinstance(node, _IMPORTS), tree.body))
        place = (before[-1].end_lineno or 0) if before else 0
        apart = place < len(lines) and bool(lines[place].strip())
        return [(place, 0, [*wanted, "", ""] if apart else wanted)]

    def _framed(self, tree: ast.Module, lines: Sequence[str]) -> list[Change]:
        """The begin that is told, word for word, and a leave at the end."""
        node = _scene_class(tree)
        construct = _construct(node) if node is not None else None
        if construct is None or node is None or construct.body[0].lineno == construct.lineno:
            return []
        calls = {name for item in ast.walk(node) if (name := _self_call(item))}
        first, last = construct.body[0], construct.body[-1]
        indent = " " * first.col_offset
        changes: list[Change] = []
        given = next((item for item in construct.body if _self_call(getattr(item, "value", None)) == "begin"), None)
        if isinstance(given, ast.Expr):
            count = (given.end_lineno or given.lineno) - given.lineno + 1
            changes.append((given.lineno - 1, count, [indent + self.begin]))
        elif not calls & _BEGINNINGS:
            start = construct.body[1] if _is_docstring(first) and len(construct.body) > 1 else first
            changes.append((_start(start) - 1, 0, [indent + self.begin]))
        left = next((item for item in construct.body if _self_call(getattr(item, "value", None)) == "leave"), None)
        if left is not None:
            count = (left.end_lineno or left.lineno) - left.lineno + 1
            changes.append((left.lineno - 1, count, [indent + _LEAVE]))
        elif "leave" not in calls:
            changes.append((last.end_lineno or len(lines), 0, [indent + _LEAVE]))
        return changes


def unfenced(answer: str) -> str:
    r"""The code of an answer: its longest fenced block, else all of it; lines end in a line feed.

    Example:
        >>> unfenced("Here it is:\n```python\nx = 1\n```\n")
        'x = 1\n'
    """
    text = "\n".join(lines_of(_unescaped(answer.removeprefix("\ufeff"))))
    blocks = _FENCE.findall(text) if parsed(text) is None else []
    code = max(blocks, key=len) if blocks else text
    return code.strip("\n").rstrip() + "\n"


def _unescaped(answer: str) -> str:
    """An answer that was put into JSON once too often, as it was before."""
    text = answer.strip()
    if "\n" in text or "\\n" not in text:
        return answer
    try:
        return str(json.loads(text if text.startswith('"') else f'"{text}"'))
    except ValueError:
        return answer


def has_scene_class(code: str) -> bool:
    """Whether there is a class that derives from a slide or a scene, be the rest readable or not."""
    return _SCENE_CLASS.search(unfenced(code)) is not None


def _scene_class(tree: ast.Module) -> ast.ClassDef | None:
    """The one class of the module that is a scene by its form; None where there is none, or more."""
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    scenes = [node for node in classes if any(_last(base).endswith(("Slide", "Scene")) for base in node.bases)]
    return scenes[0] if len(scenes) == 1 else None


def _construct(node: ast.ClassDef) -> ast.FunctionDef | None:
    return next((item for item in node.body if isinstance(item, ast.FunctionDef) and item.name == "construct"), None)


def _self_call(node: ast.AST | None) -> str | None:
    """`begin` of `self.begin(...)`."""
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="self"), attr=name)):
            return name
    return None


def _renamed(tree: ast.Module, lines: Sequence[str], old: str, new: str) -> list[Change]:
    places = {node.lineno for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == old}
    return [(line - 1, 1, [re.sub(rf"\b{old}\b", new, lines[line - 1])]) for line in sorted(places)]


def _assigns(item: ast.stmt) -> str | None:
    """Which of our attributes a statement of a class sets."""
    match item:
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)) if name in _OURS:
            return name
    return None


def _bound(tree: ast.Module) -> set[str]:
    names = set(dir(builtins))
    for node in ast.walk(tree):
        match node:
            case ast.Import() | ast.ImportFrom():
                names |= {(item.asname or item.name).partition(".")[0] for item in node.names}
            case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
                names.add(name)
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                names.add(name)
    return names


def _is_docstring(item: ast.stmt) -> bool:
    return isinstance(item, ast.Expr) and isinstance(item.value, ast.Constant) and isinstance(item.value.value, str)


def _start(item: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(item, "decorator_list", [])
    return min([item.lineno, *(node.lineno for node in decorators)])


def _with_blanks(item: ast.stmt, lines: Sequence[str]) -> int:
    """How many lines a statement takes, with the empty ones below it."""
    end = item.end_lineno or item.lineno
    while end < len(lines) and not lines[end].strip():
        end += 1
    return end - item.lineno + 1


def _last(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _changed(code: str, changes: Sequence[Change]) -> str:
    lines = lines_of(code)
    for index, count, new in _from_below(changes):
        lines[index : index + count] = new
    return "\n".join(lines)


def _from_below(changes: Sequence[Change]) -> Iterator[Change]:
    done = None
    for change in sorted(changes, key=lambda item: (item[0], item[1]), reverse=True):
        if done is None or change[0] + change[1] <= done:  # two changes of one line: the first is enough
            yield change
            done = change[0]
