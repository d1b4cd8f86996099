"""What can be asked: use cases, HTTP and the command line."""
