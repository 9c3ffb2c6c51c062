"""An endpoint that the clients find through the variables that it prints, and through nothing else."""

import datetime as dt
import decimal
import os

import boto3
import pandas as pd
import pytest

from helpers.local import process

BUCKET = "clients"


@pytest.fixture(scope="session")
def running():
    with process.start() as endpoint:
        yield endpoint


@pytest.fixture(scope="module")
def aws(running):
    """The endpoint's variables in the environment, without whatever else the machine says of AWS."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(("AWS_", "WR_"))]:
            patch.delenv(name)
        for name, value in running.env.items():
            patch.setenv(name, value)
        patch.setenv("AWS_CONFIG_FILE", os.devnull)
        patch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
        boto3.setup_default_session()
        boto3.client("s3").create_bucket(Bucket=BUCKET)
        yield running
        boto3.DEFAULT_SESSION = None


@pytest.fixture(scope="session")
def orders():
    """Every common type, with NULLs, an empty string beside a NULL, quotes, commas, line ends and other scripts."""
    return pd.DataFrame(
        {
            "id": [1, 2, 3, 4, 5],
            "name": ["Ada", None, "", 'say "hi", they\nsaid', "Zoë 日本"],
            "price": [1.5, 2.25, None, -0.0, 1e300],
            "amount": [decimal.Decimal(text) for text in ("1.50", "-2.25", "0.01", "99999.99", "0.00")],
            "paid": [True, False, None, True, False],
            "day": [dt.date(2020, 2, 29), None, dt.date(1999, 12, 31), dt.date(2024, 1, 1), dt.date(1970, 1, 1)],
            "seen": pd.to_datetime(
                ["2020-01-01 01:02:03.456", "1969-12-31 23:59:59", None, "2024-06-30 12:00:00", "2000-01-01"],
                format="ISO8601",
            ),
            "tags": [["a", "b"], [], None, ["c"], ["", "d"]],
            "region": ["north", "south", "north", "east", "south"],
        }
    ).astype({"paid": "boolean"})
