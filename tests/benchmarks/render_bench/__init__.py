"""Pieces of `bench_render.py`: what is rendered, how it is measured, and Manim's own frames to compare with."""
