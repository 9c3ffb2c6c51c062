"""Statements that Athena's own grammar reads and Athena does not offer: "Queries of this type are not supported".

That grammar is Spark SQL's of its 2.x days, by its messages and by what it lets pass. It knows the commands
below; what it refuses itself gets Trino's error instead.
"""

from . import ddl_lexer

_LONGEST = 10  # tokens to look at: ALTER TABLE a.b.c and two words

# First words of a statement, in capitals.
_COMMANDS = [
    tuple(line.split())
    for line in """
    ADD FILE | ADD JAR | ANALYZE TABLE | CACHE TABLE | CACHE LAZY | CLEAR CACHE | UNCACHE TABLE | DFS
    ALTER INDEX | CREATE INDEX | DROP INDEX | SHOW INDEX | SHOW INDEXES
    CREATE FUNCTION | CREATE TEMPORARY | CREATE GLOBAL | CREATE OR REPLACE TEMPORARY | CREATE OR REPLACE GLOBAL
    CREATE ROLE | DROP ROLE | DROP FUNCTION | DROP TEMPORARY | GRANT | REVOKE
    DESCRIBE DATABASE | DESCRIBE SCHEMA | DESCRIBE FUNCTION | DESC DATABASE | DESC SCHEMA | DESC FUNCTION
    EXPORT TABLE | IMPORT TABLE | IMPORT EXTERNAL | LOAD DATA | LIST FILE | LIST JAR
    LOCK TABLE | LOCK DATABASE | UNLOCK TABLE | UNLOCK DATABASE | REFRESH TABLE | TRUNCATE TABLE
    INSERT OVERWRITE TABLE | INSERT OVERWRITE LOCAL | INSERT OVERWRITE DIRECTORY | INSERT INTO TABLE
    SHOW COMPACTIONS | SHOW CURRENT ROLES | SHOW GRANT | SHOW LOCKS | SHOW PRINCIPALS | SHOW ROLE GRANT | SHOW ROLES
    SHOW TRANSACTIONS | SHOW TABLE EXTENDED | SET | RESET | START TRANSACTION | COMMIT | ROLLBACK | USE
    """.replace("\n", "|").split("|")
    if line.strip()
]
# What follows ALTER TABLE and a name.
_ALTERATIONS = [
    tuple(line.split())
    for line in """
    ARCHIVE | UNARCHIVE | CLUSTERED BY | NOT CLUSTERED | NOT SORTED | NOT SKEWED | NOT STORED | SKEWED BY | TOUCH
    COMPACT | CONCATENATE | EXCHANGE PARTITION | SET FILEFORMAT | SET SKEWED | RECOVER PARTITIONS
    """.replace("\n", "|").split("|")
    if line.strip()
]


def is_native(sql):
    """Whether the statement is such a command."""
    words = ddl_lexer.first_words(sql, _LONGEST)
    return _begins(words, 0, _COMMANDS) or (words[:2] == ["ALTER", "TABLE"] and _begins(words, 3, _ALTERATIONS))


def _begins(words, at, commands):
    while at == 3 and words[at : at + 1] == ["."]:
        words = words[:at] + words[at + 2 :]
    return any(tuple(words[at : at + len(command)]) == command for command in commands)
