"""The contact sheet: a still of each beat's end, to see a whole video at a glance."""

from __future__ import annotations

import io
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont, UnidentifiedImageError

from visium_graph.errors import InputError
from visium_graph.export.plain import plain_text
from visium_graph.run import write_atomically

__all__ = ["Still", "contact_sheet"]

WIDEST, TALLEST = 4000, 16000
"""Pixels of the largest sheet; stills shrink to keep within it."""
_LARGEST_STILL, _SMALLEST_STILL = 480, 96
"""Widths in pixels."""
_GAP = 16
_CAPTION = 44
_INK, _FAINT, _PAPER, _MISSING = "#f2f2f2", "#9aa0a6", "#1b1d21", "#33363c"

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


@dataclass(frozen=True)
class Still:
    """The picture at the end of one beat."""

    scene_id: str
    scene_title: str
    beat_id: str
    path: Path | None
    """PNG or JPEG; None where there is none, which leaves an empty frame."""


@dataclass(frozen=True)
class _Grid:
    columns: int
    rows: int
    width: int
    height: int

    @property
    def size(self) -> tuple[int, int]:
        return (
            _GAP + self.columns * (self.width + _GAP),
            _GAP + self.rows * (self.height + _CAPTION + _GAP),
        )


def contact_sheet(stills: Sequence[Still], out: Path) -> None:
    """Write the stills in order as one PNG, each captioned with its scene and beat.

    Raises:
        InputError: there are no stills, or one cannot be read.
    """
    if not stills:
        raise InputError("a contact sheet needs at least one still")
    grid = _grid(len(stills), _aspect(stills))
    sheet = Image.new("RGB", grid.size, _PAPER)
    draw = ImageDraw.Draw(sheet)
    bold, plain = _font(16 if grid.width >= 240 else 11), _font(13 if grid.width >= 240 else 10)
    for number, still in enumerate(stills):
        row, column = divmod(number, grid.columns)
        x, y = _GAP + column * (grid.width + _GAP), _GAP + row * (grid.height + _CAPTION + _GAP)
        if still.path is None:
            draw.rectangle((x, y, x + grid.width - 1, y + grid.height - 1), outline=_MISSING, width=2)
        else:
            picture = _opened(still.path)
            picture.thumbnail((grid.width, grid.height), Image.Resampling.LANCZOS)
            sheet.paste(picture, (x + (grid.width - picture.width) // 2, y + (grid.height - picture.height) // 2))
        draw.text(
            (x, y + grid.height + 4), _fitted(draw, plain_text(still.scene_title), bold, grid.width), _INK, font=bold
        )
        caption = f"{number + 1}  {still.scene_id} · {still.beat_id}"
        draw.text((x, y + grid.height + 24), _fitted(draw, caption, plain, grid.width), _FAINT, font=plain)
    buffer = io.BytesIO()
    sheet.save(buffer, "PNG")
    write_atomically(out, buffer.getvalue())


def _grid(count: int, aspect: float) -> _Grid:
    """About as wide as tall, within the largest sheet."""
    columns = max(1, min(round((count / aspect * 1.3) ** 0.5) or 1, count, 8))
    width = _LARGEST_STILL
    while True:
        grid = _Grid(columns, -(-count // columns), width, round(width / aspect))
        if (grid.size[0] <= WIDEST and grid.size[1] <= TALLEST) or width <= _SMALLEST_STILL:
            return grid
        # A very long video: first smaller stills, with more of them side by side.
        width = max(round(width * 0.85), _SMALLEST_STILL)
        columns = max(1, min(count, (WIDEST - _GAP) // (width + _GAP)))


def _aspect(stills: Sequence[Still]) -> float:
    for still in stills:
        if still.path is not None:
            picture = _opened(still.path)
            return picture.width / picture.height
    return 16 / 9


def _opened(path: Path) -> Image.Image:
    try:
        with Image.open(path, formats=("PNG",)) as picture:
            return picture.convert("RGB")
    except (OSError, UnidentifiedImageError) as error:
        raise InputError(f"{path}: the still cannot be read ({error})") from None


def _font(size: int) -> Font:
    try:
        return ImageFont.truetype("DejaVuSans.ttf", size)  # holds Greek and mathematical signs
    except OSError:
        return ImageFont.load_default(size)


def _fitted(draw: ImageDraw.ImageDraw, text: str, font: Font, width: int) -> str:
    """The text, shortened with an ellipsis where it is wider than its still."""
    if draw.textlength(text, font=font) <= width:
        return text
    fits = bisect_left(
        range(len(text)), True, key=lambda kept: draw.textlength(text[: kept + 1] + "…", font=font) > width
    )
    return text[:fits].rstrip() + "…"
