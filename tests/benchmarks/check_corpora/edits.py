"""How a name goes wrong: slips of the keyboard, and the habits of models that half remember an API."""

from __future__ import annotations

import random
import re

__all__ = ["OLD_NAMES", "wrong_name"]

OLD_NAMES = {
    "name": {
        "Create": ["ShowCreation"],
        "Tex": ["TextMobject", "TexText", "OldTexText"],
        "MathTex": ["TexMobject", "OldTex"],
        "Surface": ["ParametricSurface"],
        "ParametricFunction": ["ParametricCurve"],
        "UL": ["TL"],
        "UR": ["TR"],
        "DL": ["BL"],
        "DR": ["BR"],
        "ORIGIN": ["CENTER"],
        "DEGREES": ["DEGREE"],
        "Vector": ["Vektor"],
        "FadeIn": ["VFadeIn", "FadeInFromDown"],
        "FadeOut": ["VFadeOut", "FadeOutAndShift"],
        "Wiggle": ["WiggleOutThenIn"],
        "FocusOn": ["FocusOnPoint"],
        "DecimalNumber": ["DecimalMobject"],
        "ShowPassingFlash": ["ShowCreationThenDestruction"],
    },
    "attribute": {
        "plot": ["get_graph"],
        "add_coordinates": ["add_coordinate_labels"],
        "plot_parametric_curve": ["get_parametric_curve"],
        "get_riemann_rectangles": ["get_riemann_rects"],
        "get_vertical_line": ["get_v_line"],
        "get_horizontal_line": ["get_h_line"],
        "begin_ambient_camera_rotation": ["add_ambient_camera_rotation"],
        "background_lines": ["lines"],
    },
    "keyword": {
        "buff": ["buffer"],
        "side_length": ["side", "size"],
        "background_line_style": ["grid_line_config"],
        "dissipating_time": ["disappearing_time"],
        "code_string": ["code"],
        "code_file": ["file_name"],
        "fill_opacity": ["opacity"],
        "stroke_width": ["line_width"],
    },
}
"""Kind -> right name -> names of earlier releases, of the other Manim, or of models' habit."""

_TAKEN = {kind: {old for olds in names.values() for old in olds} for kind, names in OLD_NAMES.items()}
"""Wrong names that mean one right name already: `TextMobject` is an old `Tex`, never a strange `Text`."""
_OLD_SHARE = 0.5
_SLIP_SHARE = 0.5
_KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_SPELLINGS = (("color", "colour"), ("center", "centre"), ("gray", "grey"), ("axes", "axis"))
_VERBS = (("get_", "compute_"), ("add_", "append_"), ("set_", "change_"))


def wrong_name(name: str, kind: str, rng: random.Random) -> str:
    """One wrong form of the name, or the name itself where the way that was drawn changes nothing.

    Args:
        name: the right one.
        kind: `name`, `attribute`, `keyword` or `variable`.
        rng: decides.
    """
    old = OLD_NAMES.get(kind, {}).get(name)
    if old is not None and rng.random() < _OLD_SHARE:
        return rng.choice(old)
    return _slip(name, rng) if rng.random() < _SLIP_SHARE else _habit(name, kind, rng)


def _slip(name: str, rng: random.Random) -> str:
    """A letter dropped, doubled, swapped with the next, or its neighbour on the keyboard."""
    place = rng.randrange(len(name))
    way = rng.choice(("drop", "double", "swap", "neighbour"))
    if way == "drop" and len(name) > 3:
        return name[:place] + name[place + 1 :]
    if way == "double":
        return name[:place] + name[place] + name[place:]
    if way == "swap" and place + 1 < len(name) and name[place] != name[place + 1]:
        return name[:place] + name[place + 1] + name[place] + name[place + 2 :]
    row = next((row for row in _KEYS if name[place].lower() in row), None)
    if row is None:
        return name + "s"
    at = row.index(name[place].lower())
    other = row[at - 1] if at else row[1]
    return name[:place] + (other.upper() if name[place].isupper() else other) + name[place + 1 :]


def _habit(name: str, kind: str, rng: random.Random) -> str:
    """Another convention: singular and plural, camel and snake case, another spelling, a verb more or less."""
    plural = "S" if name.isupper() else "s"
    forms = {name[:-1] if name.endswith(plural) else f"{name}{plural}"}
    for one, other in _SPELLINGS + _VERBS:
        forms |= {name.replace(one, other)} if one in name else set()
    if "_" in name:
        forms |= {name.replace("_", ""), _camel(name)}
    if kind == "name" and name[0].isupper() and not name.isupper():
        forms |= {f"{name}Mobject", _snake(name), name.lower()}
    elif kind == "attribute":
        forms |= {name[4:]} if name.startswith(("get_", "set_")) else {f"get_{name}", f"set_{name}"}
    fit = sorted(form for form in forms if form.isidentifier() and form not in _TAKEN.get(kind, ()))
    return rng.choice(fit or [name])


def _camel(name: str) -> str:
    return re.sub(r"_(\w)", lambda match: match[1].upper(), name)


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
