from manim import *


class LabelsFixedBeforeSpace(ThreeDScene):
    def construct(self):
        axes = ThreeDAxes(x_length=6, y_length=6, z_length=3)
        self.set_camera_orientation(phi=1.2, theta=0.6)
        title = Text("In three dimensions").to_edge(UP)
        self.add_fixed_in_frame_mobjects(title)
        self.add(
            axes, Surface(lambda u, v: axes.c2p(u, v, u * v / 4), u_range=[-2, 2], v_range=[-2, 2], resolution=(6, 6))
        )
        self.wait()
