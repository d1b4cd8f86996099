"""The notice board: a record in, a PDF out."""
