"""Pictures from the run's assets: one, or several side by side, each fitted to its place, with a caption."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from manim import DOWN, Animation, ImageMobject, ScaleInPlace, config, there_and_back
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from visium_graph.errors import InputError
from visium_graph.stage.layouts.base import Page, Piece, Region, View, ink_top
from visium_graph.stage.text import RichText
from visium_graph.stage.theme import CAPTION_EM, Theme, contrast

__all__ = ["ImageView", "read_image"]

Pixels = NDArray[np.uint8]

_GAP = 0.4
_CAPTION_GAP = 0.32
_LONGEST = 4096
"""Pixels along the longer side; larger pictures are reduced: no frame has more."""


class ImageView(View):
    """Pictures at one height where they stand side by side, the caption centred below."""

    def build(self) -> list[Page]:
        """Fit the row of pictures to the region above the caption."""
        region = self.slide.region
        caption = self._caption(region)
        below = 0.0 if caption is None else ink_top(caption) - float(caption.get_bottom()[1]) + _CAPTION_GAP
        pictures = [self._picture(part.path) for part in self.layout.parts]
        self._row(pictures, region.inset(bottom=below))
        if caption is not None:
            # Close below the pictures, and both together in the middle.
            slack = (region.height - below - pictures[0].height) / 2
            for picture in pictures:
                picture.shift(DOWN * slack * 0.1)
            top = float(pictures[0].get_bottom()[1]) - _CAPTION_GAP
            caption.shift(np.array([region.center[0] - caption.get_x(), top - ink_top(caption), 0.0]))
        parts = self.layout.parts
        pieces = [Piece(part.id, picture) for part, picture in zip(parts, pictures, strict=True)]
        return [Page(pieces, [] if caption is None else [caption])]

    def _caption(self, region: Region) -> RichText | None:
        text = self.layout.caption.strip()
        if not text:
            return None
        return self.slide.rich(
            text, role="muted", em=CAPTION_EM, width=region.width * 0.9, align="center", balance=True
        )

    @staticmethod
    def _row(pictures: list[ImageMobject], region: Region) -> None:
        """One height for all, as large as the region and the pictures' own pixels allow."""
        ratios = [picture.width / picture.height for picture in pictures]
        gaps = _GAP * (len(pictures) - 1)
        height = min(region.height, (region.width - gaps) / sum(ratios), _sharpest(pictures))
        x = region.center[0] - (height * sum(ratios) + gaps) / 2
        for picture, ratio in zip(pictures, ratios, strict=True):
            picture.height = height
            picture.move_to(np.array([x + height * ratio / 2, region.center[1], 0.0]))
            x += height * ratio + _GAP

    def emphasis(self, piece: Piece) -> Animation:
        """A picture grows a little; its colours are its own."""
        return ScaleInPlace(piece.mobject, 1.03, rate_func=there_and_back)

    def _picture(self, path: str) -> ImageMobject:
        pixels = _on_ground(read_image(self.slide.find(path), path), self.slide.look)
        return ImageMobject(pixels)


def _on_ground(pixels: Pixels, theme: Theme) -> Pixels:
    """Give a transparent picture a ground that its ink stands out from, where the slide's would swallow it."""
    alpha = pixels[..., 3:].astype(float) / 255
    if alpha.min() > 0.98 or alpha.max() == 0:
        return pixels
    ink = (pixels[..., :3] * alpha).sum(axis=(0, 1)) / alpha.sum() / 255
    if contrast("#{:02x}{:02x}{:02x}".format(*(int(value * 255) for value in ink)), theme.background) >= 2.5:
        return pixels
    ground = np.array([255.0] * 3 if theme.name == "dark" else [24.0] * 3)
    solid = pixels[..., :3] * alpha + ground * (1 - alpha)
    return np.dstack([solid, np.full(solid.shape[:2], 255.0)]).round().astype(np.uint8)


def _sharpest(pictures: list[ImageMobject]) -> float:
    """The height beyond which a small picture would look coarse: three times its own size at 1080p."""
    return float(max(3 * picture.pixel_array.shape[0] * config.frame_height / 1080 for picture in pictures))


def read_image(file: Path | None, name: str) -> Pixels:
    """Pixels of an image file, shape (height, width, 4), 8 bit RGBA, upright and no larger than a frame needs.

    Raises:
        InputError: no such file, or not an image that can be read.
    """
    if file is None:
        raise InputError(f"image {name!r}: no such file in the run folder")
    try:
        with Image.open(file) as image:
            upright = ImageOps.exif_transpose(image).convert("RGBA")
            upright.thumbnail((_LONGEST, _LONGEST))
            return np.asarray(upright)
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise InputError(f"image {name!r}: cannot be read ({error})") from error
