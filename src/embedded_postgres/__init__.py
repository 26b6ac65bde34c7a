"""The embedded default: a real PostgreSQL from a wheel, described by `.env`, for `make run`."""


class EmbeddedPostgresError(Exception):
    """One line for the user: what is wrong, where, and the command that mends it."""
