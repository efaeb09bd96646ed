// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "childprocesstest.h"
#include "temporarychange.h"
#include "testpipe.h"

#include <algorithm>
#include <array>

/// Many children live at the same time.
/// Holds: S8, H1, H3.
class tst_ManyChildren : public ChildProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void oneDescriptorEach();
    void oneByOne();
    void allAtOnce_data();
    void allAtOnce();
    void withPipes();
};

namespace {

constexpr std::size_t manyCount = isUnderThreadSanitizer ? 200 : 1000;

/// Objects whose children use no pipe, and how often each has finished.
struct Many
{
    Many()
    {
        for (std::size_t i = 0; i < manyCount; ++i) {
            QObject::connect(&processes[i], &Process::finished, &processes[i], [this, i] {
                ++finished[i];
                ++total;
            });
            processes[i].setProcessChannelMode(Process::ForwardedChannels);
            processes[i].setInputChannelMode(Process::ForwardedInputChannel);
        }
    }

    void start(const QStringList &words)
    {
        for (Process &process : processes)
            process.start(ChildProcessTest::childProgram(), words);
        for (Process &process : processes)
            QVERIFY(process.waitForStarted());
    }

    TemporaryLimit limit{RLIMIT_NOFILE, 8 * manyCount}; // Starts that go on hold more than children.
    std::array<Process, manyCount> processes;
    std::array<int, manyCount> finished = {};
    qsizetype total = 0;
};

} // namespace

void tst_ManyChildren::oneDescriptorEach()
{
    // Without eventfd(2) each child needs a pair of sockets.
    constexpr qsizetype each = FORKFD_TEST_PORTABLE ? 2 : 1;
    Many many;
    const qsizetype before = ProcessState::now().descriptors.size();
    many.start(words("sleep"));
    // The threads of background starts close their events a moment after they were read.
    QTRY_COMPARE(ProcessState::now().descriptors.size(), before + each * qsizetype(manyCount));
}

void tst_ManyChildren::oneByOne()
{
    Many many;
    many.start(words("sleep"));
    for (std::size_t i = 0; i < manyCount; ++i) {
        Process &process = many.processes[i * 7 % manyCount];
        QSignalSpy finished(&process, &Process::finished);
        process.kill();
        QVERIFY(comes(finished));
        QCOMPARE(many.total, qsizetype(i + 1)); // Only this child has ended.
        QCOMPARE(process.exitCode(), SIGKILL);
    }
    QVERIFY(
        std::all_of(many.finished.begin(), many.finished.end(), [](int count) { return count == 1; }));
}

void tst_ManyChildren::allAtOnce_data()
{
    QTest::addColumn<bool>("waits");
    QTest::newRow("event loop") << false;
    QTest::newRow("waitForFinished") << true;
}

void tst_ManyChildren::allAtOnce()
{
    QFETCH(const bool, waits);
    Many many;
    TestPipe input;
    for (Process &process : many.processes)
        process.setLaunchOptions({.fileDescriptors = {{0, input.readEnd()}}});
    many.start(words("echo exit 3"));
    QCOMPARE(many.total, 0);
    input.closeWriteEnd();
    if (waits) {
        for (Process &process : many.processes)
            QVERIFY(process.waitForFinished());
    }
    QTRY_COMPARE_WITH_TIMEOUT(many.total, qsizetype(manyCount), 60000);
    QCoreApplication::processEvents();
    for (std::size_t i = 0; i < manyCount; ++i) {
        QCOMPARE(many.finished[i], 1);
        QCOMPARE(many.processes[i].exitCode(), 3);
    }
}

void tst_ManyChildren::withPipes()
{
    constexpr int count = 200;
    constexpr int size = 100000;
    const TemporaryLimit limit(RLIMIT_NOFILE, 16 * count); // A background start that goes on holds ten.
    std::array<Process, count> processes;
    qsizetype finished = 0;
    for (Process &process : processes) {
        connect(&process, &Process::finished, [&finished] { ++finished; });
        process.start(childProgram(), words("echo write 5 2 exit 3"));
        process.write(QByteArray(size, 'x'));
    }
    for (Process &process : processes)
        QVERIFY(process.waitForStarted());
    QCOMPARE(finished, 0);
    for (Process &process : processes)
        process.closeWriteChannel();
    QTRY_COMPARE_WITH_TIMEOUT(finished, count, 60000);
    for (Process &process : processes) {
        QCOMPARE(process.exitCode(), 3);
        QCOMPARE(process.readAllStandardOutput().count('x'), size);
        QCOMPARE(process.readAllStandardError(), "xxxxx");
    }
}

QTEST_GUILESS_MAIN(tst_ManyChildren)
#include "tst_manychildren.moc"
