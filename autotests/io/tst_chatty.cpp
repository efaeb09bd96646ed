// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "childprocesstest.h"

#include <QtCore/QEventLoop>

#include <algorithm>
#include <array>
#include <cerrno>

#include <fcntl.h>
#include <sys/wait.h>

/// Children that write without end leave the event loop time for other events.
/// Holds: H2, H5 (enlargedPipesAreFew).
class tst_Chatty : public ChildProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void oneTurnIsShort();
    void endsComeFirst();
    void ownOutputBeforeEnd();
    void enlargedPipesAreFew();
};

namespace {

constexpr std::size_t chattyCount = 24;

/// Children that write as fast as they can, and the bytes received from them.
struct Chatty
{
    explicit Chatty(const char *size = "1000000000000")
    {
        for (std::size_t i = 0; i < chattyCount; ++i) {
            QObject::connect(&processes[i], &Process::readyRead, &processes[i], [this, i] {
                const qint64 count = processes[i].readAll().size();
                received[i] += count;
                bytes += count;
                ++events;
            });
            processes[i].start(ChildProcessTest::childProgram(),
                               {u"write"_s, QString::fromLatin1(size), u"1"_s, u"sleep"_s});
        }
    }
    ~Chatty()
    {
        for (Process &process : processes) {
            process.kill();
            process.waitForFinished();
        }
    }

    qint64 least() const { return *std::min_element(received.begin(), received.end()); }

    std::array<Process, chattyCount> processes;
    std::array<qint64, chattyCount> received = {};
    qint64 bytes = 0;
    int events = 0;
};

// A turn of the event loop waits for an event.
void turn()
{
    QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
}

// Returns when the event loop can find the end. ECHILD: the SIGCHLD backend has reaped the child.
void awaitDeath(const Process &process)
{
    siginfo_t info;
    const auto pid = static_cast<id_t>(process.processId());
    QVERIFY(::waitid(P_PID, pid, &info, WEXITED | WNOWAIT) == 0 || errno == ECHILD);
}

int countEnlargedPipes()
{
    int count = 0;
#ifdef F_GETPIPE_SZ
    const auto descriptors = ProcessState::now().descriptors;
    for (auto it = descriptors.begin(); it != descriptors.end(); ++it)
        count += ::fcntl(it.key(), F_GETPIPE_SZ) > 64 * 1024 ? 1 : 0;
#endif
    return count;
}

} // namespace

// One turn once read up to 16 channels of 512 KiB each, which delayed timers.
void tst_Chatty::oneTurnIsShort()
{
    Chatty chatty;
    int mostEvents = 0;
    qint64 mostBytes = 0;
    while (chatty.least() < 4'000'000) {
        const int events = chatty.events;
        const qint64 bytes = chatty.bytes;
        turn();
        mostEvents = std::max(mostEvents, chatty.events - events);
        mostBytes = std::max(mostBytes, chatty.bytes - bytes);
    }
    QVERIFY2(mostBytes <= 1024 * 1024, qPrintable(QString::number(mostBytes)));
    // Without a poll set each descriptor has a notifier, and Qt serves all that are ready.
    if (!FORKFD_TEST_PORTABLE)
        QVERIFY2(mostEvents <= 8, qPrintable(QString::number(mostEvents)));
}

void tst_Chatty::endsComeFirst()
{
    if (FORKFD_TEST_PORTABLE)
        QSKIP("Without a poll set Qt decides which notifier comes first");
    Chatty chatty;
    while (chatty.least() < 100'000)
        turn();
    for (int i = 0; i < 20; ++i) {
        Process process;
        int before = -1;
        int eventsOfTurn = 0;
        connect(&process, &Process::finished, [&] { before = chatty.events - eventsOfTurn; });
        process.start(childProgram(), words("sleep"));
        QVERIFY(process.waitForStarted());
        turn();
        process.kill();
        awaitDeath(process);
        do {
            eventsOfTurn = chatty.events;
            turn();
        } while (before < 0);
        QCOMPARE(before, 0);
    }
}

void tst_Chatty::ownOutputBeforeEnd()
{
    Process process;
    QStringList order;
    connect(&process, &Process::readyRead, [&] {
        order += u"readyRead %1"_s.arg(process.exitInfo().reason == ForkFd::ExitInfo::Unknown);
    });
    connect(&process, &Process::finished, [&] { order += u"finished"_s; });
    process.start(childProgram(), words("write 1000 1 exit 3"));
    awaitDeath(process);
    QTRY_COMPARE(process.state(), Process::NotRunning);
    QCOMPARE(order, QStringList({u"readyRead 1"_s, u"finished"_s}));
    QCOMPARE(process.readAll().size(), 1000);
}

// Pipes that hold more than usual count against what all programs of the user may have.
void tst_Chatty::enlargedPipesAreFew()
{
    constexpr qint64 size = 3'000'000;
    int most = 0;
    Chatty chatty("3000000");
    while (chatty.least() < size) {
        turn();
        most = std::max(most, countEnlargedPipes());
    }
    QVERIFY2(most <= 4, qPrintable(QString::number(most)));
    if (!FORKFD_TEST_PORTABLE)
        QVERIFY(most > 0);
    // The children sleep now.
    QTRY_COMPARE_WITH_TIMEOUT(countEnlargedPipes(), 0, 30000);
}

QTEST_GUILESS_MAIN(tst_Chatty)
#include "tst_chatty.moc"
