"""The pipeline of lesson 09: dirty lines in, a partitioned lake out, every line accounted for.

    from helpers.pipeline import job

    report = job.run(session, source="s3://…/raw/", target="s3://…/lake/", database="course_09")

In the order that a line travels:

    arrivals   the raw files and the day each arrived
    refusals   files that are refused as a whole: not text, a header that cannot be used, a line without end
    lines      each line's verdict: valid, refused with a reason, header   (rules and fields: plain Python)
    settle     one row for each key: duplicates and replaced records
    lake       Parquet written beside the lake, compared with it, and swept away when it is not needed
    checks     nothing lost, no key twice, no NULL where none may be
    catalog    the Glue catalog: pointing a partition to new files is what publishes them
    manifest   what is in the lake, and from which files
    lease      one run at a time
    job        all of this in order

This package needs Spark, boto3 and pyarrow, and of this project only `helpers.oneline`.
"""
