"""Readers of track files: bytes in, a `Track` out, every point accounted for."""
