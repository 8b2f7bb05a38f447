from visium_graph.stage import Slide


class SlideQuote(Slide):
    def construct(self):
        view = self.layout(
            "quote",
            title="A slide",
            parts=[{"id": "a", "text": "To measure is to know."}],
            attribution="a physicist",
        )
        with self.beat(0):
            view.reveal("a")
        self.leave()
