"""Draws one scene into one silent clip."""
