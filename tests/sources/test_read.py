"""Files to documents, and every way a file can be unusable."""

import base64
import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow

from visium_graph.errors import InputError
from visium_graph.sources.read import read_document


def picture(kind="PNG"):
    data = io.BytesIO()
    Pillow.new("RGB", (4, 3), "red").save(data, kind)
    return data.getvalue()


def refusal(path, tmp_path):
    with pytest.raises(InputError) as caught:
        read_document(path, tmp_path / "assets")
    message = str(caught.value)
    assert "\n" not in message
    assert path.name in message
    return message


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("empty.md", b"", "empty"),
        ("blank.md", b" \n\t\n", "empty"),
        ("front.md", b"---\ntitle: x\n---\n", "nothing to show"),
        ("links.md", b"- [a](https://a.org)\n", "lists of links"),
        ("binary.md", bytes(range(256)) * 4, "not a text file"),
        ("nulls.txt", b"a\0b", "not a text file"),
        ("paper.pdf", b"%PDF-1.4", ".pdf files cannot be read; convert it to one of .md"),
        ("large.md", b"x" * 5_000_001, "too large"),
    ],
)
def test_unusable_files_are_refused_in_one_line(tmp_path, name, data, says):
    path = tmp_path / name
    path.write_bytes(data)
    assert says in refusal(path, tmp_path)


def test_missing_files_and_folders_are_refused(tmp_path):
    assert "no such file" in refusal(tmp_path / "gone.md", tmp_path)
    folder = tmp_path / "folder.md"
    folder.mkdir()
    assert "a folder" in refusal(folder, tmp_path)


def test_unreadable_files_are_refused(tmp_path, monkeypatch):
    path = tmp_path / "secret.md"
    path.write_text("x")

    def denied(self):
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(type(path), "read_bytes", denied)  # root may read everything, so a mode would prove nothing
    assert "no permission" in refusal(path, tmp_path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings_and_line_ends(tmp_path, encoding):
    path = tmp_path / "text.md"
    path.write_bytes("# Größe\r\n\r\nEin\tSatz\r\nüber zwei Zeilen.".encode(encoding))
    document = read_document(path, tmp_path)
    assert document.title == "Größe"
    assert document.blocks[1].text == "Ein Satz über zwei Zeilen."


def test_a_file_without_suffix_is_plain_text_and_a_readme_has_its_folders_name(tmp_path):
    plain = tmp_path / "NOTES"
    plain.write_text("# not a heading mark here, just text.\n")
    assert read_document(plain, tmp_path).blocks[0].text.startswith("# not")
    folder = tmp_path / "my-tool"
    folder.mkdir()
    readme = folder / "README.md"
    readme.write_text("A tool for measuring rain.")
    assert read_document(readme, tmp_path).title == "My tool"


def test_pictures_beside_the_file_are_copied_and_the_others_noted(tmp_path):
    source, assets = tmp_path / "src", tmp_path / "run" / "assets"
    source.mkdir()
    (source / "red dot.png").write_bytes(picture())
    (source / "vector.svg").write_text("<svg/>")
    embedded = base64.b64encode(picture("JPEG")).decode()
    path = source / "a.md"
    path.write_text(
        "![A red dot](red%20dot.png)\n\n![again](/red%20dot.png?raw=1) and words.\n\n![v](vector.svg)\n\n![w](https://x.org/w.png)\n\n"
        f'![gone](gone.png)\n\n![data](data:image/jpeg;base64,{embedded})\n\n<img src="red%20dot.png" alt="in HTML">\n'
    )
    document = read_document(path, assets)
    images = [block for block in document.blocks if block.kind == "image"]
    assert [image.alt for image in images] == ["A red dot", "again", "data", "in HTML"]
    assert {image.path for image in images} == {f"assets/{file.name}" for file in assets.iterdir()}
    assert {file.suffix for file in assets.iterdir()} == {".png", ".jpg"}
    assert len(document.notes) == 3
    assert any("vector.svg (line 5) is no picture" in note for note in document.notes)
    assert any("gone.png (line 9) is not there" in note for note in document.notes)
    assert any("https://x.org/w.png" in note for note in document.notes)


@given(st.binary(max_size=300), st.sampled_from(["a.md", "a.txt", "a"]))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_are_a_document_or_an_input_error(tmp_path, data, name):
    path = tmp_path / name
    path.write_bytes(data)
    try:
        document = read_document(path, tmp_path / "assets")
    except InputError:
        return
    assert document.blocks
    document.model_dump_json()
