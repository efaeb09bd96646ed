// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "childprocesstest.h"
#include "forkedcopy.h"

#include <QtCore/QAbstractEventDispatcher>
#include <QtCore/QEventLoop>
#include <QtCore/QFile>
#include <QtCore/QThread>

#include <algorithm>
#include <array>
#include <limits>

#include <unistd.h>

using ForkFd::ChildProcess;

/// A child blocks when readBufferSize() bytes of its output are buffered and not read.
/// Holds: H6.
class tst_ReadBuffer : public ChildProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void sizes_data();
    void sizes();
    void childBlocks_data();
    void childBlocks();
    void goesOnWhenSomeIsRead_data();
    void goesOnWhenSomeIsRead();
    void filledUpAfterEachRead();
    void eachChannelForItself();
    void waitsTakeAll_data();
    void waitsTakeAll();
    void nextWaitAfterTheEventLoop();
    void closed();
    void setWhileItBlocks_data();
    void setWhileItBlocks();
    void channelClosedWhileItBlocks();
    void blockedChildrenAreQuiet();
    void restAtTheEnd();
    void transaction();
    void linesOneByOne();
    void movedToAnotherThread();
    void memory();

private:
    static QStringList writing(qint64 count, int fd = STDOUT_FILENO)
    {
        return {u"write"_s, QString::number(count), QString::number(fd)};
    }
    static void serveEvents();
    static bool isFull(const Process &process);
    static bool hasData(const Process &process);
};

namespace {

// More than the pipe holds.
constexpr qint64 much = 1000000;

qint64 residentBytes()
{
    QFile file(u"/proc/self/statm"_s);
    if (!file.open(QIODevice::ReadOnly))
        return 0;
    return file.readAll().split(' ').at(1).toLongLong() * sysconf(_SC_PAGESIZE);
}

} // namespace

// An excess read would show in the first rounds.
void tst_ReadBuffer::serveEvents()
{
    for (int i = 0; i < 50; ++i)
        QCoreApplication::processEvents();
}

bool tst_ReadBuffer::isFull(const Process &process)
{
    return process.bytesAvailable() == process.readBufferSize();
}

bool tst_ReadBuffer::hasData(const Process &process)
{
    return eventually([&process] {
        QCoreApplication::processEvents();
        return process.bytesAvailable() > 0;
    });
}

void tst_ReadBuffer::sizes_data()
{
    QTest::addColumn<qint64>("size");
    QTest::addColumn<qint64>("expected");
    QTest::newRow("some") << qint64(1000) << qint64(1000);
    QTest::newRow("unlimited") << qint64(0) << qint64(0);
    QTest::newRow("negative") << qint64(-1) << qint64(0);
    QTest::newRow("the largest") << std::numeric_limits<qint64>::max()
                                 << std::numeric_limits<qint64>::max();
}

void tst_ReadBuffer::sizes()
{
    QFETCH(const qint64, size);
    Process process;
    QCOMPARE(process.readBufferSize(), 0);
    process.setReadBufferSize(size);
    QTEST(process.readBufferSize(), "expected");
    QSignalSpy finished(&process, &Process::finished);
    process.start(childProgram(), writing(1000));
    QVERIFY(comes(finished));
    QCOMPARE(process.readAll().size(), 1000);
}

void tst_ReadBuffer::childBlocks_data()
{
    QTest::addColumn<Process::ProcessChannel>("channel");
    QTest::addColumn<qint64>("size");
    for (const auto channel : {Process::StandardOutput, Process::StandardError}) {
        for (const qint64 size : {1, 1000, 64 * 1024, 100 * 1000})
            QTest::addRow("%s, %lld", qPrintable(nameOf(channel)), size) << channel << size;
    }
}

void tst_ReadBuffer::childBlocks()
{
    QFETCH(const Process::ProcessChannel, channel);
    QFETCH(const qint64, size);
    Process process;
    process.setReadChannel(channel);
    process.setReadBufferSize(size);
    process.start(childProgram(),
                  writing(much, channel == Process::StandardOutput ? STDOUT_FILENO : STDERR_FILENO));
    QTRY_VERIFY(isFull(process));
    serveEvents();
    QVERIFY(isFull(process));
    QCOMPARE(process.state(), Process::Running);
}

void tst_ReadBuffer::goesOnWhenSomeIsRead_data()
{
    QTest::addColumn<qint64>("size");
    QTest::addColumn<qint64>("portion");
    QTest::newRow("all of one byte") << qint64(1) << qint64(1);
    QTest::newRow("bytes of a few") << qint64(100) << qint64(1);
    QTest::newRow("bytes of what QIODevice reads ahead") << qint64(16384) << qint64(1);
    QTest::newRow("half of it") << qint64(1000) << qint64(500);
    QTest::newRow("all of it") << qint64(64 * 1024) << qint64(64 * 1024);
    QTest::newRow("a little of much") << qint64(200000) << qint64(5000);
}

void tst_ReadBuffer::goesOnWhenSomeIsRead()
{
    QFETCH(const qint64, size);
    QFETCH(const qint64, portion);
    const qint64 count = std::min(2000 * portion, much);
    Process process;
    process.setReadBufferSize(size);
    qint64 received = 0;
    bool isWithinLimit = true;
    const auto read = [&] {
        isWithinLimit = isWithinLimit && process.bytesAvailable() <= size;
        received += process.read(portion).size();
    };
    QSignalSpy finished(&process, &Process::finished);
    process.start(childProgram(), writing(count) + words("exit 3"));
    // Events alone drive the reading: they must go on until the last byte.
    while (received < count) {
        QVERIFY(hasData(process));
        if (finished.isEmpty())
            read();
        else
            received += process.readAll().size();
    }
    QVERIFY(isWithinLimit);
    QVERIFY(finished.size() == 1 || comes(finished));
    QCOMPARE(received, count);
    QCOMPARE(process.exitCode(), 3);
}

// QIODevice reads ahead into its buffer, and does not report when that buffer is read.
void tst_ReadBuffer::filledUpAfterEachRead()
{
    Process process;
    process.setReadBufferSize(1000);
    process.start(childProgram(), writing(much));
    for (const qint64 portion : {1, 600, 398, 1, 2, 999, 1, 1000, 1, 1}) {
        QTRY_VERIFY(isFull(process));
        QCOMPARE(process.read(portion).size(), portion);
        if (portion == 2)
            process.ungetChar('x');
    }
    QTRY_VERIFY(isFull(process));
}

void tst_ReadBuffer::eachChannelForItself()
{
    Process process;
    process.setReadBufferSize(1000);
    QSignalSpy finished(&process, &Process::finished);
    process.start(childProgram(),
                  writing(500, STDERR_FILENO) + writing(much) + writing(much, STDERR_FILENO));
    QTRY_VERIFY(isFull(process));
    process.setReadChannel(Process::StandardError);
    QTRY_COMPARE(process.bytesAvailable(), 500);
    process.setReadChannel(Process::StandardOutput);
    for (qint64 received = 0; received < much; received += process.readAll().size())
        QVERIFY(hasData(process));
    process.setReadChannel(Process::StandardError);
    QTRY_VERIFY(isFull(process));
    for (qint64 received = 0; received < much + 500; received += process.readAll().size())
        QVERIFY(hasData(process));
    QVERIFY(finished.size() == 1 || comes(finished));
}

void tst_ReadBuffer::waitsTakeAll_data()
{
    QTest::addColumn<bool>("isFullBefore");
    QTest::newRow("from the start on") << false;
    QTest::newRow("after it has blocked") << true;
}

void tst_ReadBuffer::waitsTakeAll()
{
    QFETCH(const bool, isFullBefore);
    Process process;
    process.setReadBufferSize(1000);
    process.start(childProgram(), writing(much));
    if (isFullBefore)
        QTRY_VERIFY(isFull(process));
    QVERIFY(process.waitForReadyRead());
    QVERIFY(process.waitForReadyRead());
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.readAll().size(), much);
}

void tst_ReadBuffer::nextWaitAfterTheEventLoop()
{
    Process process;
    process.setReadBufferSize(1000);
    process.start(childProgram(), writing(much));
    QTRY_VERIFY(isFull(process));
    QVERIFY(process.waitForReadyRead());
    const qint64 available = process.bytesAvailable();
    QVERIFY(available > 1000);
    serveEvents(); // The limit is in force again.
    QCOMPARE(process.bytesAvailable(), available);
    QCOMPARE(process.read(available - 500).size(), available - 500);
    QTRY_VERIFY(isFull(process));
}

void tst_ReadBuffer::closed()
{
    Process process;
    process.setReadBufferSize(1000);
    process.start(childProgram(), writing(much) + words("sleep"));
    QTRY_VERIFY(isFull(process));
    process.close();
    QCOMPARE(process.state(), Process::NotRunning);
}

void tst_ReadBuffer::setWhileItBlocks_data()
{
    QTest::addColumn<qint64>("size");
    QTest::newRow("more") << much;
    QTest::newRow("unlimited") << qint64(0);
    QTest::newRow("negative") << qint64(-1);
}

void tst_ReadBuffer::setWhileItBlocks()
{
    QFETCH(const qint64, size);
    Process process;
    QSignalSpy finished(&process, &Process::finished);
    process.setReadBufferSize(1000);
    process.start(childProgram(), writing(much));
    QTRY_VERIFY(isFull(process));
    process.setReadBufferSize(size);
    QVERIFY(comes(finished));
    QCOMPARE(process.bytesAvailable(), much);
}

void tst_ReadBuffer::channelClosedWhileItBlocks()
{
    Process process;
    QSignalSpy finished(&process, &Process::finished);
    process.setReadBufferSize(1000);
    process.start(childProgram(), writing(much));
    QTRY_VERIFY(isFull(process));
    process.closeReadChannel(Process::StandardOutput);
    QVERIFY(comes(finished));
    QCOMPARE(process.bytesAvailable(), 1000);
}

// After the child's end the rest is read despite the limit: it cannot grow.
// The hub changes its sets at the ninth channel. The children without channels leave it registrations
// that it uses again.
void tst_ReadBuffer::blockedChildrenAreQuiet()
{
    std::array<Process, 14> withoutChannels;
    for (Process &process : withoutChannels) {
        process.setProcessChannelMode(Process::ForwardedChannels);
        process.setInputChannelMode(Process::ForwardedInputChannel);
        process.start(childProgram(), words("exit 0"));
    }
    for (Process &process : withoutChannels)
        QTRY_COMPARE(process.state(), Process::NotRunning);
    std::array<Process, 6> blocked;
    for (Process &process : blocked) {
        process.setReadBufferSize(10);
        process.start(childProgram(), words("write 1000 2 write 1000000 1"));
        QTRY_VERIFY(isFull(process));
    }
    const auto isQuiet = [] {
        return !QAbstractEventDispatcher::instance()->processEvents(QEventLoop::AllEvents);
    };
    QVERIFY(eventually(isQuiet));
    for (Process &process : blocked) {
        process.kill();
        process.readAll();
        QTRY_COMPARE(process.state(), Process::NotRunning);
    }
}

void tst_ReadBuffer::restAtTheEnd()
{
    Process process;
    QSignalSpy finished(&process, &Process::finished);
    process.setReadBufferSize(1000);
    process.start(childProgram(), writing(50000) + writing(40000, STDERR_FILENO));
    QVERIFY(comes(finished));
    QCOMPARE(process.bytesAvailable(), 50000);
    QCOMPARE(process.readAllStandardError().size(), 40000);
}

// A transaction that needs more than the limit.
void tst_ReadBuffer::transaction()
{
    Process process;
    process.setReadBufferSize(100);
    process.start(childProgram(), writing(much));
    process.startTransaction();
    qint64 count = 0;
    while (count < 1000) {
        QVERIFY(hasData(process));
        count += process.readAll().size();
    }
    process.rollbackTransaction();
    QVERIFY(process.bytesAvailable() >= count);
    QCOMPARE(process.read(count).size(), count);
    QTRY_VERIFY(isFull(process));
}

void tst_ReadBuffer::linesOneByOne()
{
    Process process;
    QStringList arguments = {u"args"_s};
    for (int i = 0; i < 20000; ++i)
        arguments += QString::number(i);
    process.setReadBufferSize(64);
    QByteArrayList lines;
    connect(&process, &Process::readyRead, [&] {
        if (process.canReadLine()) // One line only: the rest must not be forgotten.
            lines += process.readLine().trimmed();
    });
    QSignalSpy finished(&process, &Process::finished);
    process.start(childProgram(), arguments);
    while (finished.isEmpty()) {
        QVERIFY(eventually([&] {
            QCoreApplication::processEvents();
            return !finished.isEmpty() || process.canReadLine();
        }));
        lines += process.readLine().trimmed();
    }
    while (process.canReadLine())
        lines += process.readLine().trimmed();
    lines.removeAll({});
    QCOMPARE(lines.size(), 20000);
    for (int i = 0; i < 20000; ++i)
        QCOMPARE(lines[i].toInt(), i);
}

void tst_ReadBuffer::movedToAnotherThread()
{
    QThread thread;
    auto *process = new Process;
    process->setReadBufferSize(1000);
    process->start(childProgram(), writing(much));
    QTRY_VERIFY(isFull(*process));
    static qint64 received; // The thread may use it after this function.
    received = 0;
    connect(process, &Process::readyRead, process, [process] { received += process->readAll().size(); });
    connect(process, &Process::finished, process, [process] {
        received += process->readAll().size();
        delete process;
        QThread::currentThread()->quit();
    });
    process->moveToThread(&thread);
    thread.start();
    QMetaObject::invokeMethod(process, [process] { received += process->read(1).size(); });
    QVERIFY(thread.wait(60000));
    QCOMPARE(received, much);
}

void tst_ReadBuffer::memory()
{
    constexpr qint64 size = 64 * 1024;
    constexpr qint64 count = 100 * 1024 * 1024;
    constexpr qint64 allowance = 4 * 1024 * 1024;
    Process process;
    process.setReadBufferSize(size);
    const qint64 before = residentBytes();
    process.start(childProgram(), writing(count));
    QTRY_VERIFY(isFull(process));
    serveEvents();
    QVERIFY(residentBytes() - before <= allowance);
    qint64 received = 0;
    qint64 largest = 0;
    connect(&process, &Process::readyRead, [&] {
        received += process.readAll().size();
        largest = std::max(largest, residentBytes() - before);
    });
    QSignalSpy finished(&process, &Process::finished);
    received += process.read(1).size();
    QVERIFY(comes(finished));
    QCOMPARE(received + process.readAll().size(), count);
    if (isUnderAddressSanitizer || isUnderThreadSanitizer)
        QSKIP("A sanitizer keeps what was freed.");
    QVERIFY2(largest <= allowance, qPrintable(QString::number(largest)));
}

QTEST_GUILESS_MAIN(tst_ReadBuffer)
#include "tst_readbuffer.moc"
