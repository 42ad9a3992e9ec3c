"""Importers at fault in loading: each breaks one promise, and is the proof of the check with that code."""
