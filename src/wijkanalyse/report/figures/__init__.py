"""The report's figures: each function draws one into a file and returns its text alternative."""
