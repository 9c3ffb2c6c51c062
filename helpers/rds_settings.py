"""Where the database is and how to log in: RDS_HOST, RDS_PORT, RDS_USER, RDS_PASSWORD, RDS_SSL_CA.

    settings = Settings.from_environment()
    settings = Settings.from_secret(boto3.client("secretsmanager"), "prod/rds", ssl_ca="global-bundle.pem")
    settings.jdbc_url("shop"), settings.jdbc_properties()      # for Spark

There are no defaults for host, user and password: what is not said is not guessed.
"""

from __future__ import annotations

import json
import os
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from helpers.oneline import OneLineError

DEFAULT_PORT = 3306
SECRET_VARIABLE = "ATHENA_WORKBOOK_RDS_SECRET"
APPLICATION_USER, APPLICATION_PASSWORD = "RDS_APP_USER", "RDS_APP_PASSWORD"
# docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html; rds-ca-2019-root expired in August 2024.
CA_BUNDLE = "https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem"
RDS_ENDPOINT = r"[a-z0-9.-]+\.(?P<region>[a-z]{2}(-[a-z]+)+-\d)\.rds\.amazonaws\.com(\.cn)?"
JDBC_DRIVER = "org.mariadb.jdbc.Driver"  # MariaDB Connector/J 2.7, also for MySQL servers


class SettingsError(OneLineError):
    """A setting is missing or cannot be meant; the line names it and says where it comes from."""


@dataclass(frozen=True)
class Settings:
    """One login of one server; the password is not shown by print or repr.

    host       a DNS name, which the server's certificate must carry
    ssl_ca     path of the certificate authority's file (PEM) that the server's certificate is checked with
    database   the database that a connection starts in, or None
    secret_id  the Secrets Manager secret that holds the same, or None
    """

    host: str
    user: str
    password: str = field(repr=False)
    ssl_ca: str
    port: int = DEFAULT_PORT
    database: str | None = None
    secret_id: str | None = None

    def __post_init__(self):
        object.__setattr__(self, "port", _port(self.port))
        if not Path(self.ssl_ca).is_file():
            raise SettingsError(
                f"RDS_SSL_CA = {self.ssl_ca!r} is not a file: for RDS download {CA_BUNDLE} and name its path."
            )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """The settings in RDS_HOST, RDS_PORT (3306 when unset), RDS_USER, RDS_PASSWORD, RDS_SSL_CA.

        Raises SettingsError, one line, naming everything that is missing.
        """
        given = os.environ if environment is None else environment
        needed = ("RDS_HOST", "RDS_USER", "RDS_PASSWORD", "RDS_SSL_CA")
        missing = [name for name in needed if not given.get(name)]
        if missing:
            raise SettingsError(
                f"{', '.join(missing)} not set: set them to your instance's endpoint, user, password and the"
                f" path of {CA_BUNDLE}; or try a private server: python -m helpers.local.mysql -- <command>."
            )
        host, user, password, ssl_ca = (given[name] for name in needed)
        return cls(host, user, password, ssl_ca, given.get("RDS_PORT") or DEFAULT_PORT)

    @classmethod
    def from_secret(cls, client, secret_id: str, ssl_ca: str | None = None) -> Settings:
        """The settings in a secret of the shape that RDS itself writes.

        client     a boto3 client for Secrets Manager
        secret_id  name or ARN of a secret holding JSON: host, username, password, and port, dbname if it likes
        ssl_ca     the certificate authority's file; RDS_SSL_CA when left out

        Raises SettingsError when the secret is missing, forbidden or of another shape. A secret that RDS
        manages for a master user holds username and password alone: RDS_HOST then says where.
        """
        try:
            content = client.get_secret_value(SecretId=secret_id).get("SecretString")
        except ClientError as error:
            detail = error.response["Error"]
            raise SettingsError(
                f"Secret {secret_id!r} cannot be read: {detail.get('Code')}: {detail.get('Message')}"
            ) from error
        except BotoCoreError as error:
            raise SettingsError(f"Secret {secret_id!r} cannot be read: {error}") from error
        values = _json_object(secret_id, content)
        given = {
            "RDS_HOST": str(values.get("host") or os.environ.get("RDS_HOST") or ""),
            "RDS_PORT": str(values.get("port") or os.environ.get("RDS_PORT") or ""),
            "RDS_USER": str(values.get("username") or ""),
            "RDS_PASSWORD": str(values.get("password") or ""),
            "RDS_SSL_CA": ssl_ca or os.environ.get("RDS_SSL_CA") or "",
        }
        for key, name in (("host", "RDS_HOST"), ("username", "RDS_USER"), ("password", "RDS_PASSWORD")):
            if not given[name]:
                raise SettingsError(f"Secret {secret_id!r} has no {key!r}: it needs host, username and password.")
        found = cls.from_environment(given)
        return replace(found, database=values.get("dbname") or None, secret_id=secret_id)

    def with_iam_token(self, session) -> Settings:
        """The same login with an IAM authentication token in place of the password.

        `session`: a boto3 session, whose role may `rds-db:connect` as this user. The token opens
        connections for 15 minutes; it is signed here, without asking AWS
        (docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html).

        Raises SettingsError for a host that is not an RDS endpoint, which could not check a token, and
        for missing credentials.
        """
        region = re.fullmatch(RDS_ENDPOINT, self.host.lower())
        if not region:
            raise SettingsError(
                f"RDS_HOST = {self.host!r} is not an RDS endpoint (….<region>.rds.amazonaws.com): only RDS"
                " checks IAM tokens; use the password here."
            )
        # The user's own endpoint settings do not matter to a signature.
        client = session.client("rds", region_name=region["region"])
        try:
            token = client.generate_db_auth_token(
                DBHostname=self.host, Port=self.port, DBUsername=self.user, Region=region["region"]
            )
        except (BotoCoreError, ClientError) as error:
            raise SettingsError(f"No IAM token for {self.user}@{self.host}: {error}") from error
        return replace(self, password=token, secret_id=None)

    def tls(self) -> ssl.SSLContext:
        """TLS 1.2 or newer, certificate and host name verified against `ssl_ca` alone.

        For clients that take a context: `pymysql.connect(ssl=settings.tls(), …)`. Raises SettingsError
        when `ssl_ca` holds no certificate.
        """
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # verifies both by default
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        try:
            context.load_verify_locations(self.ssl_ca)
        except OSError as error:
            raise SettingsError(f"RDS_SSL_CA = {self.ssl_ca!r} holds no certificate (PEM): {error}.") from error
        return context

    def secret(self) -> str:
        """The JSON that RDS keeps in a secret: engine, host, port, username, password, dbname."""
        return json.dumps(
            {
                "engine": "mysql",
                "host": self.host,
                "port": self.port,
                "username": self.user,
                "password": self.password,
                "dbname": self.database or "",
            }
        )

    def jdbc_url(self, database: str | None = None) -> str:
        """The address for MariaDB Connector/J 2.7: TLS, with authority and host name verified; no password.

        `database`: a name of letters, digits and _; the settings' own when left out.
        Raises SettingsError for a name or path that the URL cannot carry.
        """
        name = database or self.database or ""
        if not re.fullmatch(r"[A-Za-z0-9_]{0,64}", name):
            raise SettingsError(f"database {name!r}: use letters, digits and _ for JDBC, at most 64.")
        authority = str(Path(self.ssl_ca).resolve())
        if re.search(r"[?&#]", authority):
            raise SettingsError(f"RDS_SSL_CA = {authority!r}: a JDBC address cannot carry ?, & or # in a path.")
        return f"jdbc:mysql://{self.host}:{self.port}/{name}?useSSL=true&serverSslCert={authority}"

    def jdbc_properties(self) -> dict[str, str]:
        """Driver, user and password for Spark's `spark.read.jdbc(url, table, properties=…)`.

        Printing it shows no password.
        """
        return _Properties(driver=JDBC_DRIVER, user=self.user, password=self.password)


class _Properties(dict):
    """A dictionary whose password is not shown."""

    def __repr__(self):
        return repr({**self, "password": "***"})

    __str__ = __repr__


def _port(value) -> int:
    text = str(value)
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        raise SettingsError(f"RDS_PORT = {text!r}: use a number from 1 to 65535, for MySQL usually 3306.")
    return int(text)


def _json_object(secret_id, content) -> dict:
    """The secret's content as a dictionary; an error never repeats it."""
    try:
        values = json.loads(content or "")
    except ValueError:
        values = None
    if not isinstance(values, dict):
        raise SettingsError(f"Secret {secret_id!r} is not a JSON object with host, username and password.")
    return values
