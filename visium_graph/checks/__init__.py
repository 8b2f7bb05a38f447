"""What code can say about a scene without any opinion: does it run, does its text fit, does anything collide."""

from visium_graph.checks.finding import Finding
from visium_graph.checks.scene import findings_of

__all__ = ["Finding", "findings_of"]
