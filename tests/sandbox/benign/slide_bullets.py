from visium_graph.stage import Slide


class SlideBullets(Slide):
    def construct(self):
        view = self.layout(
            "bullets",
            title="A slide",
            numbered=True,
            parts=[{"id": "a", "text": "First: $a + b$"}, {"id": "b", "text": "Second"}],
        )
        with self.beat(0):
            view.reveal("a", "b")
        self.leave()
