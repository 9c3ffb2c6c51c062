"""The DuckDB behind the queries: its settings, its locks, and several threads at once."""

import threading
import time

import duckdb
import pytest

from helpers.local.athena.duck import Duck


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("duck")


@pytest.fixture(scope="module")
def duck(folder):
    return Duck(folder)


def test_settings_of_every_connection(duck):
    """5/2 is the translator's business; here it must not be DuckDB's integer division. 1.0/0 is Infinity."""
    for _ in range(2):
        row = duck.connect().execute("SELECT 5/2, 5//2, 1.0::DOUBLE/0, current_setting('TimeZone')").fetchone()
        assert row == (2.5, 2, float("inf"), "UTC")


@pytest.mark.parametrize(("processors", "threads"), [(1, 1), (6, 6), (96, 16), (None, 2)])
def test_threads_share_the_memory_limit(processors, threads, tmp_path, monkeypatch):
    monkeypatch.setattr("os.cpu_count", lambda: processors)
    assert Duck(tmp_path).connect().execute("SELECT current_setting('threads')").fetchone() == (threads,)


def test_functions_and_macros_are_there_for_every_connection(duck):
    from helpers.local.athena.functions import registry

    assert registry.PYTHON and registry.MACROS
    name = registry.PYTHON[0][0]
    for _ in range(2):
        found = duck.connect().execute("SELECT count(*) FROM duckdb_functions() WHERE function_name = ?", [name])
        assert found.fetchone()[0] > 0


@pytest.mark.parametrize(
    "sql",
    [
        "FROM read_csv('/etc/passwd')",
        "COPY (SELECT 1) TO '{outside}/out.csv'",
        "FROM read_csv('{folder}/../secret.csv')",
        "ATTACH '{outside}/db.duckdb'",
        "FROM 'https://example.com/x.csv'",
        "INSTALL httpfs",
        "SET memory_limit = '100GB'",
        "SET enable_external_access = true",
        "SET allowed_directories = ['/']",
    ],
)
def test_nothing_outside_the_folder(duck, folder, tmp_path, sql):
    (folder.parent / "secret.csv").write_text("a\n1\n")
    with pytest.raises(duckdb.Error):
        duck.connect().execute(sql.format(folder=folder, outside=tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_files_inside_the_folder_can_be_read_and_written(duck, folder):
    connection = duck.connect()
    connection.execute(f"COPY (SELECT 42 AS n) TO '{folder}/in.parquet'")
    assert connection.execute(f"FROM read_parquet('{folder}/in.parquet')").fetchall() == [(42,)]


def test_interrupt_ends_one_query_and_leaves_the_others(duck):
    endless, outcome = duck.connect(), []

    def run():
        try:
            endless.execute("SELECT sum(a.range * b.range % 7) FROM range(1000000) a, range(1000000) b").fetchall()
        except duckdb.InterruptException as error:
            outcome.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    time.sleep(0.3)
    assert duck.connect().execute("SELECT 7").fetchone() == (7,)
    endless.interrupt()
    thread.join(10)
    assert not thread.is_alive() and len(outcome) == 1
    assert endless.execute("SELECT 8").fetchone() == (8,)


def test_many_threads_connect_and_query(duck):
    wrong = []

    def run(number):
        for _ in range(20):
            connection = duck.connect()
            if connection.execute("SELECT sum(range) + ? FROM range(1000)", [number]).fetchone() != (
                499500 + number,
            ):
                wrong.append(number)
            connection.close()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert wrong == []
