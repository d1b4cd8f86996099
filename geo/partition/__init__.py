"""Boundaries: the partition on the integer lattice, its proof, its levels."""
