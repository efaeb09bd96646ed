// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_FUZZ_IODEVICESTEP_H
#define FORKFD_FUZZ_IODEVICESTEP_H

#include "inputreader.h"

#include <QtCore/QIODevice>

#include <array>

/// The inputs of the fuzzer `iodevice`.
namespace Fuzz::Device {

enum Operation {
    FeedOutput,
    FeedError,
    FeedAndWait,
    Read,
    ReadAll,
    ReadLine,
    ReadLineBuffer,
    Peek,
    Skip,
    GetChar,
    UngetChar,
    StartTransaction,
    CommitTransaction,
    RollbackTransaction,
    Seek,
    SetTextMode,
    SetReadChannel,
    ReadOutput,
    ReadError,
    CloseReadChannel,
    CloseWriteChannel,
    Write,
    PutChar,
    ChildReads,
    ChildCloses,
    WaitForReadyRead,
    WaitForBytesWritten,
    WaitForFinished,
    Exit,
    Die,
    Close,
    Restart,
    StreamLine,
    Look,
    OperationCount
};

inline constexpr std::array<const char *, OperationCount> names = {"feedOutput",
                                                                   "feedError",
                                                                   "feedAndWait",
                                                                   "read",
                                                                   "readAll",
                                                                   "readLine",
                                                                   "readLineBuffer",
                                                                   "peek",
                                                                   "skip",
                                                                   "getChar",
                                                                   "ungetChar",
                                                                   "startTransaction",
                                                                   "commitTransaction",
                                                                   "rollbackTransaction",
                                                                   "seek",
                                                                   "setTextMode",
                                                                   "setReadChannel",
                                                                   "readOutput",
                                                                   "readError",
                                                                   "closeReadChannel",
                                                                   "closeWriteChannel",
                                                                   "write",
                                                                   "putChar",
                                                                   "childReads",
                                                                   "childCloses",
                                                                   "waitForReadyRead",
                                                                   "waitForBytesWritten",
                                                                   "waitForFinished",
                                                                   "exit",
                                                                   "die",
                                                                   "close",
                                                                   "restart",
                                                                   "streamLine",
                                                                   "look"};

struct Head
{
    explicit Head(Fuzz::InputReader &reader)
        : merges(reader.below(4) == 0)
    {
        constexpr QIODevice::OpenModeFlag modes[] = {QIODevice::ReadWrite, QIODevice::ReadWrite,
                                                     QIODevice::ReadWrite, QIODevice::ReadOnly,
                                                     QIODevice::WriteOnly};
        mode = modes[reader.below(5)];
        const unsigned flags = reader.below(8);
        if (flags & 1)
            mode |= QIODevice::Text;
        if ((flags & 6) == 2)
            mode |= QIODevice::Unbuffered;
    }
    bool merges;
    QIODevice::OpenMode mode;
};

struct Step
{
    explicit Step(Fuzz::InputReader &reader)
        : operation(static_cast<Operation>(reader.below(OperationCount)))
        , first(reader.byte())
        , second(reader.byte())
    {
    }

    int size() const
    {
        const unsigned kind = second % 16;
        return static_cast<int>(kind == 15 ? 4000 + first * 20 : kind == 14 ? first : first % 8);
    }
    QByteArray bytes() const
    {
        QByteArray text(second % 16 == 15 ? 3000 + first * 8 : 1 + first % 12, '\0');
        for (qsizetype i = 0; i < text.size(); ++i)
            text[i] = "ab\ncd\r\ne\0f"[(first + i * (1 + second % 3)) % 11];
        return text;
    }

    Operation operation;
    unsigned first;
    unsigned second;
};

} // namespace Fuzz::Device

#endif
