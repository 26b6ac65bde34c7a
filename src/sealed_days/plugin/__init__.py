"""How a plugin starts: directly, or by way of the Singer SDK."""
