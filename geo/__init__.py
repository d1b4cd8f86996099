"""Where things are: pure geometry and tracks. Takes bytes and arrays; no files, no clock, no network."""
