from manim import *


class Image(Scene):
    def construct(self):
        t = Text("behind")
        i = ImageMobject(np.full((20, 40, 3), 200, dtype="uint8")).scale_to_fit_width(6)
        self.add(t)
        self.play(FadeIn(i))
        self.wait()
