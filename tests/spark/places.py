"""A course whose lake nobody serves, and programs that use it: enough for whatever runs in Spark alone."""

import os
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import boto3
import psutil

ROOT = Path(__file__).resolve().parents[2]
NOWHERE = "http://127.0.0.1:9"  # the discard port: connections are refused

BEGINNING = """
import os, signal, sys, threading, time
from helpers import spark
from places import course_at

def say(word):
    print(word, flush=True)

def say_when_busy():
    tracker = session.sparkContext.statusTracker()
    while not tracker.getActiveStageIds():
        time.sleep(0.05)
    say("busy")

session = spark.session(course_at())
say(spark.jvm_pid())
say(spark.log().parent)
"""


def course_at(endpoint=NOWHERE, region="us-east-1", key="AKIDEXAMPLE", secret="sEcReT", token=None):
    """What `spark.session` asks of a lab: session, region and the S3 client's address."""
    session = boto3.Session(key, secret, token, region_name=region)
    return SimpleNamespace(session=session, region=region, s3=session.client("s3", endpoint_url=endpoint))


class Program:
    """A Python process with a Spark session in it. `jvm`: the process id of its JVM; `folder`: its files."""

    def __init__(self, code, cwd, **environment):
        path = os.pathsep.join([str(ROOT), str(Path(__file__).parent)])
        self.process = subprocess.Popen(
            [sys.executable, "-u", "-c", BEGINNING + code],
            cwd=cwd,
            env=os.environ | {"PYTHONPATH": path} | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,  # a process group of its own, as a terminal gives to a command
        )
        self.jvm, self.folder = int(self.line()), Path(self.line())

    def line(self):
        """The next line it says."""
        line = self.process.stdout.readline()
        assert line, self.process.stderr.read()
        return line.strip()

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self.process.kill()
        self.process.communicate()


def until(true, seconds=60):
    """Wait until `true()` is; whether it came."""
    end = time.monotonic() + seconds
    while not (done := true()) and time.monotonic() < end:
        time.sleep(0.05)
    return done


def family(pid):
    """The process ids of `pid` and all its descendants."""
    return {pid} | {child.pid for child in psutil.Process(pid).children(recursive=True)}


def alive(pid):
    """Whether the process runs; one that waits for its parent to take notice does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
