from visium_graph.stage import Slide


class SlideTitle(Slide):
    def construct(self):
        view = self.layout(
            "title",
            title="A slide",
            parts=[{"id": "a", "text": "A line with $x^2$"}],
        )
        with self.beat(0):
            view.reveal("a")
        self.leave()
