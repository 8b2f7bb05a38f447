"""Places of texts: nothing is said about clean scenes, and every real collision is."""

from __future__ import annotations

import re

import pytest

CLEAN = {
    "a new group of what was there": """
discs = [Circle(0.4).shift(x * RIGHT + y * UP) for x, y in ((0, 2), (-1, 0.5), (0, -1))]
edges = [Line(one.get_center(), two.get_center()) for one, two in zip(discs, discs[1:])]
note = Square(0.5).shift(5 * LEFT)
self.play(*[Create(each) for each in (*discs, *edges, note)])
self.play(FadeOut(note))
self.play(VGroup(*edges).animate.set_color(YELLOW))
self.wait(2)
""",
    "axes with numbers and labels": """
axes = Axes(x_range=[-3, 3], y_range=[-2, 2], axis_config={"include_numbers": True})
labels = axes.get_axis_labels("x", "f(x)")
graph = axes.plot(lambda x: np.sin(x), color=BLUE)
self.play(Create(axes), Write(labels))
self.play(Create(graph), FadeIn(axes.get_graph_label(graph, r"\\sin x", x_val=2, direction=UR)))
self.wait()
""",
    "plane with coordinates": """
plane = NumberPlane().add_coordinates()
self.add(plane)
self.wait()
""",
    "table": """
table = Table([["1.5", "two"], ["three", "4"]], row_labels=[Text("a"), Text("b")], col_labels=[Text("X"), Text("Y")])
self.play(Create(table))
self.play(Indicate(table.get_rows()[1]))
self.wait()
""",
    "matrix times vector": """
matrix = Matrix([[1, -2], [r"\\frac{1}{2}", "x^2"]])
vector = Matrix([["a"], ["b"]]).next_to(matrix, RIGHT)
self.play(Write(matrix), Write(vector))
self.play(Circumscribe(matrix.get_rows()[0]))
self.wait()
""",
    "code": """
code = Code(code_string="def f(x):\\n    return x + 1\\n\\nprint(f(2))", language="python")
self.play(FadeIn(code))
self.wait()
""",
    "boxes with text": """
boxes = VGroup(*(VGroup(RoundedRectangle(width=3, height=1), Text(w, font_size=30)) for w in ("in", "work", "out")))
boxes.arrange(RIGHT, buff=0.8)
arrows = VGroup(*(Arrow(a.get_right(), b.get_left(), buff=0.1) for a, b in zip(boxes, boxes[1:])))
self.play(FadeIn(boxes), Create(arrows))
self.wait()
""",
    "steps of a derivation": """
first = MathTex(r"\\int_0^1 x^2\\,dx", "=", r"\\left[\\frac{x^3}{3}\\right]_0^1")
second = MathTex(r"\\int_0^1 x^2\\,dx", "=", r"\\frac{1}{3}")
self.play(Write(first))
self.wait()
self.play(TransformMatchingTex(first, second))
self.wait()
""",
    "a highlight on top of its own text": """
formula = MathTex("a^2", "+", "b^2", "=", "c^2")
self.play(Write(formula))
mark = formula[0].copy().set_color(YELLOW)
self.play(FadeIn(mark))
self.wait()
self.play(FadeOut(mark), FadeIn(SurroundingRectangle(formula[2])))
copy = formula.copy()
self.add(copy)
self.play(copy.animate.shift(2 * UP))
self.wait()
""",
    "one text turns into another in its place": """
first = Text("before").to_edge(UP)
self.play(Write(first))
second = Text("afterwards").to_edge(UP)
self.play(ReplacementTransform(first, second))
self.wait()
self.play(FadeOut(second), FadeIn(Text("in the end").to_edge(UP)))
self.wait()
""",
    "a counter and braces": """
tracker = ValueTracker(0)
line = NumberLine([0, 10, 1], length=10, include_numbers=True)
dot = always_redraw(lambda: Dot(line.n2p(tracker.get_value())))
number = always_redraw(lambda: DecimalNumber(tracker.get_value()).next_to(dot, UP))
brace = BraceLabel(line, "n", buff=0.6)
self.add(line, dot, number, brace)
self.play(tracker.animate.set_value(10), run_time=2)
self.wait()
""",
    "lines of text close together": """
lines = VGroup(*(Text(w, font_size=36) for w in ("gypsy jumping", "Älgar fjäll", "quick (fox)"))).arrange(DOWN, buff=0.08)
self.play(LaggedStart(*(FadeIn(line) for line in lines)))
self.wait()
""",
    "text slides in from outside and leaves": """
text = Text("passing").shift(12 * LEFT)
self.add(text)
self.wait()
self.play(text.animate.move_to(ORIGIN))
self.wait()
self.play(text.animate.shift(14 * RIGHT))
self.wait()
""",
    "a card covers the text below it": """
text = Text("below")
card = Rectangle(width=4, height=2, fill_opacity=1, fill_color=BLACK)
self.add(text)
self.wait()
self.play(FadeIn(card))
self.play(FadeIn(Text("above")))
self.wait()
""",
    "a label on its own background": """
self.add(NumberPlane().add_coordinates())
self.play(FadeIn(MathTex("(1, 1)").add_background_rectangle(opacity=0.9).move_to([1, -0.3, 0])))
self.wait()
""",
    "a radical, a cross-out and a cancelled term": """
formula = MathTex(r"\\sqrt{\\frac{a^2 + b^2}{2}}", r"\\ge", r"\\frac{a+b}{2}")
self.play(Write(formula))
self.play(Create(Cross(formula[2])))
self.wait()
""",
    "faint text that is no longer read": """
old = Text("old words").set_opacity(0.05)
self.add(old)
self.play(FadeIn(Text("new words")))
self.wait()
""",
}

CAMERA_CLEAN = """
labels = VGroup(*(Text(f"part {i}").shift(4 * i * RIGHT) for i in range(-1, 6)))
self.add(labels)
self.wait()
self.play(self.camera.frame.animate.scale(0.4).move_to(labels[0]))
self.wait()
for label in labels[3:]:
    self.play(self.camera.frame.animate.move_to(label))
    self.wait()
"""

DEFECTIVE = {
    "two texts in one place": (
        "text-overlap",
        "self.play(Write(Text('first idea')))\nself.play(Write(Text('second idea')))\nself.wait()",
        7,
        "text 'first idea' and text 'second idea'",
    ),
    "a formula over a text": (
        "text-overlap",
        "self.add(Text('the area is').shift(LEFT))\nself.play(Write(MathTex('A = \\\\pi r^2')))\nself.wait()",
        7,
        "formula 'A = \\pi r^2'",
    ),
    "a title that stays under the next one": (
        "text-overlap",
        "self.add(Title('Chapter one'))\nself.wait()\nself.add(Text('Chapter two').to_edge(UP))\nself.wait()",
        8,
        "'Chapter two'",
    ),
    "lines stacked too tightly": (
        "text-overlap",
        "self.add(Text('one long line of words'), Text('another long line of words').shift(0.3 * DOWN))\nself.wait()",
        6,
        "overlap by",
    ),
    "numbers of an axis on top of each other": (
        "text-overlap",
        "self.add(NumberLine([0, 10, 1], length=1.2, include_numbers=True))\nself.wait()",
        6,
        "number",
    ),
    "an overlap that comes with an animation and stays": (
        "text-overlap",
        "a = Text('here').shift(3 * LEFT)\nb = Text('there')\nself.add(a, b)\nself.play(a.animate.move_to(b))\nself.wait()",
        7,
        "'here'",
    ),
    "a line longer than the frame": (
        "off-frame",
        "self.play(Write(Text('a very long line of words that was never going to fit into the width of the frame, and goes on')))",
        6,
        "beyond the",
    ),
    "a list longer than the frame": (
        "off-frame",
        "items = VGroup(*(Text(f'item number {i}') for i in range(14)))\nitems.arrange(DOWN)\nself.add(items)\nself.wait()",
        6,
        "item number 13",
    ),
    "a formula pushed out at the side": (
        "off-frame",
        "self.play(FadeIn(MathTex('E = mc^2').shift(6.8 * RIGHT)))\nself.wait()",
        6,
        "right edge",
    ),
    "rich text out at the bottom": (
        "off-frame",
        "from visium_graph.stage import RichText\nself.add(RichText('some words and $x^2$').shift(4.1 * DOWN))\nself.wait()",
        7,
        "some words and $x^2$",
    ),
    "text that is never seen": (
        "off-frame",
        "self.add(Text('nobody reads me').shift(6 * UP))\nself.add(Text('me'))\nself.wait()",
        6,
        "wholly outside",
    ),
    "text carried out by time": (
        "off-frame",
        "t = Text('drifting')\nt.add_updater(lambda m, dt: m.shift(3.3 * dt * RIGHT))\nself.add(t)\nself.wait(2)\nt.clear_updaters()\nself.wait()",
        6,
        "drifting",
    ),
}


@pytest.mark.parametrize("name", CLEAN)
def test_nothing_is_said_about_a_clean_scene(check, name: str) -> None:
    assert check(CLEAN[name]) == []


def test_a_camera_that_moves_leaves_things_behind(check) -> None:
    assert check(CAMERA_CLEAN, base="MovingCameraScene") == []


def test_labels_in_space_are_not_measured_in_the_plane(check) -> None:
    body = "self.set_camera_orientation(phi=1.2, theta=0.7)\nself.add(ThreeDAxes(), Text('a'), Text('b').shift(20 * OUT))\nself.wait()"
    assert check(body, base="ThreeDScene") == []


def test_labels_fixed_in_the_frame_of_space_are_measured(check) -> None:
    body = "a, b = Text('word'), Text('other')\nself.add_fixed_in_frame_mobjects(a, b)\nself.wait()"
    assert [finding.rule for finding in check(body, base="ThreeDScene")] == ["text-overlap"]


@pytest.mark.parametrize("name", DEFECTIVE)
def test_a_defect_is_found(check, name: str) -> None:
    rule, body, line, words = DEFECTIVE[name]
    findings = check(body)
    assert {finding.rule for finding in findings} == {rule}
    assert all(finding.severity == "error" for finding in findings)
    (finding, *_) = [finding for finding in findings if words in finding.message]
    assert finding.line == line
    assert re.search(r"\d\.\d\d( x \d+\.\d\d)? units", finding.message)
    assert finding.suggestion


def test_a_camera_zoomed_in_still_sees_what_is_cut_under_it(check) -> None:
    body = (
        "self.camera.frame.scale(0.5)\nself.wait()\nself.add(Text('too wide for this small view of it'))\nself.wait()"
    )
    assert [finding.rule for finding in check(body, base="MovingCameraScene")] == ["off-frame"]


def test_the_place_is_told_in_units_seconds_and_beats(check) -> None:
    body = "with self.beat(0):\n    self.add(Text('one').shift(UP))\nwith self.beat(1):\n    self.add(Square(side_length=1), MathTex('x').shift(7.1 * RIGHT))"
    (finding,) = check(body, base="Slide", beats=(1.0, 2.0))
    assert "formula 'x' reaches" in finding.message
    assert "right edge" in finding.message
    assert "beat 1) [line 9]" in finding.message
    assert "from 1.3 s to" in finding.message
    assert finding.suggestion == "move it 0.4 left: .shift(0.4 * LEFT)"


def test_many_of_one_kind_are_counted_not_listed(check) -> None:
    findings = check(
        "self.add(*(Text(word) for word in 'red green blue white black brown grey pink'.split()))\nself.wait()"
    )
    assert len(findings) == 11
    assert findings[-1].severity == "info"
    assert "18 more" in findings[-1].message
