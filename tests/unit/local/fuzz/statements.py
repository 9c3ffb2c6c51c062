"""Random statements: queries, and what Athena has besides them."""

from .columns import Column
from .expressions import SCALARS
from .queries import Queries

HIVE_TYPES = (
    "int bigint string boolean double float date timestamp decimal(5,2) varchar(3) char(2) binary tinyint smallint "
    "array<int> map<string,int> struct<a:int,b:string> array<struct<x:map<string,array<int>>>> decimal(99,2) "
    "integer real varchar(0) nonsense time"
).split()
FORMATS = (
    "STORED AS PARQUET",
    "STORED AS ORC",
    "STORED AS AVRO",
    "STORED AS TEXTFILE",
    "ROW FORMAT DELIMITED FIELDS TERMINATED BY ','",
    "ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'",
    "ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde' WITH SERDEPROPERTIES ('separatorChar'='|')",
    "ROW FORMAT SERDE 'a.b.Nonsense'",
    "STORED AS INPUTFORMAT 'x' OUTPUTFORMAT 'y'",
)
TRANSFORMS = ("{}", "bucket(4, {})", "truncate(2, {})", "day({})", "month({})", "year({})", "hour({})", "void({})")
KEYS = (
    "skip.header.line.count projection.enabled projection.p.type projection.p.range parquet.compression table_type "
    "format classification has_encrypted_data write_compression nonsense"
).split()
VALUES = ("1", "true", "integer", "1,10", "SNAPPY", "ICEBERG", "parquet", "", "-1", "x", "NOW-1YEAR,NOW", "ZSTD")
NAMES = ("missing", '"n1"', "`n2`", "default.n1", "nodb.t", "awsdatacatalog.fuzz.n1", "a.b.c.d")
PLACES = ("a", "b", "ä ö", "", "../x", "a//b", "a/", "b/")
EXPLAINED = ("", "(FORMAT JSON) ", "ANALYZE ", "(TYPE IO) ", "(TYPE VALIDATE) ")
KEYS_OF_PARTITIONS = ("'1'", "1", "'a/b'", "DATE '2020-01-01'", "''", "NULL", "'é'")
OUTPUTS = ("PARQUET", "ORC", "AVRO", "JSON", "TEXTFILE", "X")


class Statements(Queries):
    def statement(self):
        """Any statement, a query every second time."""
        if self.chance.random() < 0.5:
            return self.select(self.chance.randint(1, 4))
        rules = (self._create, self._iceberg, self._ctas, self._change, self._merge, self._alter, self._show)
        rules += (self._show, self._other, self._other, self._prepared)
        return self.chance.choice(rules)()

    def _one(self, *choices):
        return self.chance.choice(choices)

    def _name(self):
        made = self._one(*(f"n{i}" for i in range(10)))
        return self._one(made, made, self._one(*self.tables), *self.changed, *NAMES)

    def _columns(self):
        names = self.chance.choices(("a", "b", "c", "`d e`", "ä", "A", "select", "_x", "1a"), k=self._one(1, 2, 3))
        return ", ".join(f"{n} {self._one(*HIVE_TYPES)}{self._one('', '', ' COMMENT 1')}" for n in names)

    def _location(self):
        return f"'s3://fuzz/{self._one(*PLACES)}'"

    def _properties(self):
        return ", ".join(f"'{self._one(*KEYS)}'='{self._one(*VALUES)}'" for _ in range(self._one(1, 2, 3)))

    def _create(self):
        words = self._one("EXTERNAL TABLE", "EXTERNAL TABLE IF NOT EXISTS", "TABLE")
        by = self._one("", "", f" PARTITIONED BY (p {self._one(*HIVE_TYPES)})", " CLUSTERED BY (a) INTO 3 BUCKETS")
        more = self._one("", "", f" TBLPROPERTIES ({self._properties()})")
        storage = f"{self._one(*FORMATS)} LOCATION {self._location()}"
        return f"CREATE {words} {self._name()} ({self._columns()}){by} {storage}{more}"

    def _iceberg(self):
        by = self._one("", f" PARTITIONED BY ({self._one(*TRANSFORMS).format(self._one('a', 'b', 'z'))})")
        properties = self._one("", "", f", {self._properties()}")
        return (
            f"CREATE TABLE {self._name()} ({self._columns()}){by} LOCATION {self._location()} "
            f"TBLPROPERTIES ('table_type'='ICEBERG'{properties})"
        )

    def _ctas(self):
        properties = [
            f"format = '{self._one(*OUTPUTS)}'",
            f"partitioned_by = ARRAY['{self._one('c0', 'c1', 'z', '')}']",
            self._one(
                "table_type = 'ICEBERG', is_external = false", "bucket_count = 2", "nonsense = 1", "format = 1"
            ),
            f"external_location = 's3://fuzz/out/{self.chance.randint(0, 10**9)}/'",
        ]
        chosen = self.chance.sample(properties, self._one(0, 1, 2, 3))
        listed = f" WITH ({', '.join(chosen)})" if chosen else ""
        return f"CREATE TABLE {self._name()}{listed} AS {self.select(2)}"

    def _change(self):
        name = self._one(*self.changed, self._name())
        columns = self.tables.get(name, [])
        target = self._one(*columns) if columns else Column("a", "bigint")
        where = self._one("", f" WHERE {self.expression('boolean', columns, 2)}")
        values = ", ".join(self.expression(c.type, (), 1) for c in columns) or "1"
        return self._one(
            f"DELETE FROM {name}{where}",
            f"UPDATE {name} SET {target.text} = {self.expression(target.type, columns, 2)}{where}",
            f"INSERT INTO {name} VALUES ({values})",
            f"INSERT INTO {name} {self.select(2, (), [c.type for c in columns] or ['bigint'])}",
            f"INSERT INTO {name} ({target.text}) {self.select(1, (), [target.type])}",
        )

    def _merge(self):
        name = self._one(*self.changed, self._name())
        source, more = self.relation(1)
        reach = [*(Column(f"m.{c.text}", c.type) for c in self.tables.get(name, [])), *more]
        cases = (
            f"WHEN MATCHED AND {self.expression('boolean', reach, 1)} THEN DELETE",
            f"WHEN MATCHED THEN UPDATE SET id = {self.expression('bigint', reach, 1)}",
            f"WHEN NOT MATCHED THEN INSERT (id) VALUES ({self.expression('bigint', more, 1)})",
        )
        picked = " ".join(self.chance.sample(cases, self._one(1, 2, 3)))
        return f"MERGE INTO {name} m USING {source} ON {self.expression('boolean', reach, 1)} {picked}"

    def _alter(self):
        partition = f"PARTITION (p={self._one(*KEYS_OF_PARTITIONS)})"
        change = self._one(
            f"ADD {partition} LOCATION {self._location()}",
            f"ADD IF NOT EXISTS {partition}",
            f"DROP IF EXISTS {partition}",
            f"ADD COLUMNS ({self._columns()})",
            f"REPLACE COLUMNS ({self._columns()})",
            f"SET TBLPROPERTIES ({self._properties()})",
            f"SET LOCATION {self._location()}",
            f"RENAME {partition} TO PARTITION (p='2')",
            f"CHANGE COLUMN a b {self._one(*HIVE_TYPES)}",
            "DROP COLUMN a",
            "UNSET TBLPROPERTIES ('a')",
            f"{partition} SET LOCATION {self._location()}",
            "RENAME TO n9",
        )
        return f"ALTER TABLE {self._name()} {change}"

    def _show(self):
        name = self._name()
        return self._one(
            f"DESCRIBE {name}",
            f"DESCRIBE EXTENDED {name}",
            f"DESC FORMATTED {name} PARTITION (p=1)",
            f"DESCRIBE {name} a.b",
            f"SHOW COLUMNS IN {name}",
            "SHOW TABLES IN random_statements '*n*'",
            "SHOW DATABASES LIKE 'f.*'",
            f"SHOW CREATE TABLE {name}",
            f"SHOW PARTITIONS {name}",
            "SHOW VIEWS",
            f"SHOW TBLPROPERTIES {name}('a')",
            f"SHOW CREATE VIEW {name}",
            "SHOW FUNCTIONS LIKE 'a%'",
            "SELECT * FROM information_schema.columns WHERE table_schema = 'random_statements'",
        )

    def _other(self):
        name, number = self._name(), self.chance.randint(0, 9)
        return self._one(
            f"DROP TABLE {self._one('', 'IF EXISTS ')}n{number}",
            f"DROP VIEW IF EXISTS n{number}",
            f"CREATE {self._one('', 'OR REPLACE ')}VIEW n{number} AS {self.select(2)}",
            f"MSCK REPAIR TABLE {name}",
            f"OPTIMIZE {name} REWRITE DATA USING BIN_PACK",
            f"VACUUM {name}",
            f"TABLE {name}",
            f"UNLOAD ({self.select(2)}) TO 's3://fuzz/un/{number}/' WITH (format = '{self._one(*OUTPUTS)}')",
            f"EXPLAIN {self._one(*EXPLAINED)}{self.select(2)}",
            f"CREATE DATABASE IF NOT EXISTS d{number} COMMENT 'x' LOCATION {self._location()}",
            f"DROP DATABASE IF EXISTS d{number} CASCADE",
        )

    def _prepared(self):
        name = self._one("p0", "p1", "p2")
        arguments = ", ".join(self._leaf(self._one(*SCALARS), ()) for _ in range(2))
        return self._one(
            f"PREPARE {name} FROM {self.select(2).replace(' 1', ' ?', 2)}",
            f"EXECUTE {name}",
            f"EXECUTE {name} USING {arguments}",
            f"DEALLOCATE PREPARE {name}",
        )
