"""One run from the command line, and the program that spark-submit is given.

    spark-submit --py-files pipeline.zip helpers/pipeline/__main__.py \\
        --source s3://bucket/raw/ --target s3://bucket/lake/ --database lake [--day 2024-03-06] [--again]

    python -m helpers.pipeline --archive pipeline.zip     writes the archive that --py-files wants

The same on a laptop, on a standalone cluster, and on EMR, where only master and addresses differ:

    EMR on EC2   aws emr add-steps --cluster-id j-… --steps 'Type=Spark,Name=pipeline,ActionOnFailure=CONTINUE,
                 Args=[--deploy-mode,cluster,--py-files,s3://bucket/code/pipeline.zip,
                 --archives,s3://bucket/code/environment.tar.gz#environment,
                 --conf,spark.yarn.appMasterEnv.PYSPARK_PYTHON=./environment/bin/python,
                 --conf,spark.executorEnv.PYSPARK_PYTHON=./environment/bin/python,
                 s3://bucket/code/pipeline_main.py,--source,s3://bucket/raw/,
                 --target,s3://bucket/lake/,--database,lake]'
    Serverless   aws emr-serverless start-job-run --application-id … --execution-role-arn … --job-driver
                 '{"sparkSubmit": {"entryPoint": "s3://bucket/code/pipeline_main.py",
                   "entryPointArguments": ["--source", "s3://bucket/raw/", "--target", "s3://bucket/lake/",
                                           "--database", "lake"],
                   "sparkSubmitParameters": "--py-files s3://bucket/code/pipeline.zip --archives
                     s3://bucket/code/environment.tar.gz#environment
                     --conf spark.emr-serverless.driverEnv.PYSPARK_PYTHON=./environment/bin/python
                     --conf spark.executorEnv.PYSPARK_PYTHON=./environment/bin/python"}}'

pipeline_main.py is this file; environment.tar.gz is a Python environment with boto3 and pyarrow, packed with
venv-pack (Amazon EMR Serverless User Guide, page "Using Python libraries with EMR Serverless"). The role
needs S3 on both folders and, for the database, glue:GetTable, CreateTable, UpdateTable, GetPartitions,
BatchCreatePartition, BatchUpdatePartition, BatchDeletePartition. Not tried on AWS.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from pathlib import Path


def main(arguments: list[str] | None = None) -> int:
    """Returns the exit status: 0, or 2 when the run stopped and the lake is as it was."""
    options = _parser().parse_args(arguments)
    from helpers.pipeline.errors import PipelineError

    try:
        if options.archive:
            from helpers.pipeline.archive import write

            print(write(Path(options.archive)))
            return 0
        if not (options.source and options.target and options.database):
            print("helpers.pipeline: --source, --target and --database are needed.", file=sys.stderr)
            return 2
        return _run(options)
    except PipelineError as error:
        print(f"helpers.pipeline: {error}", file=sys.stderr)
        return 2


def _run(options: argparse.Namespace) -> int:
    from pyspark.sql import SparkSession

    from helpers.pipeline import job

    session = SparkSession.builder.appName("pipeline").getOrCreate()
    try:
        report = job.run(
            session, options.source, options.target, options.database, days=options.day, again=options.again
        )
        print(report)
        if options.report:
            found = {"report": str(report), "executors": _tasks_by_executor(session)}
            Path(options.report).write_text(json.dumps(found), encoding="utf-8")
        return 0
    finally:
        session.stop()


def _tasks_by_executor(session) -> dict[str, int]:
    """Tasks that each executor has finished, by its id; `driver` in local mode."""
    executors = session.sparkContext._jsc.sc().statusStore().executorList(False)
    counts: Counter[str] = Counter()
    for index in range(executors.size()):
        executor = executors.apply(index)
        counts[executor.id()] += executor.completedTasks()
    return dict(counts)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="helpers.pipeline", description="Bring a lake up to date with its raw files."
    )
    parser.add_argument("--source", help="s3:// folder with events/ and sales/")
    parser.add_argument("--target", help="s3:// folder of the lake")
    parser.add_argument("--database", help="an existing Glue database")
    parser.add_argument("--day", action="append", help="an arrival day, 2024-03-06; may be repeated; all without")
    parser.add_argument("--again", action="store_true", help="compute although the files have not changed")
    parser.add_argument("--report", help="also write the report to this local file, as JSON")
    parser.add_argument("--archive", help="write the code for --py-files to this file, and end")
    return parser


if __name__ == "__main__":
    sys.exit(main())
