"""The sample town and the open data that ship with it; ``README.md`` states the origin and licence of every file."""
