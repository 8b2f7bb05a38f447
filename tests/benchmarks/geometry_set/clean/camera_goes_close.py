from manim import *


class CameraGoesClose(MovingCameraScene):
    def construct(self):
        words = VGroup(*(Text(w, font_size=20) for w in ("one", "two", "three"))).arrange(RIGHT, buff=3)
        note = Text("tiny print", font_size=8).next_to(words[1], DOWN)
        self.add(words, note)
        self.wait()
        self.play(self.camera.frame.animate.scale(0.25).move_to(note))
        self.wait()
        self.play(self.camera.frame.animate.scale(2).move_to(words[2]))
        self.wait()
