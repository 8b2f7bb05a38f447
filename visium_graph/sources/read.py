"""Files to documents: which reader, and every way a file can be unusable, said in one line."""

from __future__ import annotations

import re
from pathlib import Path

from visium_graph.errors import InputError
from visium_graph.sources.assets import ImageKeeper
from visium_graph.sources.document import Document
from visium_graph.sources.markdown import parse_markdown
from visium_graph.sources.text import parse_text

__all__ = ["SUFFIXES", "read_document"]

_MARKDOWN = (".md", ".markdown", ".mdown", ".mkd")
_TEXT = (".txt", ".text")
SUFFIXES = (*_MARKDOWN, *_TEXT)
"""File names that can be read; a file without any suffix is read as plain text."""

_LARGEST = 5_000_000
_ALLOWED_CONTROLS = frozenset("\t\n\r\f\v\x1b\x85")


def read_document(path: Path, assets: Path) -> Document:
    """Read a document by its suffix; pictures beside it are copied to the assets.

    Args:
        path: a Markdown or plain text file.
        assets: the run's folder for pictures.

    Returns:
        The document, with a note for each thing that could not be read.

    Raises:
        InputError: the file is missing, unreadable, binary, empty, too large or of an unsupported kind.
    """
    suffix = path.suffix.lower()
    data = _read(path)
    if suffix and suffix not in SUFFIXES:
        known = ", ".join(SUFFIXES)
        raise InputError(f"{path}: {suffix} files cannot be read; convert it to one of {known}")
    text = _decode(path, data)
    if not text.strip():
        raise InputError(f"{path}: the file is empty; write something to show first")
    # A README is named after what it describes: its folder.
    stem = path.resolve().parent.name if path.stem.lower() in ("readme", "index") else path.stem
    if suffix in _MARKDOWN:
        images = ImageKeeper(path, assets)
        document = parse_markdown(text, origin=str(path), stem=stem, images=images)
        document.notes.extend(images.notes)
    else:
        document = parse_text(text, origin=str(path), stem=stem)
    if not document.blocks:
        reason = "; ".join(document.notes) or "only front matter, links or comments were found"
        raise InputError(f"{path}: nothing to show in it ({reason})")
    return document


def _read(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise InputError(f"{path}: a folder; name a file in it")
        if path.stat().st_size > _LARGEST:
            size = path.stat().st_size / 1e6
            raise InputError(f"{path}: {size:.1f} MB is too large for a document (at most 5 MB); split it")
        return path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except PermissionError:
        raise InputError(f"{path}: no permission to read it; change that with chmod, or copy the file") from None
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read ({getattr(error, 'strerror', None) or error})") from None


def _decode(path: Path, data: bytes) -> str:
    """Text of UTF-8, UTF-16 (by its mark) or, failing both, Windows-1252 bytes, with plain newlines."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif b"\0" in data:
        encodings = []
    else:
        encodings = ["utf-8-sig", "cp1252", "latin-1"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        controls = sum(1 for character in text if character < " " and character not in _ALLOWED_CONTROLS)
        if "\0" not in text and controls <= len(text) / 100:
            # Terminal colours in pasted output go first. A lone surrogate or another control character has no glyph, no sound and no place in JSON.
            text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)
            text = re.sub(r"[\x00-\x08\x0e-\x1f\x7f\ufeff\ud800-\udfff]", "", text)
            return re.sub(r"\r\n?|[\f\v\x85\u2028]", "\n", text)
    raise InputError(f"{path}: not a text file; give one of {', '.join(SUFFIXES)}")
