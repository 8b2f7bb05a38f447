"""Where manim needs a point of three coordinates and fails on two; a test holds each against the installed manim."""

from __future__ import annotations

__all__ = ["CONSTRUCTOR_POINTS", "METHOD_POINTS"]

METHOD_POINTS: dict[str, tuple[str, ...]] = {
    "move_to": ("point_or_mobject",),
    "shift": ("vectors",),
    "next_to": ("mobject_or_point", "direction", "aligned_edge"),
    "to_edge": ("edge",),
    "to_corner": ("corner",),
    "rotate": ("axis", "about_point", "about_edge"),
    "scale": ("about_point", "about_edge"),
    "flip": ("axis", "about_point"),
    "stretch": ("about_point",),
    "arrange": ("direction",),
    "align_to": ("direction",),
    "align_on_border": ("direction",),
    "get_edge_center": ("direction",),
    "get_corner": ("direction",),
    "get_critical_point": ("direction",),
    "put_start_and_end_on": ("start", "end"),
    "move_arc_center_to": ("point",),
}
"""Parameters of methods of mobjects."""
_ENDS = ("start", "end", "args")
CONSTRUCTOR_POINTS: dict[str, tuple[str, ...]] = {
    "ApplyWave": ("direction",),
    "Arc": ("arc_center",),
    "ArcBetweenPoints": ("start", "end"),
    "ArcPolygon": ("vertices",),
    "Arrow": _ENDS,
    "Arrow3D": ("start", "end"),
    "BraceBetweenPoints": ("direction",),
    "CubicBezier": ("start_anchor", "start_handle", "end_handle", "end_anchor"),
    "CurvedArrow": ("start_point", "end_point"),
    "CurvedDoubleArrow": ("start_point", "end_point"),
    "Cylinder": ("direction",),
    "DashedLine": _ENDS,
    "Dot": ("point",),
    "Dot3D": ("point",),
    "DoubleArrow": _ENDS,
    "Flash": ("point",),
    "GrowFromEdge": ("edge",),
    "GrowFromPoint": ("point",),
    "Line": ("start", "end"),
    "Line3D": ("start", "end"),
    "Point": ("location",),
    "PointCloudDot": ("center",),
    "Polygon": ("vertices",),
    "Rotate": ("axis", "about_point"),
    "Rotating": ("axis", "about_point"),
    "Sphere": ("center",),
}
"""Parameters of classes."""
