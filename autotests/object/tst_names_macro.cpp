// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "childprocesstest.h"

#include <QtCore/QProcess>
#include <QtTest/QSignalSpy>

// From here on the code is as if written for QProcess.
#define QProcess ForkFd::ChildProcess

/// A derived class with QProcess's types in signals and slots.
class Job : public QProcess
{
    Q_OBJECT

public:
    explicit Job(QObject *parent = nullptr)
        : QProcess(parent)
    {
        connect(this, &QProcess::finished, this, &Job::onFinished);
        connect(this, SIGNAL(finished(int)), this, SLOT(onEnd(int)));
        connect(this, &QProcess::errorOccurred, this, &Job::failed);
    }

    QProcess::ExitStatus lastStatus = QProcess::NormalExit;
    int lastCode = -1;

Q_SIGNALS:
    void failed(QProcess::ProcessError error);

private Q_SLOTS:
    void onFinished(int, QProcess::ExitStatus status) { lastStatus = status; }
    void onEnd(int code) { lastCode = code; }
};

/// Code for QProcess works with a macro for the name. The macro needs a file without other code.
/// Holds: H13.
class tst_NamesMacro : public ChildProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void meansChildProcess();
    void subclass();
    void signalsOfSubclass();
    void asPropertyOrArgument();
    void staticFunctions();
};

void tst_NamesMacro::meansChildProcess()
{
    QCOMPARE(QProcess::staticMetaObject.className(), "ForkFd::ChildProcess");
    QCOMPARE(Job::staticMetaObject.superClass(), &ForkFd::ChildProcess::staticMetaObject);
}

void tst_NamesMacro::subclass()
{
    Job job;
    job.start(childProgram(), words("signal 9"));
    QVERIFY(job.waitForFinished());
    QCOMPARE(job.lastStatus, QProcess::CrashExit);
    QCOMPARE(job.lastCode, 9);
    QCOMPARE(job.error(), QProcess::Crashed);
}

void tst_NamesMacro::signalsOfSubclass()
{
    Job job;
    QSignalSpy failed(&job, &Job::failed);
    job.start(u"/no/such/program"_s, QStringList(), QProcess::ReadOnly);
    QVERIFY(!job.waitForStarted());
    QCOMPARE(failed.size(), 1);
    QCOMPARE(failed[0][0].value<QProcess::ProcessError>(), QProcess::FailedToStart);
}

void tst_NamesMacro::asPropertyOrArgument()
{
    const auto run = [](QProcess &process, QProcess::ProcessChannelMode mode) {
        process.setProcessChannelMode(mode);
        process.start(childProgram(), words("write 3 1 write 5 2"));
        process.waitForFinished();
        return process.readAll();
    };
    const std::unique_ptr<QProcess> process(new QProcess);
    QCOMPARE(run(*process, QProcess::MergedChannels), "xxxxxxxx");
    process->setProperty("mode", QVariant::fromValue(process->processChannelMode()));
    QCOMPARE(process->property("mode").value<QProcess::ProcessChannelMode>(), QProcess::MergedChannels);
}

void tst_NamesMacro::staticFunctions()
{
    QCOMPARE(QProcess::execute(childProgram(), words("exit 3")), 3);
    QCOMPARE(QProcess::nullDevice(), u"/dev/null"_s);
    // Longer names that begin with QProcess still mean Qt's classes.
    const QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    QProcess process;
    process.setProcessEnvironment(environment);
    QCOMPARE(process.processEnvironment(), environment);
}

QTEST_GUILESS_MAIN(tst_NamesMacro)
#include "tst_names_macro.moc"
