"""The process that runs vLLM's API server and dies with the process that started it.

Its standard input is a pipe that the parent holds open. When the pipe closes, because the parent
finished, crashed or was killed, this process ends itself and vLLM's workers, which share its
process group. So no model stays behind in memory.
"""

import os
import runpy
import signal
import sys
import threading
import time

GRACE_SECONDS = 8.0


def die_with_parent() -> None:
    """Waits for the pipe to close, then ends the whole process group."""
    while os.read(0, 1024):
        pass
    os.killpg(0, signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    os.killpg(0, signal.SIGKILL)


def main() -> None:
    """Runs ``vllm.entrypoints.openai.api_server`` with this process's arguments."""
    threading.Thread(target=die_with_parent, daemon=True).start()
    sys.argv[0] = "vllm"
    runpy.run_module("vllm.entrypoints.openai.api_server", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
