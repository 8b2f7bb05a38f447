"""Kills at random moments while real videos are made, and what must be true afterwards."""
