from manim import *


class Vertices(Scene):
    def construct(self):
        p = RegularPolygon(5).scale(2)
        ls = VGroup(
            *(
                MathTex(n).next_to(v, v / np.linalg.norm(v), buff=0.2)
                for n, v in zip("ABCDE", p.get_vertices(), strict=True)
            )
        )
        self.add(p, ls)
        self.wait()
