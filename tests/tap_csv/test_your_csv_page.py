"""Each example of docs/your-csv.md does what the page says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

PAGE = (Path(__file__).parents[2] / "docs" / "your-csv.md").read_text(encoding="utf-8")
BLOCK = "```{}\n(.*?)```\n"
EXAMPLES = re.findall(
    BLOCK.format("yaml") + "\n" + BLOCK.format("csv") + "\n" + BLOCK.format("sealed"), PAGE, re.S
)


@pytest.mark.parametrize(("entry", "content", "sealed"), EXAMPLES)
def test_example_of_the_page_is_sealed_as_it_says(run, entry, content, sealed):
    given = yaml.safe_load(entry)
    assert run.take(content.encode(), **given).decode() == sealed


def test_no_example_is_left_out():
    assert len(EXAMPLES) == PAGE.count("```yaml") == PAGE.count("```sealed") == 4
