"""The command `day`: what do we have, is it right, what changed."""
