"""Nothing outlives the work: not the JVM, not its Python workers, not its files, however the end comes."""

import os
import signal
from pathlib import Path

from tests.spark.places import Program, alive, family, until

BUSY = """
threading.Thread(target=say_when_busy).start()
session.sparkContext.parallelize([1, 2], 2).map(lambda x: time.sleep(600)).collect()
"""


def test_a_killed_kernel_takes_jvm_workers_and_files_with_it(tmp_path):
    with Program(BUSY, tmp_path) as program:
        assert program.line() == "busy"
        assert until(lambda: len(family(program.jvm)) >= 4)  # the JVM, the workers' parent, two workers
        processes = family(program.jvm)
        os.kill(program.process.pid, signal.SIGKILL)
        program.process.wait()
        assert until(lambda: not any(map(alive, processes)))
        assert until(lambda: not program.folder.exists())


def test_a_killed_jvm_is_replaced_and_the_end_of_the_program_is_the_end_of_everything(tmp_path):
    code = """
os.kill(spark.jvm_pid(), signal.SIGKILL)
try:
    session.range(3).count()
except Exception:
    say("gone")
session = spark.session(course_at())
say(spark.jvm_pid())
say(spark.log().parent)
session.range(10).write.saveAsTable("t")
session.range(9).write.csv("kept")
"""
    with Program(code, tmp_path) as program:
        assert program.line() == "gone"
        second, second_folder = int(program.line()), Path(program.line())
        assert program.process.wait(120) == 0
        assert program.process.stderr.read() == ""
    assert second != program.jvm
    assert not alive(second)
    for folder in (program.folder, second_folder):
        assert not folder.exists()
        assert not folder.with_name(folder.name + ".lock").exists()
    # A relative path means the program's folder, and nothing else is left there: no metastore, no warehouse.
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


def test_when_kernel_and_jvm_are_killed_the_next_session_cleans_up(tmp_path):
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    with Program("time.sleep(600)", tmp_path, TMPDIR=str(temporary)) as program:
        os.kill(program.jvm, signal.SIGKILL)
        os.kill(program.process.pid, signal.SIGKILL)
        program.process.wait()
        assert (program.folder / "spark.log").exists()
    with Program("spark.stop(); time.sleep(600)", tmp_path, TMPDIR=str(temporary)):
        assert not program.folder.exists()
        assert until(lambda: not [path for path in temporary.rglob("*") if path.is_file()])
