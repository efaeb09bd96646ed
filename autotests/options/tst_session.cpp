// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "forkedcopy.h"
#include "processtest.h"
#include "testpipe.h"
#include "testterminal.h"

#include <cerrno>

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

using ForkFd::LaunchOptions;

/// Session, process group and controlling terminal of a child.
/// Holds: S5 (joinsTheGroupOfAnEndedLeader), L13.
class tst_Session : public ProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void membership_data();
    void membership();
    void joinsAGroup();
    void joinsTheGroupOfAnEndedLeader();
    void leaderIsStolen();
    void leaderIsDropped();
    void terminal();
    void overwrittenTerminal();

private:
    static void awaitEnd(const ForkFd::Child &process);
};

void tst_Session::membership_data()
{
    QTest::addColumn<LaunchOptions>("options");
    QTest::addColumn<bool>("leadsGroup");
    QTest::addColumn<bool>("leadsSession");
    QTest::newRow("none of its own") << LaunchOptions() << false << false;
    QTest::newRow("a session") << LaunchOptions{.newSession = true} << true << true;
    QTest::newRow("a group") << LaunchOptions{.processGroup = 0} << true << false;
    QTest::newRow("a session, and thereby a group")
        << LaunchOptions{.newSession = true, .processGroup = 0} << true << true;
}

void tst_Session::membership()
{
    QFETCH(const LaunchOptions, options);
    QFETCH(const bool, leadsGroup);
    QFETCH(const bool, leadsSession);
    TestPipe output;
    LaunchOptions all = options;
    all.fileDescriptors = {{STDOUT_FILENO, output.writeEnd()}};
    auto process = ForkFd::spawn(child({"session"}), all);
    QVERIFY(process);
    output.closeWriteEnd();
    const auto numbers = output.readAll().trimmed().split(' ');
    const QByteArray pid = QByteArray::number(process->pid());
    process->wait();
    QCOMPARE(numbers.at(0), QByteArray::number(getpid()));
    QCOMPARE(numbers.at(1), leadsGroup ? pid : QByteArray::number(getpgrp()));
    QCOMPARE(numbers.at(2), leadsSession ? pid : QByteArray::number(getsid(0)));
}

void tst_Session::joinsAGroup()
{
    auto leader = ForkFd::spawn(child({"sleep"}), {.processGroup = 0});
    QVERIFY(leader);
    const QByteArray group = outputOf(child({"session"}), {.processGroup = leader->pid()});
    leader->sendSignal(SIGKILL);
    leader->wait();
    QCOMPARE(group.split(' ').value(1), QByteArray::number(leader->pid()));
}

// Waits for the child's end, and does not collect the child.
void tst_Session::awaitEnd(const ForkFd::Child &process)
{
    pollfd ended = {process.descriptor(), POLLIN, 0};
    while (poll(&ended, 1, -1) < 0 && errno == EINTR) { }
}

// A pipeline in one group, "true | cat": the leader has ended and is not collected.
void tst_Session::joinsTheGroupOfAnEndedLeader()
{
    for (int i = 0; i < 50; ++i) {
        auto leader = ForkFd::spawn(child({"exit", "3"}), {.processGroup = 0});
        QVERIFY(leader);
        awaitEnd(*leader);
        QCOMPARE(outcomeOf(child({"exit", "4"}), {.processGroup = leader->pid()}), "exited with code 4");
        const auto end = leader->wait();
        QVERIFY(end && end->hasUsage);
        QCOMPARE(text(*end), "exited with code 3");
    }
}

void tst_Session::leaderIsStolen()
{
    auto leader = ForkFd::spawn(child({"exit", "3"}), {.processGroup = 0});
    QVERIFY(leader);
    awaitEnd(*leader);
    QCOMPARE(waitpid(leader->pid(), nullptr, 0), leader->pid());
    const ForkFd::ExitInfo end = leader->wait().value();
    // Before Linux 6.15 a pidfd does not keep the status of a stolen child.
    if (end.reason != ForkFd::ExitInfo::Unknown)
        QCOMPARE(text(end), "exited with code 3");
}

void tst_Session::leaderIsDropped()
{
    ForkFd::spawn(child({"exit", "3"}), {.processGroup = 0});
    auto leader = ForkFd::spawn(child({"exit", "3"}), {.processGroup = 0});
    QVERIFY(leader);
    awaitEnd(*leader);
    leader.reset();
    QTRY_VERIFY(!hasChildren());
}

void tst_Session::terminal()
{
    const TestTerminal terminal;
    const LaunchOptions options = {.newSession = true, .controllingTerminal = terminal.descriptor()};
    QCOMPARE(outputOf(child({"terminal", "foreground"}), options), "yes\nyes\n");
    QCOMPARE(outputOf(child({"terminal"}), {.newSession = true}), "no\n");
}

// In the child another descriptor takes the terminal's number.
void tst_Session::overwrittenTerminal()
{
    const TestTerminal terminal;
    const TestPipe pipe;
    const LaunchOptions options = {.fileDescriptors = {{terminal.descriptor(), pipe.readEnd()}},
                                   .newSession = true,
                                   .controllingTerminal = terminal.descriptor()};
    QCOMPARE(outputOf(child({"terminal"}), options), "yes\n");
}

QTEST_GUILESS_MAIN(tst_Session)
#include "tst_session.moc"
