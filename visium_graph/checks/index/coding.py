"""The index as JSON and back.

A class has some three hundred methods, nearly all inherited, and a check looks at a handful of classes. So a class is
stored as its difference from what its bases give, whatever occurs often is stored once and referred to by number, and
reading back is put off until a class, function or module is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from typing import Any, Generic, TypeVar, get_args

from visium_graph.checks.index.model import (
    ClassInfo,
    FunctionInfo,
    Index,
    MethodInfo,
    MethodKind,
    Param,
    ParamKind,
    Signature,
    Symbol,
    SymbolKind,
)

__all__ = ["FORMAT", "decode", "encode"]

FORMAT = 2
"""Raise it whenever the meaning of a stored index changes."""

PARAM_KINDS: tuple[ParamKind, ...] = get_args(ParamKind)
METHOD_KINDS: tuple[MethodKind, ...] = get_args(MethodKind)
SYMBOL_KINDS: tuple[SymbolKind, ...] = get_args(SymbolKind)

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class _Table(Generic[K]):
    """Numbers for values: each is stored once, in the order of its first use."""

    def __init__(self) -> None:
        self.rows: dict[K, int] = {}

    def __call__(self, value: K) -> int:
        return self.rows.setdefault(value, len(self.rows))


class _Encoder:
    def __init__(self, classes: Mapping[str, ClassInfo]) -> None:
        self.classes = classes
        self.own: dict[str, dict[str, int | None]] = {}
        self.words: _Table[frozenset[str]] = _Table()
        self.signatures: _Table[tuple[Any, ...]] = _Table()
        self.methods: _Table[tuple[Any, ...]] = _Table()
        self.symbols: _Table[Symbol] = _Table()

    def signature(self, signature: Signature | None) -> int | None:
        if signature is None:
            return None
        params = tuple((p.name, PARAM_KINDS.index(p.kind), int(p.required), p.default) for p in signature.params)
        accepts = None if signature.accepts is None else self.words(signature.accepts)
        return self.signatures((params, accepts, self.words(signature.swallows), int(signature.swallows_unknown)))

    def method(self, method: MethodInfo) -> int:
        return self.methods((METHOD_KINDS.index(method.kind), self.signature(method.signature), method.returns))

    def namespace(self, names: Mapping[str, Symbol]) -> dict[str, int]:
        return {name: self.symbols(symbol) for name, symbol in names.items()}

    def own_methods(self, info: ClassInfo) -> dict[str, int | None]:
        """Number of each method that is not as the bases' stored methods say; None where there is none of that name."""
        if info.ref not in self.own:
            inherited: dict[str, int | None] = {}
            for base in reversed(info.mro[1:]):
                inherited.update(self.own_methods(self.classes[base]) if base in self.classes else {})
            full = dict.fromkeys(inherited) | {name: self.method(method) for name, method in info.methods.items()}
            absent = object()
            self.own[info.ref] = {n: number for n, number in full.items() if inherited.get(n, absent) != number}
        return self.own[info.ref]

    def cls(self, info: ClassInfo) -> list[Any]:
        bases = [self.classes[ref] for ref in info.mro[1:] if ref in self.classes]
        return [
            info.name,
            list(info.mro[1:]),
            self.signature(info.init),
            self.own_methods(info),
            _difference(info.attributes, [base.attributes for base in bases]),
            _difference(info.members, [base.members for base in bases]),
            int(info.opaque),
            int(info.synthesises),
        ]


def _difference(names: frozenset[str], inherited: Iterable[frozenset[str]]) -> list[list[str]]:
    below = frozenset[str]().union(*inherited)
    return [sorted(names - below), sorted(below - names)]


def encode(index: Index) -> dict[str, Any]:
    """The index as values that `json` takes."""
    encoder = _Encoder(index.classes)
    document = {
        "format": FORMAT,
        "version": index.version,
        "names": encoder.namespace(index.names),
        "modules": {name: encoder.namespace(module) for name, module in index.modules.items()},
        "stage": encoder.namespace(index.stage),
        "classes": {ref: encoder.cls(info) for ref, info in index.classes.items()},
        "functions": {
            ref: [info.name, encoder.signature(info.signature), info.returns] for ref, info in index.functions.items()
        },
        "colors": sorted(index.colors),
        "unreadable": sorted(index.unreadable),
    }
    return document | {
        "words": [sorted(words) for words in encoder.words.rows],
        "signatures": list(encoder.signatures.rows),
        "methods": list(encoder.methods.rows),
        "symbols": [[SYMBOL_KINDS.index(s.kind), s.ref, s.type, s.type_ref] for s in encoder.symbols.rows],
    }


class _Lazy(Mapping[K, V]):
    """A mapping whose values are made when they are first asked for."""

    def __init__(self, rows: Mapping[K, Any], make: Callable[[K, Any], V]) -> None:
        self._rows = rows
        self._make = make
        self._made: dict[K, V] = {}

    def __getitem__(self, key: K) -> V:
        if key not in self._made:
            self._made[key] = self._make(key, self._rows[key])
        return self._made[key]

    def __contains__(self, key: object) -> bool:
        return key in self._rows

    def __iter__(self) -> Iterator[K]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


class _Decoder:
    def __init__(self, document: Mapping[str, Any]) -> None:
        self.words = _Lazy[int, frozenset[str]](dict(enumerate(document["words"])), lambda _, row: frozenset(row))
        self.signatures = _Lazy[int, Signature](dict(enumerate(document["signatures"])), self._signature)
        self.symbols = _Lazy[int, Symbol](dict(enumerate(document["symbols"])), self._symbol)
        self.methods = document["methods"]
        self.rows = document["classes"]
        self.classes = _Lazy[str, ClassInfo](self.rows, self._class)

    def _signature(self, _: int, row: list[Any]) -> Signature:
        params, accepts, swallows, swallows_unknown = row
        return Signature(
            tuple(Param(name, PARAM_KINDS[kind], bool(required), default) for name, kind, required, default in params),
            None if accepts is None else self.words[accepts],
            self.words[swallows],
            bool(swallows_unknown),
        )

    def _symbol(self, _: int, row: list[Any]) -> Symbol:
        kind, ref, type_name, type_ref = row
        return Symbol(SYMBOL_KINDS[kind], ref, type_name, type_ref)

    def optional_signature(self, number: int | None) -> Signature | None:
        return None if number is None else self.signatures[number]

    def namespace(self, rows: Mapping[str, int]) -> Mapping[str, Symbol]:
        return _Lazy(rows, lambda _, number: self.symbols[number])

    def function(self, ref: str, row: list[Any]) -> FunctionInfo:
        name, signature, returns = row
        return FunctionInfo(ref, name, self.optional_signature(signature), returns)

    def _method(self, name: str, number: int) -> MethodInfo:
        kind, signature, returns = self.methods[number]
        return MethodInfo(name, METHOD_KINDS[kind], self.optional_signature(signature), returns)

    def _class(self, ref: str, row: list[Any]) -> ClassInfo:
        name, above, init, own, attributes, members, opaque, synthesises = row
        methods: dict[str, int | None] = {}
        for base in reversed(above):
            methods.update(self.rows[base][3] if base in self.rows else {})
        methods.update(own)
        present = {name: number for name, number in methods.items() if number is not None}
        return ClassInfo(
            ref=ref,
            name=name,
            mro=(ref, *above),
            init=self.signatures[init],
            methods=_Lazy(present, self._method),
            attributes=self._merged(above, attributes, lambda info: info.attributes),
            members=self._merged(above, members, lambda info: info.members),
            opaque=bool(opaque),
            synthesises=bool(synthesises),
        )

    def _merged(
        self, above: Iterable[str], difference: list[list[str]], part: Callable[[ClassInfo], frozenset[str]]
    ) -> frozenset[str]:
        more, less = difference
        inherited = (part(self.classes[base]) for base in above if base in self.rows)
        return frozenset(more).union(*inherited) - frozenset(less)


def decode(document: Mapping[str, Any]) -> Index:
    """The index that `encode` was given.

    Raises:
        KeyError, TypeError, ValueError: it is not such a document, as far as a quick look tells.
    """
    if document["format"] != FORMAT:
        raise ValueError(f"format {document['format']!r} of the index, expected {FORMAT}")
    decoder = _Decoder(document)
    return Index(
        version=document["version"],
        names=decoder.namespace(document["names"]),
        modules=_Lazy(document["modules"], lambda _, rows: decoder.namespace(rows)),
        stage=decoder.namespace(document["stage"]),
        classes=decoder.classes,
        functions=_Lazy(document["functions"], decoder.function),
        colors=frozenset(document["colors"]),
        unreadable=frozenset(document["unreadable"]),
    )
