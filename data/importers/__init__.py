"""Files from users, parsed in a limited child process; each returns records and a list of rejects."""
