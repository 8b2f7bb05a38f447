"""Which class of scene has an ability that another lacks."""

from __future__ import annotations

from visium_graph.checks.static.library import CAMERAS, Library

__all__ = ["scene_class_with"]

_CHOICES = (
    "manim.scene.moving_camera_scene.MovingCameraScene",
    "manim.scene.three_d_scene.ThreeDScene",
    "manim.scene.zoomed_scene.ZoomedScene",
    "manim.scene.vector_space_scene.VectorScene",
    "manim.scene.vector_space_scene.LinearTransformationScene",
    "manim.scene.three_d_scene.SpecialThreeDScene",
)
"""The scene classes of manim, the simplest first."""


def scene_class_with(library: Library, attribute: str, *, camera: bool = False) -> str | None:
    """The simplest scene class whose objects have an attribute.

    Args:
        library: the index.
        attribute: the name that was not found on a scene.
        camera: it was looked for on the scene's camera instead.
    """
    cameras = dict(CAMERAS)
    for scene in _CHOICES:
        ref = cameras.get(scene) if camera else scene
        info = library.class_of(ref) if ref is not None else None
        if info is not None and attribute in info.attributes:
            return scene.rpartition(".")[2]
    return None
