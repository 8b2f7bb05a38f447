"""The index: what it says of names, classes and keywords, how it is stored, and that loading it is light."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from visium_graph.checks.index import ClassInfo, Index, Signature, index_path, load_index
from visium_graph.checks.index.coding import decode, encode
from visium_graph.checks.index.store import _read
from visium_graph.errors import EnvironmentFault


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def index(cache: Path) -> Index:
    return load_index(cache)


def cls(index: Index, name: str) -> ClassInfo:
    ref = index.names[name].ref
    assert ref is not None
    return index.classes[ref]


def method(index: Index, name: str, of: str) -> Signature:
    signature = cls(index, of).methods[name].signature
    assert signature is not None
    return signature


def test_names_of_a_star_import(index: Index) -> None:
    assert index.names["Circle"].kind == "class"
    assert index.names["smooth"].kind == "function"
    assert index.names["np"].ref == "numpy"
    assert index.names["UP"].type == "ndarray"
    assert index.names["BLUE"].type_ref == "manim.utils.color.core.ManimColor"
    assert "ShowCreation" not in index.names
    assert {"BLUE", "GREEN_E"} <= index.colors
    assert "CYAN" not in index.colors


def test_modules(index: Index) -> None:
    assert "Circle" in index.modules["manim.mobject.geometry.arc"]
    assert "trapezoid" in index.modules["numpy"]
    assert "product" not in index.modules["numpy"]
    assert "norm" in index.modules["numpy.linalg"]
    assert index.modules["math"]["tau"].type == "float"
    # An import of all submodules for the index must not leave its marks in what `import manim` alone gives.
    run = subprocess.run(
        [sys.executable, "-c", "import manim; print(*dir(manim))"], capture_output=True, text=True, check=True
    )
    public = {name for name in run.stdout.split() if not name.startswith("__")}
    assert public == index.modules["manim"].keys() - {"__version__"}


def test_defaults_are_written_as_a_scene_would(index: Index) -> None:
    defaults = {param.name: param.default for param in cls(index, "Line").init.params}
    assert defaults == {"start": "LEFT", "end": "RIGHT", "buff": "0", "path_arc": "0", "kwargs": None}
    assert [param.default for param in cls(index, "Text").init.params][:4] == [None, "1", "0", "None"]
    named = {param.name: param.default for param in cls(index, "Indicate").init.params}
    assert (named["color"], named["rate_func"]) == ("PURE_YELLOW", "there_and_back")
    assert {param.name: param.default for param in method(index, "rotate", of="Square").params}["axis"] == "OUT"


@pytest.mark.parametrize(
    ("name", "accepted", "refused"),
    [
        ("Circle", {"radius", "color", "fill_opacity", "z_index"}, {"opacity", "angle", "position"}),
        ("Arrow", {"tip_shape", "buff", "max_tip_length_to_length_ratio"}, {"tip_size", "width"}),
        ("Text", {"t2c", "text2color", "font_size", "weight"}, {"size", "align", "bold"}),
        ("Axes", {"x_range", "tips", "x_axis_config"}, {"x_min", "x_max", "axes_color"}),
        ("FadeIn", {"shift", "target_position", "run_time", "rate_func"}, {"direction", "duration"}),
        ("Code", {"code_string", "language"}, {"code", "style", "font_size"}),
    ],
)
def test_keywords_of_constructors(index: Index, name: str, accepted: set[str], refused: set[str]) -> None:
    init = cls(index, name).init
    assert init.accepts is not None
    assert accepted <= init.accepts
    assert init.accepts.isdisjoint(refused)
    assert not init.swallows_unknown


def test_keywords_of_methods(index: Index) -> None:
    plot = method(index, "plot", "Axes")
    assert plot.accepts is not None
    assert {"x_range", "color", "stroke_width", "use_smoothing"} <= plot.accepts
    assert "x_min" not in plot.accepts
    # The same method leads elsewhere for another receiver: `set_style` of a background rectangle ignores keywords.
    assert method(index, "set_style", "BackgroundRectangle").swallows_unknown
    assert not method(index, "set_style", "Square").swallows_unknown
    orientation = method(index, "set_camera_orientation", "ThreeDScene")
    assert orientation.swallows_unknown
    assert "distance" not in (orientation.accepts or ())
    assert method(index, "set", "Square").accepts is None
    assert method(index, "play", "Scene").accepts is None


def test_positional_limits(index: Index) -> None:
    assert method(index, "set_color", "Square").max_positional == 2
    assert method(index, "shift", "Square").max_positional is None


def test_returns(index: Index) -> None:
    axes = cls(index, "Axes").methods
    assert axes["shift"].returns == "self"
    assert axes["get_center"].returns == "ndarray"
    assert axes["plot"].returns == "manim.mobject.graphing.functions.ParametricFunction"
    assert axes["width"].kind == "property"
    assert axes["width"].returns == "float"
    assert axes["animate"].returns is None


def test_attributes(index: Index) -> None:
    square = cls(index, "Square")
    assert {"submobjects", "points", "fill_opacity", "side_length", "updaters"} <= square.attributes
    assert square.attributes.isdisjoint({"get_radius", "opacity", "position"})
    assert square.synthesises
    assert not square.opaque
    assert "frame" in cls(index, "MovingCamera").attributes
    assert "frame" not in cls(index, "Camera").attributes
    # The group that `get_secant_slope_group` returns gets its parts from outside.
    assert "secant_line" in cls(index, "VGroup").attributes
    config = index.names["config"].type_ref
    assert config is not None
    assert "pixel_height" in index.classes[config].attributes
    assert not index.classes[config].opaque


def test_what_an_instance_has_is_in_the_index(index: Index) -> None:
    import manim as mn

    made = [mn.Square(), mn.Arrow(), mn.Axes(), mn.NumberPlane(), mn.Text("a"), mn.Sphere(), mn.ValueTracker()]
    made += [mn.FadeIn(mn.Square()), mn.Transform(mn.Square(), mn.Circle()), mn.Graph([1, 2], [(1, 2)])]
    for thing in made:
        assert vars(thing).keys() - cls(index, type(thing).__name__).attributes == set(), type(thing).__name__


def test_the_stage_is_described(index: Index) -> None:
    ref = index.stage["Slide"].ref
    assert ref is not None
    slide = index.classes[ref]
    assert slide.is_a("manim.scene.scene.Scene")
    assert {"beat", "leave", "layout", "play"} <= slide.methods.keys()
    view = slide.methods["layout"].returns
    assert view is not None
    assert "reveal" in index.classes[view].methods


def test_what_is_stored_is_what_was_found(index: Index) -> None:
    again = decode(json.loads(json.dumps(encode(index))))
    for ref in index.classes:
        one, two = index.classes[ref], again.classes[ref]
        assert dict(one.methods) == dict(two.methods)
        assert (one.mro, one.init, one.attributes, one.members) == (two.mro, two.init, two.attributes, two.members)
    assert dict(again.functions) == dict(index.functions)
    assert {name: dict(module) for name, module in again.modules.items()} == {
        name: dict(module) for name, module in index.modules.items()
    }


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[]", b"{}", b'{"format": 0}'])
def test_a_damaged_file_is_no_index(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "index.json"
    path.write_bytes(content)
    assert _read(path) is None


@pytest.mark.usefixtures("index")
def test_loading_is_light_and_quick(cache: Path) -> None:
    code = (
        "import sys, time, pathlib; from visium_graph.checks.index import load_index; start = time.process_time(); "
        f"load_index(pathlib.Path({str(cache)!r})).names['Circle']; print(time.process_time() - start); "
        "print(*{'manim', 'numpy', 'langgraph'} & set(sys.modules))"
    )
    runs = [subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True) for _ in range(3)]
    assert all(run.stdout.split()[1:] == [] for run in runs)
    assert min(float(run.stdout.split()[0]) for run in runs) < 0.15  # about 0.04 s, with room for a slow machine


def test_no_manim(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("visium_graph.checks.index.store._version", lambda _: None)
    with pytest.raises(EnvironmentFault, match="pip install"):
        index_path()


def test_a_cache_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    begun = time.monotonic()
    with pytest.raises(EnvironmentFault, match="VISIUM_CACHE_DIR"):
        load_index(tmp_path / "file")
    assert time.monotonic() - begun < 10
