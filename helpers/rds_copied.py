"""A database class as it is often copied: every error is printed and becomes False. Lesson 11 shows what follows."""

from __future__ import annotations

import pymysql

from helpers.rds_settings import Settings


class CopiedManager:
    def __init__(self, settings: Settings):
        self.settings, self.connection = settings, None

    def connect(self):
        try:
            where = self.settings
            self.connection = pymysql.connect(
                host=where.host, port=where.port, user=where.user, password=where.password,
                database=where.database, ssl=where.tls(),
            )  # fmt: skip
            return True
        except pymysql.Error as error:
            print(f"   printed: MySQL error {error.args[0]}")
            return False

    def execute_query(self, query, params=None, fetch_results=False):
        try:
            cursor = self.connection.cursor()
            cursor.execute(query, params)
            self.connection.commit()
            return cursor.fetchall() if fetch_results else True
        except pymysql.Error as error:
            print(f"   printed: MySQL error {error.args[0]}")
            return False

    def __enter__(self):
        self.connect()
        return self

    def __exit__(self, *exception):
        if self.connection:
            self.connection.close()
