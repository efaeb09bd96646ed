// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "childprocesstest.h"

#include <QtCore/QRegularExpression>

#include <algorithm>

/// The child's output through the functions of QIODevice.
/// Holds: H13.
class tst_Reading : public ChildProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void afterTheEnd_data();
    void afterTheEnd();
    void readAtTheEnd();
    void channelsDoNotMix();
    void switchedInTheMiddle();
    void readyReadIsOfTheReadChannel_data();
    void readyReadIsOfTheReadChannel();
    void lines();
    void lineInTwoPieces();
    void longLine();
    void textMode();
    void carriageReturns();
    void transaction();
    void transactionKeepsTheChannel();
#ifndef FORKFD_TEST_QPROCESS
    void startEndsTheTransaction();
    void textInATransaction();
#endif
    void ungetChar();
    void linesAtTheEnd();
    void linesAsTheyCome();
    void atEnd();
    void endOfStream();
    void dataOfASubclass();
};

void tst_Reading::afterTheEnd_data()
{
    QTest::addColumn<qint64>("size");
    QTest::newRow("nothing") << qint64(0);
    QTest::newRow("one byte") << qint64(1);
    QTest::newRow("as much as a pipe holds") << qint64(65536);
    QTest::newRow("more than QIODevice reads at once") << qint64(1000000);
}

void tst_Reading::afterTheEnd()
{
    QFETCH(const qint64, size);
    Process process;
    QSignalSpy finished(&process, &Process::finished);
    process.start(childProgram(), {u"write"_s, QString::number(size), u"1"_s});
    QVERIFY(comes(finished));
    QCOMPARE(process.bytesAvailable(), size);
    QCOMPARE(process.atEnd(), size == 0);
    QCOMPARE(process.read(size / 2).size(), size / 2);
    QCOMPARE(process.bytesAvailable(), size - size / 2);
    QCOMPARE(process.readAll().size(), size - size / 2);
    QVERIFY(process.atEnd());
}

void tst_Reading::readAtTheEnd()
{
    constexpr qint64 size = 50 * 1024 * 1024;
    Process process;
    process.start(childProgram(), {u"write"_s, QString::number(size), u"1"_s, u"exit"_s, u"3"_s});
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitCode(), 3);
    QCOMPARE(process.bytesAvailable(), size);
    QCOMPARE(process.readAll().count('x'), size);
}

void tst_Reading::channelsDoNotMix()
{
    Process process;
    QCOMPARE(process.readChannel(), Process::StandardOutput);
    process.start(childProgram(), words("write 3 2 args abc"));
    QVERIFY(process.waitForFinished());

    QCOMPARE(process.read(1), "a"); // QIODevice may have read ahead.
    process.ungetChar('A');
    process.setReadChannel(Process::StandardError);
    QCOMPARE(process.readChannel(), Process::StandardError);
    QCOMPARE(process.bytesAvailable(), 3);
    QCOMPARE(process.read(1), "x");
    process.ungetChar('X');
    QCOMPARE(process.peek(10), "Xxx");
    QCOMPARE(process.readAllStandardOutput(), "Abc\n");
    QCOMPARE(process.readChannel(), Process::StandardError);
    QCOMPARE(process.readAll(), "Xxx");
    process.setReadChannel(Process::StandardOutput);
    QCOMPARE(process.bytesAvailable(), 0);
}

// QIODevice has read a part ahead.
void tst_Reading::switchedInTheMiddle()
{
    QByteArray sent;
    for (int i = 0; i < 10000; ++i)
        sent += QByteArray::number(i);
    Process process;
    process.start(childProgram(), words("echo"));
    process.write(sent);
    process.closeWriteChannel();
    QVERIFY(process.waitForFinished());
    QByteArray received;
    for (int i = 0; i < 3; ++i) {
        received += process.read(1);
        process.setReadChannel(Process::StandardError);
        process.setReadChannel(Process::StandardOutput);
    }
    QVERIFY(received + process.readAll() == sent);
}

void tst_Reading::readyReadIsOfTheReadChannel_data()
{
    QTest::addColumn<Process::ProcessChannel>("channel");
    QTest::addColumn<int>("count");
    QTest::newRow("output") << Process::StandardOutput << 0;
    QTest::newRow("error") << Process::StandardError << 1;
}

void tst_Reading::readyReadIsOfTheReadChannel()
{
    QFETCH(const Process::ProcessChannel, channel);
    Process process;
    process.setReadChannel(channel);
    QSignalSpy readyRead(&process, &Process::readyRead);
    QSignalSpy channelReadyRead(&process, &Process::channelReadyRead);
    QSignalSpy finished(&process, &Process::finished);
    process.start(childProgram(), words("write 3 2"));
    QCOMPARE(process.readChannel(), channel);
    QVERIFY(comes(finished));
    QTEST(static_cast<int>(readyRead.size()), "count");
    QCOMPARE(channelReadyRead.size(), 1);
    QCOMPARE(channelReadyRead[0][0].toInt(), static_cast<int>(Process::StandardError));
}

void tst_Reading::lines()
{
    Process process;
    process.start(childProgram(), words("args first second"));
    QVERIFY(process.waitForFinished());
    QVERIFY(process.canReadLine());
    QCOMPARE(process.readLine(), "first\n");
    QVERIFY(process.canReadLine());
    QCOMPARE(process.readLine(), "second\n");
    QVERIFY(!process.canReadLine());
    QVERIFY(process.readLine().isEmpty());
}

void tst_Reading::lineInTwoPieces()
{
    Process process;
    process.start(childProgram(), words("echo"));
    process.write("one and");
    QVERIFY(process.waitForReadyRead());
    QVERIFY(!process.canReadLine());
    QCOMPARE(process.peek(3), "one");
    process.write(" the same\nrest");
    QVERIFY(process.waitForReadyRead());
    QVERIFY(process.canReadLine());
    QCOMPARE(process.readLine(), "one and the same\n");
    QVERIFY(!process.canReadLine());
    QCOMPARE(process.readLine(), "rest");
    process.closeWriteChannel();
    QVERIFY(process.waitForFinished());
}

// Read in parts, and mixed with functions for which QIODevice reads ahead or puts bytes back.
void tst_Reading::longLine()
{
    constexpr int length = 300'000;
    Process process;
    process.start(childProgram(), words("echo"));
    process.write("a\n" + QByteArray(length, 'x') + "\n\nlast");
    process.closeWriteChannel();
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.readLine(), "a\n");
    QCOMPARE(process.read(3), "xxx");
    QVERIFY(process.readLine() == QByteArray(length - 3, 'x') + '\n');
    process.ungetChar('y');
    QCOMPARE(process.readLine(), "y\n");
    QCOMPARE(process.peek(2), "la");
    QCOMPARE(process.readLine(), "last");
    QCOMPARE(process.readLine(), "");
}

void tst_Reading::textMode()
{
    Process process;
    process.start(childProgram(), words("echo"), QIODevice::ReadWrite | QIODevice::Text);
    process.write("one\r\ntwo");
    process.closeWriteChannel();
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.read(1), "o");
    process.setReadChannel(Process::StandardError);
    process.setReadChannel(Process::StandardOutput);
    QCOMPARE(process.peek(100), "ne\ntwo");
    process.setTextModeEnabled(false); // Bytes read ahead are kept unconverted.
    QCOMPARE(process.readAll(), "ne\r\ntwo");
}

// QIODevice's own way to read a line drops all of them. Found by the fuzzer iodevice.
void tst_Reading::carriageReturns()
{
    Process process;
    process.start(childProgram(), {u"say"_s, u"a\rb\r\na\rb\r\nc\r"_s},
                  QIODevice::ReadOnly | QIODevice::Text);
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.readLine(), "a\rb\n");
    char line[8];
    QCOMPARE(process.readLine(line, sizeof line), 4);
    QCOMPARE(QByteArray(line), "a\rb\n");
    QCOMPARE(process.readLine(), "c\r");
#ifndef FORKFD_TEST_QPROCESS
    // In a transaction it is QIODevice that reads the line.
    process.start(childProgram(), {u"say"_s, u"a\rb\r\n"_s}, QIODevice::ReadOnly | QIODevice::Text);
    QVERIFY(process.waitForFinished());
    process.startTransaction();
    QCOMPARE(process.readLine(), "ab\n");
    process.commitTransaction();
#endif
}

void tst_Reading::transaction()
{
    Process process;
    process.start(childProgram(), words("args abc"));
    QVERIFY(process.waitForFinished());
    process.startTransaction();
    QCOMPARE(process.read(2), "ab");
    process.rollbackTransaction();
    QCOMPARE(process.readAll(), "abc\n");
}

void tst_Reading::transactionKeepsTheChannel()
{
    Process process;
    process.start(childProgram(), words("write 2 2 args abc"));
    QVERIFY(process.waitForFinished());
    process.startTransaction();
    QCOMPARE(process.read(2), "ab");
    for (const auto channel : {Process::StandardError, Process::StandardOutput}) {
        QTest::ignoreMessage(
            QtWarningMsg,
            QRegularExpression(
                u"^QIODevice::setReadChannel .*: Failed due to read transaction being in progress$"_s));
        process.setReadChannel(channel);
    }
    QCOMPARE(process.readChannel(), Process::StandardOutput);
    process.commitTransaction();
    QCOMPARE(process.readAll(), "c\n");
    process.setReadChannel(Process::StandardError);
    process.startTransaction();
    QCOMPARE(process.read(1), "x");
    process.rollbackTransaction();
    QCOMPARE(process.readAll(), "xx");
}

// A byte that is put back belongs to its channel.
#ifndef FORKFD_TEST_QPROCESS
// QProcess crashes in commitTransaction(). Found by the fuzzer iodevice.
void tst_Reading::startEndsTheTransaction()
{
    Process process;
    process.start(childProgram(), words("write 3 1"));
    QVERIFY(process.waitForFinished());
    process.startTransaction();
    QCOMPARE(process.read(2), "xx");
    process.start(childProgram(), words("args abc"));
    QVERIFY(!process.isTransactionStarted());
    process.startTransaction();
    process.commitTransaction();
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.readAll(), "abc\n");
}

// The bytes of an unfinished character came twice.
void tst_Reading::textInATransaction()
{
    const QByteArray output = "ab\303";
    Process process;
    process.start(u"/usr/bin/printf"_s, {QString::fromLatin1("ab\\303")});
    while (process.bytesAvailable() < output.size() && process.waitForReadyRead()) { }
    process.startTransaction();
    QTest::ignoreMessage(QtWarningMsg, "ChildProcess: Called while transaction is in progress");
    QCOMPARE(process.readStandardOutputText(), QString());
    QTest::ignoreMessage(QtWarningMsg, "ChildProcess: Called while transaction is in progress");
    QCOMPARE(process.readStandardErrorText(), QString());
    process.rollbackTransaction();
    QCOMPARE(process.readAllStandardOutput(), output);
    QVERIFY(process.waitForFinished() || process.state() == Process::NotRunning);
}

#endif
void tst_Reading::ungetChar()
{
    Process process;
    process.start(childProgram(), words("echo"));
    process.write("ab");
    QVERIFY(process.waitForReadyRead());
    char byte = 0;
    QVERIFY(process.getChar(&byte));
    process.ungetChar('Z');
    process.ungetChar('Y');
    QCOMPARE(process.bytesAvailable(), 3);
    process.setReadChannel(Process::StandardError);
    QCOMPARE(process.bytesAvailable(), 0);
    process.write("cd");
    process.closeWriteChannel();
    QVERIFY(process.waitForFinished());
    process.setReadChannel(Process::StandardOutput);
    QCOMPARE(process.readAll(), "YZbcd");
    process.ungetChar('!');
    QVERIFY(!process.atEnd());
    QCOMPARE(process.readAll(), "!");
    QVERIFY(process.atEnd());
}

void tst_Reading::linesAtTheEnd()
{
    Process process;
    process.start(childProgram(), words("echo"));
    process.write("one\n\ntwo");
    process.closeWriteChannel();
    QVERIFY(process.waitForFinished());
    QVERIFY(process.canReadLine());
    QCOMPARE(process.readLine(3), "on");
    QCOMPARE(process.readLine(), "e\n");
    QCOMPARE(process.readLine(), "\n");
    QVERIFY(!process.canReadLine());
    QVERIFY(!process.atEnd());
    QCOMPARE(process.readLine(), "two");
    QVERIFY(process.atEnd());
    char line[8];
    QCOMPARE(process.readLine(line, sizeof line), -1);
    QCOMPARE(process.readLine(), "");
}

// A program reads whole lines as they come, and the rest at the end.
void tst_Reading::linesAsTheyCome()
{
    Process process;
    QSignalSpy finished(&process, &Process::finished);
    QByteArrayList lines;
    connect(&process, &Process::readyRead, [&] {
        while (process.canReadLine())
            lines += process.readLine();
    });
    process.start(childProgram(), words("echo"));
    process.write("one\ntw");
    process.write("o\nthree");
    process.closeWriteChannel();
    QVERIFY(comes(finished));
    QCOMPARE(lines, QByteArrayList({"one\n", "two\n"}));
    QVERIFY(!process.canReadLine());
    while (!process.atEnd())
        lines += process.readLine();
    QCOMPARE(lines, QByteArrayList({"one\n", "two\n", "three"}));
}

// atEnd() means that nothing can be read now, as with any sequential device.
void tst_Reading::atEnd()
{
    Process process;
    QVERIFY(process.atEnd());
    process.start(childProgram(), words("echo"));
    QVERIFY(process.atEnd());
    process.write("abc");
    QVERIFY(process.waitForReadyRead());
    QVERIFY(!process.atEnd());
    QCOMPARE(process.readAll(), "abc");
    QVERIFY(process.atEnd());
    process.closeWriteChannel();
    QVERIFY(process.waitForFinished());
    QVERIFY(process.atEnd());
}

void tst_Reading::endOfStream()
{
    Process process;
    char byte;
    process.start(childProgram(), words("write 1 1 sleep"));
    QVERIFY(process.waitForReadyRead());
    QCOMPARE(process.read(&byte, 1), 1);
    QCOMPARE(process.read(&byte, 1), 0); // Nothing now.
    process.kill();
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.read(&byte, 1), -1); // Never again.
}

namespace {

/// A double of a test, or a process in another place: it has no child, and data of its own.
class Substitute : public Process
{
public:
    explicit Substitute(const QByteArray &data)
        : m_data(data)
    {
        setOpenMode(ReadWrite);
        setProcessState(Running);
    }
    qint64 bytesAvailable() const override { return m_data.size() + QIODevice::bytesAvailable(); }

protected:
    qint64 readData(char *data, qint64 maxSize) override
    {
        const qsizetype size = std::min<qint64>(maxSize, m_data.size());
        std::copy_n(m_data.constData(), size, data);
        m_data.remove(0, size);
        return size;
    }

private:
    QByteArray m_data;
};

} // namespace

void tst_Reading::dataOfASubclass()
{
    Substitute process("one\ntwo\nthree\nfour");
    QCOMPARE(process.readLine(), "one\n");
    QCOMPARE(process.read(2), "tw");
    QCOMPARE(process.readAll(), "o\nthree\nfour");
    QCOMPARE(process.readAll(), "");
    QCOMPARE(Substitute("five\nsix").readAll(), "five\nsix");
    QCOMPARE(Substitute("seven").readAllStandardOutput(), "seven");
}

QTEST_GUILESS_MAIN(tst_Reading)
#include "tst_reading.moc"
