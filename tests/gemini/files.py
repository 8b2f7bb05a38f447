"""The files of the service: resumable upload, metadata, download, deletion."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.gemini.apierror import ApiError
from tests.gemini.clock import Clock, timestamp

_LIFETIME = 48 * 3600


@dataclass
class File:
    """One file. What batches write may be downloaded, what was uploaded may not."""

    name: str
    media: str
    content: bytes
    created: float
    display: str = ""
    generated: bool = False


@dataclass
class Upload:
    """A file on its way."""

    media: str
    size: int
    display: str
    content: bytearray = field(default_factory=bytearray)


class Files:
    """All files.

    Args:
        largest: Bytes of the largest file.
    """

    def __init__(self, clock: Clock, *, largest: int = 2 * 2**30) -> None:
        self._clock = clock
        self._largest = largest
        self._files: dict[str, File] = {}
        self._uploads: dict[str, Upload] = {}

    def start(self, body: Mapping[str, Any], headers: Mapping[str, str]) -> str:
        """Begin a resumable upload; returns its id."""
        if headers.get("x-goog-upload-protocol") != "resumable" or headers.get("x-goog-upload-command") != "start":
            raise ApiError(400, "Only resumable uploads are supported.")
        try:
            size = int(headers["x-goog-upload-header-content-length"])
        except (KeyError, ValueError) as error:
            raise ApiError(400, "X-Goog-Upload-Header-Content-Length must be a number.") from error
        if size > self._largest:
            raise ApiError(400, f"File size exceeds the limit: {self._largest} bytes.")
        told = body.get("file") or {}
        media = told.get("mimeType") or headers.get("x-goog-upload-header-content-type", "application/octet-stream")
        key = uuid.uuid4().hex
        self._uploads[key] = Upload(media, size, told.get("displayName", ""))
        return key

    def receive(self, key: str, headers: Mapping[str, str], content: bytes) -> File | None:
        """Take a piece of an upload; returns the file once it is whole."""
        upload = self._uploads.get(key)
        if upload is None:
            raise ApiError(404)
        if headers.get("x-goog-upload-offset") != str(len(upload.content)):
            raise ApiError(400, f"Upload offset must be {len(upload.content)}.")
        upload.content += content
        if "finalize" not in headers.get("x-goog-upload-command", ""):
            return None
        del self._uploads[key]
        if len(upload.content) != upload.size:
            raise ApiError(400, f"{upload.size} bytes were announced, {len(upload.content)} came.")
        return self.add(
            f"files/{uuid.uuid4().hex[:12]}", bytes(upload.content), media=upload.media, display=upload.display
        )

    def add(self, name: str, content: bytes, *, media: str, display: str = "", generated: bool = False) -> File:
        """Keep a file."""
        self._files[name] = File(name, media, content, self._clock.now(), display, generated)
        return self._files[name]

    def get(self, name: str) -> File:
        """A file by its name; files are gone after 48 hours.

        Raises:
            ApiError: 403, as the service answers where there is none.
        """
        found = self._files.get(name)
        if found is None or self._clock.now() > found.created + _LIFETIME:
            identity = name.removeprefix("files/")
            raise ApiError(403, f"You do not have permission to access the File {identity} or it may not exist.")
        return found

    def download(self, name: str) -> bytes:
        """The bytes of a file that the service has made."""
        found = self.get(name)
        if not found.generated:
            raise ApiError(400, "Only generated files can be downloaded.")
        return found.content

    def delete(self, name: str) -> None:
        """Remove a file."""
        del self._files[self.get(name).name]

    def all(self) -> list[File]:
        """Uploaded files, the newest first."""
        return [file for file in reversed(self._files.values()) if not file.generated]


def card(file: File, url: str) -> dict[str, Any]:
    """The metadata of a file."""
    return {
        "name": file.name,
        "displayName": file.display,
        "mimeType": file.media,
        "sizeBytes": str(len(file.content)),
        "createTime": timestamp(file.created),
        "expirationTime": timestamp(file.created + _LIFETIME),
        "uri": f"{url}/v1beta/{file.name}",
        "state": "ACTIVE",
        "source": "GENERATED" if file.generated else "UPLOADED",
    }
