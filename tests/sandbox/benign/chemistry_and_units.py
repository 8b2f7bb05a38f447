# ruff: noqa: F403, F405
from manim import *


class ChemistryAndUnitsScene(Scene):
    def construct(self):
        water = MathTex(r"\ce{2H2 + O2 -> 2H2O}", tex_template=TexTemplate(preamble=r"\usepackage[version=4]{mhchem}"))
        self.play(Write(water), run_time=0.3)
