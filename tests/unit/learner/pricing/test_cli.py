"""`python -m helpers.costs`: answers on standard output, one line on standard error and exit code 2."""

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from helpers import costs
from helpers.pricing.cli import main

ROOT = Path(costs.__file__).parents[1]


def run(*arguments):
    """The command as a learner runs it."""
    command = [sys.executable, "-m", "helpers.costs", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", timeout=60, check=False)


def test_a_learner_s_question_is_answered():
    done = run("athena", "--scan", "10TB/day")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        "Athena, 30 × 10.0 TB: $1,500.00\n"
        "  data scanned  300 TB scanned × $5.00 = $1,500.00\n"
        "if AWS counts a TB as 2^40 bytes: $1,364.24\n"
    )


def test_a_learner_s_mistake_is_one_line():
    done = run("athena", "--scan", "10XB/day")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert "unknown unit 'XB' in '10XB/day'; there are: B, KB, MB, GB, TB" in done.stderr


def test_a_reader_who_has_read_enough_is_no_error():
    command = f"{shlex.quote(sys.executable)} -m helpers.costs --sources | head -n 1"
    done = subprocess.run(command, shell=True, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "USD, on demand, before tax, us-east-1\n"


def answer(capsys, *arguments):
    """Standard output of the command, which must succeed."""
    assert main(list(arguments)) == 0
    shown = capsys.readouterr()
    assert shown.err == ""
    return shown.out


def test_without_a_question_the_price_list(capsys):
    shown = answer(capsys)
    for name in costs.prices():
        assert f"\n{name} " in shown
    assert "ec2.r5.xlarge" in shown and "$0.252 per hour" in shown
    assert "infracost" not in shown and "infracost" in answer(capsys, "--sources")


def test_the_price_list_of_another_region(capsys):
    shown = answer(capsys, "--region", "eu-central-1")
    assert "$0.304 per hour" in shown and "athena.sql" not in shown


def test_region_may_stand_before_or_after_the_question(capsys):
    after = answer(capsys, "emr-serverless", "--region", "eu-central-1")
    assert after == answer(capsys, "--region", "eu-central-1", "emr-serverless")
    assert "$0.060528" in after


@pytest.mark.parametrize(
    ("arguments", "shows"),
    [
        ("athena --scan 1TB", "Athena, 1 × 1.0 TB: $5.00"),
        ("athena --scan 10TB/day --days 1", "$50.00"),
        ("athena --scan 1KB --queries 1000", "10 MB minimum  0.01 TB scanned × $5.00 = $0.0500"),
        ("athena --scan 10TB/day --tb binary", "272.8484 TiB scanned × $5.00 = $1,364.24"),
        ("provisioned --dpu 24 --time 1h", "24 DPU-hours × $0.30 = $7.20"),
        ("athena-spark --workers 4", "5 DPU-hours × $0.35 = $1.75"),
        ("cluster --type r5.xlarge --hours 730", "EMR on EC2, 1 × r5.xlarge, on demand: $229.95"),
        ("cluster --nodes 3 --spot low", "2,190 node-hours × $0.0661 = $144.76"),
        ("cluster --spot 0.1 --hours 10 --start-time 1h --starts 2", "12 node-hours × $0.10 = $1.20"),
        ("breakeven", "break-even: $229.95 ÷ $5.00 per TB = 45.99 TB a month"),
        ("breakeven --idle-hours 725", "never cheaper: it can scan 2.8125 TB"),
        ("emr-serverless", "16 GB-hours × $0.0057785 = $0.0925"),
        ("glue --dpu 6 --time 15min", "1.5 DPU-hours × $0.44 = $0.6600"),
        ("glue --flex", "10 DPU-hours × $0.29 = $2.90"),
        ("lambda --time 900s", "112.5 GB-seconds × $0.0000166667 = $0.001875"),
        ("rds --multi-az", "730 hours × $0.068 = $49.64"),
        ("rds --storage-gb 100 --backup-gb 200 --proxy-vcpu 2", "RDS for MySQL, db.t3.small, with a proxy: $67.72"),
        ("throughput", "at most 156.2 MB/s, the network"),
        ("throughput --type r5.xlarge --scan 10TB/day", "takes at least 17.7778 h: it fits a day of 24 h"),
        ("throughput --scan 20TB/day", "it does not fit a day; that takes 2 nodes"),
        ("throughput --scan 1TB", "takes at least 1.7778 h; at most 405 in 30 days"),
        ("compare --scan 10TB/day", "Athena, 30 × 10.0 TB: $1,500.00"),
        ("compare --scan 20TB/day", "1 × r5.xlarge all day, on demand (CANNOT: reads 35.5556 h of 24 h a day)"),
        ("team --queries 100 --scan 20GB", "cheaper: cluster"),
        ("hybrid --raw 10TB --curated 1TB --etl-usd 50", "$1,500.00 ÷ $200.00 = 7.5 times cheaper"),
        ("stale --today 2026-11-22", "2017-05-31  eu-west-1  s3.storage"),
        ("stale --today 2017-01-01", "no price is older than a year on 2017-01-01"),
    ],
)
def test_questions_and_their_answers(capsys, arguments, shows):
    assert shows in answer(capsys, *arguments.split())


def test_spot_alone_shows_both_ends(capsys):
    shown = answer(capsys, "cluster", "--spot")
    assert "$94.24" in shown and "$121.76" in shown
    assert "18.8486 TB" in answer(capsys, "breakeven", "--spot")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("athena", "--scan"),
        ("athena --scan 10", "'10' is no size; write a number and a unit"),
        ("athena --scan -5TB", "'-5TB' is negative"),
        ("athena --scan 1TB --days many", "--days is no number: 'many'"),
        ("athena --scan 1TB --days -1", "--days cannot be negative: -1"),
        ("athena --scan 1TB --tb metric", "invalid choice: 'metric'"),
        ("athena --scan 1TB --region eu-central-1", "it is there for: us-east-1, eu-west-1"),
        ("provisioned --dpu 3", "at least 4 DPU, not 3"),
        ("provisioned --time 3days", "unknown unit 'days' in '3days'; there are: s, min, h"),
        ("cluster --type x9", "no price 'ec2.x9' in prices.toml; there are: ec2.r5.xlarge, ec2.m5.xlarge"),
        ("cluster --spot cheap", "'low', 'high' or USD per hour"),
        ("cluster --nodes 0", "nodes must be a whole number of at least 1"),
        ("cluster --hours nan", "hours must be finite"),
        ("breakeven --hours 800", "at most 744 hours"),
        ("lambda --time 901s", "ends a function after 900 s"),
        ("rds --type db.x9", "no price 'rds.db.x9.single_az'"),
        ("throughput --type x9", "no instance type 'x9'"),
        ("compare --scan 10TB", "compare needs a daily scan: --scan 10TB/day"),
        ("team --queries 10 --scan 5GB/day", "is a rate"),
        ("stale --today yesterday", "'yesterday' is no date"),
        ("--region mars", "no prices of region 'mars' in prices.toml; there are: us-east-1"),
        ("nonsense", "invalid choice: 'nonsense'"),
        ("athena --scan 1TB --what", "unrecognized arguments: --what"),
    ],
)
def test_mistakes_are_one_line_and_exit_code_2(capsys, arguments, says):
    try:
        code = main(arguments.split())
    except SystemExit as ended:  # argparse's own
        code = ended.code
    shown = capsys.readouterr()
    assert (code, shown.out) == (2, "")
    assert says in shown.err
    assert shown.err.count("\n") == 1 and "Traceback" not in shown.err
    assert "--help" in shown.err


def test_help_names_every_question(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    shown = capsys.readouterr().out
    assert ended.value.code == 0
    for question in ("athena", "cluster", "breakeven", "emr-serverless", "glue", "lambda", "rds", "compare"):
        assert f"    {question}" in shown
    assert "python -m helpers.costs athena --scan 10TB/day" in shown
