"""The base of all layouts, and those for titles, points, quotations and pictures, as they stand on screen."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from manim import Dot, ImageMobject, Square, tempconfig
from PIL import Image

from tests.stage.playing import SETTINGS, assert_well_set, play, texts
from visium_graph.errors import InputError
from visium_graph.stage import RichText, Slide
from visium_graph.stage.layouts import VIEWS, make_view
from visium_graph.stage.layouts.base import Region, ink_bottom, ink_top, paginate, place_column

LONG = "Every natural number greater than one is either a prime or a product of primes, in one way only. "


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return str(tmp_path_factory.mktemp("media"))


def parts(*lines, role="text"):
    return [{"id": f"p{index}", "text": line, "role": role} for index, line in enumerate(lines)]


def said(shown) -> list[str]:
    return [text.text for text in shown]


# ----------------------------------------------------------------- the base


@given(st.lists(st.floats(0.1, 7.0), max_size=30), st.floats(0.0, 1.0), st.floats(1.0, 7.0))
def test_pages_hold_everything_in_order_and_fit(heights, gap, room) -> None:
    pages = paginate(heights, gap, room)
    assert [index for page in pages for index in page] == list(range(len(heights)))
    for page in pages:
        used = sum(heights[index] for index in page) + gap * (len(page) - 1)
        assert len(page) == 1 or used <= room + 1e-9


def test_pages_are_evenly_filled() -> None:
    assert [len(page) for page in paginate([1.0] * 9, 0.0, 8.0)] == [5, 4]


def test_a_column_keeps_its_rhythm_and_stands_in_the_middle() -> None:
    region = Region(-6, 6, -3.5, 2.5)
    column = [RichText(text, em=0.4) for text in ("xxx", "pgy", "HÅb", "xx")]
    place_column(column, region)
    steps = np.diff([text.first_baseline for text in column])
    assert steps == pytest.approx(steps[0])
    above, below = region.top - ink_top(column[0]), ink_bottom(column[-1]) - region.bottom
    assert 0.6 < above / below < 1.0
    full = [RichText("x", em=0.5) for _ in range(6)]
    place_column(full, region, gap=2.0)
    assert ink_bottom(full[-1]) >= region.bottom - 1e-6


def test_parts_enter_one_after_another_over_the_beat(folder) -> None:
    starts, durations = [], []

    class Scene(Slide):
        narration = ("x " * 30,)

        def construct(self) -> None:
            view = self.layout("bullets", title="T", parts=parts("a", "b", "c"))
            begin = self.seconds
            original = self.play

            def noting(*animations, **kwargs):
                starts.append(self.seconds - begin)
                original(*animations, **kwargs)

            self.play = noting
            with self.beat(0) as beat:
                view.reveal("p0", "p1", "p2")
                assert beat.remaining > 0
                durations.append(beat.duration)
            self.play = original

    with tempconfig({**SETTINGS, "media_dir": folder}):
        Scene(skip_animations=True).render()
    third = durations[0] / 3
    for wanted in (0, third, 2 * third):
        assert any(abs(moment - wanted) < 0.1 for moment in starts)


def test_many_parts_in_a_short_beat_enter_together_and_in_time(folder) -> None:
    played = play("bullets", [[f"p{index}" for index in range(7)], []], folder=folder, parts=parts(*"abcdefg"))
    assert said(played.beats[0])[1:] == list("abcdefg")
    start, end = played.slide.marks[0][1:]
    assert (end - start) / 15 < 5


def test_a_second_reveal_emphasises_and_changes_nothing_for_good(folder) -> None:
    played = play("bullets", [["p0"], ["p0"], []], folder=folder, parts=parts("alone"))
    first, second, third = (shown[-1] for shown in played.beats)
    assert played.seconds[1] > 0.2
    assert played.seconds[2] > 0.2
    for later in (second, third):
        assert later.get_center() == pytest.approx(first.get_center(), abs=1e-3)
        assert later[0][1].get_fill_color() == first[0][1].get_fill_color()


def test_a_scene_without_parts_still_moves(folder) -> None:
    played = play("title", [[], []], folder=folder, title="Alone")
    assert min(played.seconds) > 0.2


def test_unknown_parts_are_named(folder) -> None:
    with pytest.raises(ValueError, match=r"no part named 'zz'.*p0, p1"):
        play("bullets", [["zz"]], folder=folder, parts=parts("a", "b"))


def test_pages_turn_with_their_parts_and_back_again(folder) -> None:
    everything = parts(*(f"{number}: {LONG}{LONG}" for number in range(8)))
    reveals = [[part["id"]] for part in everything] + [["p0"]]
    played = play("bullets", reveals, folder=folder, parts=everything)
    assert len(played.view.pages) > 1
    for shown in played.beats:
        assert_well_set(shown)
    assert [text[0] for text in said(played.beats[0])[1:]] == ["0"]
    assert "0" not in [text[0] for text in said(played.beats[7])[1:]]
    assert "0" in [text[0] for text in said(played.beats[8])[1:]]
    seen = {text for shown in played.beats for text in said(shown)}
    assert {part["text"].strip() for part in everything} <= seen


def test_every_kind_of_layout_has_its_view() -> None:
    from typing import get_args

    from visium_graph.layouts import TemplateLayout

    kinds = {get_args(model.model_fields["kind"].annotation)[0] for model in get_args(get_args(TemplateLayout)[0])}
    assert set(VIEWS) == kinds


# -------------------------------------------------------------- the layouts


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize(
    ("kind", "title", "content"),
    [
        ("bullets", "Short", {"parts": parts("one", "two $x^2$", "three")}),
        (
            "bullets",
            "W" * 300,
            {"parts": parts("x" * 1000, r"$\frac{\frac ab}{c}$", "<&> \\alpha $5"), "numbered": True},
        ),
        ("bullets", "Twelve", {"parts": parts(*(f"point {number}" for number in range(12))), "numbered": True}),
        ("title", "Entropy", {}),
        ("title", "Words " * 50, {"parts": parts(LONG * 19, LONG, LONG * 5, "end")}),
        ("quote", "Hardy", {"parts": parts("Short."), "attribution": "Hardy"}),
        ("quote", "Long", {"parts": parts(LONG * 15, LONG), "attribution": "Somebody " * 30}),
    ],
    ids=["short", "odd", "twelve", "card", "full-card", "quote", "long-quote"],
)
def test_whatever_the_content_it_is_well_set(folder, kind, title, content, theme) -> None:
    ids = [part["id"] for part in content.get("parts", [])]
    played = play(kind, [[name] for name in ids] or [[]], folder=folder, title=title.strip(), theme=theme, **content)
    for shown in played.beats:
        assert shown
        assert_well_set(shown)


def test_numbers_line_up_and_points_share_a_margin(folder) -> None:
    played = play(
        "bullets", [[f"p{index}" for index in range(12)]], folder=folder, numbered=True, parts=parts(*"abcdefghijkl")
    )
    rows = [piece.mobject for page in played.view.pages for piece in page.pieces]
    stops = {round(float(row[0].get_right()[0]), 2) for row in rows}
    assert len(stops) == 1
    assert {row[0].text for row in rows} == {f"{number}." for number in range(1, 13)}
    for row in rows:
        assert row[0].first_baseline == pytest.approx(row[1].first_baseline)


def test_dots_stand_at_the_middle_of_the_first_line(folder) -> None:
    played = play("bullets", [["p0"]], folder=folder, parts=parts(LONG * 3))
    dot, text = played.view.pages[0].pieces[0].mobject
    assert isinstance(dot, Dot)
    assert text.first_baseline < dot.get_y() < text.first_baseline + 0.5 * text.em


def test_a_list_that_just_overflows_is_set_smaller_and_a_long_one_on_pages(folder) -> None:
    def sizes(count: int) -> tuple[float, int]:
        view = play("bullets", [["p0"]], folder=folder, parts=parts(*[LONG * 2] * count)).view
        return view.pages[0].pieces[0].mobject[1].em, len(view.pages)

    usual = sizes(2)
    assert usual[1] == 1
    full = next(sizes(count) for count in range(3, 7) if sizes(count)[0] < usual[0])
    assert full[1] == 1
    long = sizes(9)
    assert long[0] == usual[0]
    assert long[1] > 1


def test_the_title_card_hands_its_title_on(folder) -> None:
    played = play("title", [["p0"]], folder=folder, title="Entropy", parts=parts("a measure"))
    card = played.beats[0][0]
    assert card.get_x() == pytest.approx(0, abs=0.01)
    (left,) = texts(played.slide.mobjects)
    assert left.text == "Entropy"
    assert left.get_left()[0] == pytest.approx(-7.11 + 0.75, abs=0.02)
    assert left.get_top()[1] > 3


def test_the_first_frame_goes_on_from_the_last_scene(folder) -> None:
    frames = []

    class Scene(Slide):
        def construct(self) -> None:
            original = self.play

            def first(*animations, **kwargs):
                frames.append([text.text for text in texts(self.mobjects)])
                original(*animations, **kwargs)

            self.play = first
            self.layout("bullets", title="New", after="Old", parts=parts("a"))
            frames.append([text.text for text in texts(self.mobjects)])

    with tempconfig({**SETTINGS, "media_dir": folder}):
        Scene(skip_animations=True).render()
    assert frames == [["Old"], ["New"]]


def test_the_same_title_stands_still(folder) -> None:
    class Scene(Slide):
        def construct(self) -> None:
            self.layout("bullets", title="Same", after="Same", parts=parts("a"))
            assert self.frames == 0
            assert [text.text for text in texts(self.mobjects)] == ["Same"]

    with tempconfig({**SETTINGS, "media_dir": folder}):
        Scene(skip_animations=True).render()


def test_the_quotation_has_its_bar_and_its_source(folder) -> None:
    played = play("quote", [["p0"], ["p1"]], folder=folder, parts=parts("One.", "Two."), attribution="— Hardy")
    assert said(played.beats[0])[1:] == ["One."]
    assert said(played.beats[1])[1:] == ["One.", "Two.", "—\u2002Hardy"]
    (bar,) = played.view.pages[0].furniture
    assert bar.get_right()[0] < played.beats[1][1].get_left()[0]


# ------------------------------------------------------------------ pictures


class Pictures(Slide):
    """Views of pictures, built and not played: drawing them is Manim's business."""

    wanted: tuple[str, ...] = ()
    caption = ""

    def construct(self) -> None:
        fields = {
            "parts": [{"id": f"i{index}", "path": path} for index, path in enumerate(self.wanted)],
            "caption": self.caption,
        }
        self.view = make_view(self, "image", "Pictures", fields)
        self.view.heading()
        self.view.prepare()


@pytest.fixture
def assets(tmp_path, monkeypatch):
    (tmp_path / "assets").mkdir()
    monkeypatch.setattr("visium_graph.stage.slide._script_of", lambda _: tmp_path / "scenes" / "a.py")
    shades = np.linspace(0, 255, 400 * 200 * 3).reshape(200, 400, 3).astype(np.uint8)
    Image.fromarray(shades).save(tmp_path / "assets" / "wide.png")
    Image.fromarray(shades).rotate(90, expand=True).save(tmp_path / "assets" / "tall.jpg")
    Image.fromarray(shades[:20, :20]).save(tmp_path / "assets" / "small.png")
    ink = np.zeros((100, 100, 4), np.uint8)
    ink[40:60, :, 3] = 255
    Image.fromarray(ink).save(tmp_path / "assets" / "ink.png")
    (tmp_path / "assets" / "broken.png").write_bytes(b"no picture")
    return tmp_path / "assets"


def pictures(folder, *wanted, theme="dark", caption="") -> list[ImageMobject]:
    cls = type(
        "Made", (Pictures,), {"wanted": tuple(f"assets/{name}" for name in wanted), "theme": theme, "caption": caption}
    )
    with tempconfig({**SETTINGS, "media_dir": folder}):
        scene = cls(skip_animations=True)
        scene.render()
    page = scene.view.pages[0]
    return [*(piece.mobject for piece in page.pieces), *page.furniture]


@pytest.mark.usefixtures("assets")
def test_pictures_side_by_side_have_one_height_and_stay_within_the_frame(folder) -> None:
    *row, caption = pictures(folder, "wide.png", "tall.jpg", "ink.png", caption="What is to be seen")
    assert len({round(float(picture.height), 6) for picture in row}) == 1
    assert row[0].width / row[0].height == pytest.approx(2, rel=0.01)
    assert row[1].width / row[1].height == pytest.approx(0.5, rel=0.02)
    for one, other in itertools.pairwise(row):
        assert other.get_left()[0] - one.get_right()[0] > 0.2
    assert row[0].get_left()[0] >= -6.4
    assert row[-1].get_right()[0] <= 6.4
    assert caption.get_top()[1] < row[0].get_bottom()[1]
    assert caption.get_bottom()[1] > -3.7


@pytest.mark.usefixtures("assets")
def test_small_pictures_are_not_blown_up(folder) -> None:
    (small,) = pictures(folder, "small.png")
    assert small.height * 1080 / 8 <= 3 * 20 + 1
    (wide,) = pictures(folder, "wide.png")
    assert wide.height * 1080 / 8 <= 3 * 200 + 1


@pytest.mark.usefixtures("assets")
@pytest.mark.parametrize(("theme", "corner"), [("dark", 255), ("light", 0)])
def test_transparent_ink_gets_a_ground_where_it_would_vanish(folder, theme, corner) -> None:
    (picture,) = pictures(folder, "ink.png", theme=theme)
    assert picture.pixel_array[0, 0, 0] == corner
    assert (picture.pixel_array[0, 0, 3] == 255) == (theme == "dark")


@pytest.mark.usefixtures("assets")
@pytest.mark.parametrize("name", ["missing.png", "broken.png"])
def test_a_picture_that_cannot_be_shown_is_named(folder, name) -> None:
    with pytest.raises(InputError, match=f"assets/{name}"):
        pictures(folder, name)


def test_a_view_can_bring_its_own_animations(folder) -> None:
    from visium_graph.stage.layouts.base import Page, Piece, View

    class Dots(View):
        def build(self):
            square = Square()
            return [
                Page([Piece("p0", square), Piece("p1", Dot(), enter=lambda: square.animate.shift([0, 1, 0]).build())])
            ]

    class Scene(Slide):
        narration = ("x", "y")

        def construct(self) -> None:
            view = Dots(self, "T", make_view(self, "bullets", "T", {"parts": parts("a", "b")}).layout)
            view.prepare()
            with self.beat(0):
                view.reveal("p0")
            with self.beat(1):
                view.reveal("p1")
            assert view.pages[0].pieces[0].mobject.get_y() == pytest.approx(1)

    with tempconfig({**SETTINGS, "media_dir": folder}):
        Scene(skip_animations=True).render()
