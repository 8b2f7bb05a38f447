from manim import *


class Tree(Scene):
    def construct(self):
        pos = [2 * UP, 2 * LEFT, 2 * RIGHT]
        e = VGroup(Line(pos[0], pos[1]), Line(pos[0], pos[2]))
        n = VGroup(
            *(
                VGroup(Circle(0.5, fill_color=BLUE_E, fill_opacity=1), Text(str(i), font_size=36)).move_to(q)
                for i, q in enumerate(pos)
            )
        )
        self.add(e, n)
        self.wait()
