"""The inside of the planar engine: how an operation is laid into the line graph and judged. `geo.partition.edits` is its door."""
