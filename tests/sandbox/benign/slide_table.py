from visium_graph.stage import Slide


class SlideTable(Slide):
    def construct(self):
        view = self.layout(
            "table",
            title="A slide",
            header=["x", "$x^2$"],
            parts=[{"id": "a", "cells": ["1", "1"]}, {"id": "b", "cells": ["2", "4"]}],
        )
        with self.beat(0):
            view.reveal("a", "b")
        self.leave()
