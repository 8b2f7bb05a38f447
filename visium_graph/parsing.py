"""Python's parser for code that anybody wrote, in any thread."""

from __future__ import annotations

import ast
import threading
import warnings

__all__ = ["parse_expression_tree", "parse_module"]

_TRIES = 5
_lock = threading.Lock()


def parse_module(source: str) -> ast.Module:
    """`ast.parse`, quietly: odd escapes in strings are no warning.

    CPython up to 3.12 counts the depth of the tree that it builds in one place for all threads, and raises SystemError
    where another thread parses at the same time (python/cpython#106905). Our own threads take turns here; libraries parse
    too, and so the text is read again then.

    Raises:
        SyntaxError, ValueError, RecursionError, MemoryError: Python cannot read it.
    """
    tree = _parsed(source, "exec")
    assert isinstance(tree, ast.Module)
    return tree


def parse_expression_tree(source: str) -> ast.expr:
    """The same for a single expression."""
    tree = _parsed(source, "eval")
    assert isinstance(tree, ast.Expression)
    return tree.body


def _parsed(source: str, mode: str) -> ast.AST:
    for _ in range(_TRIES - 1):
        try:
            return _parsed_once(source, mode)
        except SystemError:
            continue
    return _parsed_once(source, mode)


def _parsed_once(source: str, mode: str) -> ast.AST:
    with _lock, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(source, mode=mode)
