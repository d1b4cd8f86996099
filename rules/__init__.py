"""What the regulation says: pure rules, and numbers with their article and date."""
