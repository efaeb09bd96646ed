// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// What QProcess has nothing like.

#include <ForkFd/childprocess.h>

#include "qt/childprocess_p.h"

#include <algorithm>
#include <cerrno>
#include <limits>

namespace ForkFd {

/// As start() without arguments, with everything open. **Errors:** the same. \since 0.1
void ChildProcess::startProcess()
{
    start();
}

/// From the start on, while the child is Starting already, until the change of state() to NotRunning.
///
/// Never blocks. **Errors:** none. \since 0.1
bool ChildProcess::isRunning() const
{
    return d->state != NotRunning;
}

// As a property: 0 by the time that stateChanged() tells of the end, when processId() is still the
// number, as with QProcess. A binding asks only then.
qint64 ChildProcess::currentProcessId() const
{
    return isRunning() ? d->pid : 0;
}

/// Bytes for each of the two channels; 0: any number.
///
/// Never blocks. **Errors:** none. \since 0.1
qint64 ChildProcess::readBufferSize() const
{
    return d->readBufferSize;
}

/// As soon as so many bytes of a channel wait to be read, no more are taken from its pipe: the child
/// blocks when that is full, too (64 KiB). Reading goes on when some were read. 0, or a negative size:
/// no limit. Counts at once.
///
/// Every waitFor function, close() and execute() goes on without a limit, because nobody reads
/// meanwhile: with waitForFinished() all of the output is in memory. Once nobody can write to the pipe
/// any more, the rest of it is taken, too: at most what the pipe holds. What a transaction has read
/// ahead is not counted. A line that is longer never satisfies canReadLine().
///
/// Never blocks. **Errors:** none. \since 0.1
void ChildProcess::setReadBufferSize(qint64 bytes)
{
    d->setReadBufferSize(std::max<qint64>(bytes, 0));
}

/// 0: the output is read once more after the child's end, and what comes later is lost.
///
/// Never blocks. **Errors:** none. \since 0.1
std::chrono::milliseconds ChildProcess::drainTimeout() const
{
    return d->drainTimeout;
}

/// How long after the child's end finished() waits for the end of its output, which descendants of the
/// child may hold open. 0, or a negative time, as with QProcess: not at all. Counts from the next end of
/// a child on.
///
/// Meanwhile state() is Running, processId() still the number, which may name another process by then,
/// and output comes as before, readBufferSize() included; signals reach the child no more. exitInfo(),
/// exitCode() and exitStatus() tell its end already, where elapsedTime() stops, too. The child's input
/// is closed. A channel after closeReadChannel() is not waited for. close() waits for none.
///
/// Never blocks. **Errors:** none; finished() comes after the timeout whatever is still open.
/// \since 0.1
void ChildProcess::setDrainTimeout(std::chrono::milliseconds timeout)
{
    d->drainTimeout = std::max(timeout, std::chrono::milliseconds(0));
}

/// In characters; 0 stands for unknown. The programs in the terminal that want to know hear of it
/// (SIGWINCH). Counts for the present child; LaunchOptions::pseudoTerminal says it for the next one.
///
/// Never blocks. **Errors** (errno): false with ENOTTY, there is no child, or it has no pseudo-terminal;
/// EINVAL, a negative number or one above 65535.
/// \since 0.1
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
