"""HTTP routes: each declares its action and resource and calls one service."""
