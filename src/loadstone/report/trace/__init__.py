"""`trace`: every import of a program, who asked for it, and the time it took."""
