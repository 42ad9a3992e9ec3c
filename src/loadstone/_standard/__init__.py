"""The finders and loaders that every Python starts with, and what is built of them."""
