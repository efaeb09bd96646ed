// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// Members that QProcess does not have.

#include <ForkFd/childprocess.h>

#include "qt/childprocess_p.h"

#include <algorithm>
#include <cerrno>
#include <limits>

namespace ForkFd {

/// Opens the device in both directions. **Errors:** those of start(). \since 0.1
void ChildProcess::startProcess()
{
    start();
}

/// True from the start until stateChanged(NotRunning) is emitted.
///
/// Never blocks. **Errors:** none. \since 0.1
bool ChildProcess::isRunning() const
{
    return d->state != NotRunning;
}

// The property is 0 while stateChanged(NotRunning) is emitted, because bindings read it only then.
// processId() is still the number at that time, as in QProcess.
qint64 ChildProcess::currentProcessId() const
{
    return isRunning() ? d->pid : 0;
}

/// In bytes. Never blocks. **Errors:** none. \since 0.1
qint64 ChildProcess::readBufferSize() const
{
    return d->readBufferSize;
}

/// If so many bytes of a channel are unread, its pipe is not read any further. The child blocks when the
/// pipe (64 KiB) is full, too. Reading continues when some bytes were read. 0 or a negative size means
/// no limit. Takes effect at once.
///
/// The waitFor functions, close() and execute() ignore the limit, because the program cannot read while
/// it waits: waitForFinished() keeps all output in memory. When all write ends of a pipe are closed, its
/// remaining content is read, too. Bytes that a transaction has read ahead are not counted. A line that
/// is longer than the limit never makes canReadLine() return true.
///
/// Never blocks. **Errors:** none. \since 0.1
void ChildProcess::setReadBufferSize(qint64 bytes)
{
    d->setReadBufferSize(std::max<qint64>(bytes, 0));
}

/// With 0 the output is read once more after the child's end, and later output is lost.
///
/// Never blocks. **Errors:** none. \since 0.1
std::chrono::milliseconds ChildProcess::drainTimeout() const
{
    return d->drainTimeout;
}

/// After the child's end, finished() waits for the end of the output, which descendants of the child may
/// hold open, or for `timeout` at most. With 0 or a negative time it does not wait, as in QProcess.
/// Takes effect at the next end of a child.
///
/// During that time state() is Running, and processId() is unchanged although the number may name
/// another process. Output is received as before, within readBufferSize(), and signals no longer reach
/// the child. exitInfo(), exitCode() and exitStatus() already report the end, and elapsedTime() stops.
/// The standard input is closed. finished() does not wait for a channel after closeReadChannel(), and
/// close() waits for no channel.
///
/// Never blocks. **Errors:** none; after the timeout finished() is emitted in any case. \since 0.1
void ChildProcess::setDrainTimeout(std::chrono::milliseconds timeout)
{
    d->drainTimeout = std::max(timeout, std::chrono::milliseconds(0));
}

/// The size is in characters; 0 means unknown. Processes in the terminal receive SIGWINCH. Applies to
/// the current child; use LaunchOptions::pseudoTerminal for the next one.
///
/// Never blocks. **Errors** (errno): returns false with ENOTTY if there is no child or it has no
/// pseudo-terminal; EINVAL, a number is negative or above 65535. \since 0.1
bool ChildProcess::setTerminalSize(int columns, int rows)
{
    constexpr int largest = std::numeric_limits<unsigned short>::max();
    if (columns < 0 || columns > largest || rows < 0 || rows > largest) {
        errno = EINVAL;
        return false;
    }
    if (!d->streams.terminal.isOpen()) {
        errno = ENOTTY;
        return false;
    }
    return d->streams.terminal.setSize(
        {static_cast<unsigned short>(columns), static_cast<unsigned short>(rows)});
}

} // namespace ForkFd
