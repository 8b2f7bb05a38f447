"""An index of the installed manim, so that a check knows every name, keyword and attribute without importing it."""

from visium_graph.checks.index.model import (
    ClassInfo,
    FunctionInfo,
    Index,
    MethodInfo,
    Param,
    Signature,
    Symbol,
)
from visium_graph.checks.index.store import index_path, load_index

__all__ = [
    "ClassInfo",
    "FunctionInfo",
    "Index",
    "MethodInfo",
    "Param",
    "Signature",
    "Symbol",
    "index_path",
    "load_index",
]
