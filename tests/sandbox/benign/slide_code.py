from visium_graph.stage import Slide


class SlideCode(Slide):
    def construct(self):
        view = self.layout(
            "code",
            title="A slide",
            language="python",
            source="def f(x):\n    return x + 1\n",
            parts=[{"id": "a", "lines": (1, 1), "note": "a function"}],
        )
        with self.beat(0):
            view.reveal("a")
        self.leave()
