// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// The child's output: how it is read, how much of it is buffered, and how it is drained after the end.

#include "qt/childprocess_p.h"

#include "qt/starterrortext.h"

#include <algorithm>
#include <limits>

namespace ForkFd {

using namespace Internal;

namespace {

constexpr std::chrono::seconds pipeIdleTime(1);
constexpr qint64 unlimited = std::numeric_limits<qint64>::max();

} // namespace

Channel &ChildProcessPrivate::channelOf(ChildProcess::ProcessChannel channel) noexcept
{
    return channel == ChildProcess::StandardOutput ? streams.output : streams.errorOutput;
}

void ChildProcessPrivate::setReadChannel(ChildProcess::ProcessChannel channel)
{
    if (q->isTransactionStarted()) {
        q->QIODevice::setCurrentReadChannel(channel); // Warns and does nothing.
        return;
    }
    if (channel == readChannel)
        return;
    takeBackReadAhead();
    readChannel = channel;
}

// The bytes that QIODevice has read ahead from the read channel, or that were put back with ungetChar().
void ChildProcessPrivate::takeBackReadAhead()
{
    if (!q->isReadable())
        return;
    const bool isText = q->isTextModeEnabled();
    q->setTextModeEnabled(false);
    readingFrom().bytes().prepend(q->QIODevice::read(q->QIODevice::bytesAvailable()));
    q->setTextModeEnabled(isText);
}

void ChildProcessPrivate::closeReadChannel(ChildProcess::ProcessChannel channel)
{
    channelOf(channel).discard();
    resumeReading(channel);
    if (m_drain)
        callFromEventLoop();
}

void ChildProcessPrivate::receive(Role role)
{
    const ChildProcess::ProcessChannel output = outputOf(role);
    Channel &channel = channelOf(output);
    qint64 room = roomIn(output);
    if (room <= 0 && !channel.hasHungUp()) {
        holdBack(role);
        return;
    }
    if (room <= 0) {
        resumeReading(output);
        room = unlimited;
    }
    switch (channel.readSome(std::min(room, bytesAtOnce()))) {
    case Channel::Progress:
        if (channel.isEnlarged())
            watchPipes();
        if (!channel.isDiscarding())
            announceData(output);
        break;
    case Channel::WouldBlock:
        break;
    case Channel::Finished:
        endOutput(role);
        break;
    case Channel::Failed:
        endOutput(role, true);
        break;
    }
}

void ChildProcessPrivate::endOutput(Role role, bool hasFailed)
{
    const Run run(this);
    closeChannel(role);
    if (hasFailed)
        reportReadError(run);
    if (run.goesOnHere() && isEndDue())
        finishEnding();
}

void ChildProcessPrivate::reportReadError(const Run &run)
{
    reportErrorOf(run.number(), ChildProcess::ReadError, translate("Error reading from process"));
}

qint64 ChildProcessPrivate::bytesAtOnce() const noexcept
{
    return m_hub ? m_hub->bytesPerEvent() : unlimited;
}

// Shrinks an idle pipe: an enlarged pipe counts against the quota of the user.
void ChildProcessPrivate::watchPipes()
{
    if (!m_hub || !m_hub->isAttachable() || std::exchange(m_arePipesWatched, true))
        return;
    const auto look = [this, run = m_runNumber] {
        if (run != m_runNumber)
            return;
        m_arePipesWatched = false;
        const bool isFirstBusy = streams.output.shrinkWhenIdle();
        const bool isSecondBusy = streams.errorOutput.shrinkWhenIdle();
        if (isFirstBusy || isSecondBusy)
            watchPipes();
    };
    m_hub->callLater(pipeIdleTime, q, look);
}

qint64 ChildProcessPrivate::roomIn(ChildProcess::ProcessChannel channel) noexcept
{
    const Channel &pipe = channelOf(channel);
    if (readBufferSize == 0 || m_limitPauses > 0 || pipe.isDiscarding())
        return unlimited;
    qint64 unread = pipe.bytes().size();
    // Bytes of a transaction do not count: a transaction may need more bytes than the limit.
    if (channel == readChannel && !q->isTransactionStarted())
        unread += q->QIODevice::bytesAvailable();
    return readBufferSize - unread;
}

// Stops reading until fewer than readBufferSize bytes are unread. Takes back the bytes that QIODevice
// has read ahead, because QIODevice does not report when they are read.
void ChildProcessPrivate::holdBack(Role role)
{
    Channel &channel = *channelOf(role);
    if (outputOf(role) == readChannel && !q->isTransactionStarted())
        takeBackReadAhead();
    channel.setHeldBack(true);
    watchDescriptor(role);
}

void ChildProcessPrivate::resumeReading(ChildProcess::ProcessChannel channel)
{
    Channel &pipe = channelOf(channel);
    if (!pipe.isHeldBack())
        return;
    pipe.setHeldBack(false);
    watchDescriptor(roleOf(channel));
}

void ChildProcessPrivate::setReadBufferSize(qint64 size)
{
    readBufferSize = size;
    for (const auto channel : {ChildProcess::StandardOutput, ChildProcess::StandardError})
        resumeReading(channel);
}

qint64 ChildProcessPrivate::take(char *data, qint64 maximum) noexcept
{
    ByteQueue &bytes = readingFrom().bytes();
    const qint64 count = bytes.take(data, maximum);
    if (bytes.size() < readBufferSize)
        resumeReading(readChannel);
    return count;
}

QByteArray ChildProcessPrivate::takeAll()
{
    QByteArray all = readingFrom().bytes().takeAll();
    resumeReading(readChannel);
    return all;
}

void ChildProcessPrivate::announceData(ChildProcess::ProcessChannel channel)
{
    const Run run(this);
    if (channel == readChannel) {
        ++readCount;
        if (!m_isEmittingReadyRead) {
            const Emission emission(this, &m_isEmittingReadyRead);
            Q_EMIT q->readyRead();
        }
    }
    if (run.goesOn())
        Q_EMIT q->channelReadyRead(channel);
    if (!run.goesOn())
        return;
    if (channel == ChildProcess::StandardOutput)
        Q_EMIT q->readyReadStandardOutput(ChildProcess::QPrivateSignal());
    else
        Q_EMIT q->readyReadStandardError(ChildProcess::QPrivateSignal());
}

// A slot may run an event loop until the child has ended. No descriptor would wake it up.
void ChildProcessPrivate::announceLastData(ChildProcess::ProcessChannel channel)
{
    callFromEventLoop();
    announceData(channel);
}

bool ChildProcessPrivate::isOutputAwaited() const noexcept
{
    const auto isAwaited = [](const Channel &channel) {
        return channel.isOpen() && !channel.isDiscarding();
    };
    return isAwaited(streams.output) || isAwaited(streams.errorOutput);
}

// Called after the child's end. Returns whether finished() has to wait for the output.
bool ChildProcessPrivate::drainOutput()
{
    using namespace std::chrono_literals;
    if (!m_drains || drainTimeout <= 0ms || !isOutputAwaited())
        return false;
    m_drain.emplace(drainTimeout);
    closeChannel(Role::StandardInput); // A write must not wait for the child's descendants.
    const Run run(this);
    endWhenDue();
    if (run.goesOn())
        announceExitCode();
    return true;
}

bool ChildProcessPrivate::isEndDue() const noexcept
{
    return !watch && !m_pending && (!m_drain || m_drain->hasExpired() || !isOutputAwaited());
}

void ChildProcessPrivate::endWhenDue()
{
    if (!m_drain)
        return;
    if (isEndDue()) {
        finishEnding();
        return;
    }
    const auto end = [this, run = m_runNumber] {
        if (run == m_runNumber)
            endWhenDue();
    };
    if (m_hub)
        m_hub->callLater(std::chrono::milliseconds(m_drain->pollTimeout()), q, end);
}

void ChildProcessPrivate::stopDraining() noexcept
{
    m_drains = false;
    m_drain.reset();
}

} // namespace ForkFd
