"""From scene clips and sounds to the finished video, subtitles, contact sheet and report, all by one timeline.

`publish` does it all; each part can be called by itself: `timeline`, `audio`, `mux`, `subtitles`, `contact`, `report`.
"""
