// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// Objects in two threads, operations on them in any order, and slots that carry out operations. See
// objectworld.h and, for what must hold, observedprocess.h.

#include "objectworld.h"
#include "quietapplication.h"

#include <QtCore/QCoreApplication>
#include <QtCore/QDir>

#include <thread>

#include <sys/wait.h>
#include <unistd.h>

namespace {

Fuzz::LoopThread *other = nullptr;

bool hasChildren()
{
    siginfo_t info;
    return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

qsizetype descriptorCount()
{
    return QDir(QStringLiteral("/proc/self/fd")).entryList(QDir::Files | QDir::System).size();
}

std::string descriptors()
{
    std::string text;
    for (const QFileInfo &file :
         QDir(QStringLiteral("/proc/self/fd")).entryInfoList(QDir::Files | QDir::System))
        text += ", " + file.fileName().toStdString() + " " + file.symLinkTarget().toStdString();
    return text;
}

void playOnly(std::span<const std::uint8_t> input, std::size_t &count)
{
    Fuzz::ObjectWorld world(*other);
    for (Fuzz::InputReader reader(input); !reader.isAtEnd() && !world.isFaulty(); ++count)
        world.apply(Fuzz::ObjectStep(reader));
    world.finish();
    world.throwFirstFault();
}

// Objects may leave running children to the library, which reaps them and closes their descriptors.
void checkLeftovers()
{
    static const qsizetype allowed = descriptorCount() + 16; // The library's threads, which come and go.
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (hasChildren() || descriptorCount() > allowed) {
        if (std::chrono::steady_clock::now() > deadline)
            throw Fuzz::Fault(hasChildren()
                                  ? "left: a child"
                                  : "left: more than " + std::to_string(allowed) + descriptors());
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
}

} // namespace

namespace Fuzz {

const char *const name = "object";
const Shape shape = {.headSize = 0, .stepSize = 4, .maxSteps = 60};

void setUp()
{
    makeQuietApplication();
    other = new LoopThread;
}

std::size_t play(std::span<const std::uint8_t> input)
{
    std::size_t count = 0;
    playOnly(input, count);
    checkLeftovers();
    return count;
}

std::string describe(std::span<const std::uint8_t> input)
{
    std::string text;
    for (InputReader reader(input); !reader.isAtEnd();)
        text += "  " + ObjectStep(reader).text() + "\n";
    return text;
}

} // namespace Fuzz
