from visium_graph.stage import Slide


class SlidePlot(Slide):
    def construct(self):
        view = self.layout(
            "plot",
            title="A slide",
            x={"min": -2, "max": 2},
            y={"min": 0, "max": 4},
            parts=[
                {"id": "a", "kind": "curve", "expression": "x**2", "label": "$x^2$"},
                {"id": "b", "kind": "area", "under": "a", "domain": (0, 1)},
                {"id": "c", "kind": "series", "points": [(0, 1), (1, 2)], "style": "bars"},
            ],
        )
        with self.beat(0):
            view.reveal("a", "b", "c")
        self.leave()
