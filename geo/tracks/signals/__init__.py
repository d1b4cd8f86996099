"""Odd patterns in tracks: each raises a question for a person, with what it may harmlessly mean. None is a verdict."""
