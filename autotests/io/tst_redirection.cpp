// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "childprocesstest.h"

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QRegularExpression>
#include <QtCore/QTemporaryDir>

#include <sys/stat.h>

/// Standard streams that are redirected to files.
/// Holds: H13.
class tst_Redirection : public ChildProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void input();
    void outputs_data();
    void outputs();
    void permissions();
    void merged_data();
    void merged();
    void nullDevice();
    void failure_data();
    void failure();
    void takenBack();
    void contradiction_data();
    void contradiction();
    void forwardedInput();
    void nothingToRead_data();
    void nothingToRead();
    void keptAcrossRestarts();
    void relativeName();
    void noDescriptorBeside();
    void noDescriptorLeft();

private:
    using Setter = void (*)(Process &process, const QString &name, QIODevice::OpenMode mode);
    static void setOutput(Process &process, const QString &name, QIODevice::OpenMode mode)
    {
        process.setStandardOutputFile(name, mode);
    }
    static void setError(Process &process, const QString &name, QIODevice::OpenMode mode)
    {
        process.setStandardErrorFile(name, mode);
    }
    static void setInput(Process &process, const QString &name, QIODevice::OpenMode)
    {
        process.setStandardInputFile(name);
    }
    static QByteArray contents(const QString &name);
    QString makeFile(const char *name, const QByteArray &text) const;
    QString path(const char *name) const { return m_directory.filePath(QString::fromLatin1(name)); }

    QTemporaryDir m_directory;
};

QByteArray tst_Redirection::contents(const QString &name)
{
    QFile file(name);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : "(no file)";
}

QString tst_Redirection::makeFile(const char *name, const QByteArray &text) const
{
    QFile file(path(name));
    return file.open(QIODevice::WriteOnly) && file.write(text) == text.size() ? file.fileName()
                                                                              : QString();
}

void tst_Redirection::input()
{
    Process process;
    process.setStandardInputFile(makeFile("input", "from a file"));
    process.start(childProgram(), words("echo"));
    QCOMPARE(process.openMode(), QIODevice::ReadOnly);
    QVERIFY(!process.isWritable());
    QTest::ignoreMessage(QtWarningMsg, QRegularExpression(u"^QIODevice::write .*: ReadOnly device$"_s));
    QCOMPARE(process.write("discarded"), -1);
    process.closeWriteChannel();
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.readAll(), "from a file");
}

void tst_Redirection::outputs_data()
{
    QTest::addColumn<Setter>("set");
    QTest::addColumn<QByteArray>("before");
    QTest::addColumn<int>("mode");
    QTest::addColumn<QByteArray>("after");
    const QByteArray none;
    for (const bool isOutput : {true, false}) {
        const char *const stream = isOutput ? "output" : "error";
        const Setter set = isOutput ? setOutput : setError;
        const QByteArray text = isOutput ? "xxx" : "xxxxx";
        const auto row = [&](const char *name, const QByteArray &before, int mode,
                             const QByteArray &after) {
            QTest::addRow("%s, %s", stream, name) << set << before << mode << after;
        };
        row("new file", none, QIODevice::Truncate, text);
        row("new file, append", none, QIODevice::Append, text);
        row("longer file", "what was there", QIODevice::Truncate, text);
        row("longer file, append", "what was there", QIODevice::Append, "what was there" + text);
#ifndef FORKFD_TEST_QPROCESS // QProcess overwrites the file.
        row("longer file, write and append", "what was there", QIODevice::WriteOnly | QIODevice::Append,
            "what was there" + text);
#endif
    }
}

void tst_Redirection::outputs()
{
    QFETCH(const Setter, set);
    QFETCH(const QByteArray, before);
    QFETCH(const int, mode);
    QFile::remove(path("output"));
    if (!before.isEmpty())
        makeFile("output", before);
    Process process;
    QSignalSpy channelReadyRead(&process, &Process::channelReadyRead);
    set(process, path("output"), QIODevice::OpenMode(mode));
    process.start(childProgram(), words("write 3 1 write 5 2"));
    QCOMPARE(process.openMode(), QIODevice::ReadWrite);
    QVERIFY(process.waitForFinished());
    QTEST(contents(path("output")), "after");
    // The other output is read as usual.
    QCOMPARE(channelReadyRead.size(), 1);
    QCOMPARE(process.readAllStandardOutput().size() + process.readAllStandardError().size(),
             set == Setter(setOutput) ? 5 : 3);
}

void tst_Redirection::permissions()
{
    const mode_t mask = umask(027);
    Process process;
    process.setStandardOutputFile(path("new"));
    process.start(childProgram(), words("exit 0"));
    umask(mask);
    QVERIFY(process.waitForFinished());
    struct stat status = {};
    QCOMPARE(stat(QFile::encodeName(path("new")).constData(), &status), 0);
    QCOMPARE(status.st_mode & 07777, 0640U);
}

void tst_Redirection::merged_data()
{
    QTest::addColumn<int>("mode");
    QTest::newRow("truncate") << int(QIODevice::Truncate);
    QTest::newRow("append") << int(QIODevice::Append);
}

// Both outputs share one open file, so that neither overwrites the other.
void tst_Redirection::merged()
{
    QFETCH(const int, mode);
    Process process;
    process.setProcessChannelMode(Process::MergedChannels);
    process.setStandardOutputFile(makeFile("merged", {}), QIODevice::OpenMode(mode));
    process.start(childProgram(), words("write 3 1 write 5 2 write 2 1"));
    QVERIFY(process.waitForFinished());
    QCOMPARE(contents(path("merged")), "xxxxxxxxxx");
    QCOMPARE(process.bytesAvailable(), 0);
}

void tst_Redirection::nullDevice()
{
    Process process;
    QSignalSpy channelReadyRead(&process, &Process::channelReadyRead);
    process.setStandardInputFile(Process::nullDevice());
    process.setStandardOutputFile(Process::nullDevice());
    process.setStandardErrorFile(Process::nullDevice());
    process.start(childProgram(), words("echo write 100000 1 write 100000 2 exit 3"));
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitCode(), 3);
    QCOMPARE(channelReadyRead.size(), 0);
}

void tst_Redirection::failure_data()
{
    QTest::addColumn<Setter>("set");
    QTest::addColumn<QString>("name");
    QTest::newRow("no such input file") << Setter(setInput) << path("no such file");
    QTest::newRow("no such directory for output") << Setter(setOutput) << path("no/file");
    QTest::newRow("no such directory for error") << Setter(setError) << path("no/file");
    QTest::newRow("a directory for output") << Setter(setOutput) << m_directory.path();
    QTest::newRow("a directory for error") << Setter(setError) << m_directory.path();
}

void tst_Redirection::failure()
{
    QFETCH(const Setter, set);
    QFETCH(const QString, name);
    Process process;
    QStringList record;
    atEverySignal(&process, [&](const QString &signal) {
        record += signal;
        if (signal.startsWith("errorOccurred"_L1))
            record += nameOf(process.error());
    });
    set(process, name, QIODevice::Truncate);
    process.start(childProgram(), words("exit 3"));
#if defined(FORKFD_TEST_QPROCESS) && QT_VERSION < QT_VERSION_CHECK(6, 8, 0)
    // QProcess before 6.8 had another order.
    QVERIFY(record.contains(u"errorOccurred FailedToStart"_s));
#else
    QCOMPARE(record,
             QStringList({u"stateChanged Starting"_s, u"errorOccurred FailedToStart"_s,
                          u"FailedToStart"_s, u"stateChanged NotRunning"_s}));
#endif
    QCOMPARE(process.state(), Process::NotRunning);
    QVERIFY(!process.waitForStarted());
    QVERIFY(!process.waitForFinished());
    record.clear();
    QCoreApplication::processEvents();
    QCOMPARE(record, QStringList());

    set(process, QString(), QIODevice::Truncate);
    process.start(childProgram(), words("exit 3"));
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitCode(), 3);
}

void tst_Redirection::takenBack()
{
    Process process;
    process.setStandardInputFile(makeFile("input", "from a file"));
    process.setStandardOutputFile(path("output"));
    process.setStandardErrorFile(path("error"));
    process.setStandardInputFile(QString());
    process.setStandardOutputFile(u""_s);
    process.setStandardErrorFile(QString());
    process.start(childProgram(), words("echo write 3 2"));
    QCOMPARE(process.write("from us"), 7);
    process.closeWriteChannel();
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.readAllStandardOutput(), "from us");
    QCOMPARE(process.readAllStandardError(), "xxx");
}

void tst_Redirection::contradiction_data()
{
    QTest::addColumn<Setter>("set");
    QTest::addColumn<Process::ProcessChannelMode>("mode");
    QTest::addColumn<QString>("stream");
    const auto row = [](const char *name, Setter set, Process::ProcessChannelMode mode) {
        QTest::newRow(name) << set << mode << (set == setOutput ? u"stdout"_s : u"stderr"_s);
    };
    row("output, all forwarded", setOutput, Process::ForwardedChannels);
    row("output, output forwarded", setOutput, Process::ForwardedOutputChannel);
    row("error, all forwarded", setError, Process::ForwardedChannels);
    row("error, error forwarded", setError, Process::ForwardedErrorChannel);
    row("error, merged", setError, Process::MergedChannels);
}

// The channel mode wins, with a warning, and the file is not created.
void tst_Redirection::contradiction()
{
    QFETCH(const Setter, set);
    QFETCH(const Process::ProcessChannelMode, mode);
    QFETCH(const QString, stream);
    Process process;
    process.setProcessChannelMode(mode);
    set(process, path("unused"), QIODevice::Truncate);
    QTest::ignoreMessage(
        QtWarningMsg,
        qPrintable(u"QProcess::openChannels: Inconsistent %1 channel configuration"_s.arg(stream)));
    process.start(childProgram(), words("exit 3"));
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitCode(), 3);
    QVERIFY(!QFile::exists(path("unused")));
}

void tst_Redirection::forwardedInput()
{
    Process process;
    process.setInputChannelMode(Process::ForwardedInputChannel);
    process.setStandardInputFile(path("no such file"));
    QTest::ignoreMessage(QtWarningMsg,
                         "QProcess::openChannels: Inconsistent stdin channel configuration");
    process.start(childProgram(), words("exit 3"));
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitCode(), 3);
}

void tst_Redirection::nothingToRead_data()
{
    QTest::addColumn<Process::ProcessChannelMode>("mode");
    QTest::newRow("separate") << Process::SeparateChannels;
    QTest::newRow("merged") << Process::MergedChannels;
}

// With both outputs redirected the device is not open for reading.
void tst_Redirection::nothingToRead()
{
    QFETCH(const Process::ProcessChannelMode, mode);
    Process process;
    process.setProcessChannelMode(mode);
    process.setStandardOutputFile(path("output"));
    if (mode == Process::SeparateChannels)
        process.setStandardErrorFile(path("error"));
    process.start(childProgram(), words("echo"));
    QCOMPARE(process.openMode(), QIODevice::WriteOnly);
    QVERIFY(!process.isReadable());
    process.write("abc");
    process.closeWriteChannel();
    QVERIFY(process.waitForFinished());
    QCOMPARE(contents(path("output")), "abc");

    process.setStandardInputFile(makeFile("input", "file"));
    process.start(childProgram(), words("echo"));
    QVERIFY(process.isOpen());
    QCOMPARE(process.openMode(), QIODevice::Unbuffered);
    QVERIFY(process.waitForFinished());
    QCOMPARE(contents(path("output")), "file");
}

void tst_Redirection::keptAcrossRestarts()
{
    Process process;
    process.setStandardInputFile(makeFile("input", "again "));
    process.setStandardOutputFile(makeFile("output", {}), QIODevice::Append);
    for (int i = 0; i < 3; ++i) {
        process.start(childProgram(), words("echo"));
        QVERIFY(process.waitForFinished());
    }
    QCOMPARE(contents(path("output")), "again again again ");
}

// The name is relative to the parent's directory, not to the child's.
void tst_Redirection::relativeName()
{
    QVERIFY(QDir(m_directory.path()).mkpath(u"child's"_s));
    const QString previous = QDir::currentPath();
    Process process;
    process.setWorkingDirectory(path("child's"));
    process.setStandardOutputFile(u"relative"_s);
    QVERIFY(QDir::setCurrent(m_directory.path()));
    process.start(childProgram(), words("args abc"));
    QVERIFY(QDir::setCurrent(previous));
    QVERIFY(process.waitForFinished());
    QCOMPARE(contents(path("relative")), "abc\n");
}

// The child has no descriptor for its files except the standard streams.
void tst_Redirection::noDescriptorBeside()
{
    Process process;
    process.start(childProgram(), words("fds"));
    QVERIFY(process.waitForFinished());
    const QByteArray plain = process.readAll();
    process.setStandardInputFile(makeFile("input", "abc"));
    process.setStandardOutputFile(path("output"));
    process.setStandardErrorFile(path("error"));
    process.start(childProgram(), words("fds"));
    QVERIFY(process.waitForFinished());
    QCOMPARE(contents(path("output")), plain);
}

// The parent keeps no descriptor of the child's files, whether the start succeeds or not.
void tst_Redirection::noDescriptorLeft()
{
    const auto before = ProcessState::now().descriptors;
    Process process;
    process.setStandardInputFile(makeFile("input", "abc"));
    process.setStandardOutputFile(path("output"));
    process.setStandardErrorFile(path("error"));
    process.start(childProgram(), words("sleep"));
    QVERIFY(process.waitForStarted());
    const auto descriptors = ProcessState::now().descriptors;
    for (const QString &target : descriptors)
        QVERIFY2(!target.startsWith(m_directory.path()), qPrintable(target));
    process.kill();
    QVERIFY(process.waitForFinished());
    process.setStandardErrorFile(path("no/error"));
    process.start(childProgram(), words("sleep"));
    QCOMPARE(process.error(), Process::FailedToStart);
    QCOMPARE(ProcessState::now().descriptors, before);
}

QTEST_GUILESS_MAIN(tst_Redirection)
#include "tst_redirection.moc"
