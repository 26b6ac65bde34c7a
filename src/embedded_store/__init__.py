"""A real S3 server (SeaweedFS, from a wheel) for the demonstration and the tests."""
