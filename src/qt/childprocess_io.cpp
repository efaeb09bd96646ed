// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// The object as a QIODevice.

#include "qt/childprocess_p.h"

#include <QtCore/QScopedValueRollback>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <utility>

namespace ForkFd {

using namespace Internal;

ChildProcess::ProcessChannel ChildProcess::readChannel() const
{
    return d->output.readChannel();
}

/// Unread data of the other channel is kept. **Errors:** during a read transaction, this function warns
/// and does nothing.
void ChildProcess::setReadChannel(ProcessChannel channel)
{
    d->output.setReadChannel(channel);
}

/// Hides QIODevice::readChannelCount(), which returns 1. With MergedChannels there is also only one
/// channel. A change of processChannelMode() takes effect at the next start.
int ChildProcess::readChannelCount() const
{
    if (!isReadable())
        return 0;
    return d->isMerged ? 1 : 2;
}

/// Hides QIODevice::currentReadChannel(), which returns 0.
int ChildProcess::currentReadChannel() const
{
    return readChannel();
}

/// Hides QIODevice::setCurrentReadChannel(). Do not call that function with 1 through a QIODevice
/// pointer: it is not virtual, and QIODevice then reads from a buffer that can only be created with Qt's
/// private headers. **Errors:** those of setReadChannel(); a number other than 0 and 1 changes nothing.
void ChildProcess::setCurrentReadChannel(int channel)
{
    if (channel == StandardOutput || channel == StandardError)
        setReadChannel(static_cast<ProcessChannel>(channel));
}

// Only QIODevice can return its read-ahead data, handle transactions, convert text, and read the data of
// a subclass that overrides readData().
bool ChildProcessPrivate::isReadDirectly()
{
    return !output.current().bytes().isEmpty()
        && (q->openMode() & (QIODevice::ReadOnly | QIODevice::Text)) == QIODevice::ReadOnly
        && !q->isTransactionStarted() && q->QIODevice::bytesAvailable() == 0;
}

/// Hides QIODevice::readAll(), which copies the data twice. **Errors:** empty, with a warning, if the
/// device is not open for reading.
QByteArray ChildProcess::readAll()
{
    if (!d->isReadDirectly())
        return QIODevice::readAll();
    QByteArray all = d->output.current().bytes().takeAll();
    d->resumeReading(readChannel());
    return all;
}

/// Hides QIODevice::readLine(qint64), which allocates 16 KiB for each line before it knows how long the
/// line is. **Errors:** those of that function.
QByteArray ChildProcess::readLine(qint64 maxSize)
{
    if (maxSize != 0 || !d->isReadDirectly())
        return QIODevice::readLine(maxSize);
    const ByteQueue &bytes = d->output.current().bytes();
    const qint64 newline = bytes.indexOfNewline();
    QByteArray line(newline < 0 ? bytes.size() : newline + 1, Qt::Uninitialized);
    ChildProcess::readData(line.data(), line.size());
    return line;
}

/// **Errors:** empty if the device is not open.
QByteArray ChildProcess::readAllStandardOutput()
{
    const ProcessChannel previous = readChannel();
    setReadChannel(StandardOutput);
    QByteArray data = readAll();
    setReadChannel(previous);
    return data;
}

/// **Errors:** empty if the device is not open; with MergedChannels, empty with a warning, because
/// standard error is part of standard output.
QByteArray ChildProcess::readAllStandardError()
{
    if (processChannelMode() == MergedChannels) {
        qCWarning(childProcessLog, "QProcess::readAllStandardError: Called with MergedChannels");
        return {};
    }
    const ProcessChannel previous = readChannel();
    setReadChannel(StandardError);
    QByteArray data = readAll();
    setReadChannel(previous);
    return data;
}

bool ChildProcess::isSequential() const
{
    return true;
}

qint64 ChildProcess::bytesAvailable() const
{
    return QIODevice::bytesAvailable() + d->output.current().bytes().size();
}

qint64 ChildProcess::bytesToWrite() const
{
    return QIODevice::bytesToWrite() + d->bytesToWrite();
}

/// An incomplete last line does not count, as with QProcess; readLine() returns it when no other line is
/// left. After finished() it is complete.
bool ChildProcess::canReadLine() const
{
    return d->output.current().bytes().hasNewline() || QIODevice::canReadLine();
}

/// **Errors:** -1 if the child has ended and all data was read.
qint64 ChildProcess::readData(char *data, qint64 maxSize)
{
    ByteQueue &bytes = d->output.current().bytes();
    const qint64 count = bytes.take(data, maxSize);
    if (bytes.size() < d->output.limit)
        d->resumeReading(readChannel());
    return count == 0 && maxSize > 0 && d->state == NotRunning ? -1 : count;
}

/// Works as QIODevice does with bytes in its own buffer: a carriage return that is not part of a line
/// end is kept, even in text mode. **Errors:** those of readData().
qint64 ChildProcess::readLineData(char *data, qint64 maxSize)
{
    if (d->output.current().bytes().isEmpty()) // A subclass may override readData().
        return QIODevice::readLineData(data, maxSize);
    const qint64 newline = d->output.current().bytes().indexOfNewline();
    return ChildProcess::readData(data, newline < 0 ? maxSize : std::min(maxSize, newline + 1));
}

/// Hides QIODevice::write(const QByteArray &), which copies the data. A large array is shared until the
/// child's pipe has taken it; an array from QByteArray::fromRawData() is copied, because its data may
/// not live as long. **Errors:** those of QIODevice::write().
qint64 ChildProcess::write(const QByteArray &data)
{
    const QScopedValueRollback passedOn(d->writtenArray, &data);
    return QIODevice::write(data);
}

/// Data that does not fit into the pipe is kept in a buffer. If the child has closed its standard input,
/// the data is discarded, and WriteError was emitted before. **Errors:** returns 0 after
/// closeWriteChannel().
qint64 ChildProcess::writeData(const char *data, qint64 size)
{
    if (!d->canWrite())
        return 0;
    d->queueForWriting(data, size);
    return size;
}

/// The child then reads end of file. Later writes are rejected. With a pseudo-terminal, the end-of-file
/// character is written (VEOF in termios(3)), which the child may interpret differently.
void ChildProcess::closeWriteChannel()
{
    d->closeWriteChannel();
}

/// Data received before can still be read. The child can still write to the channel.
void ChildProcess::closeReadChannel(ProcessChannel channel)
{
    if (d->output.channel(channel).isOpen())
        d->output.noteCut();
    d->output.channel(channel).discard();
    d->resumeReading(channel);
    if (d->output.isDraining())
        d->callFromEventLoop();
}

qint64 ChildProcess::readBufferSize() const
{
    return d->output.limit;
}

/// While `bytes` bytes of a channel are unread, the library does not read the channel's pipe any
/// further. The child blocks when the pipe (64 KiB) is full as well. The library continues when the
/// program has read some bytes. 0 or a negative size means no limit. Takes effect at once.
///
/// The waitFor functions, close() and execute() ignore the limit, because the program cannot read while
/// it waits: waitForFinished() keeps all output in memory. When all write ends of a pipe are closed, its
/// remaining content is read, too. Bytes that a transaction has read ahead are not counted while it is
/// open, but after a rollback they are. So a message that is longer than the limit can never be
/// completed by rolling back and waiting for more; and canReadLine() never returns true for a line that
/// is longer than the limit.
void ChildProcess::setReadBufferSize(qint64 bytes)
{
    const qint64 used = std::max<qint64>(bytes, 0);
    const bool isOther = std::exchange(d->output.limit, used) != used;
    for (const auto channel : ChildOutput::ids)
        d->resumeReading(channel);
    if (isOther)
        Q_EMIT settingsChanged();
}

/// The size is in characters; 0 means unknown. Processes in the terminal receive SIGWINCH. Applies to
/// the current child; use LaunchOptions::pseudoTerminal for the next one.
///
/// **Errors** (errno): returns false with ENOTTY if there is no child or it has no pseudo-terminal;
/// EINVAL, a number is negative or above 65535.
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
