from manim import *


class LongSentence(Scene):
    def construct(self):
        claim = Text("This sentence was written by somebody who never looked at how wide the frame really is")
        self.play(Write(claim))
        self.wait()
