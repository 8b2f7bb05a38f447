from visium_graph.stage import Slide


class SlideFigure(Slide):
    def construct(self):
        view = self.layout(
            "figure",
            title="A slide",
            parts=[
                {"id": "p", "kind": "point", "at": (0, 0), "label": "P"},
                {"id": "q", "kind": "point", "at": (3, 0)},
                {"id": "s", "kind": "square", "start": "p", "end": "q", "grid": 3, "label": "$9$"},
                {"id": "m", "kind": "move", "targets": ["s"], "rotate": 45, "about": "p"},
                {"id": "h", "kind": "highlight", "targets": ["s"], "role": "accent"},
            ],
            caption="A square",
        )
        with self.beat(0):
            view.reveal("p", "q", "s", "m", "h")
        self.leave()
