"""Which bytes does this query touch? The billing rule, per format (design.md, "Bytes scanned: the rule").

Text, JSON, Avro: the stored size of every object of the surviving partitions, whatever the columns; LIMIT does not
reduce it. Parquet and ORC: only the referenced columns where statistics do not exclude them.
"""

from . import parquet_scan


def bytes_scanned(source, domains, columnar=None):
    """Bytes that a scan of `source` bills. `columnar`: None, 'parquet' or 'orc'."""
    if columnar is None:
        return sum(file.size for file in source.files)
    if not source.wanted:
        return 0
    if columnar == "orc":
        from . import orc_scan

        return orc_scan.bytes_scanned(source, domains)
    from .readers import parquet

    paths = source.paths()
    total = 0
    for metadata, schema in parquet.footers(source, paths):
        fields = parquet.file_columns(source, schema)
        paths_of, tested = {}, {}
        for w in source.wanted:
            if w.name in fields:
                held = fields[w.name].name.lower()
                paths_of[held] = w.paths
                if w.name in domains:
                    tested[held] = domains[w.name]
        total += parquet_scan.scanned(metadata, schema, paths_of, tested)
    return total
