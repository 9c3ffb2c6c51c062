"""Connect to RDS for MySQL, create a database if it does not exist, list the databases.

    python -m helpers.connect_rds                                   # RDS_HOST, RDS_USER, RDS_PASSWORD, RDS_SSL_CA
    python -m helpers.local.mysql python -m helpers.connect_rds     # beside a private server, without RDS
"""

from __future__ import annotations

import sys

from helpers.rds import DATABASE, RDSManager, run


def connect_and_create_db(rds: RDSManager) -> None:
    """Create TempDB unless it exists, and print which databases there are. `rds` is connected."""
    created = rds.create_database(DATABASE)
    print(f"Database {DATABASE} {'created' if created else 'exists already'}.")
    print(f"Databases: {', '.join(rds.list_databases())}")


if __name__ == "__main__":
    sys.exit(run("helpers.connect_rds", connect_and_create_db))
