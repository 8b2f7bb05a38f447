# ruff: noqa: F403, F405
from manim import *


class TextsWithFontsScene(Scene):
    def construct(self):
        lines = (
            VGroup(
                Text("Sans and bold", font="Lato", weight=BOLD, t2c={"bold": YELLOW}),
                Text("slanted letters", slant=ITALIC, t2s={"letters": NORMAL}, gradient=(BLUE, GREEN)),
                Text("mono: x = 1", font="JetBrains Mono", t2w={"x": BOLD}),
                Text("Grüße, 数学, привет", disable_ligatures=True),
                Text("two\nlines", line_spacing=1.5),
            )
            .arrange(DOWN)
            .scale(0.6)
        )
        self.play(Write(lines), run_time=0.4)
        self.play(AddTextLetterByLetter(Text("one by one").to_edge(UP)), run_time=0.3)
