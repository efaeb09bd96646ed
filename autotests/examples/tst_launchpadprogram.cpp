// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "childprocesstest.h"
#include "helperstore.h"

#include <ForkFd/ChildProcess>

#include <QtCore/QFile>
#include <QtCore/QTemporaryDir>

#include <cerrno>
#include <csignal>

using namespace Qt::StringLiterals;

namespace {

bool isGone(pid_t pid)
{
    return kill(pid, 0) == -1 && errno == ESRCH;
}

} // namespace

/// The example `launchpad` as a program: its options, and what it leaves when it ends.
/// Holds: none (it tests an example).
class tst_LaunchpadProgram : public ChildProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { ChildProcessTest::warmUp(); }
    void programEnds_data();
    void programEnds();
    void textOptions();

private:
    const QTemporaryDir m_directory;
};

void tst_LaunchpadProgram::programEnds_data()
{
    QTest::addColumn<int>("signal");
    QTest::newRow("SIGTERM") << SIGTERM;
    if (!FORKFD_TEST_PORTABLE)
        QTest::newRow("SIGKILL") << SIGKILL;
}

// The helper ends with the program, however that ends.
void tst_LaunchpadProgram::programEnds()
{
    QFETCH(const int, signal);
    const QString pidName = m_directory.filePath(u"pid-%1"_s.arg(signal));
    Helper helper;
    helper.program = u"sh"_s;
    helper.arguments = QStringList{u"-c"_s, u"echo $$ >\"$0\"; exec sleep 1000"_s, pidName};
    helper.startsWithLaunchpad = true;
    HelperStore store(m_directory.filePath(u"helpers.json"_s));
    QVERIFY2(store.save({helper}), qPrintable(store.problem()));
    ForkFd::ChildProcess program;
    program.start(QStringLiteral(FORKFD_TEST_LAUNCHPAD),
                  {u"--file"_s, m_directory.filePath(u"helpers.json"_s)});
    const auto helperPid = [&pidName] {
        QFile file(pidName);
        return file.open(QIODevice::ReadOnly) ? file.readAll().trimmed().toInt() : 0;
    };
    QTRY_VERIFY2(helperPid() > 0, program.readAllStandardError().constData());
    const pid_t pid = helperPid();
    QVERIFY(program.sendSignal(signal));
    QVERIFY(program.waitForFinished());
    QCOMPARE(program.exitInfo().signal, signal == SIGKILL ? SIGKILL : 0);
    QTRY_VERIFY(isGone(pid));
}

void tst_LaunchpadProgram::textOptions()
{
    for (const char *option : {"--help", "--version"}) {
        ForkFd::ChildProcess program;
        program.setEnvironmentChanges({{u"DISPLAY"_s, {}}, {u"QT_QPA_PLATFORM"_s, u"xcb"_s}});
        program.start(QStringLiteral(FORKFD_TEST_LAUNCHPAD), {QString::fromLatin1(option)});
        QVERIFY(program.waitForFinished());
        QCOMPARE(program.exitCode(), 0);
        QVERIFY(program.readAllStandardOutput().contains("forkfd-launchpad"));
    }
}

QTEST_GUILESS_MAIN(tst_LaunchpadProgram)
#include "tst_launchpadprogram.moc"
