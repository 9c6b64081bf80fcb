"""What keys cost and what they withstand: one study a file, each on any generator."""
