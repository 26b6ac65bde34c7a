"""The embedded default: a real PostgreSQL from a wheel, described by `.env`, for `make run`."""
