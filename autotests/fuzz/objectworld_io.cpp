// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// The operations that exchange data with a child.

#include "objectworld.h"

#include <csignal>

namespace Fuzz {

using ForkFd::ChildProcess;

void ObjectWorld::childWrites(ObservedProcess &object, const ObjectStep &step)
{
    ChildLife &life = *object.life();
    if (life.writtenCount > 2000) // The pipe must have room.
        return;
    QByteArray bytes(1 + step.second % 60, '\0');
    for (char &byte : bytes)
        byte = static_cast<char>(life.writtenCount++ % 11 == 10 ? '\n' : 'a' + life.writtenCount % 26);
    const bool isError = step.first % 2 != 0;
    const bool isMerged = object.process()->processChannelMode() == ChildProcess::MergedChannels;
    if (life.controller->write(isError ? 2 : 1, bytes))
        life.unread[isError && !isMerged ? 1 : 0] += bytes;
}

void ObjectWorld::orderChild(ObservedProcess &object, const ObjectStep &step)
{
    ChildLife *const life = object.life();
    if (object.process()->state() == ChildProcess::NotRunning || !life || !life->isControlled())
        return;
    switch (step.operation) {
    case ObjectStep::ChildWrites:
        return childWrites(object, step);
    case ObjectStep::ChildReads:
        life->controller->input();
        return;
    case ObjectStep::ChildCloses:
        life->isCut = {true, true};
        life->controller->close(static_cast<int>(step.first % 3));
        return;
    case ObjectStep::ChildIgnores:
        life->controller->ignore(SIGTERM);
        return;
    case ObjectStep::ChildExits:
        life->mayExit(static_cast<int>(step.first));
        life->controller->exit(static_cast<int>(step.first));
        return;
    default:
        life->mayDieOf(step.first % 2 ? SIGKILL : SIGUSR2);
        life->controller->die(step.first % 2 ? SIGKILL : SIGUSR2);
    }
}

void ObjectWorld::transfer(ObservedProcess &object, const ObjectStep &step)
{
    ChildProcess &process = *object.process();
    ChildLife *const life = object.life();
    const int channel = process.readChannel();
    switch (step.operation) {
    case ObjectStep::Write:
        if (life && (life->sentCount += 50) < 3000)
            process.write(QByteArray(1 + step.first % 50, 'w'));
        return;
    case ObjectStep::CloseWriteChannel:
        return process.closeWriteChannel();
    case ObjectStep::CloseReadChannel:
        if (life)
            life->isCut[step.first % 2] = true;
        return process.closeReadChannel(static_cast<ChildProcess::ProcessChannel>(step.first % 2));
    case ObjectStep::Read:
        return object.noteRead(channel, process.read(step.first % 70));
    case ObjectStep::ReadAll:
        return object.noteRead(channel, process.readAll());
    case ObjectStep::ReadOutput:
        if (!process.isTransactionStarted())
            object.noteRead(0, process.readAllStandardOutput());
        return;
    default:
        if (!process.isTransactionStarted())
            object.noteRead(1, process.readAllStandardError());
    }
}

void ObjectWorld::transferMore(ObservedProcess &object, const ObjectStep &step)
{
    ChildProcess &process = *object.process();
    ChildLife *const life = object.life();
    const auto channel = static_cast<std::size_t>(process.readChannel());
    switch (step.operation) {
    case ObjectStep::Peek:
        return object.noteRead(static_cast<int>(channel), process.peek(step.first % 70), true);
    case ObjectStep::Skip:
        if (life) {
            const qint64 count = std::max(process.skip(step.first % 70), qint64(0));
            object.noteRead(static_cast<int>(channel), life->unread[channel].left(count));
        }
        return;
    case ObjectStep::Unget:
        if (life && process.isReadable() && !process.isTransactionStarted()) {
            process.ungetChar('u');
            life->unread[channel].prepend('u');
        }
        return;
    case ObjectStep::TakeLine: {
        const auto chosen = static_cast<ChildProcess::ProcessChannel>(step.first % 2);
        if (life && process.hasLine(chosen)) {
            const QByteArray line = process.takeLine(chosen);
            object.noteRead(chosen, line);
            if (life->unread[chosen].startsWith('\n') && !life->isCut[chosen])
                life->unread[chosen].remove(0, 1);
        }
        return;
    }
    case ObjectStep::SetReadChannel:
        return process.setReadChannel(static_cast<ChildProcess::ProcessChannel>(step.first % 2));
    default:
        break;
    }
    if (!life || !process.isReadable())
        return;
    if (!process.isTransactionStarted()) {
        object.readInTransaction.clear();
        process.startTransaction();
    } else if (step.first % 2) {
        process.commitTransaction();
    } else {
        process.rollbackTransaction();
        life->unread[channel].prepend(object.readInTransaction);
    }
}

} // namespace Fuzz
