"""Taps as others write them, small enough to stand in a test."""

# rows, a state, and no word on where a stream ends
PLANETS = """\
#!/bin/sh
cat <<'END'
{"type": "SCHEMA", "stream": "planets", "key_properties": ["id"], "schema": {"properties": {"id": {"type": "integer"}, "name": {"type": ["string", "null"]}}}}
{"type": "RECORD", "stream": "planets", "record": {"id": 1, "name": "Mercury"}}
{"type": "RECORD", "stream": "planets", "record": {"id": 2, "name": null}}
{"type": "STATE", "value": {}}
END
"""  # noqa: E501
