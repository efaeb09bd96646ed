// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "childprocesstest.h"

#include <QtCore/QThread>

#include <thread>

using ForkFd::ChildProcess;

/// The waitFor functions need neither an event loop nor an application object.
/// Holds: H4.
class tst_WithoutApplication : public ProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void whole_data();
    void whole();

protected:
    void warmUp() override // Creates this thread's hub.
    {
        ProcessTest::warmUp();
        story();
    }

private:
    using Runner = void (*)(const std::function<void()> &);
    static QStringList story();
};

// The signals of a child's whole life, as a thread sees them that only waits.
QStringList tst_WithoutApplication::story()
{
    QStringList record;
    ChildProcess process;
    ChildProcessTest::atEverySignal(&process, [&](const QString &signal) { record += signal; });
    const auto note = [&](const char *name, bool result) {
        record += u"%1: %2"_s.arg(QString::fromLatin1(name), result ? u"true"_s : u"false"_s);
    };
    process.start(ChildProcessTest::childProgram(), ChildProcessTest::words("echo exit 3"));
    note("waitForStarted", process.waitForStarted());
    note("waitForReadyRead", process.waitForReadyRead(0));
    process.write("abc");
    note("waitForBytesWritten", process.waitForBytesWritten());
    note("waitForReadyRead", process.waitForReadyRead());
    process.closeWriteChannel();
    note("waitForFinished", process.waitForFinished());
    record += QString::fromLatin1(process.readAll());

    process.start(u"/no/such/program"_s);
    note("waitForStarted", process.waitForStarted());
    return record;
}

void tst_WithoutApplication::whole_data()
{
    QTest::addColumn<Runner>("run");
    QTest::newRow("this thread") << Runner([](const auto &body) { body(); });
    QTest::newRow("a thread of the standard library")
        << Runner([](const auto &body) { std::thread(body).join(); });
    QTest::newRow("a thread of Qt without an event loop") << Runner([](const auto &body) {
        const std::unique_ptr<QThread> thread(QThread::create(body));
        thread->start();
        thread->wait();
    });
}

void tst_WithoutApplication::whole()
{
    QFETCH(const Runner, run);
    QVERIFY(!QCoreApplication::instance());
    QStringList record;
    run([&record] { record = story(); });
    QCOMPARE(record,
             QStringList({
                 u"stateChanged Starting"_s,
                 u"stateChanged Running"_s,
                 u"started"_s,
                 u"waitForStarted: true"_s,
                 u"waitForReadyRead: false"_s,
                 u"bytesWritten 3"_s,
                 u"waitForBytesWritten: true"_s,
                 u"readyRead"_s,
                 u"channelReadyRead 0"_s,
                 u"readyReadStandardOutput"_s,
                 u"waitForReadyRead: true"_s,
                 u"stateChanged NotRunning"_s,
                 u"readChannelFinished"_s,
                 u"finished 3 NormalExit"_s,
                 u"waitForFinished: true"_s,
                 u"abc"_s,
                 u"stateChanged Starting"_s,
                 u"stateChanged NotRunning"_s,
                 u"errorOccurred FailedToStart"_s,
                 u"waitForStarted: false"_s,
             }));
}

QTEST_APPLESS_MAIN(tst_WithoutApplication)
#include "tst_withoutapplication.moc"
