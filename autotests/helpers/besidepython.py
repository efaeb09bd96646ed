# SPDX-FileCopyrightText: 2026 The ForkFd authors
# SPDX-License-Identifier: MIT
"""besidepython.py PLUGIN: starts children with the plug-in in a thread, and with asyncio and subprocess in another, and
prints how many exit codes were wrong. A Python handler of SIGCHLD is installed before the first start."""

import asyncio
import ctypes
import os
import signal
import subprocess
import sys
import threading

CODES = range(0, 200, 2)
signals = []


def of_plugin(run_shell, results):
    results += [(code, run_shell(b'exit %d' % code)) for code in CODES]


async def of_asyncio():
    results = []
    for code in CODES:
        child = await asyncio.create_subprocess_exec('sh', '-c', f'exit {code}')
        results.append((code, await child.wait()))
    return results


def of_subprocess():
    return [(code, subprocess.run(['sh', '-c', f'exit {code}'], check=False).returncode) for code in CODES]


def wrong(results):
    return sum(code != result for code, result in results)


def is_childless():
    try:
        os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return True
    return False


def main():
    signal.signal(signal.SIGCHLD, lambda number, frame: signals.append(number))
    ours = []
    thread = threading.Thread(target=of_plugin, args=(ctypes.CDLL(sys.argv[1]).runShell, ours))
    thread.start()
    theirs = asyncio.run(of_asyncio()) + of_subprocess()
    thread.join()
    print(f'{len(ours)} of ForkFd, {wrong(ours)} wrong; {len(theirs)} of Python, {wrong(theirs)} wrong;',
          'handler called;' if signals else 'handler not called;', 'no child left' if is_childless() else 'a child is left')


main()
