# ruff: noqa: F403, F405
from itertools import pairwise

from manim import *


def koch(depth):
    points = [LEFT * 2, RIGHT * 2]
    for _ in range(depth):
        finer = []
        for start, end in pairwise(points):
            step = (end - start) / 3
            finer += [start, start + step, start + step + rotate_vector(step, PI / 3), start + 2 * step]
        points = [*finer, points[-1]]
    return VMobject().set_points_as_corners(points)


class FractalScene(Scene):
    def construct(self):
        self.play(Create(koch(3)), run_time=0.3)
        pixels = np.zeros((60, 80), dtype=np.uint8)
        y, x = np.mgrid[-1.2:1.2:60j, -2:1:80j]
        c, z = x + 1j * y, np.zeros((60, 80), dtype=complex)
        for step in range(20):
            z = np.where(abs(z) < 2, z * z + c, z)
            pixels[abs(z) < 2] = step * 12
        self.add(ImageMobject(pixels))
        self.wait(0.1)
