"""What the index says: plain data about the installed manim, with no type of manim's in it.

A class or function is known by its *ref*, the dotted place where it is defined (`manim.mobject.geometry.arc.Circle`).
Everything that could not be established is None, empty or flagged: a check is silent there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

__all__ = [
    "ClassInfo",
    "FunctionInfo",
    "Index",
    "MethodInfo",
    "MethodKind",
    "Param",
    "ParamKind",
    "Signature",
    "Symbol",
    "SymbolKind",
]

ParamKind = Literal["positional", "either", "keyword", "varargs", "varkw"]
MethodKind = Literal["method", "static", "class", "property"]
SymbolKind = Literal["class", "function", "module", "value"]


@dataclass(frozen=True, slots=True)
class Symbol:
    """What a name of a module stands for.

    Attributes:
        kind: class, function, module or any other value.
        ref: where a class or function is defined, the name of a module, None for a value.
        type: of a value: the short name of its type (`float`, `ndarray`, `ManimColor`).
        type_ref: of a value: the ref of its type where that is a class of the index.
    """

    kind: SymbolKind
    ref: str | None = None
    type: str | None = None
    type_ref: str | None = None


@dataclass(frozen=True, slots=True)
class Param:
    """A parameter; `required` where it has no default. The receiver (`self`, `cls`) is never among them."""

    name: str
    kind: ParamKind
    required: bool
    default: str | None = None
    """As code, where it is short; None also where there is none."""


@dataclass(frozen=True, slots=True)
class Signature:
    """How something may be called.

    Attributes:
        params: as written, without the receiver.
        accepts: every keyword that does not raise, with `**kwargs` followed to where they end; None is unknown.
        swallows: keywords among `accepts` that have no effect.
        swallows_unknown: a keyword that is not in `accepts` is ignored in silence, on some way through the function,
            rather than refused on each: a matter of a warning.
    """

    params: Sequence[Param]
    accepts: frozenset[str] | None
    swallows: frozenset[str] = frozenset()
    swallows_unknown: bool = False

    @property
    def max_positional(self) -> int | None:
        """The most positional arguments it takes; None where there is no limit."""
        if any(param.kind == "varargs" for param in self.params):
            return None
        return sum(param.kind in {"positional", "either"} for param in self.params)


@dataclass(frozen=True, slots=True)
class MethodInfo:
    """A method or property of a class.

    Attributes:
        name: of the attribute.
        kind: how it is bound.
        signature: without the receiver; None for properties and for what cannot be introspected.
        returns: the ref of a class ("that or a subclass of it"), `self`, the name of a builtin type, or None.
    """

    name: str
    kind: MethodKind
    signature: Signature | None
    returns: str | None


@dataclass(frozen=True, slots=True)
class FunctionInfo:
    """A function of a module; `returns` as in `MethodInfo`."""

    ref: str
    name: str
    signature: Signature | None
    returns: str | None


@dataclass(frozen=True, slots=True)
class ClassInfo:
    """A class.

    Attributes:
        ref: where it is defined.
        name: as written.
        mro: refs, the class itself first.
        init: how it is constructed.
        methods: own and inherited.
        attributes: everything that may exist on an instance: `dir` of the class, what its sources and those of its
            bases set on `self`, and what the library sets on such objects from outside.
        members: what exists on the class itself.
        opaque: attributes cannot be known: it makes them up, or a base cannot be looked into.
        synthesises: it has Mobject's `get_x` and `set_x` of its own making: a missing `get_x` fails when it is
            called, a missing `set_x` sets an attribute nobody reads.
    """

    ref: str
    name: str
    mro: Sequence[str] = field()  # written out, or `type.mro` would be taken for its default
    init: Signature
    methods: Mapping[str, MethodInfo]
    attributes: frozenset[str]
    members: frozenset[str] = frozenset()
    opaque: bool = False
    synthesises: bool = False

    def is_a(self, ref: str) -> bool:
        """Whether it is the class `ref` or derives from it."""
        return ref in self.mro


@dataclass(frozen=True, slots=True)
class Index:
    """Everything known of the installed manim, of the stage, and of numpy and math as far as they tell.

    Attributes:
        version: of manim.
        names: what `from manim import *` brings.
        modules: the names of each importable module of manim, numpy and math. As far as manim's own are concerned,
            these are the names that exist after `import manim` and an import of that module.
        stage: the names of `visium_graph.stage`.
        classes: by ref. A class that a symbol names may be missing here: nothing is known of it.
        functions: by ref, likewise.
        colors: the names that manim takes for a colour, in capitals.
        unreadable: modules that exist but could not be imported: nothing is known of them.
    """

    version: str
    names: Mapping[str, Symbol]
    modules: Mapping[str, Mapping[str, Symbol]]
    stage: Mapping[str, Symbol]
    classes: Mapping[str, ClassInfo]
    functions: Mapping[str, FunctionInfo]
    colors: frozenset[str] = frozenset()
    unreadable: frozenset[str] = field(default_factory=frozenset)
