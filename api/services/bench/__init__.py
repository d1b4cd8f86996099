"""Benchmarks: wangge and its peers on the same work, alternating, in one run; ``harness`` says how."""
