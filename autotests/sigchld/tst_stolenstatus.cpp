// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "processtest.h"
#include "temporarychange.h"
#include "thief.h"

#include <ForkFd/forkfd.h>

#include <cerrno>
#include <deque>
#include <optional>

using ForkFd::ExitInfo;

/// Other code reaps the children, or keeps the kernel from remembering them. Each end is reported with
/// the right status or as Unknown, and never with a wrong one.
/// Holds: P4, S15, L6.
class tst_StolenStatus : public ProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void thief();
    void ignored();
    void notKept();
    void failedStarts_data();
    void failedStarts();

private:
    void startAndCompare();

    int m_count = 500;
    bool m_canRecover = false;
};

void tst_StolenStatus::initTestCase()
{
    if (qEnvironmentVariableIsSet("FORKFD_TEST_CHILDREN"))
        m_count = qEnvironmentVariableIntValue("FORKFD_TEST_CHILDREN");
    m_canRecover = ForkFd::backend() == ForkFd::Backend::PidFd && kernelRemembersStatus();
}

void tst_StolenStatus::startAndCompare()
{
    struct Started
    {
        ForkFd::Child process;
        QByteArray expected;
    };
    std::deque<Started> running;
    int right = 0;
    int unknown = 0;
    const auto waitForFirst = [&] {
        const auto info = running.front().process.wait();
        QVERIFY(info);
        QVERIFY(running.front().process.wait() == info);
        if (info->reason == ExitInfo::Unknown)
            ++unknown;
        else if (text(*info) == running.front().expected)
            ++right;
        else
            QFAIL(text(*info) + " instead of " + running.front().expected);
        running.pop_front();
    };
    for (int i = 0; i < m_count && !QTest::currentTestFailed(); ++i) {
        const bool dies = i % 5 == 4;
        auto process = ForkFd::spawn(dies ? child({"signal", "9"}) : child({"exit", "42"}));
        QVERIFY(process);
        running.push_back({std::move(*process), dies ? "killed by SIGKILL" : "exited with code 42"});
        if (running.size() > 20)
            waitForFirst();
    }
    while (!running.empty() && !QTest::currentTestFailed())
        waitForFirst();
    qInfo("of %d children, %d right and %d unknown", m_count, right, unknown);
    QCOMPARE(right + unknown, m_count);
    if (m_canRecover)
        QCOMPARE(unknown, 0);
}

void tst_StolenStatus::thief()
{
    const Thief thief;
    startAndCompare();
    qInfo("%d were stolen", thief.count());
    if (ForkFd::backend() == ForkFd::Backend::PidFd) // With SIGCHLD we are often faster.
        QVERIFY(thief.count() > 0);
}

void tst_StolenStatus::ignored()
{
    const TemporaryAction ignore(SIGCHLD, SIG_IGN);
    startAndCompare();
}

void tst_StolenStatus::notKept()
{
    const TemporaryAction keepNone(SIGCHLD, SIG_DFL, SA_NOCLDWAIT);
    startAndCompare();
}

void tst_StolenStatus::failedStarts_data()
{
    QTest::addColumn<bool>("isIgnored");
    QTest::newRow("a thief") << false;
    QTest::newRow("SIGCHLD ignored") << true;
}

void tst_StolenStatus::failedStarts()
{
    QFETCH(bool, isIgnored);
    std::optional<Thief> thief;
    std::optional<TemporaryAction> ignore;
    if (isIgnored)
        ignore.emplace(SIGCHLD, SIG_IGN);
    else
        thief.emplace();
    for (int i = 0; i < 200; ++i)
        QCOMPARE(outcomeOf({{"/no/such/program"}}), text(ForkFd::StartError{"exec", ENOENT}));
}

QTEST_GUILESS_MAIN(tst_StolenStatus)
#include "tst_stolenstatus.moc"
