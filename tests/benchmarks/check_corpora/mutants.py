"""Wrong code with a known cure: correct scenes with one token changed, each confirmed to fail by a dry run."""

from __future__ import annotations

import ast
import keyword
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice

from check_corpora.docstrings import Sample, docstring_scenes
from check_corpora.dry_run import dry_runs
from check_corpora.edits import wrong_name

__all__ = ["Mutant", "mutant_candidates", "mutants"]

_PATIENCE = 2000
"""Draws in a row that bring nothing new: there is no more."""
_SHARES = {"name": 0.3, "attribute": 0.35, "keyword": 0.25, "variable": 0.07, "import": 0.03}


@dataclass(frozen=True)
class Mutant:
    """A scene with one token changed, which therefore fails."""

    name: str
    code: str
    original: str
    """The right name; for a removed import, the module."""
    wrong: str
    """What stands there instead; empty for a removed import."""
    line: int
    kind: str
    """`name` (of manim), `attribute`, `keyword`, `variable` (of the scene) or `import`."""
    scene: str


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    line: int
    start: int
    """Offset in bytes within the line, as in `ast`."""
    end_line: int = 0


@cache
def mutants(seed: int, count: int) -> tuple[Mutant, ...]:
    """Up to `count` mutants of the docstring scenes, no slip twice; the same seed gives the same ones in one order."""
    source = mutant_candidates(docstring_scenes(), seed)
    found: list[Mutant] = []
    while len(found) < count and (batch := list(islice(source, round(1.15 * (count - len(found))) + 1))):
        outcomes = dry_runs([(mutant.scene, mutant.code) for mutant in batch], "mutants")
        found += [mutant for mutant, outcome in zip(batch, outcomes, strict=True) if outcome.status == "error"]
    return tuple(found[:count])


def mutant_candidates(samples: Sequence[Sample], seed: int) -> Iterator[Mutant]:
    """Mutants that were not run yet: about one in seven does not fail (`play` ignores a keyword, a branch is not taken).

    Args:
        samples: correct scenes.
        seed: decides what comes, and in which order.
    """
    rng = random.Random(seed)
    scenes = [(sample, _tokens(sample.code)) for sample in samples]
    seen: set[tuple[str, str, str]] = set()
    failed_draws = 0
    while failed_draws < _PATIENCE:
        failed_draws += 1
        mutant = _mutant(scenes, rng)
        if mutant is not None:
            key = (mutant.kind, mutant.original, mutant.wrong or mutant.code)
            if key not in seen:
                seen.add(key)
                failed_draws = 0
                yield replace(mutant, name=f"{len(seen):04}-{mutant.name}")


def _mutant(scenes: list[tuple[Sample, list[_Token]]], rng: random.Random) -> Mutant | None:
    sample, tokens = rng.choice(scenes)
    kind = rng.choices(list(_SHARES), list(_SHARES.values()))[0]
    texts = sorted({token.text for token in tokens if token.kind == kind})
    if not texts:
        return None
    text = rng.choice(texts)
    token = rng.choice([token for token in tokens if token.kind == kind and token.text == text])
    if kind == "import":
        lines = sample.code.splitlines(keepends=True)
        del lines[token.line - 1 : token.end_line]
        return Mutant(f"{sample.name}-{token.text}", "".join(lines), token.text, "", 1, kind, sample.scene)
    wrong = wrong_name(token.text, kind, rng)
    if keyword.iskeyword(wrong) or any(wrong == other.text for other in tokens):
        return None
    code = _replaced(sample.code, token, wrong)
    return Mutant(f"{sample.name}-{wrong}", code, token.text, wrong, token.line, kind, sample.scene)


def _replaced(code: str, token: _Token, wrong: str) -> str:
    lines = code.splitlines(keepends=True)
    line = lines[token.line - 1].encode()
    end = token.start + len(token.text.encode())
    assert line[token.start : end].decode() == token.text
    lines[token.line - 1] = (line[: token.start] + wrong.encode() + line[end:]).decode()
    return "".join(lines)


def _tokens(code: str) -> list[_Token]:
    """Every place of the scene where one name is used, with what kind of name it is."""
    tree = ast.parse(code)
    nodes = list(ast.walk(tree))
    own = {node.id for node in nodes if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)}
    own |= {node.arg for node in nodes if isinstance(node, ast.arg)}
    own |= {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    lines = code.splitlines()
    return [token for node in nodes for token in _of_node(node, own) if _stands(lines, token)]


def _of_node(node: ast.AST, own: set[str]) -> Iterator[_Token]:
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and len(node.id) > 1 and node.id != "self":
        yield _Token("variable" if node.id in own else "name", node.id, node.lineno, node.col_offset)
    elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load) and len(node.attr) > 1:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        start = node.end_col_offset - len(node.attr.encode())
        yield _Token("attribute", node.attr, node.end_lineno, start)
    elif isinstance(node, ast.keyword) and node.arg is not None:
        yield _Token("keyword", node.arg, node.lineno, node.col_offset)
    elif isinstance(node, ast.Import | ast.ImportFrom):
        module = node.module if isinstance(node, ast.ImportFrom) else node.names[0].name
        yield _Token("import", module or "", node.lineno, node.col_offset, node.end_lineno or node.lineno)


def _stands(lines: list[str], token: _Token) -> bool:
    """Whether the token is in the text as it is in the tree (not so within an f-string of Python 3.11)."""
    line = lines[token.line - 1].encode()
    return token.kind == "import" or line[token.start :].decode(errors="ignore").startswith(token.text)
