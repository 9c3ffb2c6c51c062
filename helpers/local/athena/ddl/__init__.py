"""Hive DDL, SHOW, DESCRIBE, MSCK and views, run against Glue.

`check` is asked when the query is started, `run` when its turn has come.
"""

from ..iceberg import statements as iceberg
from ..sql import ddl_comments, ddl_tree
from . import columns, databases, describe, partitions, repair, show, tables, views
from .failures import complaint
from .names import database_of, find
from .starting import check

__all__ = ["check", "is_ddl", "run"]

_OF_VIEWS = (ddl_tree.CreateView, ddl_tree.DropView, ddl_tree.ShowCreateView)
_RULES = {
    ddl_tree.CreateDatabase: databases.create,
    ddl_tree.DropDatabase: databases.drop,
    ddl_tree.AlterDatabase: databases.set_properties,
    ddl_tree.CreateTable: tables.create,
    ddl_tree.DropTable: tables.drop,
    ddl_tree.SetProperties: tables.set_properties,
    ddl_tree.UnsetProperties: tables.unset_properties,
    ddl_tree.SetLocation: tables.set_location,
    ddl_tree.RenameTable: tables.rename,
    ddl_tree.AddColumns: columns.add,
    ddl_tree.ReplaceColumns: columns.replace,
    ddl_tree.ChangeColumn: columns.change,
    ddl_tree.DropColumn: columns.drop,
    ddl_tree.AddPartitions: partitions.add,
    ddl_tree.DropPartitions: partitions.drop,
    ddl_tree.RenamePartition: partitions.rename,
    ddl_tree.RepairTable: repair.repair,
    ddl_tree.ShowDatabases: show.databases,
    ddl_tree.ShowTables: show.tables,
    ddl_tree.ShowViews: show.views,
    ddl_tree.ShowPartitions: show.partitions,
    ddl_tree.ShowColumns: show.columns,
    ddl_tree.ShowProperties: show.properties,
    ddl_tree.ShowCreateTable: show.create_table,
    ddl_tree.ShowCreateView: views.show_create,
    ddl_tree.DescribeTable: describe.describe,
    ddl_tree.CreateView: views.create,
    ddl_tree.DropView: views.drop,
}


def is_ddl(statement):
    """Whether `run` knows this statement."""
    return type(statement) in _RULES


def run(statement, context):
    """Run a statement of `sql.ddl_tree` → Outcome. Raises AthenaError with Hive's or Trino's message."""
    outcome = _of_iceberg(statement, context)
    if outcome is not None:
        return outcome
    minded = statement.complaint or ddl_comments.complaint(statement)
    if minded and not getattr(statement, "of_view", False):
        raise complaint(statement, minded)
    return _changing(statement, context, _RULES[type(statement)](statement, context))


def _of_iceberg(statement, context):
    """The Outcome of a statement that Iceberg tables answer in their own way, or None. Hive minds nothing there."""
    if not isinstance(statement, ddl_tree.TableStatement) or isinstance(statement, _OF_VIEWS):
        return None
    table = find(statement.name, context)
    rule = iceberg.rule(statement) if table is not None and table.is_iceberg else None
    return rule and _changing(statement, context, rule(statement, table, context))


def _changing(statement, context, outcome):
    if statement.statement_type != ddl_tree.UTILITY:
        table = getattr(statement, "name", None)
        place = (database_of(table, context), table.table) if isinstance(table, ddl_tree.TableName) else ()
        context.services.catalog.changed(*place)
    return outcome
