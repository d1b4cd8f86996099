"""What is seen of a patrol: the bar of a day, its time line, the bounds beside what is required, and the map."""
