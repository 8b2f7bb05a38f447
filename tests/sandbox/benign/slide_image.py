from visium_graph.stage import Slide


class SlideImage(Slide):
    def construct(self):
        view = self.layout(
            "image",
            title="A slide",
            parts=[{"id": "a", "path": "assets/picture.png", "alt": "a picture"}],
            caption="A picture",
        )
        with self.beat(0):
            view.reveal("a")
        self.leave()
