"""Documents and built-in lessons: whatever the user gives becomes blocks, or a storyboard."""
