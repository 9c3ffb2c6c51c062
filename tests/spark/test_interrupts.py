"""Ctrl-C: Python is interrupted, the jobs end, and the same session answers the next question."""

import os
import signal

from jupyter_client.manager import start_new_kernel

from tests.spark.places import BEGINNING, ROOT, Program

ENDLESS = {
    "in Java": "session.range(10**13).selectExpr('sum(id * id % 7)').collect()",
    "between two calls": "session.range(10**13).selectExpr('id * id % 7 x').where('x > 7').toPandas()",
    "in Python": "session.sparkContext.parallelize([1, 2], 2).map(lambda x: time.sleep(600)).collect()",
}

ATTEMPT = """
def attempt(work):
    try:
        work()
        say("not interrupted")
    except KeyboardInterrupt:
        say("interrupted")
    except BaseException as error:
        say(type(error).__name__)
    say(session.range(1000).selectExpr("sum(id)").collect()[0][0])
    while session.sparkContext.statusTracker().getActiveJobsIds():
        time.sleep(0.05)
    say(spark.jvm_pid())
"""
EARLY = """
def early(work):
    threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGINT)).start()
    work()
"""


def test_ctrl_c_in_a_terminal_cancels_the_job_and_leaves_the_session(tmp_path):
    # The first query of a session is planned for a second or more: here the interrupt comes before any job.
    code = [ATTEMPT, EARLY, f"attempt(lambda: early(lambda: {ENDLESS['in Java']}))"]
    for work in ENDLESS.values():
        code += ["threading.Thread(target=say_when_busy).start()", f"attempt(lambda: {work})"]
    with Program("\n".join(code), tmp_path) as program:
        for kind in ("while planning", *ENDLESS):
            if kind in ENDLESS:
                assert program.line() == "busy"
                os.killpg(program.process.pid, signal.SIGINT)  # as a terminal does: the whole group
            assert program.line() == "interrupted", kind
            assert program.line() == str(999 * 1000 // 2), kind
            assert int(program.line()) == program.jvm  # the same JVM
        assert program.process.wait(60) == 0
        assert program.process.stderr.read() == ""


def test_in_a_notebook_the_stop_button_does_the_same(tmp_path):
    path = os.pathsep.join([str(ROOT), os.path.dirname(__file__)])
    manager, client = start_new_kernel(cwd=str(tmp_path), env=os.environ | {"PYTHONPATH": path})
    try:
        run(client, BEGINNING)
        for work in (ENDLESS["in Java"], ENDLESS["between two calls"]):
            said = run(client, f"threading.Thread(target=say_when_busy).start()\n{work}", manager)
            assert said[-1] == "KeyboardInterrupt"
            assert run(client, "say(session.range(7).count())") == ["7\n"]
            waiting = "while session.sparkContext.statusTracker().getActiveJobsIds(): time.sleep(0.05)"
            assert run(client, f"{waiting}\nsay('idle')") == ["idle\n"]
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def run(client, code, interrupted_by=None):
    """What a cell prints and the name of its error; the kernel is interrupted as soon as it says busy."""
    asked = client.execute(code)
    said = []
    while True:
        message = client.get_iopub_msg(timeout=90)
        content = message["content"]
        if message["parent_header"].get("msg_id") != asked:
            continue
        if content.get("execution_state") == "idle":
            return said
        if message["msg_type"] == "stream":
            said.append(content["text"])
        if message["msg_type"] == "error":
            said.append(content["ename"])
        if interrupted_by and "busy" in content.get("text", ""):
            interrupted_by.interrupt_kernel()
