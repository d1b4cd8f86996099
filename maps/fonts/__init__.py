"""The fonts of the printed boards, and how the small supplement was made."""
