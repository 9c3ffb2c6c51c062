"""What StartQueryExecution refuses, word by word: refused.tsv, with its sources."""

from pathlib import Path

import pytest

from helpers.local.athena.ddl import starting
from helpers.local.athena.errors import RequestError
from helpers.local.athena.sql import ddl_tree
from helpers.local.athena.sql.statements import parse

STATEMENTS = (
    "'ALTER', 'ANALYZE', 'CALL', 'COMMENT', 'COMMIT', 'CREATE', 'DEALLOCATE', 'DELETE', 'DENY', 'DESC', 'DESCRIBE', "
    "'DROP', 'EXECUTE', 'EXPLAIN', 'GRANT', 'INSERT', 'MERGE', 'PREPARE', 'REFRESH', 'RESET', 'REVOKE', 'ROLLBACK', "
    "'SET', 'SHOW', 'START', 'TRUNCATE', 'UNLOAD', 'UPDATE', 'USE', <query>"
)


def rows():
    for line in (Path(__file__).with_name("refused.tsv")).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            sql, message = line.split("\t")
            yield sql.replace("\\n", "\n"), message.replace("{statements}", STATEMENTS)


@pytest.mark.parametrize(("sql", "message"), list(rows()))
def test_refused(sql, message):
    with pytest.raises(RequestError) as refused:
        statement = parse(sql)
        if isinstance(statement, ddl_tree.CreateView):
            starting.check(statement, None)
    assert refused.value.message == message
    assert refused.value.code == "MALFORMED_QUERY"
