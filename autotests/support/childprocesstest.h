// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CHILDPROCESSTEST_H
#define FORKFD_CHILDPROCESSTEST_H

#include "processtest.h"

#include <ForkFd/childprocess.h>

#include <QtCore/QMetaEnum>
#include <QtCore/QProcess>
#include <QtTest/QSignalSpy>

using namespace Qt::StringLiterals;

// ChildProcess has to behave as QProcess does. FORKFD_TEST_QPROCESS builds the same test with QProcess.
#ifdef FORKFD_TEST_QPROCESS
using Process = QProcess;
#else
/// With FORKFD_TEST_START_MODE=background it starts in the background, for the tests that have to pass
/// in both modes.
class Process : public ForkFd::ChildProcess
{
public:
    explicit Process(QObject *parent = nullptr)
        : ChildProcess(parent)
    {
        if (qgetenv("FORKFD_TEST_START_MODE") == "background")
            setStartMode(StartMode::Background);
    }
};
#endif

/// Base of the tests of the Qt class.
class ChildProcessTest : public ProcessTest
{
public:
    static QString childProgram() { return QStringLiteral(FORKFD_TEST_CHILD); }
    /// Splits a text such as "exit 3" into arguments for the helper program; see helpers/child.cpp.
    static QStringList words(const char *text) { return QString::fromLatin1(text).split(u' '); }

    /// Runs the event loop until `spy` has seen `count` signals. False if they do not come.
    static bool comes(QSignalSpy &spy, qsizetype count = 1)
    {
        while (spy.size() < count && spy.wait(60000)) { }
        return spy.size() == count;
    }

    /// QProcess's text for a system call that failed in the parent. Since 6.9 it has the same prefix as
    /// an error of the child.
    static QString parentText(const char *text)
    {
        const bool isSetUp = QT_VERSION >= QT_VERSION_CHECK(6, 9, 0);
        return (isSetUp ? u"Child process set up failed: "_s : QString()) + QString::fromLatin1(text);
    }
    /// Whether errorString() begins with QProcess's `text`; a name may follow.
    static bool says(const Process &process, const QString &text)
    {
        const QString all = process.errorString();
        const bool isSaid = all == text || all.startsWith(text + u": "_s);
        if (!isSaid)
            qWarning("The error is: %s", qPrintable(all));
        return isSaid;
    }

    template<typename Enum>
    static QString nameOf(Enum value)
    {
        return QString::fromLatin1(QMetaEnum::fromType<Enum>().valueToKey(static_cast<int>(value)));
    }

    /// Calls `function` for each signal with the signal's name, such as "stateChanged Running".
    template<typename P, typename Function>
    static void atEverySignal(P *process, Function function)
    {
        connect(process, &P::stateChanged,
                [=](auto state) { function(u"stateChanged "_s + nameOf(state)); });
        connect(process, &P::started, [=] { function(u"started"_s); });
        connect(process, &P::errorOccurred,
                [=](auto error) { function(u"errorOccurred "_s + nameOf(error)); });
        connect(process, &P::readyRead, [=] { function(u"readyRead"_s); });
        connect(process, &P::channelReadyRead,
                [=](int channel) { function(u"channelReadyRead "_s + QString::number(channel)); });
        connect(process, &P::readyReadStandardOutput, [=] { function(u"readyReadStandardOutput"_s); });
        connect(process, &P::readyReadStandardError, [=] { function(u"readyReadStandardError"_s); });
        connect(process, &P::bytesWritten,
                [=](qint64 count) { function(u"bytesWritten "_s + QString::number(count)); });
        connect(process, &P::aboutToClose, [=] { function(u"aboutToClose"_s); });
        connect(process, &P::readChannelFinished, [=] { function(u"readChannelFinished"_s); });
        connect(process, &P::finished,
                [=](int code, auto status) { function(u"finished %1 "_s.arg(code) + nameOf(status)); });
    }

protected:
    /// Creates the thread's hub and the event dispatcher.
    void warmUp() override
    {
        ProcessTest::warmUp();
        Process process;
        QSignalSpy finished(&process, &Process::finished);
        process.start(childProgram(), words("echo"));
        process.write("QProcess changes the disposition of SIGPIPE when it first writes.");
        process.closeWriteChannel();
        QVERIFY(comes(finished));
    }
#ifndef FORKFD_TEST_QPROCESS
    /// Starts the keeper thread, which sends the second signal of stop().
    static void warmUpKeeper()
    {
        Process process;
        process.start(childProgram(), words("sleep"));
        process.stop();
        QVERIFY(process.waitForFinished());
    }
#endif
};

#endif
