"""What Spark is told, without starting it: where S3 is, how much it may have, and no secret anywhere."""

from types import SimpleNamespace

import pytest

from helpers import spark
from helpers.spark import settings
from helpers.spark.java import Java
from tests.spark.places import course_at

SECRETS = ("AKIDEXAMPLE", "sEcReT", "tOkEn")


def s3a(course):
    """The s3a settings of a course without their common beginning."""
    return {key.removeprefix("spark.hadoop.fs.s3a."): value for key, value in settings.lake(course).items()}


@pytest.mark.parametrize(
    ("endpoint", "host", "ssl", "path_style"),
    [
        ("http://127.0.0.1:4566", "127.0.0.1:4566", "false", "true"),
        ("https://s3.example.org", "s3.example.org", "true", "true"),
        ("https://s3.amazonaws.com", "s3.eu-central-1.amazonaws.com", "true", "false"),
        ("https://s3.eu-central-1.amazonaws.com", "s3.eu-central-1.amazonaws.com", "true", "false"),
        ("https://amazonaws.com.example.org", "amazonaws.com.example.org", "true", "true"),
    ],
)
def test_s3a_talks_to_the_endpoint_of_the_courses_own_client(endpoint, host, ssl, path_style):
    found = s3a(course_at(endpoint, region="eu-central-1"))
    assert (found["endpoint"], found["connection.ssl.enabled"], found["path.style.access"]) == (host, ssl, path_style)


def test_the_real_aws_is_the_regions_own_endpoint(monkeypatch):
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)  # an earlier test of this process may have set it
    for region, host in {
        "us-east-1": "s3.us-east-1.amazonaws.com",
        "ap-southeast-2": "s3.ap-southeast-2.amazonaws.com",
        "cn-north-1": "s3.cn-north-1.amazonaws.com.cn",
    }.items():
        assert s3a(course_at(None, region=region))["endpoint"] == host


def test_credentials_are_in_the_environment_alone(tmp_path, monkeypatch):
    course = course_at(token="tOkEn")
    monkeypatch.setenv("AWS_PROFILE", "mine")
    java = Java(tmp_path, 17, "test")
    environment = settings.environment(course, java)
    names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
    assert tuple(environment[name] for name in names) == SECRETS
    assert "AWS_PROFILE" not in environment
    everything = settings.lake(course) | settings.answers() | settings.laptop(2, "app", tmp_path)
    told = " ".join(settings.java_command(java, "1g", tmp_path, everything))
    submission = spark.submit_environment(course)
    for text in (told, repr(submission), " ".join(submission.command("local", "job.py"))):
        assert not [secret for secret in SECRETS if secret in text]


def test_a_session_token_of_before_does_not_survive(monkeypatch, tmp_path):
    monkeypatch.setenv("AWS_SESSION_TOKEN", "old")
    assert "AWS_SESSION_TOKEN" not in settings.environment(course_at(), Java(tmp_path, 17, "test"))


def test_another_spark_of_the_machine_does_not_leak_in(monkeypatch, tmp_path):
    course = course_at()
    for name in ("SPARK_HOME", "SPARK_LOCAL_DIRS", "PYSPARK_SUBMIT_ARGS", "HADOOP_CONF_DIR", "AWS_DEFAULT_PROFILE"):
        monkeypatch.setenv(name, "/elsewhere")
    assert "/elsewhere" not in settings.environment(course, Java(tmp_path, 17, "test")).values()


def test_the_users_own_java_options_stay_and_never_make_two_collectors(monkeypatch, tmp_path):
    monkeypatch.setenv("JDK_JAVA_OPTIONS", "-Dhttps.proxyHost=proxy")
    assert (
        settings.environment(course_at(), Java(tmp_path, 17, "test"))["JDK_JAVA_OPTIONS"] == "-Dhttps.proxyHost=proxy"
    )
    assert "-XX:+UseSerialGC" in settings.java_command(Java(tmp_path, 17, "test"), "1g", tmp_path, {})
    monkeypatch.setenv("JAVA_TOOL_OPTIONS", "-Xss1m -XX:+UseG1GC")
    command = settings.java_command(Java(tmp_path, 17, "test"), "1g", tmp_path, {})
    assert "-XX:+UseSerialGC" not in command and "-XX:TieredStopAtLevel=1" in command


def test_without_credentials_one_line_says_so():
    nobody = SimpleNamespace(session=SimpleNamespace(get_credentials=lambda: None), region="us-east-1")
    with pytest.raises(spark.SparkError, match="no AWS credentials"):
        settings.credentials(nobody)


@pytest.mark.parametrize(
    ("memory", "size"), [("1g", 2**30), ("768m", 768 * 2**20), ("2GB", 2**31), ("512m", 2**29), (" 1G ", 2**30)]
)
def test_sizes_as_java_writes_them(memory, size):
    assert settings.heap_bytes(memory) == size


@pytest.mark.parametrize("memory", ["1", "511m", "0g", "", "lots", "1.5g", None, "-1g"])
def test_other_sizes_are_refused_in_one_line(memory):
    with pytest.raises(spark.SparkError, match="Spark needs at least 512m"):
        settings.heap_bytes(memory)


def test_a_missing_package_of_jars_is_named(monkeypatch):
    monkeypatch.setattr(settings, "JARS", (("no_such_package", "jars", "hadoop-aws-*.jar"),))
    with pytest.raises(spark.SparkError, match=r"hadoop-aws-\*\.jar out of the Python package no-such-package"):
        settings.jars()


def test_the_memory_outside_the_heap_is_bounded_too(tmp_path):
    command = settings.java_command(Java(tmp_path, 17, "test"), "1g", tmp_path, {})
    for limit in ("-Xmx1g", "-XX:MaxMetaspaceSize=256m", "-XX:MaxDirectMemorySize=256m"):
        assert limit in command


def test_addresses():
    assert spark.uri("s3://bucket/a b/") == "s3a://bucket/a b/"
    assert spark.uri("s3a://bucket/key") == "s3a://bucket/key"
    assert spark.uri("file:/data") == "file:/data"
