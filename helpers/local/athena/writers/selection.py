"""A query's SQL → the SQL whose columns `output.write` stores."""

from ..readers.values import name
from . import serialise


def file_select(sql, sources, columns, target, buckets="", line=None):
    """SELECT of file columns (or one line), partition texts and bucket number over the query `sql`.

    `sources`: [(name in sql, Type)] and `columns`: [(table column, Type)], alike in length and order, partition
    columns last. `line`: how to write a line of [(name, SQL, Type)], by default as the storage's format has it.
    """
    count = len(columns) - len(target.partitions)
    values = [
        (column, serialise.recast(name(source), s, t), t)
        for (source, s), (column, t) in zip(sources, columns, strict=True)
    ]
    typed = ", ".join([f"{x} AS {name(f'v{i}')}" for i, (_, x, _) in enumerate(values)])
    extra = f", {buckets} AS bucket" if buckets else ""
    data = [(column, f"v{i}", t) for i, (column, _, t) in enumerate(values)]
    if target.line:
        write_line = line or _line_of(target.storage)
        parts = [f"{write_line(data[:count])} || chr(10) AS line"]
    else:
        parts = [f"{serialise.stored(x, t)} AS {name(column)}" for column, x, t in data[:count]]
    parts += [f"{serialise.partition_text(x, t)} AS p{i}" for i, (_, x, t) in enumerate(data[count:])]
    if buckets:
        parts.append("bucket")
    return f"SELECT {', '.join(parts)} FROM (SELECT {typed}{extra} FROM ({sql}))"


def _line_of(storage):
    if storage.format == "JSON":
        return serialise.json_line
    return lambda data: serialise.text_line([(x, t) for _, x, t in data], storage.field_delimiter)
