"""What every SerDe's reader is given: the files, the columns wanted of them, and the properties."""

from dataclasses import dataclass, field

from ..errors import AthenaError
from .values import name, null

FILE = '"$file"'  # column of a reader's relation: the index of the row's file in `Source.files`


@dataclass(frozen=True)
class Wanted:
    """A data column that the query needs.

    `type` is what the files are declared to hold, `ordinal` its place there (None: not declared, so NULL).
    `paths`: the nested fields used, the empty path being the whole column.
    """

    name: str
    type: object
    ordinal: int | None
    paths: frozenset = frozenset({()})


@dataclass
class Source:
    """Files of one SerDe with one set of properties and columns.

    `declared`: all columns that the files are declared to hold, in order. `properties`: the SerDe's
    properties over the table's. `owner`: the connection whose life keeps the local copies. `reads_all`: see
    scans.TableScan.
    """

    files: list
    wanted: list[Wanted]
    declared: list
    properties: dict
    objects: object
    context: object
    owner: object
    table: object = None
    reads_all: bool = False
    notes: dict = field(default_factory=dict)

    def property(self, key, default=None):
        return self.properties.get(key.lower(), default)

    def flag(self, key, default=False):
        return str(self.properties.get(key.lower(), default)).strip().lower() == "true"

    def count(self, key):
        """A property that is a number of lines; HIVE_INVALID_METADATA when it is none."""
        text = str(self.properties.get(key, "0")).strip()
        if not text.isdigit():
            raise AthenaError("HIVE_INVALID_METADATA", f"Invalid value for {key} property: {text}")
        return int(text)

    def paths(self, prepare=None):
        """Local files, in order; `prepare(file)` → path, by default the object as it is."""
        prepare = prepare or (lambda file: self.objects.path(file, self.owner))
        return self.objects.paths(self.files, prepare, self.context)

    def projection(self, convert, relation):
        """SELECT of the wanted columns: `convert(wanted)` → SQL, NULL for columns that were not declared."""
        columns = [f"{null(w.type) if w.ordinal is None else convert(w)} AS {name(w.name)}" for w in self.wanted]
        return f"SELECT {', '.join([*columns, FILE])} FROM ({relation})"
