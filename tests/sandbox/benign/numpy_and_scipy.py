# ruff: noqa: F403, F405
from manim import *
from scipy.integrate import solve_ivp
from scipy.optimize import brentq


class NumpyAndScipyScene(Scene):
    def construct(self):
        solution = solve_ivp(lambda _, y: [y[1], -y[0]], (0, 6), [1, 0], t_eval=np.linspace(0, 6, 40))
        root = brentq(lambda x: x**2 - 2, 0, 2)
        values, vectors = np.linalg.eigh(np.array([[2, 1], [1, 2]]))
        axes = Axes(x_range=[0, 6, 1], y_range=[-1, 1, 0.5])
        self.play(Create(axes.plot_line_graph(solution.t, solution.y[0], add_vertex_dots=False)), run_time=0.3)
        self.add(DecimalNumber(root), DecimalMatrix(vectors * values).scale(0.5).to_edge(DOWN))
        self.wait(0.1)
