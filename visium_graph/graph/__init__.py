"""The pipeline as LangGraph graphs: `video.py` is the whole, `scene.py` one scene's loop."""
