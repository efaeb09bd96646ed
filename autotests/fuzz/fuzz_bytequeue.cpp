// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// The queue of bytes in a channel, against a std::string.

#include "fuzzer.h"
#include "inputreader.h"

#include "qt/bytequeue.h"

#include <algorithm>
#include <array>
#include <utility>

using ForkFd::Internal::ByteQueue;

namespace {

enum Operation { Append, AppendArray, Prepend, Skip, Take, TakeAll, Clear, Look, OperationCount };
constexpr std::array<const char *, OperationCount> names = {"append", "appendArray", "prepend", "skip",
                                                            "take",   "takeAll",     "clear",   "look"};

struct Step
{
    explicit Step(Fuzz::InputReader &reader)
        : operation(static_cast<Operation>(reader.below(OperationCount)))
        , first(reader.byte())
    {
        // Sizes around the limits of the queue: 1, 255, 4096, 65536.
        const unsigned exponent = reader.below(4);
        size = exponent == 3 ? 65500U + first
            : exponent == 2  ? 4000U + first
            : exponent == 1  ? first
                             : first % 4;
    }
    std::string bytes() const
    {
        std::string text(size, static_cast<char>('a' + first % 26));
        if (first % 3 == 0 && !text.empty())
            text[first % text.size()] = '\n';
        return text;
    }
    QByteArray array() const { return QByteArray::fromStdString(bytes()); }

    Operation operation;
    unsigned first;
    std::size_t size;
};

std::string contentOf(const ByteQueue &queue)
{
    std::string text;
    for (qsizetype i = 0; i < queue.pieceCount(); ++i)
        text.append(queue.piece(i).data(), static_cast<std::size_t>(queue.piece(i).size()));
    return text;
}

void check(const ByteQueue &queue, const std::string &model, bool withNewline)
{
    if (queue.size() != static_cast<qint64>(model.size()))
        throw Fuzz::Fault("size: " + std::to_string(queue.size()) + ", not "
                          + std::to_string(model.size()));
    if (contentOf(queue) != model)
        throw Fuzz::Fault("content: it differs");
    const std::size_t newline = model.find('\n');
    if (withNewline
        && queue.indexOfNewline() != (newline == std::string::npos ? -1 : static_cast<qint64>(newline)))
        throw Fuzz::Fault("newline: at " + std::to_string(queue.indexOfNewline()));
}

void take(ByteQueue &queue, std::string &model, std::size_t size)
{
    std::string taken(size, '\0');
    taken.resize(static_cast<std::size_t>(queue.take(taken.data(), static_cast<qint64>(size))));
    if (taken != model.substr(0, size))
        throw Fuzz::Fault("take: other bytes came");
    model.erase(0, size);
}

void apply(const Step &step, ByteQueue &queue, std::string &model)
{
    const std::string bytes = step.bytes();
    switch (step.operation) {
    case Append:
        queue.append(bytes.data(), static_cast<qint64>(bytes.size()));
        model += bytes;
        break;
    case AppendArray:
        queue.append(step.array());
        model += bytes;
        break;
    case Prepend:
        queue.prepend(step.array());
        model.insert(0, bytes);
        break;
    case Skip:
        queue.skip(static_cast<qint64>(std::min(step.size, model.size())));
        model.erase(0, step.size);
        break;
    case Take:
        take(queue, model, step.size);
        break;
    case TakeAll:
        if (queue.takeAll().toStdString() != std::exchange(model, {}))
            throw Fuzz::Fault("takeAll: other bytes came");
        break;
    case Clear:
        queue.clear();
        model.clear();
        break;
    case Look:
    case OperationCount:
        break;
    }
}

} // namespace

namespace Fuzz {

const char *const name = "bytequeue";
const Shape shape = {.headSize = 0, .stepSize = 3, .maxSteps = 40};

void setUp()
{
}

std::size_t play(std::span<const std::uint8_t> input)
{
    InputReader reader(input);
    ByteQueue queue;
    std::string model;
    std::size_t count = 0;
    for (; !reader.isAtEnd(); ++count) {
        const Step step(reader);
        apply(step, queue, model);
        // Not always: the queue remembers where it has searched.
        check(queue, model, step.operation == Look);
    }
    return count;
}

std::string describe(std::span<const std::uint8_t> input)
{
    std::string text;
    for (InputReader reader(input); !reader.isAtEnd();) {
        const Step step(reader);
        text += std::string("  ") + names[step.operation] + " " + std::to_string(step.size) + "\n";
    }
    return text;
}

} // namespace Fuzz
