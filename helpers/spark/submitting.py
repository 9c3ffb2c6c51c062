"""The same Spark, submitted with `spark-submit` to a standalone cluster instead of started in this process."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from helpers.spark import java, settings


@dataclass(frozen=True)
class Submission:
    """What master, workers and `spark-submit` need to read the course's files as `session(course)` does.

    configuration  settings of Spark, without any credential
    environment    the whole environment for `subprocess`: Java, Python, AWS; holds the credentials, so it is
                   not shown
    """

    configuration: dict[str, str]
    environment: dict[str, str] = field(repr=False)

    @property
    def arguments(self) -> list[str]:
        """The settings as `--conf key=value` words of `spark-submit`."""
        return [word for key, value in self.configuration.items() for word in ("--conf", f"{key}={value}")]

    @property
    def program(self) -> Path:
        """`spark-submit` of the installed pyspark; `spark-class` lies beside it."""
        return settings.spark_home() / "bin" / "spark-submit"

    def command(self, master: str, script: str | Path, *words: str) -> list[str]:
        """The whole command that runs `script` with `words` on the cluster at `master`."""
        return [str(self.program), "--master", master, *self.arguments, str(script), *map(str, words)]


def submit_environment(course, configuration: dict | None = None) -> Submission:
    """The settings and the environment of `session(course)` for a standalone cluster on this machine.

    `configuration` adds to or replaces Spark's settings. Raises SparkError when Java or a jar is missing.
    """
    chosen = java.find()
    classpath = os.pathsep.join(map(str, settings.jars()))
    own = {
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.extraClassPath": classpath,
        "spark.executor.extraClassPath": classpath,
        "spark.driver.extraJavaOptions": " ".join((*settings.quick(), "-Duser.timezone=UTC")),
        "spark.executor.extraJavaOptions": " ".join((*settings.quick(), "-Duser.timezone=UTC")),
    }
    further = {key: str(value) for key, value in (configuration or {}).items()}
    environment = settings.environment(course, chosen)
    environment["SPARK_LAUNCHER_OPTS"] = " ".join(settings.quick())
    return Submission(settings.lake(course) | settings.answers() | own | further, environment)
