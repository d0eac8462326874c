"""The environments of the stand-in."""
