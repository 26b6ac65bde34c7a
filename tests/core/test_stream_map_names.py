"""A stream map for a stream that is not there is refused: its column would be copied in plain."""

from __future__ import annotations

from typing import Any

import pytest

from sealed_days.core.errors import ConfigurationError
from sealed_days.core.stream_map_names import check_names

STREAMS = ["public-customers", "public-orders"]


@pytest.mark.parametrize(
    "maps",
    [
        {},
        {"public-customers": {"phone": "md5(phone)"}},
        {"public-*": "__NULL__", "__else__": "__NULL__"},
        {"*": {"__alias__": "'x'"}},
        {"customers_again": {"__source__": "public-customers"}},
    ],
)
def test_a_stream_map_for_a_stream_of_the_run_is_accepted(maps: dict[str, Any]) -> None:
    check_names(maps, STREAMS)


@pytest.mark.parametrize(
    ("maps", "says"),
    [
        (
            {"public-custmers": {"phone": "md5(phone)"}},
            r"names public-custmers, .*\(did you mean public-customers\?\)",
        ),
        ({"public-orders": {}, "private-*": "__NULL__"}, r"names private-\*, which is no stream"),
        ({"again": {"__source__": "public-custmers"}}, r"names public-custmers, "),
    ],
)
def test_a_stream_map_for_no_stream_is_refused(maps: dict[str, Any], says: str) -> None:
    with pytest.raises(ConfigurationError, match=says):
        check_names(maps, STREAMS)
