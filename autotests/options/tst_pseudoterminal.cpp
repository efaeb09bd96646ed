// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "forkedcopy.h"
#include "pseudoterminaltest.h"
#include "temporarychange.h"
#include "testpipe.h"

#include <QtCore/QTemporaryDir>

#include <cerrno>

using ForkFd::LaunchOptions;
using ForkFd::StartError;
using ForkFd::TerminalSize;

/// LaunchOptions::pseudoTerminal: the child has a terminal, and the channels are the other end.
/// Holds: L14.
class tst_PseudoTerminal : public PseudoTerminalTest
{
    Q_OBJECT

private Q_SLOTS:
    void streams();
    void size_data();
    void size();
    void setTerminalSize();
    void setTerminalSizeOfNone();

    void noEcho();
    void endOfFile_data();
    void endOfFile();
    void onlyOneEndOfFile_data();
    void onlyOneEndOfFile();
    void endOfFileInRawMode();
    void muchInput();
    void bytesWritten();
    void lastOutput_data();
    void lastOutput();
    void readBufferSize();

    void redirectedOutput();
    void forwardedChannels();
    void writeOnly();
    void closedByTheChild();
    void grandchildInIt();
    void hangUp();
    void failures();

private:
    static QByteArray outputOf(const QString &program, const QStringList &arguments,
                               const TerminalSize &size = {});
    static QByteArray shell(const char *script, const QByteArray &input = {});
    static qsizetype openTerminals();
};

QByteArray tst_PseudoTerminal::outputOf(const QString &program, const QStringList &arguments,
                                        const TerminalSize &size)
{
    Process process;
    start(process, program, arguments, size);
    return process.waitForFinished() ? process.readAll() : process.errorString().toUtf8();
}

QByteArray tst_PseudoTerminal::shell(const char *script, const QByteArray &input)
{
    Process process;
    start(process, u"sh"_s, {u"-c"_s, QString::fromLatin1(script)});
    process.write(input);
    process.closeWriteChannel();
    return process.waitForFinished() ? process.readAll() : process.errorString().toUtf8();
}

qsizetype tst_PseudoTerminal::openTerminals()
{
    const auto descriptors = ProcessState::now().descriptors;
    return std::count_if(descriptors.begin(), descriptors.end(),
                         [](const QString &file) { return file.endsWith("ptmx"_L1); });
}

void tst_PseudoTerminal::streams()
{
    QCOMPARE(shell("test -t 0 && test -t 1 && test -t 2 && tty >/dev/tty && echo error >&2")
                 .replace(QByteArray("/dev/pts/"), QByteArray())
                 .count("\r\n"),
             2);
    QCOMPARE(outputOf(childProgram(), words("terminal foreground")), "yes\r\nyes\r\n");
}

void tst_PseudoTerminal::size_data()
{
    QTest::addColumn<int>("columns");
    QTest::addColumn<int>("rows");
    QTest::newRow("unless said otherwise") << 80 << 24;
    QTest::newRow("wide") << 132 << 43;
    QTest::newRow("the largest") << 65535 << 65535;
}

void tst_PseudoTerminal::size()
{
    QFETCH(const int, columns);
    QFETCH(const int, rows);
    const TerminalSize size = columns == 80 && rows == 24
        ? TerminalSize()
        : TerminalSize{static_cast<unsigned short>(columns), static_cast<unsigned short>(rows)};
    QCOMPARE(outputOf(u"stty"_s, {u"size"_s}, size),
             QByteArray::number(rows) + ' ' + QByteArray::number(columns) + "\r\n");
}

void tst_PseudoTerminal::setTerminalSize()
{
    Process process;
    start(process, u"sh"_s,
          {u"-c"_s, u"trap 'stty size; kill $!; exit' WINCH; sleep 200 & echo ready; wait"_s});
    QVERIFY(readUntil(process, "ready").contains("ready"));
    QVERIFY(process.setTerminalSize(100, 40));
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.readAll().trimmed(), "40 100");
}

void tst_PseudoTerminal::setTerminalSizeOfNone()
{
    Process process;
    QVERIFY(!process.setTerminalSize(80, 24));
    QCOMPARE(errno, ENOTTY);
    process.start(childProgram(), words("echo"));
    QVERIFY(!process.setTerminalSize(80, 24));
    QCOMPARE(errno, ENOTTY);
    process.closeWriteChannel();
    QVERIFY(process.waitForFinished());

    start(process, childProgram(), words("echo"));
    for (const auto &[columns, rows] : {std::pair(-1, 24), std::pair(80, 65536)}) {
        QVERIFY(!process.setTerminalSize(columns, rows));
        QCOMPARE(errno, EINVAL);
    }
    QVERIFY(process.setTerminalSize(0, 0));
    process.closeWriteChannel();
    QVERIFY(process.waitForFinished());
    QVERIFY(!process.setTerminalSize(80, 24));
    QCOMPARE(errno, ENOTTY);
}

void tst_PseudoTerminal::noEcho()
{
    QCOMPARE(shell("read a; echo \"[$a]\"", "hello\n"), "[hello]\r\n");
}

void tst_PseudoTerminal::endOfFile_data()
{
    QTest::addColumn<QByteArray>("input");
    QTest::newRow("nothing") << QByteArray();
    QTest::newRow("a line") << QByteArray("one\n");
    QTest::newRow("a line and a begun one") << QByteArray("one\ntwo");
    QTest::newRow("a begun line") << QByteArray("one");
}

void tst_PseudoTerminal::endOfFile()
{
    QFETCH(QByteArray, input);
    QByteArray wanted = input;
    QCOMPARE(shell("cat; echo .", input), wanted.replace("\n", "\r\n") + ".\r\n");
}

void tst_PseudoTerminal::onlyOneEndOfFile_data()
{
    QTest::addColumn<QByteArray>("input");
    for (const char *const input : {"", "abc", "abc\n", "abc\r", "abc\4"})
        QTest::newRow(QByteArray(input).toPercentEncoding()) << QByteArray(input);
}

// A second one would end the input of the next program, such as a shell behind "cat".
void tst_PseudoTerminal::onlyOneEndOfFile()
{
    QFETCH(const QByteArray, input);
    const QByteArray output =
        shell("cat >&2; dd iflag=nonblock bs=1 count=1 2>/dev/null && echo again || echo once", input);
    QVERIFY2(output.endsWith("once\r\n"), output);
}

// In raw mode the end-of-file character is a byte like all others.
void tst_PseudoTerminal::endOfFileInRawMode()
{
    Process process;
    start(process, u"sh"_s, {u"-c"_s, u"stty raw; echo ready; head -c 4 | od -An -tx1"_s});
    QVERIFY(readUntil(process, "ready").contains("ready"));
    process.write("abc");
    process.closeWriteChannel();
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.readAll().simplified(), "61 62 63 04");
}

void tst_PseudoTerminal::muchInput()
{
    QByteArray input;
    for (int i = 0; i < 5000; ++i)
        input += "line " + QByteArray::number(i) + ' ' + QByteArray(60, 'x') + '\n';
    QByteArray wanted = input;
    wanted.replace("\n", "\r\n");
    QVERIFY(shell("cat", input) == wanted);
}

void tst_PseudoTerminal::bytesWritten()
{
    Process process;
    qint64 count = 0;
    connect(&process, &Process::bytesWritten, [&count](qint64 bytes) { count += bytes; });
    QSignalSpy finished(&process, &Process::finished);
    start(process, childProgram(), words("echo"));
    process.write("begun");
    QCOMPARE(process.bytesToWrite(), 5);
    process.closeWriteChannel();
    QVERIFY(comes(finished));
    QCOMPARE(count, 5);
    QCOMPARE(process.bytesToWrite(), 0);
    QCOMPARE(process.readAll(), "begun");
}

void tst_PseudoTerminal::lastOutput_data()
{
    QTest::addColumn<int>("size");
    QTest::newRow("a word") << 5;
    QTest::newRow("a page") << 4096;
    QTest::newRow("more than the terminal keeps together") << 6000;
    QTest::newRow("more than it keeps at all") << 100000;
}

// Output that is still inside the terminal when the child ends is not lost.
void tst_PseudoTerminal::lastOutput()
{
    QFETCH(const int, size);
    for (int i = 0; i < 50; ++i) {
        const QString text = u"write %1 1 exit 0"_s.arg(size);
        QCOMPARE(outputOf(childProgram(), text.split(u' ')).size(), size);
    }
}

void tst_PseudoTerminal::readBufferSize()
{
    Process process;
    process.setReadBufferSize(1000);
    QSignalSpy finished(&process, &Process::finished);
    start(process, childProgram(), words("write 50000 1 exit 0"));
    qint64 count = 0;
    while (count < 50000 && (process.bytesAvailable() > 0 || process.waitForReadyRead())) {
        count += process.read(700).size();
        QCoreApplication::processEvents();
    }
    QCOMPARE(count, 50000);
    QVERIFY(!finished.isEmpty() || comes(finished));
}

void tst_PseudoTerminal::redirectedOutput()
{
    const QTemporaryDir directory;
    const QString file = directory.filePath(u"output"_s);
    Process process;
    process.setStandardOutputFile(file);
    start(process, u"sh"_s, {u"-c"_s, u"echo to the file; echo to the terminal >&2; test -t 0"_s});
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitCode(), 0);
    QCOMPARE(process.readAllStandardOutput(), "to the terminal\r\n");
    QCOMPARE(process.readAllStandardError(), QByteArray());
    QFile written(file);
    QVERIFY(written.open(QIODevice::ReadOnly));
    QCOMPARE(written.readAll(), "to the file\n");
}

void tst_PseudoTerminal::forwardedChannels()
{
    Process process;
    process.setProcessChannelMode(Process::ForwardedChannels);
    process.setInputChannelMode(Process::ForwardedInputChannel);
    start(process, u"sh"_s, {u"-c"_s, u"echo hello >/dev/tty; stty size </dev/tty >/dev/tty"_s});
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitStatus(), Process::NormalExit);
    QCOMPARE(process.readAll(), "hello\r\n24 80\r\n");
}

void tst_PseudoTerminal::writeOnly()
{
    Process process;
    process.setLaunchOptions({.pseudoTerminal = {{}}});
    process.start(u"sh"_s,
                  {u"-c"_s, u"read code; echo nobody reads this >/dev/tty; test ! -t 1 && exit $code"_s},
                  QIODevice::WriteOnly);
    process.write("7\n");
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitCode(), 7);
}

// The child's close is an end of file but no hang-up: the child goes on.
void tst_PseudoTerminal::closedByTheChild()
{
    Process process;
    start(process, childProgram(), words("leave 0 leave 1 leave 2 sleep"));
    const qsizetype all = openTerminals();
    QTRY_COMPARE(openTerminals(), all - 1);
    QCOMPARE(process.state(), Process::Running);
    process.terminate();
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitInfo().signal, SIGTERM);
}

void tst_PseudoTerminal::grandchildInIt()
{
    Process process;
    process.setDrainTimeout(std::chrono::minutes(1));
    start(
        process, u"sh"_s,
        {u"-c"_s, u"trap '' HUP; (while kill -0 $$; do :; done 2>/dev/null; echo late) & echo early"_s});
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.readAll(), "early\r\nlate\r\n");
}

void tst_PseudoTerminal::hangUp()
{
    TestPipe held;
    {
        Process process;
        process.setDestructionPolicy(Process::DestructionPolicy::LeaveRunning);
        process.setLaunchOptions({.fileDescriptors = {{3, held.writeEnd()}}, .pseudoTerminal = {{}}});
        process.start(childProgram(), words("sleep"));
        QVERIFY(process.waitForStarted());
    }
    held.closeWriteEnd();
    QCOMPARE(held.readAll(), QByteArray()); // Returns when the child has died.
}

void tst_PseudoTerminal::failures()
{
    const auto errorOf = [](const LaunchOptions &options) {
        Process process;
        process.setLaunchOptions(options);
        process.start(childProgram(), words("exit 0"));
        process.waitForFinished();
        return process.startError();
    };
    QCOMPARE(errorOf({.controllingTerminal = 0, .pseudoTerminal = {{}}}),
             (StartError{"controllingTerminal", EINVAL}));
    QCOMPARE(errorOf({.processGroup = 1, .pseudoTerminal = {{}}}), (StartError{"processGroup", EINVAL}));
    QCOMPARE(errorOf({.newSession = true, .pseudoTerminal = {{}}}), StartError());

    const int next = dup(0);
    close(next);
    for (const int room : {0, 1, 2}) {
        const TemporaryLimit limit(RLIMIT_NOFILE, static_cast<rlim_t>(next + room));
        QCOMPARE(errorOf({.pseudoTerminal = {{}}}), (StartError{"pseudoTerminal", EMFILE}));
    }
}

QTEST_GUILESS_MAIN(tst_PseudoTerminal)
#include "tst_pseudoterminal.moc"
