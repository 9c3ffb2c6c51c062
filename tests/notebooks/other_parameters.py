"""Parameters, other than the committed ones, with which each lesson must run and keep its promises."""

OTHER: dict[str, list[dict[str, object]]] = {
    "00_start_here": [{"YEAR": 2003}],
    "01_serverless_sql": [{"YEAR": 2005, "ROWS": 1999}],
    "02_schema_on_read": [{"YEAR": 2003}, {"YEAR": 2005}],
    "03_file_formats": [{"YEAR": 2005}, {"YEAR": 2003, "SCALE": 0.1}],
    "04_partitioning": [{"MONTH": 1}, {"MONTH": 12}],
    "05_parquet_ctas": [{"YEAR": 2003}, {"YEAR": 2005, "SCALE": 0.25}],
    "06_sql_workshop": [{"YEAR": 2003}, {"YEAR": 2005}],
    "07_cost_arithmetic": [{"TB_PER_DAY": 1, "SEED": 0}, {"TB_PER_DAY": 40, "AS_OF": "2028-02-29"}],
    "08_spark_side_by_side": [{"YEAR": 2003, "SCALE": 0.1}],
    "09_hybrid_pipeline": [{"DAYS": 2, "SCALE": 0.2}],
    "11_rds_mysql": [{"YEAR": 2003, "STORAGE_GB": 2000}, {"YEAR": 2005, "STORAGE_GB": 20}],
    "12_sales_report": [
        {"YEAR": 2003, "TERRITORY": "Japan", "QUARTER": "1", "CURRENCY": "EUR", "TOP_N": 1},  # no orders at all
        {"YEAR": 2005, "TERRITORY": "NA", "QUARTER": "4", "CURRENCY": "JPY", "TOP_N": 50},
    ],
    "10_lambda_to_athena": [{"YEAR": 2003, "TERRITORY": "Japan"}, {"YEAR": 2005, "TERRITORY": "NA"}],
}
