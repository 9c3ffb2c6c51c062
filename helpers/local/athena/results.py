"""What a statement leaves: rows for GetQueryResults, and the files at its output location in S3.

Names, bytes and content types are those of recorded answers (conformance README, facts 3 and 4).
"""

from dataclasses import dataclass, field
from functools import partial
from itertools import chain, islice

from botocore.exceptions import ClientError

from . import metadata_file
from .errors import AthenaError
from .locations import split_uri
from .outcome import ResultColumn
from .spool import IN_MEMORY, IN_MEMORY_BYTES, FileRows, MemoryRows, csv_line
from .sql.lexer import tokenize

CSV_STATEMENTS = ("SELECT", "EXECUTE", "UPDATE", "DELETE", "MERGE", "VACUUM_TABLE", "SHOW_FUNCTIONS")
BARE_STATEMENTS = ("INSERT", "UNLOAD")
CTAS = "CREATE_TABLE_AS_SELECT"
# Statements that Hive or the engine runs; Athena answers the others from the catalog by itself.
_RUN_BY_HIVE = (
    "DESCRIBE_TABLE",
    "SHOW_CREATE_TABLE",
    "ALTER_TABLE_ADD_COLUMN",
    "ALTER_TABLE_REPLACE_COLUMN",
    "MSCK_REPAIR",
)
_RUN_BY_ENGINE = (*CSV_STATEMENTS, *BARE_STATEMENTS, CTAS, "EXPLAIN")
# `UpdateCount` is 0, not absent, for these.
_COUNTS_NOTHING = ("SELECT", "EXECUTE", "SHOW_", "DESC_VIEW")
_INVALID_LOCATION = (
    "The S3 location provided to save your query results is invalid. Please check your S3 location is correct and is "
    "in the same region and try again. If you continue to see the issue, contact customer support for further "
    "assistance."
)
ENGINE_TYPE, ATHENA_TYPE = "application/octet-stream", "binary/octet-stream"


@dataclass
class Results:
    """Rows and columns that GetQueryResults serves; `rows` has len() and page(start, count)."""

    columns: list[ResultColumn] = field(default_factory=list)
    rows: object = field(default_factory=lambda: MemoryRows([]))
    update_count: int | None = None
    manifest: str | None = None
    output_bytes: int = 0


def output_location(directory, execution_id, substatement):
    """The OutputLocation of a statement under `directory` (s3://…/)."""
    if substatement == CTAS:
        return f"{directory}tables/{execution_id}"
    if substatement in CSV_STATEMENTS:
        return f"{directory}{execution_id}.csv"
    return directory + execution_id + ("" if substatement in BARE_STATEMENTS else ".txt")


def manifest_location(location, execution_id):
    """Where the list of written objects goes: beside the output location."""
    return f"{location.rpartition('/')[0]}/{execution_id}-manifest.csv"


def is_literal_select(sql):
    """Whether `sql` selects nothing but literals: Athena answers those without its engine."""
    tokens = tokenize(sql)[:-1]
    if not tokens or tokens.pop(0).upper != "SELECT":
        return False
    item = []
    for token in [*tokens, None]:
        if token is None or token.upper == ",":
            if not _is_literal(item):
                return False
            item = []
        else:
            item.append(token)
    return True


def _is_literal(item):
    """Tokens of [-] literal [[AS] name]."""
    if item and item[0].upper == "-" and item[1:] and item[1].kind in ("integer", "decimal", "float"):
        item = item[1:]
    if not item or not (
        item[0].kind in ("integer", "decimal", "float", "string") or item[0].upper in ("TRUE", "FALSE", "NULL")
    ):
        return False
    rest = item[1:]
    if rest and rest[0].upper == "AS":
        rest = rest[1:]
        return len(rest) == 1 and rest[0].kind in ("name", "quoted")
    return not rest or (len(rest) == 1 and rest[0].kind in ("name", "quoted") and rest[0].upper != "FROM")


class ResultWriter:
    """Writes what statements leave, through S3; large results are spooled in `folder`."""

    def __init__(self, s3, folder):
        self._s3, self._folder = s3, folder
        folder.mkdir(parents=True, exist_ok=True)

    def write(self, execution_id, statement, location, outcome, settings):
        """Write the files of `outcome` at `location` (no files of managed results) and return its Results."""
        kind = statement.substatement_type
        by_hive = kind in _RUN_BY_HIVE and not outcome.from_catalog
        results = Results(outcome.columns, update_count=_update_count(kind, outcome.update_count, by_hive))
        literal = kind == "SELECT" and is_literal_select(statement.sql)
        engine = kind in _RUN_BY_ENGINE and not literal
        content_type = ENGINE_TYPE if engine or by_hive else ATHENA_TYPE
        put = partial(self._put, settings)
        if outcome.manifest is not None and settings.directory is not None:
            results.manifest = manifest_location(location, execution_id)
            body = "".join(uri + "\n" for uri in outcome.manifest)
            put(results.manifest, body.encode(), ATHENA_TYPE)
        if outcome.file == "csv":
            self._write_csv(execution_id, location, outcome, content_type, results, put)
        else:
            rows = list(outcome.rows)
            header = outcome.header and outcome.file == "txt" and outcome.columns
            names = [[c.name for c in outcome.columns]] if header else []
            results.rows = MemoryRows(names + rows)
            if outcome.file == "txt":
                text = "\n".join("\t".join(v or "" for v in row) for row in rows).encode()
                results.output_bytes = len(text)
                put(location, text, content_type)
        metadata = self._metadata(execution_id, outcome, literal, engine, by_hive)
        if metadata is not None:
            put(location + ".metadata", metadata, content_type)
        return results

    def write_failure(self, location, message, settings):
        """Hive leaves its message where the answer would have been."""
        self._put(settings, location, message.encode(), ENGINE_TYPE)

    def _write_csv(self, execution_id, location, outcome, content_type, results, put):
        names = [[c.name for c in outcome.columns]] if outcome.header else []
        rows = iter(chain(names, outcome.rows))
        head = list(islice(rows, IN_MEMORY + 1))
        body = "".join(map(csv_line, head)).encode() if len(head) <= IN_MEMORY else None
        if body is not None and len(body) <= IN_MEMORY_BYTES:
            results.rows = MemoryRows(head)
            results.output_bytes = len(body)
            put(location, body, content_type)
            return
        path = self._folder / f"{execution_id}.csv"
        results.rows = FileRows(path, chain(head, rows))
        results.output_bytes = path.stat().st_size
        with open(path, "rb") as file:
            put(location, file, content_type)

    def _metadata(self, execution_id, outcome, literal, engine, by_hive):
        """The bytes of the metadata object, or None where Athena writes none."""
        if by_hive:
            return metadata_file.encode(execution_id, outcome.columns, metadata_file.HIVE)
        if engine:
            return metadata_file.encode(
                execution_id,
                outcome.columns,
                metadata_file.ENGINE,
                outcome.update_type,
                outcome.update_count if outcome.update_type else None,
            )
        if literal:
            return metadata_file.encode(execution_id, outcome.columns, metadata_file.LITERAL)
        if outcome.columns:
            return metadata_file.encode(execution_id, outcome.columns, metadata_file.HIVE)
        return None

    def _put(self, settings, location, body, content_type):
        if settings.directory is None:
            return
        bucket, key = split_uri(location)
        arguments = settings.put_arguments()
        try:
            self._s3.put_object(Bucket=bucket, Key=key, Body=body, ContentType=content_type, **arguments)
        except ClientError as error:
            details = error.response["Error"]
            if details.get("Code") == "NoSuchBucket":
                raise AthenaError(None, _INVALID_LOCATION) from None
            message = f"Writing {location} failed: {details.get('Code')}: {details.get('Message')}"
            raise AthenaError("GENERIC_INTERNAL_ERROR", message) from None

    def exists(self, location):
        """Whether the object at `location` (s3://…) is there."""
        bucket, key = split_uri(location)
        try:
            self._s3.head_object(Bucket=bucket, Key=key)
        except ClientError:
            return False
        return True

    def bucket_exists(self, location):
        try:
            self._s3.head_bucket(Bucket=split_uri(location)[0])
        except ClientError:
            return False
        return True


def _update_count(kind, count, by_hive):
    """0 where a statement counts nothing but Athena shows the field, None where it does not show it."""
    if kind == "EXPLAIN" or by_hive:
        return None
    return 0 if count is None and kind.startswith(_COUNTS_NOTHING) else count
