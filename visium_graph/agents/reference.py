"""What of the installed manim a coder's prompt says: a choice of names, their signatures read from the index.

The choice is by hand: what scenes that explain something are made of. A name that the installed manim lacks, or a
keyword that a class does not take, is an error here and not a lie in the prompt.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from itertools import groupby

from visium_graph.agents.signatures import class_signature, method_signature, signature_text
from visium_graph.checks.index import load_index
from visium_graph.checks.index.model import ClassInfo, Index
from visium_graph.checks.static.suggestions import renames

__all__ = ["CHOICE", "MISTAKEN", "manim_reference", "mistaken_names", "reference_of"]

CHOICE: Mapping[str, str] = {
    "Shapes (all take color fill_color fill_opacity stroke_color stroke_width stroke_opacity z_index)": """
        Line DashedLine Arrow:tip_length DoubleArrow Vector CurvedArrow Dot Circle Arc ArcBetweenPoints
        Sector:angle:start_angle:arc_center AnnularSector Annulus Ellipse Square Rectangle RoundedRectangle:width:height
        Polygon RegularPolygon Triangle Angle RightAngle TangentLine Cutout Intersection Union Difference
        DashedVMobject VGroup""",
    "Marks": "SurroundingRectangle BackgroundRectangle Brace BraceBetweenPoints Underline Cross",
    "Formulas and numbers": "MathTex:font_size Matrix DecimalNumber Integer Variable Code Table",
    "Axes and plots": """
        Axes NumberPlane NumberLine BarChart ParametricFunction
        Axes.c2p Axes.p2c Axes.i2gp Axes.plot Axes.plot_parametric_curve Axes.get_area Axes.get_riemann_rectangles
        Axes.get_graph_label Axes.get_axis_labels Axes.add_coordinates Axes.get_vertical_line Axes.get_horizontal_line
        Axes.x_axis Axes.get_secant_slope_group NumberLine.n2p NumberLine.p2n BarChart.change_bar_values""",
    "Every mobject": """
        VMobject.shift VMobject.move_to VMobject.next_to VMobject.align_to VMobject.to_edge VMobject.to_corner
        VMobject.rotate VMobject.scale VMobject.stretch VMobject.flip VMobject.scale_to_fit_width
        VMobject.scale_to_fit_height VMobject.set_color VMobject.set_fill VMobject.set_stroke VMobject.set_opacity
        VMobject.set_z_index VMobject.copy VMobject.get_center VMobject.get_top VMobject.get_bottom VMobject.get_left
        VMobject.get_right VMobject.get_corner VMobject.get_x VMobject.get_y VMobject.width VMobject.height
        VMobject.become VMobject.save_state VMobject.generate_target VMobject.add_updater VMobject.clear_updaters
        VMobject.point_from_proportion VMobject.set_points_as_corners VMobject.set_points_smoothly
        VMobject.add_background_rectangle""",
    "Groups": "VGroup.arrange VGroup.arrange_in_grid VGroup.add VGroup.remove",
    "Of one class": """
        Line.get_start Line.get_end Line.get_angle Line.get_length Line.get_unit_vector Line.put_start_and_end_on
        Circle.point_at_angle Polygon.get_vertices MathTex.get_part_by_tex MathTex.set_color_by_tex
        Brace.get_tex Brace.get_text DecimalNumber.set_value Integer.set_value ValueTracker.get_value
        ValueTracker.set_value Matrix.get_entries""",
    "Animations (all take run_time rate_func)": """
        Create Uncreate Write FadeIn:shift:scale:target_position FadeOut:shift:scale DrawBorderThenFill GrowArrow
        GrowFromCenter GrowFromPoint GrowFromEdge Transform ReplacementTransform TransformFromCopy
        FadeTransform TransformMatchingTex TransformMatchingShapes MoveToTarget Restore Rotate MoveAlongPath
        Indicate Circumscribe Flash ShowPassingFlash Wiggle CyclicReplace Swap ApplyMatrix
        LaggedStart LaggedStartMap AnimationGroup Succession Wait UpdateFromAlphaFunc""",
    "Moving by a number": "ValueTracker always_redraw TracedPath",
    "Rate functions": "linear smooth there_and_back rush_into rush_from double_smooth there_and_back_with_pause",
    "Points and angles": """
        rotate_vector angle_of_vector normalize interpolate line_intersection midpoint
        ORIGIN UP DOWN LEFT RIGHT UL UR DL DR PI TAU DEGREES""",
}
"""Heading -> names: classes, functions and values, `Class.member`, each with further keywords after colons."""

MISTAKEN: Mapping[str, tuple[tuple[str, str], ...]] = {
    "name": (
        *((name, "") for name in ("ShowCreation", "TextMobject", "TexMobject", "FadeInFrom", "FadeOutAndShift")),
        *((name, "") for name in ("ShowCreationThenDestruction", "CircleIndicate", "GraphScene", "ParametricCurve")),
        *((name, "") for name in ("VerticalLine", "DashedCircle", "PieChart", "Checkmark", "Box", "Bar", "Grid")),
        *((name, "") for name in ("CENTER", "TOP", "BOTTOM", "TL", "CYAN", "LIGHT_BLUE", "BROWN", "VIOLET")),
        *((name, "") for name in ("sin", "sqrt", "ease_in_out_sine", "FRAME_WIDTH")),
    ),
    "attr": (
        ("get_graph", "CoordinateSystem"),
        ("add_coordinate_labels", "CoordinateSystem"),
        ("get_tangent_line", "CoordinateSystem"),
        ("fade_in", "Mobject"),
        ("move", "Mobject"),
        ("x", "Mobject"),
        ("top_left", "Mobject"),
        ("unit_normal", "Line"),
        ("point_from_angle", "Circle"),
        ("swap_submobjects", "VGroup"),
        ("camera_frame", "Scene"),
    ),
    "kwarg": (
        ("opacity", "VMobject"),
        ("size", "Square"),
        ("size", "Text"),
        ("size", "Dot"),
        ("line_width", ""),
        ("buffer", ""),
        ("x_min", "Axes"),
        ("x_min", ".plot"),
        ("label", ".plot"),
        ("tick_frequency", "NumberLine"),
        ("grid_line_config", "NumberPlane"),
        ("points", "Polygon"),
        ("start_vector", "Angle"),
    ),
}
"""Names that models write although manim has none of them: kind -> (name, receiver) of the curated table of renames."""


_SELDOM = """
    add_background_rectangles_to_entries arg_separator arrange_in_grid_config background_config
    background_rectangle_color background_stroke_color background_stroke_width blend bracket_config bracket_h_buff
    bracket_v_buff call_updater cell_alignment close_new_points code_file col_alignments col_widths colorscale
    colorscale_axis coor_mask d_alpha dash_offset decimal_number_config digit_buff_per_font_unit dim dim_to_match
    discontinuities dot_color dot_config dot_distance dot_radius dt edge_to_fix element_alignment_corner
    element_to_mobject element_to_mobject_config entries_background_color equal_lengths exclude_origin_tick
    fade_transform_mismatches faded_line_ratio faded_line_style fall_back family flash_radius flow_order
    formatter_style frozen_frame grid_xstep grid_ystep group_with_commas include_background_rectangle include_sign
    index_of_submobject_to_align input_sample_type introducer label_constructor line_config line_to_number_buff
    longer_tick_multiple make_smooth_after_applying_functions mark_paths_closed match_depth
    max_stroke_width_to_length_ratio max_tip_length_to_length_ratio mob_class n_wiggles num_components
    numbers_to_exclude numbers_with_elongated_ticks paragraph_config path_arc_axis path_arc_centers path_func
    point_color recursive remover replace_mobject_with_target_in_scene reverse_rate_function rotate_about_point
    row_alignments row_heights scale_about_point scaling sharpness show_ellipsis show_signed_area stop_condition
    stretch_brackets submobject_to_align suspend_mobject_updating tab_width tex_environment tip_height tip_shape
    transform_mismatches unit_buff_per_font_unit use_deepcopy use_smoothing use_vectorized width_scale_factor
"""
SELDOM = frozenset(_SELDOM.split())
"""Parameters that scenes have no use for: they would only fill the prompt."""


@cache
def manim_reference() -> str:
    """The reference of the installed manim, a few thousand tokens of Markdown; made once for a process.

    Raises:
        EnvironmentFault: manim is not installed or cannot be read.
    """
    return reference_of(load_index())


def reference_of(index: Index, choice: Mapping[str, str] = CHOICE) -> str:
    """The names of a choice with their signatures.

    Raises:
        LookupError: the index has no such name, member or keyword.
    """
    return "\n\n".join(f"**{heading}.** {_section(index, names.split())}" for heading, names in choice.items())


def mistaken_names() -> dict[str, str]:
    """What models write although it does not exist, with what to write instead: one line of text for each kind.

    Raises:
        LookupError: the curated table has no such row.
    """
    return {kind: "; ".join(_correction(kind, *wrong) for wrong in rows) for kind, rows in MISTAKEN.items()}


def _section(index: Index, entries: Iterable[str]) -> str:
    texts = []
    for owner, group in groupby(entries, key=lambda entry: entry.rpartition(".")[0]):
        members = [_entry(index, entry) for entry in group]
        texts.append(f"{owner}: {', '.join(members)}" if owner and owner != "VMobject" else ", ".join(members))
    return "; ".join(texts)


def _entry(index: Index, entry: str) -> str:
    name, *keywords = entry.split(":")
    owner, _, member = name.rpartition(".")
    if owner:
        return _member(_class(index, owner), member)
    symbol = index.names[name]
    if symbol.kind == "class":
        info = _class(index, name)
        _require_keywords(info, keywords)
        return class_signature(index, info.ref, hidden=SELDOM, more=keywords)
    if symbol.kind == "function" and symbol.ref is not None and symbol.ref in index.functions:
        signature = index.functions[symbol.ref].signature
        is_rate = signature is not None and signature.params[:1] and signature.params[0].name == "t"
        return name if is_rate else signature_text(name, signature, SELDOM)
    return name


def _member(info: ClassInfo, name: str) -> str:
    if name in info.methods:
        return method_signature(info.methods[name], SELDOM)
    if name not in info.attributes:
        raise LookupError(f"{info.name} has no {name}")
    return name


def _require_keywords(info: ClassInfo, keywords: Iterable[str]) -> None:
    unknown = [name for name in keywords if info.init.accepts is not None and name not in info.init.accepts]
    if unknown:
        raise LookupError(f"{info.name} does not take {', '.join(unknown)}")


def _class(index: Index, name: str) -> ClassInfo:
    ref = index.names[name].ref
    if ref is None or ref not in index.classes:
        raise LookupError(f"{name} is no class of manim's")
    return index.classes[ref]


def _correction(kind: str, wrong: str, receiver: str) -> str:
    row = next((row for row in renames() if (row.kind, row.wrong, row.receiver) == (kind, wrong, receiver)), None)
    if row is None:
        raise LookupError(f"no rename of the {kind} {wrong!r} of {receiver or 'anything'}")
    where = (
        f" of {receiver.removeprefix('.')}" if receiver not in {"", "Mobject", "VMobject", "CoordinateSystem"} else ""
    )
    instead = f"{row.right}{f' ({row.note})' if row.note else ''}" if row.right else row.note
    return f"{wrong}{where} -> {instead}"
