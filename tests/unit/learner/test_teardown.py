"""The teardown command deletes what the course made, and nothing else."""

import pytest

from helpers import lab, session, teardown

BUCKET = "a-shared-bucket"


@pytest.fixture
def account(at_endpoint):
    """An account where the course made two lessons' things, among things with the same kind of names."""
    clients = session.local_clients()
    clients.s3.create_bucket(Bucket=BUCKET)
    at_endpoint.setenv("ATHENA_WORKBOOK_BUCKET", BUCKET)
    at_endpoint.setenv("ATHENA_WORKBOOK_PREFIX", "shelf")  # other tests leave lessons of the course behind
    for lesson in ("01", "02"):
        lab.connect("aws", lesson=lesson)
    clients.s3.put_object(Bucket=BUCKET, Key="shelf_01/data/sales.csv", Body=b"12345")
    columns = {"Columns": [{"Name": "a", "Type": "int"}], "Location": f"s3://{BUCKET}/theirs/"}
    clients.glue.create_table(DatabaseName="shelf_01", TableInput={"Name": "t", "StorageDescriptor": columns})
    # Not the course's: same prefix without the mark, marks without the prefix, names that only look alike.
    for key in ("shelf_99/theirs.csv", "theirs/x.csv", "shelves/y.csv", "shelf_01x.csv"):
        clients.s3.put_object(Bucket=BUCKET, Key=key, Body=b"theirs")
    clients.s3.put_object(Bucket=BUCKET, Key=f"another/{teardown.FOLDER_MARK}", Body=b"")
    clients.glue.create_database(DatabaseInput={"Name": "shelf_99"})
    clients.glue.create_database(DatabaseInput={"Name": "sales", "Parameters": {"created-by": "athena-workbook"}})
    clients.glue.create_database(DatabaseInput={"Name": "shelf_98", "Parameters": {"created-by": "me"}})
    clients.athena.create_work_group(Name="shelf_99")
    tag = {"Key": "created-by", "Value": "athena-workbook"}
    clients.athena.create_work_group(Name="analysts", Tags=[tag])
    yield clients
    teardown.delete(clients, BUCKET, teardown.find(clients, BUCKET, "shelf"))
    for name in ("shelf_99", "sales", "shelf_98"):
        clients.glue.delete_database(Name=name)
    for name in ("shelf_99", "analysts"):
        clients.athena.delete_work_group(WorkGroup=name, RecursiveDeleteOption=True)
    teardown.delete_objects(clients.s3, BUCKET, [key for key, _ in teardown.objects(clients.s3, BUCKET, "")])
    clients.s3.delete_bucket(Bucket=BUCKET)


def inventory(clients) -> tuple[set, set, set]:
    return (
        {database["Name"] for database in clients.glue.get_databases()["DatabaseList"]},
        {group["Name"] for group in clients.athena.list_work_groups()["WorkGroups"]},
        {key for key, _ in teardown.objects(clients.s3, BUCKET, "")},
    )


def test_without_yes_it_only_lists(account, capsys):
    before = inventory(account)
    assert teardown.main([]) == 0
    assert inventory(account) == before
    said = capsys.readouterr().out.splitlines()
    assert "nothing is changed" in said[0]
    assert [line.strip() for line in said[1:]] == [
        "database   shelf_01 with 1 table",
        "database   shelf_02 with 0 tables",
        "work group shelf_01 with its query history",
        "work group shelf_02 with its query history",
        f"folder     s3://{BUCKET}/shelf_01/ with 2 objects, 5 B",
        f"folder     s3://{BUCKET}/shelf_02/ with 1 object, 0 B",
    ]


def test_with_yes_foreign_things_survive(account, capsys):
    assert teardown.main(["--yes"]) == 0
    databases, groups, keys = inventory(account)
    assert {"shelf_99", "sales", "shelf_98"} <= databases
    assert not {"shelf_01", "shelf_02"} & databases
    assert {"primary", "shelf_99", "analysts"} <= groups
    assert not {"shelf_01", "shelf_02"} & groups
    assert keys == {
        "shelf_99/theirs.csv",
        "theirs/x.csv",
        "shelves/y.csv",
        "shelf_01x.csv",
        f"another/{teardown.FOLDER_MARK}",
    }
    capsys.readouterr()
    assert teardown.main([]) == 0
    assert "Nothing of the course is left" in capsys.readouterr().out


def test_one_lesson_does_not_take_another_whose_name_it_starts(account):
    lab.connect("aws", lesson="01b").make_workgroup("small")
    lab.connect("aws", lesson="01").close()
    databases, groups, keys = inventory(account)
    assert "shelf_01b" in databases and "shelf_01" not in databases
    assert {"shelf_01b", "shelf_01b_small"} <= groups
    assert f"shelf_01b/{teardown.FOLDER_MARK}" in keys


def test_more_objects_than_one_request_takes_are_all_deleted(account):
    keys = [f"shelf_01/data/part_{number:04d}" for number in range(1_005)]
    for key in keys:
        account.s3.put_object(Bucket=BUCKET, Key=key, Body=b"")
    teardown.delete_objects(account.s3, BUCKET, keys)
    assert not set(keys) & inventory(account)[2]


def test_what_is_missing_is_one_line_on_standard_error(environment, capsys):
    assert teardown.main([]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1 and "ATHENA_WORKBOOK_BUCKET" in said.err
