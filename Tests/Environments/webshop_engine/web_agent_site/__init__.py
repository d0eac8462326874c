"""A stand-in for the original engine, for the tests of its adapter: the same public surface, small inside."""
