"""Python's parser in many threads, and code with odd escapes."""

from __future__ import annotations

import ast
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from visium_graph.parsing import parse_expression_tree, parse_module


def test_a_clash_with_another_threads_parsing_is_read_again(monkeypatch):
    clashes = iter([True, True, False])
    parse = ast.parse

    def clashing(*arguments, **keywords):
        if next(clashes):
            raise SystemError("AST constructor recursion depth mismatch (before=42, after=38)")
        return parse(*arguments, **keywords)

    monkeypatch.setattr(ast, "parse", clashing)
    assert ast.unparse(parse_module("x = 1")) == "x = 1"


def test_a_system_error_that_stays_is_raised(monkeypatch):
    def broken(*_, **__):
        raise SystemError("something else")

    monkeypatch.setattr(ast, "parse", broken)
    with pytest.raises(SystemError, match="something else"):
        parse_module("x = 1")


def test_our_threads_take_turns(monkeypatch):
    inside, most = 0, 0
    guard, parse = threading.Lock(), ast.parse

    def watched(*arguments, **keywords):
        nonlocal inside, most
        with guard:
            inside += 1
            most = max(most, inside)
        tree = parse(*arguments, **keywords)
        with guard:
            inside -= 1
        return tree

    monkeypatch.setattr(ast, "parse", watched)
    code = "\n".join(f"x{number} = [a + {number} for a in range(9)]" for number in range(200))
    with ThreadPoolExecutor(8) as threads:
        trees = list(threads.map(parse_module, [code] * 40))
    assert {len(tree.body) for tree in trees} == {200}
    assert most == 1


def test_odd_escapes_are_no_warning():
    assert isinstance(parse_expression_tree(r"'\d'"), ast.Constant)


def test_what_is_no_python_is_a_syntax_error():
    with pytest.raises(SyntaxError):
        parse_module("def f(:")
