"""Text files as lines: decompressed by their extension, valid UTF-8, one row a line.

A compressed or damaged file is rewritten once, next to the cached object. A line ends at \\n, \\r or \\r\\n as in
Hive; an empty line is a row.
"""

import bz2
import codecs
import gzip
import io
import lzma
import shutil
import struct
import zlib
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from ..errors import AthenaError
from .source import FILE
from .values import literal

# DuckDB's CSV reader is its fastest way to lines: a separator that no text holds makes each line one column.
NO_SEPARATOR = "\x1c\x1d\x1e\x1f"
DUCKDB_LINE = 2_000_000  # bytes; DuckDB's default limit of a line is 2,097,152
LONGEST_LINE = 32 * 1024 * 1024  # Athena's limit of a row, 32 MB (User Guide, other limitations)
BOM = codecs.BOM_UTF8
CHUNK = 1 << 22


class Text(NamedTuple):
    """What one pass over a file of text tells.

    `valid`: UTF-8 with \\n line ends; `long`: a line may be too long for DuckDB's default; `blank`: a line may be
    empty.
    """

    valid: bool
    long: bool
    blank: bool


UNKNOWN = Text(valid=False, long=True, blank=True)


def relation(source):
    """SQL of rows (l VARCHAR, "$file") for the lines of the source's files, header lines left out."""
    return f"SELECT coalesce(l, '') AS l, {FILE} FROM ({read(source, NO_SEPARATOR, ['l'])})"


def read(source, separator, columns, null_text=None, kinds=None):
    """SQL of the lines' first fields as `columns`, and "$file"; a field that a line lacks is NULL.

    `null_text`: the field that is NULL too. `kinds`: column → SQL type where it is not VARCHAR. DuckDB leaves empty
    lines out where there are several columns.
    """
    paths = source.paths(lambda file: prepared(file, source))
    limit = f", max_line_size={LONGEST_LINE}" if any(facts(file, source).long for file in source.files) else ""
    skip = source.count("skip.header.line.count")
    header = f", skip={skip}" if skip else ""
    null = "" if null_text is None else f", nullstr={literal(null_text)}"
    files = ", ".join(map(literal, paths))
    typed = kinds or {}
    declared = ", ".join(f"{literal(column)}: {literal(typed.get(column, 'VARCHAR'))}" for column in columns)
    return (
        f"SELECT *, file_index AS {FILE} FROM read_csv([{files}], delim={literal(separator)}, "
        f"quote='', escape='', header=false, auto_detect=false, strict_mode=false, null_padding=true, "
        f"columns={{{declared}}}{null}{limit}{header})"
    )


def facts(file, source):
    """Text of a file that was `prepared`."""
    return source.objects.memo(file, "text", lambda: UNKNOWN)


def prepared(file, source):
    """The local file with the text of an object: the object itself, or its decompressed or repaired copy."""
    plain = _decompressed(file, source)
    if source.objects.memo(file, "text", lambda: inspect(plain)).valid:
        return plain
    return source.objects.prepared(file, "text", lambda _, target: _repair(plain, target), source.owner)


def _decompressed(file, source):
    extension = _compression(file.key)
    if extension is None:
        return source.objects.path(file, source.owner)

    def decompress(raw, target):
        try:
            with open(target, "wb") as out:
                DECOMPRESSORS[extension](raw, out)
        except (
            OSError,
            EOFError,
            ValueError,
            zlib.error,
            lzma.LZMAError,
            struct.error,
            pa.ArrowException,
        ) as failure:
            if getattr(failure, "errno", None) is not None:
                raise
            raise AthenaError(
                "HIVE_CURSOR_ERROR", f"Failed to read file: {file.uri}: {_first_line(failure)}"
            ) from failure

    return source.objects.prepared(file, "plain", decompress, source.owner)


def inspect(path):
    """The Text of a file."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    since_newline = 0
    long, blank, before = False, False, b"\n"
    with open(path, "rb") as file:
        try:
            while chunk := file.read(CHUNK):
                if b"\r" in chunk:
                    return UNKNOWN
                if not chunk.isascii() or decoder.getstate()[0]:
                    decoder.decode(chunk)
                blank = blank or _has_empty_line(chunk) or (before == b"\n" and chunk.removeprefix(BOM)[:1] == b"\n")
                before = chunk[-1:]
                long, since_newline = _measure(chunk, long, since_newline)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return UNKNOWN
    return Text(True, long or since_newline > DUCKDB_LINE, blank)


def _has_empty_line(chunk):
    """Whether two newlines follow each other; a search for both bytes stops at every line, ten times slower."""
    newline = np.frombuffer(chunk, np.uint8) == ord("\n")
    return bool((newline[1:] & newline[:-1]).any())


def _measure(chunk, long, since_newline):
    """Follow the longest line through one chunk; only lines over the limit need be told apart."""
    start = 0
    while len(chunk) - start > DUCKDB_LINE:
        end = chunk.rfind(b"\n", start, start + DUCKDB_LINE)
        if end < 0:
            return True, since_newline
        if chunk.find(b"\n", start) - start + since_newline > DUCKDB_LINE:
            return True, since_newline
        start, since_newline = end + 1, 0
    first = chunk.find(b"\n", start)
    if first < 0:
        return long, since_newline + len(chunk) - start
    long = long or first - start + since_newline > DUCKDB_LINE
    return long, len(chunk) - chunk.rfind(b"\n") - 1


def _repair(path, target):
    """Bytes that are not UTF-8 become U+FFFD, as in Athena's results, and every line end becomes \\n."""
    decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder("utf-8")(errors="replace"), translate=True)
    with open(path, "rb") as file, open(target, "wb") as out:
        while chunk := file.read(CHUNK):
            out.write(decoder.decode(chunk).encode("utf-8"))
        out.write(decoder.decode(b"", final=True).encode("utf-8"))


def _compression(key):
    extension = key.rsplit(".", 1)[-1] if "." in key.rsplit("/", 1)[-1] else ""
    if extension == "lzo":
        raise AthenaError("NOT_SUPPORTED", f"LZO text is not supported by this endpoint: {key}")
    return extension if extension in DECOMPRESSORS else None


def _gzip(path, out):
    with gzip.open(path, "rb") as file:
        shutil.copyfileobj(file, out, CHUNK)


def _bzip2(path, out):
    with bz2.open(path, "rb") as file:
        shutil.copyfileobj(file, out, CHUNK)


def _zstd(path, out):
    with pa.OSFile(str(path)) as file, pa.CompressedInputStream(file, "zstd") as stream:
        while chunk := stream.read(CHUNK):
            out.write(chunk)


def _deflate(path, out):
    decoder = zlib.decompressobj()
    with open(path, "rb") as file:
        while chunk := file.read(CHUNK):
            out.write(decoder.decompress(chunk))
    out.write(decoder.flush())
    if not decoder.eof:
        raise EOFError("unexpected end of input stream")


_EXPANSION = 256  # how many times longer than itself a block of LZ4 or Snappy can at most become


def _hadoop_blocks(codec):
    """Hadoop's framing of block codecs: length of the plain block, then length and bytes of its parts."""

    def decompress(path, out):
        with open(path, "rb") as file:
            while head := file.read(4):
                left = struct.unpack(">I", head)[0]
                while left > 0:
                    packed = file.read(struct.unpack(">I", file.read(4))[0])
                    size = snappy_size(packed) if codec == "snappy" else left
                    if size > left or size > _EXPANSION * (len(packed) + 1):
                        raise ValueError(f"corrupt {codec} block")
                    plain = pa.Codec(codec).decompress(packed, decompressed_size=size, asbytes=True)
                    out.write(plain)
                    left -= len(plain)

    return decompress


def snappy_size(packed):
    """The plain length that opens every snappy block, a little-endian base-128 number."""
    size = 0
    for place, byte in enumerate(packed[:5]):
        size |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            return size
    raise ValueError("corrupt snappy block")


DECOMPRESSORS = {
    "gz": _gzip,
    "bz2": _bzip2,
    "zst": _zstd,
    "deflate": _deflate,
    "snappy": _hadoop_blocks("snappy"),
    "lz4": _hadoop_blocks("lz4_raw"),
}


def _first_line(failure):
    return (str(failure) or type(failure).__name__).splitlines()[0]
