"""Which DDL statement about an Iceberg table does what. Importable without pyiceberg."""

from importlib import import_module

from ..sql import ddl_tree

# Statement → module of this package and its rule; those that are missing work as for Hive's tables.
_RULES = {
    ddl_tree.DropTable: "ddl.drop",
    ddl_tree.RenameTable: "ddl.rename",
    ddl_tree.SetProperties: "ddl.set_properties",
    ddl_tree.UnsetProperties: "ddl.unset_properties",
    ddl_tree.AddColumns: "columns_ddl.add",
    ddl_tree.ChangeColumn: "columns_ddl.change",
    ddl_tree.DropColumn: "columns_ddl.drop",
    ddl_tree.DescribeTable: "showing.describe",
    ddl_tree.ShowCreateTable: "showing.create_table",
    ddl_tree.ShowProperties: "showing.table_properties",
    ddl_tree.ReplaceColumns: "ddl.not_offered",
    ddl_tree.SetLocation: "ddl.not_offered",
    ddl_tree.AddPartitions: "ddl.not_offered",
    ddl_tree.DropPartitions: "ddl.not_offered",
    ddl_tree.RenamePartition: "ddl.not_offered",
    ddl_tree.RepairTable: "ddl.not_offered",
    ddl_tree.ShowPartitions: "ddl.not_offered",
}


def rule(statement):
    """A function (statement, catalog.Table, context) → Outcome, or None."""
    found = _RULES.get(type(statement))
    if found is None:
        return None
    module, _, name = found.partition(".")
    return getattr(import_module(f".{module}", __package__), name)
