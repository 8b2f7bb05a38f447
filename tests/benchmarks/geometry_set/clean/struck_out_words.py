from manim import *


class StruckOutWords(Scene):
    def construct(self):
        claim = Text("All primes are odd")
        self.play(Write(claim))
        self.play(Create(Cross(claim)))
        self.wait()
        truth = Text("All primes but 2 are odd", color=GREEN).next_to(claim, DOWN, buff=0.8)
        self.play(FadeIn(truth), Create(Underline(truth)))
        self.wait()
