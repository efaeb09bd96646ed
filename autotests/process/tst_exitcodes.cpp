// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "processtest.h"
#include "temporarychange.h"

#include <chrono>

#include <sys/time.h>

using ForkFd::ExitInfo;
using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

/// Every exit code comes back unchanged, each time that it is asked for, with the child's resource
/// usage.
/// Holds: P3 (processorTime, residentMemory), P7.
class tst_ExitCodes : public ProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void everyCode();
    void sameAnswerEveryTime();
    void nothingWhileItRuns_data();
    void nothingWhileItRuns();
    void longestTimeouts_data();
    void longestTimeouts();
    void signalsDoNotCutAWaitShort();
    void processorTime();
    void residentMemory();
};

void tst_ExitCodes::everyCode()
{
    for (int code = 0; code <= 255; ++code) {
        auto process = ForkFd::spawn(child({"exit", std::to_string(code)}));
        QVERIFY(process);
        const auto info = process->wait();
        QVERIFY(info);
        QCOMPARE(info->reason, ExitInfo::Exited);
        QCOMPARE(info->code, code);
        QCOMPARE(info->signal, 0);
        QVERIFY(!info->coreDumped);
        QVERIFY(info->hasUsage);
    }
}

void tst_ExitCodes::sameAnswerEveryTime()
{
    auto process = ForkFd::spawn(child({"exit", "42"}));
    QVERIFY(process);
    const auto info = process->wait();
    QVERIFY(info);
    QCOMPARE(info->code, 42);
    for (const milliseconds timeout : {milliseconds(-1), milliseconds(0), milliseconds(1000)}) {
        const auto again = process->wait(timeout);
        QVERIFY(again);
        QVERIFY(*again == *info);
    }
    QCOMPARE(process->descriptor(), -1);
}

void tst_ExitCodes::nothingWhileItRuns_data()
{
    QTest::addColumn<milliseconds>("timeout");
    QTest::newRow("not at all") << milliseconds(0);
    QTest::newRow("one millisecond") << milliseconds(1);
    QTest::newRow("some time") << milliseconds(50);
}

void tst_ExitCodes::nothingWhileItRuns()
{
    QFETCH(milliseconds, timeout);
    auto process = ForkFd::spawn(child({"sleep"}));
    QVERIFY(process);
    const auto begin = Clock::now();
    QVERIFY(!process->wait(timeout));
    QVERIFY(Clock::now() - begin >= timeout);
    QVERIFY(process->descriptor() >= 0);
    QVERIFY(process->sendSignal(SIGKILL));
    QCOMPARE(text(process->wait().value()), "killed by SIGKILL");
}

void tst_ExitCodes::longestTimeouts_data()
{
    QTest::addColumn<milliseconds>("timeout");
    QTest::newRow("longer than the clock goes") << milliseconds::max();
    QTest::newRow("longer than an int") << milliseconds(1LL << 32);
    QTest::newRow("as negative as can be") << milliseconds::min();
}

void tst_ExitCodes::longestTimeouts()
{
    QFETCH(milliseconds, timeout);
    auto process = ForkFd::spawn(child({"burn", "20", "exit", "42"}));
    QVERIFY(process);
    QCOMPARE(text(process->wait(timeout).value()), "exited with code 42");
}

void tst_ExitCodes::signalsDoNotCutAWaitShort()
{
    const TemporaryAction action(SIGALRM, [](int) {});
    const itimerval everyMillisecond = {{0, 1000}, {0, 1000}};
    setitimer(ITIMER_REAL, &everyMillisecond, nullptr);

    auto process = ForkFd::spawn(child({"sleep"}));
    const auto begin = Clock::now();
    const bool hasEnded = process && process->wait(milliseconds(50)).has_value();
    const auto waited = Clock::now() - begin;
    if (process)
        process->sendSignal(SIGKILL);
    const auto info = process ? process->wait() : std::nullopt;

    const itimerval never = {};
    setitimer(ITIMER_REAL, &never, nullptr);
    QVERIFY(!hasEnded);
    QVERIFY(waited >= milliseconds(50));
    QCOMPARE(text(info.value()), "killed by SIGKILL");
}

void tst_ExitCodes::processorTime()
{
    const auto timeOf = [](const ForkFd::Command &command) {
        const ExitInfo info = ForkFd::spawn(command)->wait().value();
        return info.userTime() + info.systemTime();
    };
    const auto begin = Clock::now();
    const auto busy = timeOf(child({"burn", "300"}));
    const auto elapsed = Clock::now() - begin;
    QVERIFY(busy >= milliseconds(300));
    QVERIFY(busy <= elapsed);
    // The time of one child does not count for the next.
    QVERIFY(timeOf(child({"exit", "0"})) < milliseconds(300));
}

void tst_ExitCodes::residentMemory()
{
    const auto mebibytesOf = [](const ForkFd::Command &command) {
        return ForkFd::spawn(command)->wait().value().maxResidentBytes() / (1024 * 1024);
    };
    // The memory of this process itself counts, too (ExitInfo::maxResidentBytes()).
    const auto little = mebibytesOf(child({"exit", "0"}));
    const auto much = little + 64;
    const auto measured = mebibytesOf(child({"touch", std::to_string(much)}));
    QVERIFY2(measured >= much && measured < 4 * much, qPrintable(QString::number(measured)));
}

QTEST_GUILESS_MAIN(tst_ExitCodes)
#include "tst_exitcodes.moc"
