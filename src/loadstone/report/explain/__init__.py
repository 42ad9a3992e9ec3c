"""`explain`: the search for a module, observed, and what is likely wrong where it fails."""
