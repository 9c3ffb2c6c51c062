"""A case's `expect` against the answer: every field that does not hold, as (field, expected, found)."""

import json
import re

from .replay import path
from .result_metadata import problems as metadata_problems

ABSENT = "<absent>"
_WILD = "{*}"
_SELECT_LIKE = re.compile(r"(select|with|values|table|execute|explain|show\s+functions)\b", re.I)


def same(expected, found):
    """Equality in which {*} in an expected string stands for any text, and True is not 1."""
    if isinstance(expected, str) and isinstance(found, str):
        pattern = ".*".join(map(re.escape, expected.split(_WILD)))
        return re.fullmatch(pattern, found, re.S) is not None
    if isinstance(expected, list) and isinstance(found, list):
        return len(expected) == len(found) and all(map(same, expected, found))
    if isinstance(expected, dict) and isinstance(found, dict):
        return expected.keys() == found.keys() and all(same(expected[key], found[key]) for key in expected)
    return expected == found and isinstance(expected, bool) == isinstance(found, bool)


def problems(case, answer, named, replay):
    """The list of (field, expected, found) where the answer is not as recorded."""
    expect = case["expect"]
    found = list(_references(expect, named))
    if answer.status is not None:
        return found + list(_raw(expect, answer, replay))
    refused = "exception" in expect or expect.get("http_status", 200) >= 400
    if answer.error is not None:
        if not refused:
            return [*found, ("answer", "no error", str(answer.error))]
        return found + list(_refusal(expect, answer.error, replay))
    if refused:
        status = (answer.execution or {}).get("Status") or "no error"
        return [*found, ("exception", expect.get("error_message") or expect.get("exception"), status)]
    if answer.execution is None:
        return found + list(_api(expect, answer, replay))
    if "state" in expect and answer.execution["Status"]["State"] != expect["state"]:
        return [*found, ("state", expect["state"], answer.execution["Status"])]
    query = _Query(expect, answer, replay)
    return [*found, *query.execution(), *query.rows(), *query.files()]


def _get(value, dotted):
    try:
        return path(value, dotted)
    except KeyError:
        return ABSENT


def _references(expect, named):
    for field, wanted in (("equal", True), ("differ", False)):
        if field in expect:
            first, second = (_get(named, reference) for reference in expect[field])
            if (first == second) != wanted or ABSENT in (first, second):
                yield field, first, second


def _raw(expect, answer, replay):
    if "http_status" in expect and expect["http_status"] != answer.status:
        yield "http_status", expect["http_status"], answer.status
    if not _contains(replay.substitute(expect.get("body", {})), answer.response):
        yield "body", expect["body"], answer.response
    for name in expect.get("body_absent", []):
        if name in answer.response:
            yield f"body.{name}", ABSENT, answer.response[name]
    for name in expect.get("header_absent", []):
        if name in answer.headers:
            yield f"header {name}", ABSENT, answer.headers[name]


def _contains(expected, found):
    """Whether `found` has everything of `expected`, and perhaps more."""
    if isinstance(expected, dict):
        if not isinstance(found, dict):
            return False
        return all(key in found and _contains(value, found[key]) for key, value in expected.items())
    return same(expected, found)


def _refusal(expect, error, replay):
    response = error.response
    answered = {
        "http_status": response["ResponseMetadata"].get("HTTPStatusCode"),
        "exception": response["Error"].get("Code"),
        "error_code": response.get("AthenaErrorCode", ABSENT),
        "error_message": response.get("Message") or response["Error"].get("Message"),
    }
    for field, found in answered.items():
        if field in expect and not same(replay.substitute(expect[field]), found):
            yield field, expect[field], found


def _api(expect, answer, replay):
    response = answer.response
    for dotted, expected in expect.get("fields", {}).items():
        if not same(replay.substitute(expected), _get(response, dotted)):
            yield dotted, expected, _get(response, dotted)
    for dotted in expect.get("present", []):
        if _get(response, dotted) == ABSENT:
            yield dotted, "present", ABSENT
    for dotted in expect.get("absent", []):
        if _get(response, dotted) != ABSENT:
            yield dotted, ABSENT, _get(response, dotted)
    for dotted, count in expect.get("lengths", {}).items():
        found = _get(response, dotted)
        if not isinstance(found, list) or len(found) != count:
            yield f"length of {dotted}", count, found
    for key, expected in expect.get("list_has", {}).items():
        items = replay.all_pages(answer, key)
        if not any(_contains(replay.substitute(expected), item) for item in items):
            yield key, expected, items
    for key, expected in expect.get("list_names", {}).items():
        found = sorted(item.get("Name") for item in replay.all_pages(answer, key))
        if found != expected:
            yield key, expected, found
    for key, expected in expect.get("list_order", {}).items():
        found = [item.get("Name") for item in replay.all_pages(answer, key) if item.get("Name") in expected]
        if found != expected:
            yield key, expected, found
    for key, expected in expect.get("columns_meta", {}).items():
        found = [[c.get("Name"), c.get("Type")] for c in response.get("TableMetadata", {}).get(key, [])]
        if found != expected:
            yield key, expected, found
    if answer.operation == "GetQueryResults":
        yield from _page(expect, response)


def _page(expect, response):
    rows = rows_of(response)
    answered = {
        "page_rows": len(rows),
        "first_row": rows[0] if rows else ABSENT,
        "last_row": rows[-1] if rows else ABSENT,
        "has_token": bool(response.get("NextToken")),
        "columns": _columns(response),
    }
    for field, found in answered.items():
        if field in expect and not same(expect[field], found):
            yield field, expect[field], found


def rows_of(results):
    rows = results.get("ResultSet", {}).get("Rows", [])
    return [[value.get("VarCharValue") for value in row.get("Data", [])] for row in rows]


def _columns(results):
    shown = ("Name", "Type", "Precision", "Scale", "Nullable", "CaseSensitive")
    described = results.get("ResultSet", {}).get("ResultSetMetadata", {}).get("ColumnInfo", [])
    return [[column.get(name) for name in shown] for column in described]


class _Query:
    """The fields that concern a statement: its execution, its rows, its files in S3."""

    def __init__(self, expect, answer, replay):
        self.answer, self.replay = answer, replay
        self.id = answer.execution["QueryExecutionId"]
        self.expect = replay.substitute(expect, self.id)
        self.location = _get(answer.execution, "ResultConfiguration.OutputLocation")

    def _differences(self, answered):
        for field, found in answered.items():
            if field in self.expect and not same(self.expect[field], found):
                yield field, self.expect[field], found

    def execution(self):
        execution = self.answer.execution
        reason = _get(execution, "Status.StateChangeReason")
        yield from self._differences(
            {
                "statement_type": execution.get("StatementType", ABSENT),
                "substatement_type": execution.get("SubstatementType", ABSENT),
                "query_text": execution.get("Query"),
                "error_code": reason.split(":")[0],
                "error_message": reason,
                "error_category": _get(execution, "Status.AthenaError.ErrorCategory"),
                "error_type": _get(execution, "Status.AthenaError.ErrorType"),
                "athena_error_message": _get(execution, "Status.AthenaError.ErrorMessage"),
                "athena_error_absent": "AthenaError" not in execution["Status"],
                "context": execution.get("QueryExecutionContext", {}),
            }
        )
        for dotted, expected in self.expect.get("execution", {}).items():
            expected = ABSENT if expected is None else expected
            if not same(expected, _get(execution, dotted)):
                yield dotted, expected, _get(execution, dotted)
        if "scanned_bytes" in self.expect:
            yield from self._scanned(self.expect["scanned_bytes"])
        if "output_suffix" in self.expect:
            expected = f"/{self.id}{self.expect['output_suffix']}"
            if not self.location.endswith(expected):
                yield "output_suffix", expected, self.location

    def _scanned(self, expected):
        found = _get(self.answer.execution, "Statistics.DataScannedInBytes")
        if isinstance(expected, dict) and "object" in expected:
            head = self.replay.s3.head_object(Bucket=self.replay.bucket, Key=expected["object"])
            expected = head["ContentLength"]
        if isinstance(expected, dict):
            holds = isinstance(found, int) and expected.get("min", 0) <= found <= expected.get("max", found)
        else:
            holds = expected == found
        if not holds:
            yield "scanned_bytes", expected, found

    def rows(self):
        if "results_error" in self.expect:
            error = self.answer.results_error
            yield from _results_error(self.expect["results_error"], error)
        asked = {"columns", "column_names", "rows", "rows_contain", "row_count", "first_row", "last_row"}
        asked |= {"header_row", "update_count", "results_empty", "has_token"}
        if not asked & self.expect.keys():
            return
        if self.answer.results is None:
            yield "GetQueryResults", "an answer", str(self.answer.results_error)
            return
        columns, rows = _columns(self.answer.results), rows_of(self.answer.results)
        names = [column[0] for column in columns]
        header = bool(rows) and bool(names) and rows[0] == names
        data = rows[1:] if header and self.expect.get("header_row", _is_select_like(self.answer.sql)) else rows
        update_count = self.answer.results.get("UpdateCount")
        if "rows" in self.expect and self.expect.get("rows_unordered"):
            self.expect["rows"] = sorted(self.expect["rows"], key=json.dumps)
            yield from self._differences({"rows": sorted(data, key=json.dumps)})
        else:
            yield from self._differences({"rows": data})
        yield from self._differences(
            {
                "columns": columns,
                "column_names": names,
                "header_row": header,
                "row_count": len(data),
                "first_row": data[0] if data else ABSENT,
                "last_row": data[-1] if data else ABSENT,
                "update_count": update_count,
                "results_empty": not columns and not rows,
            }
        )
        for expected in self.expect.get("rows_contain", []):
            if not any(same(expected, row) for row in data):
                yield "rows_contain", expected, data

    def files(self):
        expect = self.expect
        if {"result_file_text", "result_file_size", "result_file_absent", "content_type"} & expect.keys():
            yield from self._result_file(self.replay.object(self.location))
        if {"metadata", "metadata_size"} & expect.keys():
            yield from self._metadata(self.replay.object(self.location + ".metadata"))
        if "manifest_file" in expect:
            manifest = f"{self.location.rpartition('/')[0]}/{self.id}-manifest.csv"
            found = self.replay.object(manifest) is not None
            if found != expect["manifest_file"]:
                yield "manifest_file", expect["manifest_file"], found
        if "objects_under" in expect:
            listed = self.replay.s3.list_objects_v2(Bucket=self.replay.bucket, Prefix=expect["objects_under"])
            if not listed.get("KeyCount"):
                yield "objects_under", expect["objects_under"], "no object"

    def _result_file(self, found):
        if self.expect.get("result_file_absent"):
            if found is not None:
                yield "result_file", ABSENT, found[0]
        elif found is None:
            yield "result_file", "present", f"absent: {self.location}"
        else:
            body, content_type = found
            yield from self._differences(
                {
                    "content_type": content_type,
                    "result_file_size": len(body),
                    "result_file_text": body.decode("utf-8", "replace"),
                }
            )

    def _metadata(self, found):
        expected = self.expect.get("metadata", {})
        if expected is None:
            if found is not None:
                yield "metadata", ABSENT, found[0]
            return
        if found is None:
            yield "metadata", "present", f"absent: {self.location}.metadata"
            return
        yield from self._differences({"metadata_size": len(found[0])})
        yield from metadata_problems(expected, found[0], self.id)


def _results_error(expected, error):
    if error is None:
        yield "results_error", expected, "no error"
        return
    answered = {
        "error_code": error.response.get("AthenaErrorCode", ABSENT),
        "error_message": error.response.get("Message") or error.response["Error"].get("Message"),
    }
    for field, found in answered.items():
        if field in expected and not same(expected[field], found):
            yield f"results_error.{field}", expected[field], found


def _is_select_like(sql):
    bare = re.sub(r"--[^\n]*(\n|$)|/\*.*?\*/", " ", sql, flags=re.S).lstrip(" \t\r\n(;")
    return _SELECT_LIKE.match(bare) is not None
