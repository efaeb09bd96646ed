// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// Lines of a channel, and whether the output is complete.

#include "qt/childprocess_p.h"

namespace ForkFd {

using namespace Internal;

/// Returns whether the last child's output is complete: the child has ended, and each output that this
/// object reads came to its end, so that nothing can be missing. A channel that leads elsewhere (to a
/// file or another process, or forwarded) does not count. Valid after finished().
///
/// Returns false if other processes, usually descendants of the child, still held the output open when
/// the child ended or, with a drainTimeout(), when that expired. What they write later is lost. Another
/// child that the library is just starting does not count: finished() waits until it has closed its copy
/// of the output, usually for less than 1 ms. A child that other code is just starting does count. Also
/// returns false after a ReadError, after closeReadChannel() on an output that had not ended, while the
/// child runs, and after a failed start. The signals do not show the difference: readChannelFinished()
/// is emitted in each case. \since 0.1
bool ChildProcess::outputComplete() const
{
    return d->state == NotRunning && d->isEndTold && d->output.isComplete();
}

/// Returns whether takeLine() can return a line of `channel`. At the end of the output, the text after
/// the last newline is a line, too. If there is a readBufferSize(), so is a full buffer without a
/// newline.
///
/// Returns false for the current read channel while it has a read transaction. \since 0.1
bool ChildProcess::hasLine(ProcessChannel channel) const
{
    return d->output.hasLine(channel);
}

/// Removes the next line of `channel` and returns it without its end, which is "\n" or "\r\n". Neither
/// readChannel() nor the text mode matters. Unlike readLine(), it never returns the beginning of a line
/// whose rest may follow, except for a line that does not fit into readBufferSize().
///
/// A line that was cut at readBufferSize() looks like any other line. Where that matters, use
/// readLine(), which keeps the newline.
///
/// To tell an empty line from none, ask hasLine() first:
/// `while (child.hasLine(channel)) use(child.takeLine(channel));`
///
/// **Errors:** empty if hasLine() is false. \since 0.1
QByteArray ChildProcess::takeLine(ProcessChannel channel)
{
    if (!d->output.hasLine(channel))
        return {};
    QByteArray line = d->output.takeLine(channel);
    if (d->output.limit == 0 || d->output.room(channel) > 0)
        d->resumeReading(channel);
    return line;
}

} // namespace ForkFd
