// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "forkedcopy.h"
#include "forkfdtest.h"
#include "systemcallfilter.h"

#include "core/base/uniquefd.h"
#include "core/base/writeends.h"

#include <ForkFd/spawn.h>

#include <QtCore/QCoreApplication>

#include <atomic>
#include <cerrno>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include <sys/mman.h>
#include <sys/syscall.h>

using namespace ForkFd;
using Internal::WriteEnds::Set;

namespace {

bool contains(const Set &set, int fd)
{
    return (set[static_cast<std::size_t>(fd) / 64] >> (fd % 64) & 1) != 0;
}

/// Opens and closes pipes in a thread of its own, and counts those whose write end is forgotten while it
/// is open.
class PipeMaker
{
public:
    ~PipeMaker() { stop(); }

    int forgottenCount()
    {
        stop();
        return m_forgottenCount;
    }

private:
    void stop()
    {
        m_isStopping = true;
        if (m_thread.joinable())
            m_thread.join();
    }

    void run()
    {
        while (!m_isStopping) {
            Internal::Pipe pipe;
            if (!pipe.open())
                continue;
            Internal::WriteEnds::add(pipe.writeEnd.get());
            for (int look = 0; look < 300; ++look) {
                if (contains(Internal::WriteEnds::all(), pipe.writeEnd.get()))
                    continue;
                ++m_forgottenCount;
                break;
            }
        }
    }

    std::atomic<bool> m_isStopping = false;
    std::atomic<int> m_forgottenCount = 0;
    std::thread m_thread{&PipeMaker::run, this};
};

} // namespace

/// The list of the library's write ends, which each new child closes if they are not its own.
/// Holds: L15.
class tst_WriteEnds : public ForkFdTest
{
    Q_OBJECT

private Q_SLOTS:
    void childForgetsNone_data();
    void childForgetsNone();
    void childEndsItsCopy();
    void kernelWipesNoPages();
    void forkedCopyCountsItsOwn();
};

using Start = std::function<bool()>;
Q_DECLARE_METATYPE(Start)

void tst_WriteEnds::childForgetsNone_data()
{
    QTest::addColumn<Start>("start");
    const auto spawned = [](const LaunchOptions &options) {
        return Start([options] {
            auto started = spawn(child({"exit", "0"}), options);
            return started && started->wait();
        });
    };
    QTest::newRow("no option") << spawned({});
    if (!FORKFD_TEST_PORTABLE) {
        QTest::newRow("oomScoreAdjust") << spawned({.oomScoreAdjust = 1000}); // Any user may raise it.
        QTest::newRow("treeDiesWithParent") << spawned({.treeDiesWithParent = true});
    }
    QTest::newRow("vforkfd") << Start([] {
        const int ffd = startChild(Starter::VFork, FFD_CLOEXEC, nullptr, {"exit", "0"});
        return wait(ffd) == "exited 0" && forkfd_close(ffd) == 0;
    });
}

// Descriptors that a child opens and closes have the numbers of ours. While a child shared the memory,
// each close() removed the parent's number from the list.
void tst_WriteEnds::childForgetsNone()
{
    QFETCH(Start, start);
    // In a copy, because a guardian keeps its connection for a while.
    const QByteArray result = inForkedCopy([&start]() -> QByteArray {
        PipeMaker pipes;
        for (int i = 0; i < 50; ++i) {
            if (!start())
                return "no start";
        }
        return QByteArray::number(pipes.forgottenCount());
    });
    QCOMPARE(result, "0");
}

void tst_WriteEnds::childEndsItsCopy()
{
    auto started = spawn(child({"exit", "0"}));
    QVERIFY(started);
    QVERIFY(!Internal::WriteEnds::mayBeCopied());
    QVERIFY(started->wait());
}

// There a child has another stamp than its parent, also if it shares the memory.
void tst_WriteEnds::kernelWipesNoPages()
{
    const std::string self = QCoreApplication::applicationFilePath().toStdString();
    const Refusal noWiping = {SYS_madvise, EINVAL, ~0U, MADV_WIPEONFORK, 2};
    const QByteArray result = inRefusedCopy({noWiping}, [&self] {
        return outcomeOf({{self, "childEndsItsCopy", "-o", "/dev/null,txt"}});
    });
    QCOMPARE(result, "exited with code 0");
}

// A copy that was made during a start of another thread waited longer for the end of each output.
void tst_WriteEnds::forkedCopyCountsItsOwn()
{
    namespace WriteEnds = Internal::WriteEnds;
    std::optional<WriteEnds::Copy> parents(std::in_place);
    QVERIFY(WriteEnds::mayBeCopied());
    const QByteArray result = inForkedCopy([&parents]() -> QByteArray {
        if (WriteEnds::mayBeCopied())
            return "before a start";
        std::optional<WriteEnds::Copy> ours(std::in_place);
        parents.reset();
        if (!WriteEnds::mayBeCopied())
            return "not during a start";
        ours.reset();
        return WriteEnds::mayBeCopied() ? "after a start" : "right";
    });
    QCOMPARE(result, "right");
    parents.reset();
    QVERIFY(!WriteEnds::mayBeCopied());
}

QTEST_GUILESS_MAIN(tst_WriteEnds)
#include "tst_writeends.moc"
