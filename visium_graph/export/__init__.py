"""From scene clips and sounds to the finished video, subtitles, contact sheet and report, all by one timeline."""

from visium_graph.export.audio import programme
from visium_graph.export.contact import Still, contact_sheet
from visium_graph.export.mux import assemble, scene_clip
from visium_graph.export.plain import plain_text
from visium_graph.export.report import Report, SceneReport, write_report
from visium_graph.export.subtitles import cues, srt, vtt
from visium_graph.export.timeline import BeatSpan, Phrase, SceneSpan, Timeline

__all__ = [
    "BeatSpan",
    "Phrase",
    "Report",
    "SceneReport",
    "SceneSpan",
    "Still",
    "Timeline",
    "assemble",
    "contact_sheet",
    "cues",
    "plain_text",
    "programme",
    "scene_clip",
    "srt",
    "vtt",
    "write_report",
]
