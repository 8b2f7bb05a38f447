r"""Formulas: which engine draws them, and the hook that lets Manim's `MathTex` and `Tex` work without LaTeX."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal
from xml.etree import ElementTree as ET

import numpy as np
from manim import config, logger
from manim.mobject.text import tex_mobject
from manim.utils.tex_file_writing import generate_tex_file
from manim.utils.tex_file_writing import tex_to_svg_file as manim_tex_to_svg_file

from visium_graph.errors import EnvironmentFault
from visium_graph.stage.mathjax import FormulaError, MathShape, Typeset, typeset
from visium_graph.stage.mathjax_parts import Marked, parse_marked, without_marks
from visium_graph.stage.mathjax_text import text_to_math
from visium_graph.stage.outlines import Points

__all__ = ["FormulaError", "configure", "engine", "inline_math", "run_latex_with"]

Engine = Literal["mathjax", "latex"]
Latex = Callable[[str, Sequence[str], str], str]
"""Takes a document, the compilers to run on it and their output format (`.dvi`); returns SVG. Raises ValueError with
TeX's log where the document is not accepted, FileNotFoundError where a program is missing."""

_EM = 9.9626
"""SVG units in an em of the files that LaTeX would make (10 pt), so that `font_size` means the same."""
_MATH_ENVIRONMENTS = re.compile(r"(align|gather|multline|equation|flalign|eqnarray|displaymath|math|alignat)\*?")
_PLACE_CHARACTERS = 40
_MARK = re.compile(r"\\special ?\{dvisvgm:raw [^}]*\}")
"""One of Manim's marks as TeX's log shows it."""
_MACRO = re.compile(r"^\s*\\(?:re)?newcommand.*|^\s*\\def.*|^\s*\\DeclareMathOperator.*", re.MULTILINE)

_engine: Engine = "mathjax"
_latex: Latex | None = None


def configure(math: Engine = "mathjax") -> None:
    """Choose the engine for formulas: MathJax in process, or the machine's LaTeX.

    Raises:
        ValueError: no such engine.
    """
    global _engine  # noqa: PLW0603  # the hook into Manim is one for the process, and so is this
    if math not in {"mathjax", "latex"}:
        raise ValueError(f"no formula engine named {math!r} (engines: mathjax, latex)")
    _engine = math
    tex_mobject.tex_to_svg_file = mathjax_to_svg_file if math == "mathjax" else latex_to_svg_file


def run_latex_with(latex: Latex | None) -> None:
    """Have LaTeX run by this function, since this process may start no other; None: by Manim, as usual."""
    global _latex  # noqa: PLW0603  # as above
    _latex = latex


def engine() -> Engine:
    """The engine in use."""
    return _engine


def mathjax_to_svg_file(expression: str, environment: str | None = None, tex_template: Any = None) -> Path:
    """Stands in for Manim's function of the same shape: TeX with Manim's marks to an SVG file with their groups.

    Raises:
        FormulaError: the expression cannot be typeset.
    """
    macros = "".join(_MACRO.findall(str(getattr(tex_template, "preamble", "") or "")))
    if environment is not None and _MATH_ENVIRONMENTS.fullmatch(environment):
        marked = parse_marked(expression)
        result = _typeset_marked(marked, marked.plain, macros, rf"\begin{{{environment}}}", rf"\end{{{environment}}}")
    else:
        marked = parse_marked(text_to_math(expression))
        result = _typeset_marked(marked, text_to_math(without_marks(expression)), macros)
    data = _svg(result.shapes, marked.names)
    file = _svg_file(data)
    if not file.exists():
        file.write_text(data, encoding="utf-8")
    return file


def _svg_file(source: str) -> Path:
    """Where the drawing of what the source says belongs."""
    folder = Path(config.get_dir("tex_dir"))
    folder.mkdir(parents=True, exist_ok=True)
    # Manim's reader writes a file of its own beside this one and removes it: every process needs its own.
    return folder / f"{hashlib.sha256(source.encode(errors='replace')).hexdigest()[:16]}-{os.getpid()}.svg"


def latex_to_svg_file(expression: str, environment: str | None = None, tex_template: Any = None) -> Path:
    """As Manim's own function, by LaTeX and dvisvgm; their several ways to fail become one error that names the formula.

    Raises:
        FormulaError: LaTeX does not accept the expression.
        EnvironmentFault: there is no LaTeX.
    """
    template = tex_template or config["tex_template"]
    try:
        if _latex is None:
            return _by_manim(expression, environment, template)
        return _by_function(_latex, expression, environment, template)
    except FileNotFoundError as error:
        raise EnvironmentFault(
            f"{error.filename}: not found; install LaTeX and dvisvgm, or set math to mathjax"
        ) from error
    except ValueError as error:
        raise FormulaError(without_marks(expression).strip(), _complaint(str(error))) from error


def _complaint(log: str) -> str:
    """What TeX's log says is wrong, and the end of what TeX had read by then; the text itself where it is no such log."""
    found = re.search(r"^! *(.+)", log, re.MULTILINE)
    if found is None:
        return log
    read = re.search(r"^(?:<[a-z ]+>|l\.\d+) *(\S.*)$", log[found.end() :], re.MULTILINE)
    place = _MARK.sub("", read[1]).strip()[-_PLACE_CHARACTERS:] if read else ""
    return f"{found[1].rstrip('.')}: {place}" if place else found[1]


def _by_manim(expression: str, environment: str | None, template: Any) -> Path:
    try:
        return Path(manim_tex_to_svg_file(expression, environment, template))
    except (ValueError, IndexError, RuntimeError) as error:
        # (Manim trips over logs that name no line.)
        log = generate_tex_file(expression, environment, template).with_suffix(".log")
        text = log.read_text(encoding="utf-8", errors="replace") if log.is_file() else ""
        raise ValueError(text or str(error)) from error


def _by_function(latex: Latex, expression: str, environment: str | None, template: Any) -> Path:
    if environment is None:
        document = template.get_texcode_for_expression(expression)
    else:
        document = template.get_texcode_for_expression_in_env(expression, environment)
    compilers = [template.tex_compiler] if isinstance(template.tex_compiler, str) else list(template.tex_compiler)
    file = _svg_file(f"{compilers}{template.output_format}{document}")
    if not file.exists():
        svg = latex(document, compilers, template.output_format)
        try:
            ET.fromstring(svg)  # noqa: S314  # it declares no entities, which were all that could do harm
        except ET.ParseError as error:
            raise ValueError(f"its drawing cannot be read ({error})") from error
        file.write_text(svg, encoding="utf-8")
    return file


def _typeset_marked(marked: Marked, plain: str, macros: str, begin: str = "", end: str = "") -> Typeset:
    """The formula as it is without marks, its outlines grouped as the marks want it, as far as that can be had."""
    try:
        result = typeset(begin + plain + end, macros=macros)
    except FormulaError as error:
        raise FormulaError(plain.strip(), error.reason) from None
    for substrings in (True, False):
        try:
            parts = typeset(begin + marked.wrapped(substrings=substrings) + end, macros=macros)
        except FormulaError as error:
            reason = error.reason
            continue
        # Groups may shift an outline by a hair's breadth, but never change which outlines there are, or their order.
        if len(parts.shapes) == len(result.shapes):
            pairs = zip(result.shapes, parts.shapes, strict=True)
            return replace(result, shapes=tuple(replace(shape, ids=part.ids) for shape, part in pairs))
        reason = "its outlines change"
    logger.warning("MathTex: the parts of %r cannot be told apart (%s)", plain.strip(), reason)
    return result


def _svg(shapes: Sequence[MathShape], names: Sequence[str]) -> str:
    """SVG with one group for each name, nested as the names are, also where a group draws nothing."""
    parts = [name for name in names if not name.endswith("substring")]
    tree: dict[str, list[tuple[tuple[str, ...], str]]] = {name: [] for name in parts}
    drawn = {name for shape in shapes for name in shape.ids}
    owner = parts[0] if parts else ""
    for shape in shapes:
        found = [name for name in shape.ids if name in tree]
        if found:
            owner = found[0]
        elif owner in drawn:
            # What has no name is the other half of a pair whose parts were given apart: `\right)` or a fraction bar.
            following = parts[parts.index(owner) + 1 :][:1]
            owner = next((name for name in following if name not in drawn), owner)
        inner = tuple(name for name in shape.ids if name in names and name != owner)
        tree.setdefault(owner, []).append((inner, _path(shape)))
    groups = "".join(
        f'<g id="{name}">{_nested(content)}</g>' if name else _nested(content) for name, content in tree.items()
    )
    empty = "".join(f'<g id="{name}"></g>' for name in names if name not in tree and name not in drawn)
    return f'<svg xmlns="http://www.w3.org/2000/svg">{groups}{empty}</svg>'


def _nested(content: Iterable[tuple[tuple[str, ...], str]]) -> str:
    """Paths in groups; the paths of one group are brought together where they lay apart."""
    result: list[str] = []
    groups: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for ids, path in content:
        if not ids:
            result.append(path)
        elif ids[0] in groups:
            groups[ids[0]].append((ids[1:], path))
        else:
            groups[ids[0]] = [(ids[1:], path)]
            result.append(f"\0{ids[0]}\0")
    return "".join(
        f'<g id="{item[1:-1]}">{_nested(groups[item[1:-1]])}</g>' if item.startswith("\0") else item for item in result
    )


def _path(shape: MathShape) -> str:
    points = np.round(shape.points * (_EM, -_EM), 4)
    commands: list[str] = []
    pen: list[float] | None = None
    for start, first, second, end in points.reshape(-1, 4, 2).tolist():
        if pen != start:
            commands.append(f"{'Z' if commands else ''}M{start[0]} {start[1]}")
        commands.append(f"C{first[0]} {first[1]} {second[0]} {second[1]} {end[0]} {end[1]}")
        pen = end
    color = f' fill="{shape.color}"' if shape.color else ""
    return f'<path d="{"".join(commands)}Z"{color}/>'


def inline_math(latex: str) -> tuple[list[tuple[Points, str | None]], float, float, float]:
    """A formula for a line of text: outlines with their own colours (em, y up, baseline at 0), advance, height, depth.

    Raises:
        FormulaError: not valid LaTeX.
    """
    if _engine == "latex":
        return _inline_latex(latex)
    result = typeset(latex, display=False)
    return [(shape.points, shape.color) for shape in result.shapes], result.advance, result.height, result.depth


def _inline_latex(latex: str) -> tuple[list[tuple[Points, str | None]], float, float, float]:
    """The same by LaTeX: a square em set before the formula tells its size and where the baseline is."""
    marked = rf"\special{{dvisvgm:raw <g id='ruler'>}}\rule{{1em}}{{1em}}\special{{dvisvgm:raw </g>}}{latex}"
    file = latex_to_svg_file(marked, "math", config["tex_template"])
    drawing = tex_mobject.SVGMobject(file, height=None, should_center=False, use_svg_cache=False)
    ruler = drawing.id_to_vgroup_dict["ruler"]
    em, origin = ruler.width, np.array([ruler.get_right()[0], ruler.get_bottom()[1]])
    rest = [piece for piece in drawing.submobjects if piece not in ruler.submobjects]
    shapes = [((piece.points[:, :2] - origin) / em, None) for piece in rest if len(piece.points)]
    if not shapes:
        return [], 0.0, 0.0, 0.0
    everything = np.concatenate([points for points, _ in shapes])
    advance, height = everything.max(axis=0)
    return list(shapes), float(advance), float(height), max(0.0, -float(everything.min(axis=0)[1]))
