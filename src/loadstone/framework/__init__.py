"""What people write importers with: finders, loaders, interceptors, and installing them."""
