// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_FUZZ_OBJECTSTEP_H
#define FORKFD_FUZZ_OBJECTSTEP_H

#include "inputreader.h"

#include <array>
#include <string>

namespace Fuzz {

/// One operation on one of the objects.
struct ObjectStep
{
    enum Operation {
        Start,
        StartMissing,
        StartEmpty,
        SetStartMode,
        SetChannelMode,
        SetScope,
        SetPolicy,
        SetBufferSize,
        SetDrainTimeout,
        SetProgram,
        ChildWrites,
        ChildReads,
        ChildCloses,
        ChildIgnores,
        ChildExits,
        ChildDies,
        Write,
        CloseWriteChannel,
        CloseReadChannel,
        Read,
        ReadAll,
        ReadOutput,
        ReadError,
        Peek,
        Skip,
        Unget,
        TakeLine,
        SetReadChannel,
        Transaction,
        WaitForStarted,
        WaitForReadyRead,
        WaitForBytesWritten,
        WaitForFinished,
        WaitForTreeEnded,
        Kill,
        Terminate,
        Stop,
        SendSignal,
        Close,
        Settle,
        NestedLoop,
        Move,
        Destroy,
        DestroyLater,
        SetParent,
        BlockSignals,
        Connect,
        Look,
        RunFuture,
        RunInQueue,
        Act, ///< `first`: in which signal a slot carries out the next step.
        OperationCount
    };

    explicit ObjectStep(InputReader &reader)
        : operation(static_cast<Operation>(reader.below(OperationCount)))
        , object(reader.below(3))
        , first(reader.byte())
        , second(reader.byte())
    {
    }

    static const char *nameOf(Operation operation);
    std::string text() const;

    Operation operation;
    unsigned object;
    unsigned first;
    unsigned second;
};

inline const char *ObjectStep::nameOf(Operation operation)
{
    constexpr std::array<const char *, OperationCount> names = {"start",
                                                                "startMissing",
                                                                "startEmpty",
                                                                "setStartMode",
                                                                "setChannelMode",
                                                                "setScope",
                                                                "setPolicy",
                                                                "setBufferSize",
                                                                "setDrainTimeout",
                                                                "setProgram",
                                                                "childWrites",
                                                                "childReads",
                                                                "childCloses",
                                                                "childIgnores",
                                                                "childExits",
                                                                "childDies",
                                                                "write",
                                                                "closeWriteChannel",
                                                                "closeReadChannel",
                                                                "read",
                                                                "readAll",
                                                                "readOutput",
                                                                "readError",
                                                                "peek",
                                                                "skip",
                                                                "unget",
                                                                "takeLine",
                                                                "setReadChannel",
                                                                "transaction",
                                                                "waitForStarted",
                                                                "waitForReadyRead",
                                                                "waitForBytesWritten",
                                                                "waitForFinished",
                                                                "waitForTreeEnded",
                                                                "kill",
                                                                "terminate",
                                                                "stop",
                                                                "sendSignal",
                                                                "close",
                                                                "settle",
                                                                "nestedLoop",
                                                                "move",
                                                                "destroy",
                                                                "destroyLater",
                                                                "setParent",
                                                                "blockSignals",
                                                                "connect",
                                                                "look",
                                                                "runFuture",
                                                                "runInQueue",
                                                                "act"};
    return names[operation];
}

inline std::string ObjectStep::text() const
{
    return std::string(nameOf(operation)) + " object " + std::to_string(object) + ", "
        + std::to_string(first) + " " + std::to_string(second);
}

} // namespace Fuzz

#endif
