"""Patrols: from the bytes of a track to time in a grid, one file per stage."""
