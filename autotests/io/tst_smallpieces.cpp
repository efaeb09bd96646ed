// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "childprocesstest.h"

#include <QtCore/QRandomGenerator>

#include <algorithm>
#include <array>

#include <malloc.h>

/// Memory and signals that many small writes, output in small pieces, and large arrays cost.
/// Holds: H9.
class tst_SmallPieces : public ChildProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void manySmallWrites_data();
    void manySmallWrites();
    void writesOfEverySize_data();
    void writesOfEverySize();
    void arrayIsShared();
    void sharedArrayIsChanged();
#ifndef FORKFD_TEST_QPROCESS // QProcess keeps small arrays apart, and does not copy fromRawData().
    void manySmallArrays();
    void bytesOfTheCaller();
    void unreadOutput();
#endif
    void overriddenWriteData();
    void textMode();
};

void tst_SmallPieces::manySmallWrites_data()
{
    QTest::addColumn<bool>("waits");
    QTest::newRow("event loop") << false;
    QTest::newRow("waitForFinished") << true;
}

// Each write once cost a system call, a poll and a signal.
void tst_SmallPieces::manySmallWrites()
{
    QFETCH(const bool, waits);
    constexpr int count = 50000;
    Process process;
    QSignalSpy finished(&process, &Process::finished);
    QSignalSpy written(&process, &Process::bytesWritten);
    process.start(childProgram(), words("echo"));
    for (int i = 0; i < count; ++i)
        QCOMPARE(process.write("0123456789\n", 11), 11);
    QCOMPARE(process.bytesToWrite(), count * 11);
    process.closeWriteChannel();
    QVERIFY(waits ? process.waitForFinished() : comes(finished));
    QCOMPARE(process.readAll().count("0123456789\n"), count);
    qint64 total = 0;
    for (const QVariantList &signal : std::as_const(written))
        total += signal[0].toLongLong();
    QCOMPARE(total, count * 11);
    // A child that reads slowly leaves little room at a time, but at least a page.
    QVERIFY2(written.size() <= total / 4000, qPrintable(QString::number(written.size())));
}

void tst_SmallPieces::writesOfEverySize_data()
{
    QTest::addColumn<bool>("asArrays");
    QTest::newRow("bytes") << false;
    QTest::newRow("arrays") << true;
}

// Sizes in random order, while the child reads some of the data.
void tst_SmallPieces::writesOfEverySize()
{
    QFETCH(const bool, asArrays);
    constexpr std::array<qsizetype, 9> sizes = {0, 1, 11, 4095, 16319, 16320, 16321, 65536, 200000};
    QRandomGenerator random(1);
    QByteArray expected;
    QByteArray received;
    Process process;
    QSignalSpy finished(&process, &Process::finished);
    connect(&process, &Process::readyRead, [&] { received += process.readAll(); });
    process.start(childProgram(), words("echo"));
    for (int i = 0; i < 300; ++i) {
        QByteArray bytes(sizes[static_cast<std::size_t>(random.bounded(9))],
                         static_cast<char>('a' + i % 26));
        expected += bytes;
        QCOMPARE(asArrays ? process.write(bytes) : process.write(bytes.constData(), bytes.size()),
                 bytes.size());
        if (random.bounded(8) == 0)
            process.waitForBytesWritten();
    }
    process.closeWriteChannel();
    QVERIFY(comes(finished));
    received += process.readAll();
    QVERIFY(received == expected);
}

void tst_SmallPieces::arrayIsShared()
{
    QByteArray bytes(32 << 20, 'x');
    Process process;
    process.start(childProgram(), words("eof 0"));
    QVERIFY(bytes.isDetached());
    QCOMPARE(process.write(bytes), bytes.size());
    QVERIFY(!bytes.isDetached());
    process.closeWriteChannel();
    QVERIFY(process.waitForFinished());
    QVERIFY(bytes.isDetached());
}

void tst_SmallPieces::sharedArrayIsChanged()
{
    QByteArray bytes(1000000, 'x');
    Process process;
    process.start(childProgram(), words("echo"));
    process.write(bytes);
    bytes.fill('y');
    process.closeWriteChannel();
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.readAll().count('x'), bytes.size());
}

#ifndef FORKFD_TEST_QPROCESS
void tst_SmallPieces::manySmallArrays()
{
    constexpr int count = 5000;
    Process process;
    QSignalSpy written(&process, &Process::bytesWritten);
    process.start(childProgram(), words("echo"));
    for (int i = 0; i < count; ++i)
        process.write(QByteArray("0123456789\n"));
    process.closeWriteChannel();
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.readAll().count("0123456789\n"), count);
    QVERIFY2(written.size() <= count * 11 / 4000, qPrintable(QString::number(written.size())));
}

// Each unread piece once cost 60 bytes.
void tst_SmallPieces::unreadOutput()
{
    if (isUnderAddressSanitizer || isUnderThreadSanitizer)
        QSKIP("A sanitizer has an allocator of its own");
    constexpr int count = 10000;
    Process process;
    process.start(childProgram(), words("echo"));
    process.write("x");
    QVERIFY(process.waitForReadyRead());
    const std::size_t before = ::mallinfo2().uordblks;
    for (int i = 1; i < count; ++i) {
        process.write("x");
        QVERIFY(process.waitForReadyRead());
    }
    const std::size_t grown = ::mallinfo2().uordblks - before;
    QVERIFY2(grown < 10 * count, qPrintable(QString::number(grown)));
    process.closeWriteChannel();
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.readAll(), QByteArray(count, 'x'));
}

// An array of fromRawData() does not own its bytes, so write() copies them.
void tst_SmallPieces::bytesOfTheCaller()
{
    std::vector<char> bytes(1000000, 'x');
    Process process;
    process.start(childProgram(), words("echo"));
    process.write(QByteArray::fromRawData(bytes.data(), static_cast<qsizetype>(bytes.size())));
    std::fill(bytes.begin(), bytes.end(), 'y');
    process.closeWriteChannel();
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.readAll().count('x'), static_cast<qsizetype>(bytes.size()));
}
#endif

/// Passes lower case on to the base class.
class LowerCase : public Process
{
protected:
    qint64 writeData(const char *data, qint64 size) override
    {
        const QByteArray lower = QByteArray(data, size).toLower();
        return Process::writeData(lower.constData(), lower.size());
    }
};

void tst_SmallPieces::overriddenWriteData()
{
    LowerCase process;
    process.start(childProgram(), words("echo"));
    const QByteArray bytes(100000, 'X');
    QCOMPARE(process.write(bytes), bytes.size());
    process.closeWriteChannel();
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.readAll(), bytes.toLower());
}

void tst_SmallPieces::textMode()
{
    Process process;
    process.start(childProgram(), words("echo"), QIODevice::ReadWrite | QIODevice::Text);
    QByteArray bytes(100000, 'x');
    bytes += '\n';
    QCOMPARE(process.write(bytes), bytes.size());
    process.closeWriteChannel();
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.readAll(), bytes);
}

QTEST_GUILESS_MAIN(tst_SmallPieces)
#include "tst_smallpieces.moc"
