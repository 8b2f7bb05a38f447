"""The agents: script writer, director, coder and reviewer, each with an understudy that needs no model."""
