"""`python -m helpers.costs`: the price list, and questions of money answered with their arithmetic."""

from __future__ import annotations

import argparse
import os
import re
import sys
from datetime import date
from typing import NoReturn

from helpers.oneline import OneLineError
from helpers.pricing import answers
from helpers.pricing.arguments import parse_bytes, parse_scan, parse_seconds
from helpers.pricing.clusters import HOURS_PER_MONTH
from helpers.pricing.price_list import HOME_REGION
from helpers.pricing.throughput import DAYS_PER_MONTH

PROGRAM = "python -m helpers.costs"
EXAMPLES = f"""examples:
  {PROGRAM}                                        the price list
  {PROGRAM} --region eu-west-1 --sources           another region's, with where each price is from
  {PROGRAM} athena --scan 10TB/day                 30 days of it
  {PROGRAM} cluster --type r5.xlarge --spot        a month, at both ends of the Spot range
  {PROGRAM} breakeven --idle-hours 200
  {PROGRAM} throughput --scan 10TB/day --nodes 2
  {PROGRAM} compare --scan 10TB/day
"""


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, without the usage above it; exit code 2."""

    def error(self, message: str) -> NoReturn:
        """End with `message` on one line."""
        self.exit(2, f"{' '.join(message.split())} (help: {self.prog} --help)\n")


def _argument(parse):
    """`parse` for argparse, whose own message would say `invalid parse_scan value`."""

    def read(text: str):
        try:
            return parse(text)
        except (OneLineError, ValueError) as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return read


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no date; write it as 2026-11-22") from None


SCAN, SIZE, TIME = _argument(parse_scan), _argument(parse_bytes), _argument(parse_seconds)


def parser() -> Parser:
    """The command line: one sub-command per question."""
    region = argparse.ArgumentParser(add_help=False)
    region.add_argument("--region", default=argparse.SUPPRESS, help=f"default: {HOME_REGION}")
    main_parser = Parser(
        prog=PROGRAM,
        parents=[region],
        description="What does it cost? Prices with their sources, and arithmetic that is shown.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    main_parser.add_argument("--sources", action="store_true", help="with the source and note of each price")
    main_parser.set_defaults(answer=answers.price_list)
    commands = main_parser.add_subparsers(title="questions", metavar="QUESTION")

    def command(name: str, answer, help_text: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=help_text, description=help_text, parents=[region])
        added.set_defaults(answer=answer)
        return added

    _add_athena(command)
    _add_clusters(command)
    _add_serverless(command)
    _add_databases(command)
    _add_comparisons(command)
    return main_parser


def _add_athena(command) -> None:
    stale = command("stale", answers.stale, "the prices older than a year")
    stale.add_argument("--today", type=_day, default=None, help="the day to count from, 2026-11-22; default: today")

    athena = command("athena", answers.athena, "Athena SQL, by the bytes scanned")
    athena.add_argument("--scan", type=SCAN, required=True, help="10TB/day, or 500GB for one scan")
    athena.add_argument("--days", default=DAYS_PER_MONTH, help="how many days of it (30)")
    athena.add_argument("--queries", default=1, help="how many queries scan that much each (1)")
    athena.add_argument("--tb", choices=("decimal", "binary"), help="10^12 or 2^40 bytes; default: both")

    provisioned = command("provisioned", answers.provisioned, "Athena's reserved capacity, by the DPU-hour")
    provisioned.add_argument("--dpu", default=24, help="at least 4 (24)")
    provisioned.add_argument("--time", type=TIME, default="1h", help="90s, 15min, 2h (1h)")

    spark = command("athena-spark", answers.athena_spark, "Athena for Apache Spark")
    spark.add_argument("--workers", default=4, help="beside the driver (4)")
    spark.add_argument("--time", type=TIME, default="1h", help="of the whole session (1h)")


def _cluster_arguments(added: argparse.ArgumentParser) -> None:
    added.add_argument("--type", default="r5.xlarge", help="instance type (r5.xlarge)")
    added.add_argument("--nodes", default=1, help="(1)")


def _reading_arguments(added: argparse.ArgumentParser) -> None:
    added.add_argument("--core-mb-per-second", help="what a vCPU gets through; default: cores do not limit")
    added.add_argument("--network-gbps", help="per node; default: the type's baseline")


def _running_arguments(added: argparse.ArgumentParser) -> None:
    added.add_argument("--idle-hours", default=0, help="up without work, on top (0)")
    added.add_argument("--starts", default=1, help="how often it is started (1)")
    added.add_argument("--start-time", type=TIME, default="0s", help="before the first task runs, each time (0s)")
    added.add_argument("--ebs-gb", default=0, help="disk per node (0)")
    added.add_argument("--ebs-type", default="gp2", help="gp2 or gp3 (gp2)")
    added.add_argument("--spot", nargs="?", const="range", help="low, high or USD per hour; alone: low and high")


def _add_clusters(command) -> None:
    cluster = command("cluster", answers.cluster, "Spark on EMR on EC2")
    _cluster_arguments(cluster)
    cluster.add_argument("--hours", default=HOURS_PER_MONTH, help="at work (730, a month)")
    _running_arguments(cluster)

    breakeven = command("breakeven", answers.breakeven, "from how many TB a month a cluster is cheaper than Athena")
    _cluster_arguments(breakeven)
    breakeven.add_argument("--hours", help="at work (730, a month, less the idle hours)")
    _running_arguments(breakeven)
    _reading_arguments(breakeven)

    throughput = command("throughput", answers.throughput, "what a cluster can read in a day")
    _cluster_arguments(throughput)
    _reading_arguments(throughput)
    throughput.add_argument("--scan", type=SCAN, help="10TB/day, or 1TB for one scan: can it, how long does it take?")
    throughput.add_argument("--hours-per-day", default=24, help="that it is up (24)")


def _add_serverless(command) -> None:
    emr = command("emr-serverless", answers.emr_serverless, "Spark on EMR Serverless")
    emr.add_argument("--vcpu", default=4, help="per worker (4)")
    emr.add_argument("--memory-gb", default=16, help="per worker (16)")
    emr.add_argument("--disk-gb", default=20, help="per worker, 20 are free (20)")
    emr.add_argument("--workers", default=1, help="the driver is one of them (1)")
    emr.add_argument("--time", type=TIME, default="1h", help="of one run (1h)")
    emr.add_argument("--runs", default=1, help="(1)")

    glue = command("glue", answers.glue, "Spark on Glue ETL")
    glue.add_argument("--dpu", default=10, help="(10)")
    glue.add_argument("--time", type=TIME, default="1h", help="of one run (1h)")
    glue.add_argument("--runs", default=1, help="(1)")
    glue.add_argument("--flex", action="store_true", help="on spare capacity")

    function = command("lambda", answers.function, "AWS Lambda")
    function.add_argument("--invocations", default=1, help="(1)")
    function.add_argument("--memory-mb", default=128, help="(128)")
    function.add_argument("--time", type=TIME, default="1s", help="of one invocation, at most 900s (1s)")


def _add_databases(command) -> None:
    rds = command("rds", answers.rds, "RDS for MySQL")
    rds.add_argument("--type", default="db.t3.small", help="instance class (db.t3.small)")
    rds.add_argument("--hours", default=HOURS_PER_MONTH, help="(730, a month)")
    rds.add_argument("--multi-az", action="store_true", help="with a standby in another zone")
    rds.add_argument("--storage-gb", default=0, help="(0)")
    rds.add_argument("--storage-type", default="gp2", help="gp2 or gp3 (gp2)")
    rds.add_argument("--backup-gb", default=0, help="all backups; as much as the storage is free (0)")
    rds.add_argument("--proxy-vcpu", default=0, help="with an RDS Proxy in front of that many vCPU (0: none)")


def _add_comparisons(command) -> None:
    compare = command("compare", answers.compare_options, "a daily scan, each way to do it, cheapest first")
    compare.add_argument("--scan", type=SCAN, required=True, help="10TB/day")
    compare.add_argument("--days", default=DAYS_PER_MONTH, help="(30)")
    _cluster_arguments(compare)
    _reading_arguments(compare)

    team = command("team", answers.team, "a team's queries over the working day: Athena or a cluster?")
    team.add_argument("--queries", required=True, help="a day")
    team.add_argument("--scan", type=SIZE, required=True, help="bytes of one query, 20GB")
    team.add_argument("--days", default=22, help="working days (22)")
    team.add_argument("--open-hours", default=9, help="a day that the cluster is up (9)")
    team.add_argument("--start-time", type=TIME, default="0s", help="of the cluster, every morning (0s)")
    _cluster_arguments(team)
    _reading_arguments(team)

    hybrid = command("hybrid", answers.hybrid, "raw data queried, or rewritten once by Spark and then queried")
    hybrid.add_argument("--raw", type=SIZE, required=True, help="bytes a query scans in the raw data, 10TB")
    hybrid.add_argument("--curated", type=SIZE, required=True, help="bytes it scans in the curated data, 1TB")
    hybrid.add_argument("--queries", default=DAYS_PER_MONTH, help="(30)")
    hybrid.add_argument("--etl-usd", required=True, help="what the rewriting costs in the same time")


def _joined(argv: list[str]) -> list[str]:
    """`--scan -5TB` as `--scan=-5TB`: argparse would take a negative quantity for an unknown option."""
    joined: list[str] = []
    for word in argv:
        if re.match(r"-\.?\d", word) and joined and joined[-1].startswith("--") and "=" not in joined[-1]:
            joined[-1] += f"={word}"
        else:
            joined.append(word)
    return joined


def main(argv: list[str] | None = None) -> int:
    """Answer the question of `argv`. Exit code 0; 2 and one line for a question that cannot be answered."""
    options = parser().parse_args(_joined(sys.argv[1:] if argv is None else argv))
    options.region = getattr(options, "region", HOME_REGION)
    try:
        print(options.answer(options))
        sys.stdout.flush()
    except OneLineError as error:
        print(f"{error} (help: {PROGRAM} --help)", file=sys.stderr)
        return 2
    except BrokenPipeError:  # `| head`: whoever reads has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0
