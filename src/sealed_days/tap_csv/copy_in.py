"""Copies a user's file into scratch, as UTF-8 with LF, and counts its rows and quotes on the way.

Blocks of whole lines are handled by C loops (split, replace, count): nothing is done per row.
Splitting at the quote gives, in turn, what is outside quotes and what is inside: a doubled
quote is an empty piece outside.
"""

from __future__ import annotations

import codecs
import re
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from sealed_days.core.errors import SourceError
from sealed_days.core.proven_file import BLOCK
from sealed_days.core.stretches import Stretches
from sealed_days.store.scratch import ScratchFile
from sealed_days.tap_csv.open_file import open_bytes, open_text
from sealed_days.tap_csv.tables import CsvTable, Source

_LINE_END = re.compile(rb"\r\n|\r|\n")
_SECONDS_BETWEEN_LINES = 5.0


class FileCopy:
    """Copies the files of a table into one scratch file with one header.

    After each block: `is_quoted` (it ends inside quotes) and `is_tidy` (quotes only around whole
    values so far: the counts hold). At the end: `rows` (line ends outside quotes, less the
    header's), `canonical` (the scratch file is in our dialect as it stands, if there are no
    blank lines), and the file's own `bytes` and `sha256`.
    """

    def __init__(self, table: CsvTable, target: Path, say: Callable[[str], None]) -> None:
        self.table = table
        self.file = ScratchFile(target)
        self.stretches = Stretches()
        self.rows = -1  # the header ends the first
        self.is_tidy = True
        form = table.format
        self.canonical = (
            form.delimiter == ","
            and form.quote == '"'
            and _is_utf8(form.encoding)
            and set(table.nulls) == {("",)}
            and not table.metadata
            and len(table.kept) == len(table.columns)
            and all(how.is_plain for how in table.written)
        )
        self._say = say
        self._quote = form.quote.encode()
        classes = bytearray(b"o" * 256)
        classes[ord("\n")] = classes[ord(form.delimiter)] = ord(" ")
        classes[ord(form.quote)] = ord("q")
        self._classes = bytes(classes)
        self.is_quoted = False
        self._is_lone = len(table.columns) == 1

    def take(self) -> Iterator[bytes]:
        """Copy all files of the table; yield each block of whole lines as it is written.

        Raises:
            SourceError: a file is not in its encoding, has a NUL byte, or changes meanwhile.
        """
        with closing(self.file):
            if not self.table.own_header:
                header = self._header()
                self.rows += header.count(b"\n") - 1
                self.file.write(header)
                self.stretches.write(header)
                yield header
            for source in self.table.sources:
                is_first = source is self.table.sources[0]
                lines = 0 if is_first and self.table.own_header else source.header_lines
                yield from self._take(source, lines)
                source.assert_unchanged()

    def _header(self) -> bytes:
        """Return the table's columns as a header in the files' own format."""
        form = self.table.format
        special = {form.delimiter, form.quote, "\r", "\n"}
        names = [
            form.quote + name.replace(form.quote, form.quote * 2) + form.quote
            if special & set(name)
            else name
            for name in self.table.columns
        ]
        return (form.delimiter.join(names) + "\n").encode()

    def _take(self, source: Source, to_skip: int) -> Iterator[bytes]:
        encoding = self.table.format.encoding
        decoder = codecs.getincrementaldecoder(encoding)()
        utf8 = _is_utf8(encoding)
        rest, read, said = b"", 0, time.monotonic()
        pieces: list[bytes] = []  # of a line that has not ended yet
        head = True
        with open_bytes(source.path) as stream:
            while True:
                data = stream.read(BLOCK)
                try:
                    if utf8 and data.isascii() and decoder.getstate()[0] == b"":
                        new = data
                    else:
                        text = decoder.decode(data, final=not data)
                        new = data if utf8 else text.encode()
                except UnicodeError:
                    raise first_bad_byte(source.path, encoding) from None
                if b"\0" in new:
                    raise _nul(source.path, encoding)
                if head and new.startswith(codecs.BOM_UTF8):
                    new, self.canonical = new[len(codecs.BOM_UTF8) :], False
                head = head and not new
                read += len(data)
                if data and b"\n" not in new and b"\r" not in new:
                    pieces.append(new)
                    longest = self.table.format.longest
                    if len(pieces) > longest // BLOCK + 1:
                        msg = (
                            f"{source.name} has a line longer than {longest:,} bytes: raise "
                            "max_field_bytes in meltano.yml"
                        )
                        raise SourceError(msg)
                    continue
                cut = 1 + new.rfind(b"\n") if data else 0
                if cut:
                    block, rest = b"".join([rest, *pieces, memoryview(new)[:cut]]), new[cut:]
                else:
                    block, rest = _cut(b"".join([rest, *pieces, new]), is_last=not data)
                pieces.clear()
                if block:
                    at = 0
                    while to_skip and (end := _LINE_END.search(block, at)):
                        at, to_skip = end.end(), to_skip - 1
                    block = block[at:]
                    block = self._look(block)
                    self.file.write(block)
                    self.stretches.write(block)
                    if self.stretches.is_due and not self.is_quoted:
                        self.stretches.end(self.rows)
                    yield block
                if not data:
                    break
                if time.monotonic() - said > _SECONDS_BETWEEN_LINES:
                    said = time.monotonic()
                    self._say(f"{source.path}: {read >> 20} of {source.size >> 20} MB read")
        if self.is_quoted:
            self.is_tidy = False
            self.is_quoted = False

    def _look(self, block: bytes) -> bytes:
        """Count rows and quotes in a block of whole lines; return it with LF as line end."""
        was_quoted = self.is_quoted
        if b"\r" in block:
            self.canonical = False
        if self.table.format.quoted_nulls and self._quote in block:
            self.canonical = False
        if self._quote not in block:
            if not was_quoted:
                block = _to_lf(block)
            outside = b"" if was_quoted else block
        else:
            pieces = block.split(self._quote)
            if b"\r" in block:
                pieces[was_quoted::2] = [_to_lf(piece) for piece in pieces[was_quoted::2]]
                block = self._quote.join(pieces)
            outside = self._quote.join(pieces[was_quoted::2])
            if was_quoted:
                outside = self._quote + outside
            self.is_quoted = was_quoted ^ (len(pieces) % 2 == 0)
            if self.is_quoted:
                outside += self._quote
            if self.is_tidy:
                # four times as fast as a regular expression for a quote beside another character
                kinds = outside.translate(self._classes)
                self.is_tidy = b"qo" not in kinds and b"oq" not in kinds
        self.rows += outside.count(b"\n")
        # before release 18, PostgreSQL takes a line `\.` for the end of the data
        if self._is_lone and (b"\n\\.\n" in outside or outside.startswith(b"\\.\n")):
            self.canonical = False
        return block


def _cut(block: bytes, *, is_last: bool) -> tuple[bytes, bytes]:
    """Return the whole lines of a block, and what is left; at the end of the data all are whole."""
    if is_last:
        return block if not block or block.endswith((b"\n", b"\r")) else block + b"\n", b""
    # a CR at the end may be half of a CRLF
    known = len(block) - block.endswith(b"\r")
    cut = 1 + max(block.rfind(b"\n", 0, known), block.rfind(b"\r", 0, known))
    return block[:cut], block[cut:]


def first_bad_byte(path: Path, encoding: str) -> SourceError:
    """Return the error that names the first byte of a file that its encoding does not have."""
    decoder = codecs.getincrementaldecoder(encoding)()
    line, offset = 1, 0
    with open_bytes(path) as stream:
        while True:
            data = stream.read(BLOCK)
            pending = len(decoder.getstate()[0])
            try:
                line += decoder.decode(data, final=not data).count("\n")
            except UnicodeError as error:
                start = getattr(error, "start", 0)
                seen = getattr(error, "object", data)
                line += seen[:start].decode(encoding, "ignore").count("\n")
                byte = f" ({seen[start]:#04x})" if start < len(seen) else ""
                return SourceError(
                    f"{path} line {line}: byte {offset - pending + start + 1} of the file{byte} "
                    f"is not {encoding}: set the entity's encoding in meltano.yml"
                )
            if not data:
                return SourceError(f"{path} cannot be read as {encoding}")
            offset += len(data)


def _nul(path: Path, encoding: str) -> SourceError:
    line = 1
    with open_text(path, encoding) as stream:
        while text := stream.read(BLOCK):
            if "\0" in text:
                line += text[: text.index("\0")].count("\n")
                break
            line += text.count("\n")
    return SourceError(
        f"{path} line {line}: the line has a NUL byte, which PostgreSQL cannot store: "
        "is the encoding right?"
    )


def _is_utf8(encoding: str) -> bool:
    return codecs.lookup(encoding).name in {"utf-8", "utf-8-sig", "ascii"}


def _to_lf(data: bytes) -> bytes:
    return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in data else data
