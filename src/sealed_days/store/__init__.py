"""Where a staged day lies and how it is published."""
