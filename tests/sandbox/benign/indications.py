# ruff: noqa: F403, F405
from manim import *


class IndicationsScene(Scene):
    def construct(self):
        text = Text("look here")
        self.add(text)
        for animation in (
            Flash(text),
            Circumscribe(text, Circle),
            ShowPassingFlash(Underline(text)),
            ApplyWave(text),
            FocusOn(text),
        ):
            self.play(animation, run_time=0.2)
        self.play(Broadcast(Circle(), n_mobs=2), run_time=0.3)
