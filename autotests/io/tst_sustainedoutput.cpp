// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "childprocesstest.h"

#include <QtCore/QCryptographicHash>

#include <fcntl.h>

namespace {

#ifdef F_SETPIPE_SZ
constexpr qint64 enlarged = 1024 * 1024;
#else
constexpr qint64 enlarged = 64 * 1024;
#endif

} // namespace

/// A child that writes a lot gets a larger pipe, and its output is neither lost nor reordered.
/// Holds: H5.
class tst_SustainedOutput : public ChildProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void capacity_data();
    void capacity();
    void content_data();
    void content();
};

void tst_SustainedOutput::capacity_data()
{
    QTest::addColumn<qint64>("size");
    QTest::addColumn<qint64>("expected");
    QTest::newRow("little") << qint64(100'000) << qint64(64 * 1024);
    QTest::newRow("much") << qint64(50'000'000) << enlarged;
}

void tst_SustainedOutput::capacity()
{
    QFETCH(const qint64, size);
    QFETCH(const qint64, expected);
    Process process;
    process.start(childProgram(), words(qPrintable(u"write %1 1 capacity 1"_s.arg(size))));
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.readAllStandardOutput().count('x'), size);
    QCOMPARE(process.readAllStandardError().trimmed().toLongLong(), expected);
}

void tst_SustainedOutput::content_data()
{
    QTest::addColumn<bool>("waits");
    QTest::addColumn<qint64>("readBufferSize");
    QTest::newRow("event loop") << false << qint64(0);
    QTest::newRow("waits") << true << qint64(0);
    QTest::newRow("event loop, with a limit") << false << qint64(300'000);
}

void tst_SustainedOutput::content()
{
    QFETCH(const bool, waits);
    QFETCH(const qint64, readBufferSize);
    constexpr int last = 3'000'000;
    QCryptographicHash expected(QCryptographicHash::Sha256);
    for (int i = 1; i <= last; ++i)
        expected.addData(QByteArray::number(i) + '\n');

    QCryptographicHash received(QCryptographicHash::Sha256);
    Process process;
    process.setReadBufferSize(readBufferSize);
    QSignalSpy finished(&process, &Process::finished);
    connect(&process, &Process::readyRead, [&] { received.addData(process.readAll()); });
    process.start(u"seq"_s, {QString::number(last)});
    if (waits)
        QVERIFY(process.waitForFinished());
    else
        QVERIFY(comes(finished));
    received.addData(process.readAll());
    QCOMPARE(received.result().toHex(), expected.result().toHex());
}

QTEST_GUILESS_MAIN(tst_SustainedOutput)
#include "tst_sustainedoutput.moc"
