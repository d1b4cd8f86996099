"""The use cases. The command line and HTTP call the same functions; nothing here knows FastAPI."""
