"""visium_graph: text in, narrated 3Blue1Brown-style video out."""
