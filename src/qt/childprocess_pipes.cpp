// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// The bytes that go to the child and come from it, and the signals about them.

#include "qt/childprocess_p.h"

#include <chrono>
#include <utility>

namespace ForkFd {

using namespace Internal;

namespace {

constexpr std::chrono::seconds pipeIdleTime(1);

} // namespace

void ChildProcessPrivate::queueForWriting(const char *data, qint64 size)
{
    if (!streams.input.isOpen()) // The child has ended or closed its input.
        return;
    ByteQueue &bytes = streams.input.bytes();
    const bool isWatched = !bytes.isEmpty();
    // A subclass may have passed different bytes to writeData().
    const bool isWhole =
        writtenArray && writtenArray->constData() == data && writtenArray->size() == size;
    if (isWhole)
        bytes.append(*writtenArray);
    else
        bytes.append(data, size);
    streams.terminal.noteTyped(data, size);
    if (!isWatched)
        watchDescriptor(Role::StandardInput);
}

void ChildProcessPrivate::closeWriteChannel()
{
    if (std::exchange(m_closesInputWhenWritten, true) || !streams.input.isOpen())
        return;
    if (streams.input.bytes().isEmpty())
        endInput();
}

// Called when all bytes are written. Closing our end does not end a terminal; VEOF does.
void ChildProcessPrivate::endInput()
{
    const bool isTyped = streams.terminal.isOpen() && !std::exchange(m_hasTypedEndOfFile, true);
    const QByteArray endOfFile = isTyped ? streams.terminal.endOfFile() : QByteArray();
    if (endOfFile.isEmpty()) {
        closeChannel(Role::StandardInput);
        return;
    }
    streams.input.bytes().append(endOfFile);
    watchDescriptor(Role::StandardInput);
}

void ChildProcessPrivate::send()
{
    qint64 written = 0;
    const Channel::Result result = streams.input.writeSome(&written);
    if (result == Channel::Finished) {
        closeChannel(Role::StandardInput);
        reportError(ChildProcess::WriteError, translate("Error writing to process"));
        return;
    }
    const bool isTyped = m_hasTypedEndOfFile;
    if (streams.input.bytes().isEmpty()) {
        // A wait leaves this to the event loop: usually the next write comes first.
        if (output.limitPauses == 0)
            watchDescriptor(Role::StandardInput);
        if (m_closesInputWhenWritten)
            endInput();
    }
    if (written == 0 || isTyped) // bytesWritten() does not report VEOF.
        return;
    ++writeCount;
    if (m_isEmittingBytesWritten)
        return;
    const Run run(this);
    const Emission emission(run, &m_isEmittingBytesWritten);
    Q_EMIT q->bytesWritten(written);
}

void ChildProcessPrivate::receive(Role role)
{
    const ChildProcess::ProcessChannel id = outputOf(role);
    Channel &channel = output.channel(id);
    qint64 room = output.room(id);
    if (room <= 0 && !channel.hasHungUp()) {
        output.holdBack(id);
        watchDescriptor(role);
        return;
    }
    if (room <= 0) {
        resumeReading(id);
        room = ChildOutput::unlimited;
    }
    switch (channel.readSome(m_hub ? std::min(room, m_hub->bytesPerEvent()) : room)) {
    case Channel::Progress:
        if (channel.isEnlarged())
            watchPipes();
        if (!channel.isDiscarding())
            announceData(id);
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
    if (hasFailed) {
        output.noteCut();
        reportReadError(run);
    }
    if (run.goesOnHere() && isEndDue())
        finishEnding();
}

void ChildProcessPrivate::reportReadError(const Run &run)
{
    reportErrorOf(run.number(), ChildProcess::ReadError, translate("Error reading from process"));
}

void ChildProcessPrivate::watchPipes()
{
    if (!m_pipeLook.isForever())
        return;
    m_pipeLook = Deadline(pipeIdleTime);
    requestCall();
}

// An enlarged pipe counts against the quota of the user.
void ChildProcessPrivate::shrinkIdlePipes()
{
    if (!m_pipeLook.hasExpired())
        return;
    const bool isFirstBusy = streams.output.shrinkWhenIdle();
    const bool isSecondBusy = streams.errorOutput.shrinkWhenIdle();
    m_pipeLook = isFirstBusy || isSecondBusy ? Deadline(pipeIdleTime) : Deadline::forever();
}

void ChildProcessPrivate::resumeReading(ChildProcess::ProcessChannel channel)
{
    if (output.resume(channel))
        watchDescriptor(roleOf(channel));
}

void ChildProcessPrivate::announceData(ChildProcess::ProcessChannel channel)
{
    const Run run(this);
    m_dataDue[channel] = DataDue::Both;
    if (channel == output.readChannel()) {
        ++readCount;
        if (!m_isEmittingReadyRead) {
            const Emission emission(run, &m_isEmittingReadyRead);
            Q_EMIT q->readyRead();
        }
    }
    if (run.goesOnHere())
        announceChannel(channel);
}

// If a slot of readyRead() or channelReadyRead() waits for the child's end, the code for the end calls
// this function; if the slot moves the object, the new thread calls it.
void ChildProcessPrivate::announceDataDue(const Run &run)
{
    for (const auto channel : ChildOutput::ids) {
        if (run.goesOnHere() && m_dataDue[channel] != DataDue::None)
            announceChannel(channel);
    }
}

void ChildProcessPrivate::announceChannel(ChildProcess::ProcessChannel channel)
{
    const Run run(this);
    if (std::exchange(m_dataDue[channel], DataDue::OnlyNamed) == DataDue::Both)
        Q_EMIT q->channelReadyRead(channel);
    if (!run.goesOnHere())
        return;
    m_dataDue[channel] = DataDue::None;
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

} // namespace ForkFd
