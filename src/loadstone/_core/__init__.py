"""The engine: what `import` means, without the finders and loaders it starts with."""
