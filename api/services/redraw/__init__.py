"""Use cases of redrawing: drafts, what a change does, filing, publishing, rebasing, history."""
