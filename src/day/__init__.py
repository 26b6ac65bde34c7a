"""`day`: what do we have, is it right, what changed. Reads manifests, files and the warehouse."""
