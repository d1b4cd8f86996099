"""The filing sheet of a change: one A4 page with both maps, what moves, what each grid gains and loses, and room to sign."""
