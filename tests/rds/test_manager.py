"""RDSManager against a real server: queries, transactions, batches, streams, values, names, errors."""

import datetime as dt
import threading
import tracemalloc
from decimal import Decimal

import pytest

from helpers.rds import RDSManager, quote_identifier
from helpers.rds_errors import (
    AlreadyExists,
    BadIdentifier,
    ConstraintViolated,
    Deadlock,
    DuplicateRow,
    LockTimeout,
    NotConnected,
    RDSError,
    SQLRefused,
    UnknownObject,
    ValueRefused,
)


@pytest.fixture
def users(rds):
    """A connected manager with the example's table, empty."""
    rds.execute_query(
        "CREATE TABLE Users (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(50) NOT NULL, email VARCHAR(100) UNIQUE)"
    )
    return rds


def names(manager):
    return [name for (name,) in manager.execute_query("SELECT name FROM Users ORDER BY id", fetch_results=True)]


def seen_by_another(settings):
    """What a second connection finds: committed rows only."""
    with RDSManager(settings) as other:
        return names(other)


def add(manager, name, email=None):
    return manager.execute_query("INSERT INTO Users (name, email) VALUES (%s, %s)", (name, email))


def test_a_statement_answers_true_and_a_query_its_rows_even_when_there_are_none(users):
    assert users.execute_query("SELECT * FROM Users", fetch_results=True) == []
    assert add(users, "Alice") is True
    assert (users.rowcount, users.lastrowid) == (1, 1)
    assert users.execute_query("SELECT id, name, email FROM Users", fetch_results=True) == [(1, "Alice", None)]


def test_two_selects_in_a_row_without_fetching_leave_nothing_unread(users):
    assert users.execute_query("SELECT 1") and users.execute_query("SELECT 2")
    assert users.execute_query("SELECT 3", fetch_results=True) == [(3,)]


def test_parameters_by_name_and_percent_signs(users):
    assert users.execute_query("SELECT %(a)s + %(b)s", {"a": 2, "b": 3}, fetch_results=True) == [(5,)]
    assert users.execute_query("SELECT '100%'", fetch_results=True) == [("100%",)]
    assert users.execute_query("SELECT 7 %% %s", (4,), fetch_results=True) == [(3,)]


@pytest.mark.parametrize(
    "value",
    ["'; DROP TABLE Users; -- ", "' OR '1'='1", "\\'; DROP TABLE Users; #", '"', "%s", "\x00\x1a\\", "Ω 🐬 é"],
)
def test_a_value_is_a_value_whatever_it_contains(users, value):
    add(users, value)
    assert names(users) == [value]
    found = users.execute_query("SELECT name FROM Users WHERE name = BINARY %s", (value,), fetch_results=True)
    assert found == [(value,)]


def test_a_second_statement_behind_the_first_is_refused(users):
    with pytest.raises(SQLRefused):
        users.execute_query("SELECT 1; DROP TABLE Users")
    assert names(users) == []


BAD_NAMES = ["x; DROP DATABASE y", "a`b", "a b", "", "a" * 65, "naïve", "a\n", "../a", None, 7, "a.b", "a-b"]


@pytest.mark.parametrize("name", BAD_NAMES)
def test_no_other_characters_come_through_a_name(users, name):
    for refused in (users.create_database, users.drop_database, users.use, quote_identifier):
        with pytest.raises(BadIdentifier):
            refused(name)


def test_reserved_words_and_the_longest_name_are_names(rds):
    for name in ("select", "A" * 64, "1"):
        try:
            assert rds.create_database(name) is True
            assert name in rds.list_databases()
        finally:
            rds.drop_database(name)


def test_create_database_says_whether_it_made_one(rds):
    try:
        assert rds.create_database("twice") is True
        assert rds.create_database("twice") is False
        assert rds.list_databases() == sorted(rds.list_databases())
    finally:
        rds.drop_database("twice")
    assert "twice" not in rds.list_databases()


def test_a_transaction_is_all_or_nothing(users, database):
    with pytest.raises(ZeroDivisionError), users.transaction():
        add(users, "Alice")
        1 / 0  # noqa: B018
    assert names(users) == []
    with users.transaction():
        add(users, "Alice")
        add(users, "Bob")
        assert seen_by_another(database) == []
    assert seen_by_another(database) == ["Alice", "Bob"]


def test_commit_rollback_and_closing(users, database):
    add(users, "kept")
    users.commit()
    add(users, "undone")
    users.rollback()
    assert names(users) == ["kept"]
    add(users, "lost")
    users.close()
    assert seen_by_another(database) == ["kept"]


def test_a_with_block_commits_at_a_good_end_and_not_at_a_bad_one(users, database):
    with RDSManager(database) as one:
        add(one, "good")
    with pytest.raises(KeyError), RDSManager(database) as two:
        add(two, "bad")
        raise KeyError
    assert seen_by_another(database) == ["good"]
    assert one.connection is None and two.connection is None


def test_a_transaction_within_another_is_refused_and_undoes_it(users, database):
    with pytest.raises(RDSError, match="open already"), users.transaction():
        add(users, "Alice")
        with users.transaction():
            pass
    assert seen_by_another(database) == []


def test_what_is_not_connected_says_so(settings):
    manager = RDSManager(settings)
    with pytest.raises(NotConnected, match=r"call connect\(\)"):
        manager.execute_query("SELECT 1")
    manager.close()  # harmless
    assert manager.connect() is True and manager.connect() is True and manager.is_connected()
    manager.close()
    manager.close()
    assert not manager.is_connected()


def test_values_come_back_as_they_went(rds):
    rds.execute_query(
        """CREATE TABLE kinds (n INT, big BIGINT UNSIGNED, money DECIMAL(20,4), f DOUBLE, day DATE,
           moment DATETIME(6), clock TIME, word VARCHAR(20), raw VARBINARY(10), flag BOOLEAN, doc JSON)"""
    )
    row = (
        -2147483648,
        18446744073709551615,
        Decimal("-9999999999999999.9999"),
        0.1,
        dt.date(2024, 2, 29),
        dt.datetime(2026, 10, 10, 12, 34, 56, 123456),
        dt.timedelta(hours=-5, minutes=-30),
        "Zürich 東京 🐬",
        b"\x00\xff'\\",
        1,
        '{"a": [1, null]}',
    )
    rds.executemany(f"INSERT INTO kinds VALUES ({', '.join(['%s'] * len(row))})", [row, (None,) * len(row)])
    first, second = rds.execute_query("SELECT * FROM kinds", fetch_results=True)
    assert first == row and isinstance(first[2], Decimal)
    assert second == (None,) * len(row)


def test_many_rows_go_in_batches_from_a_generator(users, database):
    with users.transaction():
        assert users.executemany("INSERT INTO Users (name) VALUES (%s)", ((str(n),) for n in range(2500))) == 2500
    assert users.rowcount == 2500
    assert len(seen_by_another(database)) == 2500
    assert users.executemany("INSERT INTO Users (name) VALUES (%s)", iter(())) == 0


def test_a_bad_row_in_a_batch_undoes_the_transaction(users, database):
    rows = [(str(n), f"{n % 1999}@example.com") for n in range(2000)]  # the last repeats the first
    with pytest.raises(DuplicateRow), users.transaction():
        users.executemany("INSERT INTO Users (name, email) VALUES (%s, %s)", rows, batch=100)
    assert seen_by_another(database) == []


def test_an_error_of_the_rows_own_generator_stays_what_it_is(users):
    def rows():
        yield ("a",)
        raise ValueError("the file ended early")

    with pytest.raises(ValueError, match="the file ended early"):
        users.executemany("INSERT INTO Users (name) VALUES (%s)", rows(), batch=1)


def test_a_stream_holds_a_batch_and_not_the_result(rds):
    # 100,000 rows of 200 characters are 20 MB of text alone.
    query = """WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 99999)
               SELECT i, REPEAT('x', 200) FROM n"""
    if "MariaDB" in rds.execute_query("SELECT VERSION()", fetch_results=True)[0][0]:
        rds.execute_query("SET max_recursive_iterations = 1000000")
    else:
        rds.execute_query("SET cte_max_recursion_depth = 1000000")
    tracemalloc.start()
    try:
        total = sum(i for i, text in rds.stream(query) if len(text) == 200)
        _, streamed = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert total == 99999 * 100000 // 2
    assert streamed < 3_000_000


def test_a_stream_keeps_the_connection_to_itself_until_it_ends(users):
    users.executemany("INSERT INTO Users (name) VALUES (%s)", ((str(n),) for n in range(5000)))
    rows = users.stream("SELECT name FROM Users ORDER BY id", batch=10)
    assert next(rows) == ("0",)
    for busy in (lambda: users.execute_query("SELECT 1"), users.commit, lambda: next(users.stream("SELECT 1"))):
        with pytest.raises(RDSError, match="stream"):
            busy()
    assert next(rows) == ("1",)
    rows.close()
    assert users.execute_query("SELECT COUNT(*) FROM Users", fetch_results=True) == [(5000,)]
    assert list(users.stream("SELECT name FROM Users WHERE id < 0")) == []
    with pytest.raises(UnknownObject):
        next(users.stream("SELECT * FROM nothing"))
    assert users.execute_query("SELECT 1", fetch_results=True) == [(1,)]


# Numbers from dev.mysql.com/doc/mysql-errors/8.0/en/server-error-reference.html
ERRORS = [
    ("SELEC 1", None, SQLRefused, 1064),
    ("SELECT * FROM nothing", None, UnknownObject, 1146),
    ("SELECT nothing FROM Users", None, UnknownObject, 1054),
    ("USE nowhere", None, UnknownObject, 1049),
    ("CREATE TABLE Users (id INT)", None, AlreadyExists, 1050),
    ("INSERT INTO Users (name, email) VALUES ('x', 'a@example.com')", None, DuplicateRow, 1062),
    ("INSERT INTO Users (name) VALUES (%s)", (None,), ValueRefused, 1048),
    ("INSERT INTO Users (email) VALUES ('b@example.com')", None, ValueRefused, 1364),
    ("INSERT INTO Users (name) VALUES (%s)", ("x" * 51,), ValueRefused, 1406),
    ("INSERT INTO Users (id, name) VALUES ('abc', 'x')", None, ValueRefused, 1366),
    ("INSERT INTO Users (id, name) VALUES (99999999999, 'x')", None, ValueRefused, 1264),
    ("INSERT INTO Logins VALUES (1, 99, '2024-01-01')", None, ConstraintViolated, 1452),
    ("DELETE FROM Users WHERE id = 1", None, ConstraintViolated, 1451),
    ("INSERT INTO Logins VALUES (1, 1, '2024-02-30')", None, ValueRefused, 1292),
    ("INSERT INTO Logins VALUES (1)", None, SQLRefused, 1136),
    ("SELECT %s", (1, 2), SQLRefused, None),
    ("SELECT %s, %s", (1,), SQLRefused, None),
    ("SELECT %(a)s", {"b": 1}, SQLRefused, None),
    ("SELECT %s", (float("nan"),), ValueRefused, None),
]


@pytest.mark.parametrize(("query", "params", "kind", "code"), ERRORS)
def test_every_error_is_typed_and_one_line(users, query, params, kind, code):
    add(users, "Alice", "a@example.com")
    users.execute_query("CREATE TABLE Logins (id INT, user INT, day DATE, FOREIGN KEY (user) REFERENCES Users (id))")
    users.execute_query("INSERT INTO Logins VALUES (1, 1, '2024-01-01')")
    with pytest.raises(RDSError) as refused:
        users.execute_query(query, params, fetch_results=True)
    assert type(refused.value) is kind
    assert refused.value.code == code
    text = str(refused.value)
    assert "\n" not in text and text.endswith(".") and ": " in text
    assert users.execute_query("SELECT 1", fetch_results=True) == [(1,)]  # the connection is still good


def test_no_database_chosen(settings):
    with RDSManager(settings) as manager, pytest.raises(UnknownObject, match="USE") as refused:
        manager.execute_query("SELECT * FROM Users")
    assert refused.value.code == 1046


def test_the_loser_of_a_deadlock_is_told_and_undone(users, database):
    add(users, "Alice")
    add(users, "Bob")
    users.commit()
    both_hold_one = threading.Barrier(2)
    outcomes = {}

    def work(me, first, second):
        change = "UPDATE Users SET name = %s WHERE id = %s"
        try:
            with RDSManager(database) as mine, mine.transaction():
                mine.execute_query(change, (me, first))
                both_hold_one.wait(30)
                mine.execute_query(change, (me, second))
            outcomes[me] = None
        except RDSError as error:
            outcomes[me] = error

    threads = [threading.Thread(target=work, args=("one", 1, 2)), threading.Thread(target=work, args=("two", 2, 1))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    loser, winner = sorted(outcomes, key=lambda name: outcomes[name] is None)
    assert outcomes[winner] is None
    assert type(outcomes[loser]) is Deadlock and outcomes[loser].code == 1213
    assert names(users) == [winner, winner]


def test_a_row_held_too_long_is_a_lock_timeout(users, database):
    add(users, "Alice", "a@example.com")
    users.commit()
    users.execute_query("UPDATE Users SET name = 'held'")
    with RDSManager(database) as other:
        other.execute_query("SET innodb_lock_wait_timeout = 1")
        with pytest.raises(LockTimeout) as refused:
            other.execute_query("UPDATE Users SET name = 'mine'")
    assert refused.value.code == 1205
