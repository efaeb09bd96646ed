// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "forkedcopy.h"
#include "processtest.h"

#include <ForkFd/forkfd.h>

#include <cerrno>

using ForkFd::Backend;
using ForkFd::StartError;

/// FORKFD_BACKEND chooses the backend. If the requested backend is unavailable, every start fails and
/// the error says why.
/// Holds: P8.
class tst_Backend : public ProcessTest
{
    Q_OBJECT

protected:
    /// No warm-up: each forked copy chooses its backend itself.
    void warmUp() override { }

private Q_SLOTS:
    void initTestCase();
    void variable_data();
    void variable();
    void chosenOnce();

private:
    Backend m_usual = Backend::PidFd; ///< The backend without FORKFD_BACKEND.
};

void tst_Backend::initTestCase()
{
    qunsetenv("FORKFD_BACKEND");
    const QByteArray usual =
        inForkedCopy([] { return ForkFd::backend() == Backend::PidFd ? "pidfd" : "sigchld"; });
    m_usual = usual == "pidfd" ? Backend::PidFd : Backend::SigChld;
}

void tst_Backend::variable_data()
{
    QTest::addColumn<QByteArray>("variable");
    QTest::addColumn<Backend>("backend");
    QTest::addColumn<QByteArray>("outcome");
    const QByteArray works = "exited with code 42";
    const QByteArray isUnknown = text(StartError{"backend", EINVAL});
    const bool hasPidFd = m_usual == Backend::PidFd;
    QTest::newRow("unset") << QByteArray() << m_usual << works;
    QTest::newRow("empty") << QByteArray("") << m_usual << works;
    QTest::newRow("auto") << QByteArray("auto") << m_usual << works;
    QTest::newRow("pidfd") << QByteArray("pidfd") << m_usual << (hasPidFd ? works : isUnknown);
    QTest::newRow("sigchld") << QByteArray("sigchld") << Backend::SigChld << works;
    QTest::newRow("unknown") << QByteArray("kqueue") << m_usual << isUnknown;
    QTest::newRow("in capitals") << QByteArray("PIDFD") << m_usual << isUnknown;
    QTest::newRow("with a blank") << QByteArray("pidfd ") << m_usual << isUnknown;
}

void tst_Backend::variable()
{
    QFETCH(QByteArray, variable);
    QFETCH(Backend, backend);
    QFETCH(QByteArray, outcome);
    const QByteArray result = inForkedCopy([&variable] {
        if (!variable.isNull())
            qputenv("FORKFD_BACKEND", variable);
        QByteArray all;
        for (int times = 0; times < 2; ++times)
            all += outcomeOf(child({"exit", "42"})) + '\n';
        return all + (ForkFd::backend() == Backend::PidFd ? "pidfd" : "sigchld");
    });
    QCOMPARE(result, outcome + '\n' + outcome + (backend == Backend::PidFd ? "\npidfd" : "\nsigchld"));
    if (outcome.startsWith("backend"))
        QVERIFY(outcome.contains("FORKFD_BACKEND"));
}

void tst_Backend::chosenOnce()
{
    const QByteArray result = inForkedCopy([] {
        const bool isPidFd = ForkFd::backend() == Backend::PidFd;
        qputenv("FORKFD_BACKEND", "kqueue");
        return outcomeOf(child({"exit", "42"})) + (isPidFd ? ", pidfd" : ", sigchld");
    });
    QCOMPARE(result,
             m_usual == Backend::PidFd ? "exited with code 42, pidfd" : "exited with code 42, sigchld");
}

QTEST_GUILESS_MAIN(tst_Backend)
#include "tst_backend.moc"
