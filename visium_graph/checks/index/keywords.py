"""Which keywords a call accepts in truth: `**kwargs` followed from function to function, through the bases of the class.

What `Circle(...)` accepts depends on where `super()` leads from each class above it, so every method is followed for
the class of its receiver, not for the class it is written in.
"""

from __future__ import annotations

import ast
import builtins
import importlib
import inspect
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import cache
from types import FunctionType, ModuleType
from typing import Any, NamedTuple

from visium_graph.checks.index.callables import parameters
from visium_graph.checks.index.flow import surviving
from visium_graph.checks.index.keys import NONE, UNKNOWN, Keys
from visium_graph.checks.index.model import Param
from visium_graph.checks.index.sources import FunctionNode, function_node, python_function

__all__ = ["Accepted", "Keywords"]

FOREIGN = frozenset(name for kind in (dict, list, str, set) for name in dir(kind))
"""Methods of these names may well belong to an object that is not of the library."""
MISSING = object()


class Accepted(NamedTuple):
    """What a callable takes: keywords, and the parameters as written, without a receiver (None: not known)."""

    keys: Keys
    params: tuple[Param, ...] | None


class Target(NamedTuple):
    """A function in its place.

    Attributes:
        function: as it stands in the class or module.
        receiver: the class of `self` (or `cls` itself); None for a plain function.
        owner: the class whose body holds it.
        bound: the receiver is passed by Python rather than by the caller.
    """

    function: Any
    receiver: type | None = None
    owner: type | None = None
    bound: bool = False


class Keywords:
    """Follows keywords, and remembers what it found.

    Args:
        classes: the library's classes: a method called on who knows what is looked for among theirs.
    """

    def __init__(self, classes: Iterable[type]) -> None:
        self._classes = list(classes)
        self._known: dict[Any, Keys] = {}
        self._walking: list[Any] = []

    def of_class(self, cls: type) -> Accepted:
        """What making an instance accepts."""
        if type(cls).__call__ is not type.__call__:
            return Accepted(UNKNOWN, None)
        made = _lookup(cls, "__new__")
        begun = _lookup(cls, "__init__")
        if made is None or begun is None:
            return Accepted(UNKNOWN, None)
        if made.owner is object:
            return Accepted(NONE, ()) if begun.owner is object else self.of(begun)
        if begun.owner is object:
            return self.of(made)
        creation, beginning = self.of(made), self.of(begun)
        return Accepted(creation.keys & beginning.keys, beginning.params)

    def of_method(self, cls: type, name: str) -> Accepted:
        """What a method accepts, called on an instance of the class."""
        target = _lookup(cls, name)
        return Accepted(UNKNOWN, None) if target is None else self.of(target)

    def of_function(self, function: Callable[..., Any]) -> Accepted:
        """What a function of a module accepts."""
        return self.of(Target(function))

    def of(self, target: Target) -> Accepted:
        """What a function accepts in its place."""
        params = parameters(target.function, receiver=target.bound)
        if params is None:
            return Accepted(UNKNOWN, None)
        keys = Keys(frozenset(param.name for param in params if param.kind in {"either", "keyword"}), "refused")
        if any(param.kind == "varkw" for param in params):
            keys = self._through(target).plus(keys.names)
        return Accepted(keys, params)

    def _through(self, target: Target) -> Keys:
        """What passes through the `**` parameter."""
        function = python_function(target.function)
        node = function_node(function) if function is not None else None
        if function is None or node is None or node.args.kwarg is None:
            return UNKNOWN
        key = (function, target.receiver, target.owner)
        for known in (key, function):
            if known in self._known:
                return self._known[known]
        if key in self._walking:
            # A function that calls itself adds nothing new by that; a wider circle is left alone.
            return NONE if key == self._walking[-1] else UNKNOWN
        self._walking.append(key)
        scope = _Scope(self, function, node, target)
        keys = surviving(node, scope.sink)
        self._walking.pop()
        self._known[key if scope.asked else function] = keys
        return keys

    def of_any_method(self, name: str) -> Accepted:
        """What any of the library's methods of that name accepts."""
        if name in FOREIGN:
            return Accepted(UNKNOWN, None)
        if name not in self._known:
            self._known[name] = UNKNOWN  # as long as it is being found out
            self._known[name] = self._union(name)
        return Accepted(self._known[name], None)

    def _union(self, name: str) -> Keys:
        keys: Keys | None = None
        for cls in self._classes:
            target = _lookup(cls, name)
            if target is not None:
                found = self.of(target).keys
                keys = found if keys is None else keys | found
        return UNKNOWN if keys is None else keys


def _lookup(cls: type, name: str, after: type | None = None) -> Target | None:
    """A method by name, from the class on or from beyond `after` on; None for what is no method."""
    mro = cls.__mro__
    if after is not None:
        mro = mro[mro.index(after) + 1 :] if after in mro else ()
    for owner in mro:
        value = vars(owner).get(name, MISSING)
        if value is MISSING:
            continue
        if isinstance(value, staticmethod):
            # Python treats `__new__` as static, but passes the class like a receiver.
            return Target(value.__func__, cls, owner, name == "__new__")
        if isinstance(value, classmethod):
            return Target(value.__func__, cls, owner, bound=True)
        return Target(value, cls, owner, bound=True) if inspect.isroutine(value) else None
    return None


class _Scope:
    """What the names in a function's body stand for.

    Attributes:
        asked: the class of the receiver had a say.
    """

    def __init__(self, keywords: Keywords, function: FunctionType, node: FunctionNode, target: Target) -> None:
        self.keywords = keywords
        self.function = function
        self.target = target
        args = node.args
        first = [*args.posonlyargs, *args.args][:1]
        self.self_name = first[0].arg if first and target.receiver is not None and target.bound else None
        self.asked = False
        self.imported = _local_imports(node, function)
        self.local = (set(function.__code__.co_varnames) | set(function.__code__.co_cellvars)) - self.imported.keys()

    def sink(self, call: ast.Call) -> tuple[Keys, Sequence[str]]:
        accepted = self.accepted(call.func)
        if isinstance(accepted, Target):
            self.asked |= accepted.receiver is not None
            accepted = self.keywords.of(accepted)
        if accepted.params is None:
            return accepted.keys, ()
        return accepted.keys, [p.name for p in accepted.params if p.kind in {"positional", "either"}]

    def accepted(self, func: ast.expr) -> Accepted | Target:  # noqa: PLR0911  # one for each form of call
        receiver, owner = self.target.receiver, self.target.owner
        unknown = Accepted(UNKNOWN, None)
        self.asked |= _mentions(func, {"super", self.self_name})
        match func:
            case ast.Attribute(value=ast.Call(func=ast.Name(id="super")), attr=name) if receiver and owner:
                return _lookup(receiver, name, after=owner) or unknown
            case ast.Attribute(value=ast.Name(id=self.self_name), attr=name) if receiver and self.self_name:
                return _lookup(receiver, name) or unknown
            case ast.Name(id=self.self_name) if receiver and self.self_name:
                self.asked = True
                return self.keywords.of_class(receiver)  # cls(...)
        value = self.value(func)
        if inspect.isclass(value):
            return self.keywords.of_class(value)
        if isinstance(func, ast.Attribute):
            holder = self.value(func.value)
            if inspect.isclass(holder):
                return self.through_class(holder, func.attr)
            if value is MISSING:
                return self.keywords.of_any_method(func.attr)
        return unknown if value is MISSING or not callable(value) else Target(value)

    def through_class(self, holder: type, name: str) -> Accepted | Target:
        """`Base.method(self, ...)`: the caller passes the receiver."""
        found = _lookup(holder, name)
        if found is None:
            return Accepted(UNKNOWN, None)
        if name == "__new__" or not inspect.isfunction(vars(found.owner or holder).get(name)):
            return found
        receiver = self.target.receiver
        inherits = receiver is not None and found.owner is not None and issubclass(receiver, found.owner)
        return found._replace(receiver=receiver if inherits else holder, bound=False)

    def value(self, node: ast.expr) -> Any:
        """The object behind a name or dotted name; only modules and classes are looked into."""
        match node:
            case ast.Name(id=name) if name in self.imported:
                return self.imported[name]
            case ast.Name(id=name) if name not in self.local:
                return self.function.__globals__.get(name, getattr(builtins, name, MISSING))
            case ast.Attribute(value=inner, attr=name):
                holder = self.value(inner)
                if isinstance(holder, ModuleType) or inspect.isclass(holder):
                    return getattr(holder, name, MISSING)
        return MISSING


def _mentions(node: ast.AST, names: Container[str | None]) -> bool:
    return any(isinstance(inner, ast.Name) and inner.id in names for inner in ast.walk(node))


@cache
def _local_imports(node: FunctionNode, function: FunctionType) -> Mapping[str, Any]:
    """What a function imports for itself."""
    package = function.__globals__.get("__package__") or ""
    found: dict[str, Any] = {}
    for statement in ast.walk(node):
        if isinstance(statement, ast.ImportFrom):
            with suppress(ImportError):
                module = importlib.import_module("." * statement.level + (statement.module or ""), package)
                found |= {a.asname or a.name: getattr(module, a.name, MISSING) for a in statement.names}
    return found
