"""Scenes right and wrong, one rule at a time."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest

from visium_graph.checks.finding import Finding
from visium_graph.checks.fixes import apply_fixes
from visium_graph.checks.index import load_index
from visium_graph.checks.static import check_source


@pytest.fixture(scope="module")
def index():
    return load_index()


def scene(body: str, base: str = "Scene") -> str:
    lines = textwrap.indent(textwrap.dedent(body).strip("\n"), " " * 8)
    return f"from manim import *\n\nclass Demo({base}):\n    def construct(self):\n{lines}\n"


def found(source: str, index: object) -> list[Finding]:
    return check_source(source, index=index)  # type: ignore[arg-type]


def rules(source: str, index: object) -> list[str]:
    return [finding.rule for finding in found(source, index)]


WRONG = {
    "unknown-name": ["self.add(Circl())", "self.add(Histogram())", "c = Circle(color=CYAN)"],
    "manimgl": ["self.play(ShowCreation(Circle()))", "t = TextMobject('a')"],
    "undefined-variable": ["circle = Circle()\nself.add(circl)", "self.add(later)\nlater = Circle()"],
    "missing-import": ["x = math.pi", "x = random.random()", "import nosuchmoduleanywhere"],
    "unknown-method": [
        "Circle().shft(UP)",
        "c = Circle()\nself.play(c.animate.shft(UP))",
        "self.playy(Wait())",
        "for c in VGroup(Circle(), Circle()):\n    c.rotte(1)",
        "d = always_redraw(lambda: Dot())\nd.shft(UP)",
        "d = Dot()\nd.add_updater(lambda m: m.shft(UP))",
        "[Circle().shft(i) for i in range(3)]",
        "parts = []\nparts.append(Circle())\nparts[0].shft(UP)",
        "Axes().get_graph(lambda x: x)",
        "x = Circle().get_centre()",
    ],
    "unknown-attribute": ["x = Dot().y", "f = lambda x: x\nx = f.function", "x = np.math", "x = Circle().colour"],
    "unknown-keyword": ["Circle(radus=1)", "Circle().to_edge(UP, bufff=1)", "Square(size=2)"],
    "missing-argument": ["Circle().next_to()", "def f(a, b): return a\nf(1)", "Rotate()"],
    "too-many-arguments": ["Circle().move_to(1, 2, 3, 4)", "def f(a): return a\nf(1, 2)"],
    "repeated-keyword": ["Circle(1, radius=2)", "Circle(radius=1, radius=2)"],
    "two-element-point": [
        "Dot([1, 2])",
        "Dot().move_to((1, 2))",
        "p = [1, 2]\nDot().shift(p)",
        "Line([0, 0], [1, 1, 0])",
        "Polygon(*[[0, 0], [1, 0], [0, 1]])",
        "Dot(np.array([1.0, 2.0]))",
        "p = np.array([1, 2]) + UP",
    ],
    "not-an-animation": [
        "self.play(Circle())",
        "c = Circle()\nself.play(c.shift, UP)",
        "c = Circle()\nself.play(c.shift(UP))",
        "self.play('hello')",
        "self.play(FadeIn)",
        "self.play()",
        "self.play(LaggedStart(Circle()))",
    ],
    "unknown-color": ["Circle(color='blurple')", "Circle().set_fill('sea sick', opacity=1)"],
    "wrong-scene-class": ["self.camera.frame.scale(2)", "self.set_camera_orientation(phi=1)"],
}


@pytest.mark.parametrize(("rule", "body"), [(rule, body) for rule, bodies in WRONG.items() for body in bodies])
def test_wrong_code_is_found(rule: str, body: str, index) -> None:
    findings = [finding for finding in found(scene(body), index) if finding.severity == "error"]
    assert [finding.rule for finding in findings][:1] == [rule], findings
    assert findings[0].line >= 5
    assert findings[0].end_column is not None


RIGHT = [
    "try:\n    Circle().shft(UP)\nexcept AttributeError:\n    pass",
    "try:\n    x = nothing_here\nexcept NameError:\n    x = 1",
    "c = Circle()\nc.mine = 3\nx = c.mine",
    "c = Circle()\nif hasattr(c, 'shine'):\n    c.shine()",
    "x = [y for y in range(3)]\nz = {a: b for a, b in zip(x, x)}",
    "if (n := 3) > 2:\n    self.add(Integer(n))",
    "def f(n):\n    return f(n - 1) if n else Circle()\nself.add(f(3))",
    "for i in range(3):\n    if i:\n        self.add(last)\n    last = Circle()",
    "while True:\n    x = 1\n    break\nself.wait(x)",
    "c = Circle() if self.mobjects else Text('a')\nc.text",
    "axes = Axes()\nx = axes.c2p(1, 2)\nx.shape",
    "self.play(*[FadeIn(m) for m in self.mobjects])",
    "Circle(color='blue'); Circle(color='#12f'); Circle(color='#123456')",
    "axes = Axes(x_range=[0, 5], y_range=[0, 3])",
    "g = VGroup()\ng.add(Text('a'))\ng[0].text",
    "match 3:\n    case int(n):\n        self.wait(n)\n    case _:\n        pass",
    "return\nnothing_at_all",
    "x: Nonsense = 1\nself.wait(x)",
    "with open('x') as f:\n    f.read()",
    "m = Circle()\nm.generate_target()\nm.target.shift(UP)",
]


@pytest.mark.parametrize("body", RIGHT)
def test_right_or_unproven_code_is_left_alone(body: str, index) -> None:
    assert [f for f in found(scene(body), index) if f.severity == "error"] == []


def test_scopes_follow_python(index) -> None:
    source = """
    from manim import *
    total = 0
    class Demo(Scene):
        size = 3
        sizes = [size for _ in range(2)]
        def construct(self):
            global total
            total += 1
            def inner():
                nonlocal_free = later
                return nonlocal_free
            later = Circle()
            self.add(inner())
            del later
    """
    findings = found(textwrap.dedent(source), index)
    # In a class body, a comprehension does not see the class's names.
    assert [(f.rule, f.line) for f in findings] == [("undefined-variable", 6)]


def test_what_methods_set_on_self_is_known_in_others(index) -> None:
    source = """
    from manim import *
    class Demo(Scene):
        def construct(self):
            self.make()
            self.dot.shft(UP)
            self.helper(Circle())
            self.nothing()
        def make(self):
            self.dot = Dot()
        def helper(self, shape):
            shape.rotte(1)
    """
    findings = found(textwrap.dedent(source), index)
    assert [(f.rule, f.line) for f in findings] == [("unknown-method", line) for line in (6, 8, 12)]


def test_classes_of_the_file(index) -> None:
    source = """
    from manim import *
    class Box(VGroup):
        def __init__(self, label, **kwargs):
            super().__init__(**kwargs)
            self.label = Text(label)
            self.add(self.label)
        def open(self, angle):
            self.label.rotate(angle)
            return self
    class Demo(Scene):
        def construct(self):
            box = Box("a").open(PI)
            box.shut()
            box.open()
            Box()
    """
    findings = found(textwrap.dedent(source), index)
    assert [(f.rule, f.line) for f in findings] == [
        ("unknown-method", 14),
        ("missing-argument", 15),
        ("missing-argument", 16),
    ]


@pytest.mark.parametrize(
    ("head", "rule"),
    [
        ("from manimlib import *", "manimgl"),
        ("from manim import ShowCreation", "manimgl"),
        ("from manim import Circl", "unknown-name"),
        ("from manim.nowhere import x", "missing-import"),
    ],
)
def test_imports(head: str, rule: str, index) -> None:
    assert rule in rules(f"{head}\n{scene('pass')}", index)


def test_a_file_without_star_import_needs_its_names(index) -> None:
    source = scene("self.add(Circle())").replace("from manim import *", "import manim as mn")
    first = found(source, index)[0]
    assert (first.rule, first.suggestion) == ("missing-import", "add `from manim import *`")
    fixed = apply_fixes(source, found(source, index))
    assert fixed.splitlines()[1] == "from manim import *"
    assert rules(fixed, index) == []


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ("Circle().set_shine(3)", "no-effect-setter"),
        ("import subprocess", "policy"),
        ("x = eval('1')", "policy"),
        ("open_file('x.txt')", "policy"),
    ],
)
def test_warnings(body: str, rule: str, index) -> None:
    findings = found(scene(body), index)
    assert [(f.rule, f.severity) for f in findings] == [(rule, "warning")]


@pytest.mark.parametrize(
    ("source", "rule"),
    [
        ("", "no-scene"),
        ("x = 1\n", "no-scene"),
        ("def f(:\n", "syntax"),
        ("return 1\n", "syntax"),
        ("a\0b", "syntax"),
        ("x = '\\d'\n", "no-scene"),
        ("(" * 5000, "syntax"),
        ("x = " + "(" * 90 + ")" * 90, "no-scene"),
        ("x = " + "-" * 3000 + "1", "syntax"),
        ("x = 1" + "+1" * 20000, "syntax"),
        ("\ufeffx = 1\r\n\tx\r\n", "syntax"),
    ],
)
def test_odd_files_are_one_finding(source: str, rule: str, index) -> None:
    assert [finding.rule for finding in found(source, index) if finding.severity == "error"][:1] == [rule]


def test_many_branches_and_loops_end(index) -> None:
    chain = "if x == 0:\n    x = 1\n" + "".join(f"elif x == {n}:\n    x = {n}\n" for n in range(400))
    assert found(scene("x = 1\n" + chain), index) is not None
    nested = "\n".join(" " * n + f"for a{n} in range(2):" for n in range(18)) + "\n" + " " * 18 + "pass"
    assert rules(scene(nested), index) == []


def test_a_megabyte_is_checked_in_seconds(index) -> None:
    source = scene("\n".join(f"c{n} = Circle(radius={n}).shift(UP)" for n in range(25_000)))
    assert len(source) > 1_000_000
    assert rules(source, index) == []


def test_the_checking_process_imports_neither_manim_nor_langgraph() -> None:
    code = "import sys; from visium_graph.checks.static import check_source; check_source('x = 1'); print(*sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert {"manim", "langgraph", "numpy"}.isdisjoint(out)


def test_columns_count_characters(index) -> None:
    finding = found(scene("é = 'ä'; Circle().shft(é)"), index)[0]
    assert (finding.line, finding.column, finding.end_column) == (5, 27, 31)


@pytest.mark.parametrize(
    "body",
    [
        "@property\ndef size(self): return 1\n@size.setter\ndef size(self, value): pass",
        "def reset(self):\n    self.handle_reset()",  # a class to be mixed in with one that has it
        "def __init__(self):\n    object.__setattr__(self, 'count', 1)\n    self.add(self.count)",
    ],
)
def test_plain_classes_are_left_alone(body: str, index) -> None:
    source = f"class Helper:\n{textwrap.indent(body, '    ')}\n"
    assert [f for f in found(source, index) if f.rule != "no-scene"] == []


@pytest.mark.parametrize("name", ["label", "title"])
def test_a_variable_is_not_fixed_into_a_class(name: str, index) -> None:
    finding = found(scene(f"self.add(Circle(), {name})"), index)[0]
    assert finding.rule == "undefined-variable"
    assert finding.fix is None
    assert f"`{name.title()}`" not in (finding.suggestion or "")
    called = found(scene(f"self.add({name}('x'))"), index)[0]
    assert f"`{name.title()}`" in (called.suggestion or "")


@pytest.mark.parametrize(
    ("body", "missing"),
    [
        ("VGroup(Circle(), Line(), Arrow())[2].rottae(1)", "rottae"),
        ("g = VGroup(Circle(), Line()).copy()\nfor part in g:\n    part.rottae(1)", "rottae"),
        ("for part in Table([['a']]).get_row_labels():\n    part.setcolor(RED)", "setcolor"),
    ],
)
def test_what_is_in_a_group_lacks_what_nothing_in_it_has(body: str, missing: str, index) -> None:
    errors = [finding for finding in found(scene(body), index) if finding.severity == "error"]
    assert [(finding.rule, f"'{missing}'" in finding.message) for finding in errors] == [("unknown-method", True)]


@pytest.mark.parametrize(
    "body",
    [
        "for part in VGroup(Circle(), Line()):\n    part.get_length()",  # a line has it
        "for part in VGroup(Circle(), Line()):\n    part.get_fill_color()\n    part.set_thing(1)",
        "for part in Table([['a']]).get_rows():\n    part.arrange(RIGHT)",
    ],
)
def test_what_something_in_a_group_may_have_is_left_alone(body: str, index) -> None:
    assert rules(scene(body), index) == []


@pytest.mark.parametrize(
    ("base", "attribute"),
    [("MovingCameraScene", "camera.frame"), ("ZoomedScene", "zoomed_camera.frame"), ("ZoomedScene", "zoomed_camera")],
)
def test_the_frames_of_cameras_are_known(base: str, attribute: str, index) -> None:
    source = f"from manim import *\n\nclass A({base}):\n    def construct(self):\n        self.{attribute}.shhift(UP)\n"
    assert rules(source, index) == ["unknown-method"]


def test_always_rotate_takes_what_rotate_takes(index) -> None:
    assert rules(scene("always_rotate(Square(), rate=2, about_points=ORIGIN)"), index) == ["unknown-keyword"]
    assert rules(scene("always_rotate(Square(), rate=2, about_point=ORIGIN, axis=UP)"), index) == []
    assert rules(scene("always_rotate(self.thing, about_points=ORIGIN)\nself.thing = 1"), index) == []
