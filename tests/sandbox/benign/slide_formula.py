from visium_graph.stage import Slide


class SlideFormula(Slide):
    def construct(self):
        view = self.layout(
            "formula",
            title="A slide",
            parts=[
                {"id": "a", "latex": "a^2+b^2=c^2", "note": "Pythagoras"},
                {"id": "b", "latex": "c=\\sqrt{a^2+b^2}"},
            ],
            colors={"c": "accent"},
        )
        with self.beat(0):
            view.reveal("a", "b")
        self.leave()
