"""Pictures of a document: checked, and copied to the run's assets under the hash of their content."""

from __future__ import annotations

import base64
import binascii
import hashlib
import io
import re
import warnings
from pathlib import Path
from urllib.parse import unquote

from PIL import Image as Pillow
from PIL import UnidentifiedImageError

from visium_graph.run import write_atomically
from visium_graph.sources.document import Image

__all__ = ["ImageKeeper", "is_badge"]

_SUFFIXES = {"PNG": ".png", "JPEG": ".jpg", "WEBP": ".webp", "GIF": ".gif", "BMP": ".bmp", "TIFF": ".tiff"}
_LARGEST_FILE = 50_000_000
_LARGEST_PICTURE = 100_000_000
_BADGES = re.compile(
    r"shields\.io|badgen\.net|badge|travis-ci|codecov|coveralls|circleci|appveyor|/workflows/|pepy\.tech|opencollective|"
    r"contrib\.rocks|star-history|githubusercontent\.com/sponsors|mybinder|buymeacoffee|ko-fi",
    re.IGNORECASE,
)


def is_badge(reference: str) -> bool:
    """Whether a picture's address is that of a status badge or a button, which says nothing in a video."""
    return _BADGES.search(reference) is not None


class _Unusable(Exception):  # noqa: N818  # never leaves this module; its text completes a sentence
    """Why a picture cannot be kept."""


class ImageKeeper:
    """Copies the pictures that a document names into the run's assets.

    Args:
        document: path of the document; references are relative to its folder.
        assets: folder that receives the copies. It is made when the first picture is kept.
    """

    def __init__(self, document: Path, assets: Path) -> None:
        self._folder = document.resolve().parent
        self._assets = assets
        self._remote: list[str] = []
        self._other: list[str] = []

    @property
    def notes(self) -> list[str]:
        """A line for the user about each picture that could not be kept."""
        if not self._remote:
            return list(self._other)
        names = ", ".join(self._remote[:3]) + (f" and {len(self._remote) - 3} more" if len(self._remote) > 3 else "")
        return [
            *self._other,
            f"pictures on the web are not fetched (save them beside the document to show them): {names}",
        ]

    def keep(self, reference: str, alt: str = "", line: int = 0) -> Image | None:
        """Copy one picture; None, and a note, where that is not possible."""
        reference = reference.strip()
        embedded = reference.startswith("data:")
        if not embedded and re.match(r"[a-z][a-z0-9+.-]+:|//", reference, re.IGNORECASE):
            if reference not in self._remote:
                self._remote.append(reference)
            return None
        try:
            data = _embedded(reference) if embedded else self._load(reference)
            suffix = _picture_suffix(data)
        except _Unusable as reason:
            name = "an embedded picture" if embedded else f"picture {reference}"
            note = f"{name} (line {line}) {reason} and was left out"
            if note not in self._other:
                self._other.append(note)
            return None
        name = hashlib.sha256(data).hexdigest()[:16] + suffix
        write_atomically(self._assets / name, data)
        return Image(path=f"assets/{name}", alt=alt, line=line)

    def _load(self, reference: str) -> bytes:
        path = self._find(re.split(r"[?#]", reference)[0])
        if path is None:
            raise _Unusable("is not there")
        try:
            if path.stat().st_size > _LARGEST_FILE:
                raise _Unusable("is larger than 50 MB")
            return path.read_bytes()
        except OSError as error:
            raise _Unusable(f"cannot be read ({error.strerror})") from None

    def _find(self, reference: str) -> Path | None:
        # A leading slash means the root of a web site, which is some folder at or above the document.
        relative = unquote(reference).lstrip("/")
        folders = [self._folder, *self._folder.parents][:5] if reference.startswith("/") else [self._folder]
        for folder in folders if relative else []:
            path = folder / relative
            try:
                if path.is_file():
                    return path
            except (OSError, ValueError):  # a name too long for the file system, or with a null byte
                return None
        return None


def _embedded(reference: str) -> bytes:
    header, _, body = reference.partition(",")
    try:
        if header.endswith(";base64"):
            return base64.b64decode(unquote(body), validate=False)
    except (binascii.Error, ValueError):
        pass
    raise _Unusable("is not in base64")


def _picture_suffix(data: bytes) -> str:
    """The file suffix after the picture's content."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Pillow.DecompressionBombWarning)
            with Pillow.open(io.BytesIO(data)) as picture:
                suffix, (width, height) = _SUFFIXES.get(picture.format or ""), picture.size
                picture.verify()
    except (UnidentifiedImageError, Pillow.DecompressionBombError, OSError, SyntaxError, ValueError):
        suffix, width, height = None, 0, 0
    if suffix is None:
        raise _Unusable(f"is no picture that can be shown ({', '.join(_SUFFIXES)} can)")
    if width * height > _LARGEST_PICTURE:
        raise _Unusable("has more than 100 million pixels")
    return suffix
