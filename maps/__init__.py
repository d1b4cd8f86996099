"""What is seen: web maps, notice boards, pages and the browser editor."""
