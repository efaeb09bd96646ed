// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "processtest.h"

#include <QtCore/QByteArray>
#include <QtCore/QByteArrayList>

#include <cerrno>
#include <csignal>

/// describe() says what spawn() would do, and gives no secret away.
/// Holds: L17.
class tst_Describe : public ProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void command_data();
    void command();
    void environment_data();
    void environment();
    void options_data();
    void options();
    void rung();
    void keepsErrno();

private:
    /// The text of one line of the description.
    static QByteArray lineOf(const QByteArray &name, const ForkFd::Command &command,
                             const ForkFd::LaunchOptions &options = {})
    {
        const QByteArray text = QByteArray::fromStdString(ForkFd::describe(command, options));
        for (const QByteArray &line : text.split('\n')) {
            if (line.startsWith(name + ": "))
                return line.mid(name.size() + 2);
        }
        return text;
    }
};

void tst_Describe::command_data()
{
    QTest::addColumn<ForkFd::Command>("command");
    QTest::addColumn<QByteArray>("name");
    QTest::addColumn<QByteArray>("text");
    const QByteArray path = FORKFD_TEST_CHILD;
    QTest::newRow("a path") << child({"exit", "3"}) << QByteArray("program") << path;
    QTest::newRow("arguments") << child({"exit", "secret"}) << QByteArray("arguments")
                               << QByteArray("2");
    QTest::newRow("not found") << ForkFd::Command{.argv = {"no-such-program"}} << QByteArray("program")
                               << QByteArray("no-such-program, not found: ");
    QTest::newRow("empty") << ForkFd::Command{} << QByteArray("program") << QByteArray("none");
    QTest::newRow("another name") << ForkFd::Command{.argv = {"-sh"}, .program = path.toStdString()}
                                  << QByteArray("program") << path;
    QTest::newRow("directory") << ForkFd::Command{.argv = {"x"}, .workingDirectory = "/tmp"}
                               << QByteArray("directory") << QByteArray("/tmp");
    QTest::newRow("the parent's directory")
        << ForkFd::Command{.argv = {"x"}} << QByteArray("directory") << QByteArray("the parent's");
}

void tst_Describe::command()
{
    QFETCH(const ForkFd::Command, command);
    QFETCH(const QByteArray, name);
    QFETCH(const QByteArray, text);
    QByteArray line = lineOf(name, command);
    if (text.endsWith(": ")) // The reason depends on the folders in PATH.
        line.truncate(text.size());
    QCOMPARE(line, text);
}

void tst_Describe::environment_data()
{
    QTest::addColumn<ForkFd::Command>("command");
    QTest::addColumn<QByteArray>("text");
    QTest::newRow("none") << ForkFd::Command{.argv = {"x"}} << QByteArray("the parent's");
    QTest::newRow("changes")
        << ForkFd::Command{.argv = {"x"},
                           .environmentChanges = {{"FORKFD_TEST_NEW", "secret"},
                                                  {"FORKFD_TEST_OLD", std::nullopt}}}
        << QByteArray("the parent's; sets FORKFD_TEST_NEW; removes FORKFD_TEST_OLD");
    QTest::newRow("wrong name")
        << ForkFd::Command{.argv = {"x"}, .environmentChanges = {{"FORKFD_TEST_NEW=secret", ""}}}
        << QByteArray("the parent's; sets FORKFD_TEST_NEW");
    QTest::newRow("no changes") << ForkFd::Command{.argv = {"x"},
                                                   .environmentChanges = {{"FORKFD_TEST_OLD", "here"}}}
                                << QByteArray("the parent's");
}

void tst_Describe::environment()
{
    QFETCH(const ForkFd::Command, command);
    QFETCH(const QByteArray, text);
    qputenv("FORKFD_TEST_OLD", "here");
    ForkFd::Command whole = command;
    whole.environment = std::vector<std::string>{"FORKFD_TEST_OLD=secret"};
    const QByteArray changed = lineOf("environment", command);
    const QByteArray own = lineOf("environment", whole);
    const QByteArray all = QByteArray::fromStdString(ForkFd::describe(whole));
    qunsetenv("FORKFD_TEST_OLD");
    QCOMPARE(changed, text);
    QVERIFY2(own.startsWith("its own; "), own.constData());
    QVERIFY2(own.contains("PATH"), own.constData()); // It has none.
    QVERIFY2(!all.contains("secret"), all.constData());
}

void tst_Describe::options_data()
{
    QTest::addColumn<ForkFd::LaunchOptions>("options");
    QTest::addColumn<QByteArray>("text");
    QTest::newRow("none") << ForkFd::LaunchOptions() << QByteArray("none");
    QTest::newRow("all")
        << ForkFd::LaunchOptions{.fileDescriptors = {{3, 1}, {4, 2}},
                                 .newSession = true,
                                 .processGroup = 0,
                                 .controllingTerminal = 2,
                                 .resourceLimits = {{RLIMIT_NOFILE, 5, RLIM_INFINITY}},
                                 .niceValue = 10,
                                 .umask = 022,
                                 .cpuAffinity = {0, 1},
                                 .oomScoreAdjust = 5,
                                 .userId = 1000,
                                 .groupId = 100,
                                 .supplementaryGroups = {{1, 2}},
                                 .controlGroup = "/no/such",
                                 .dieWithParent = true,
                                 .noNewPrivileges = true,
                                 .pseudoTerminal = ForkFd::TerminalSize{80, 24},
                                 .signalMask = sigset_t(),
                                 .closeDescriptors = true,
                                 .argumentZero = "secret",
                                 .parentDeathSignal = SIGTERM,
                                 .treeDiesWithParent = true,
                                 .treeDiesWithParentIfPossible = true}
        << QByteArray("fileDescriptors 3=1 4=2, newSession, processGroup 0, controllingTerminal 2, "
                      "resourceLimits "
                      + QByteArray::number(RLIMIT_NOFILE)
                      + "=5/unlimited, niceValue 10, umask 022, cpuAffinity 0 1, oomScoreAdjust 5, "
                        "userId 1000, groupId 100, supplementaryGroups (2), controlGroup /no/such, "
                        "dieWithParent, noNewPrivileges, pseudoTerminal 80x24, signalMask, "
                        "closeDescriptors, argumentZero, parentDeathSignal SIGTERM, treeDiesWithParent, "
                        "treeDiesWithParentIfPossible");
}

void tst_Describe::options()
{
    QFETCH(const ForkFd::LaunchOptions, options);
    QFETCH(const QByteArray, text);
    QCOMPARE(lineOf("options", {.argv = {"x"}}, options), text);
}

void tst_Describe::rung()
{
    QCOMPARE(outcomeOf(child({"exit", "3"})), "exited with code 3");
    const QByteArray rung = ForkFd::rung();
    QVERIFY(!rung.isEmpty());
    QVERIFY2(lineOf("rung", {.argv = {"x"}}).startsWith(rung), rung.constData());
    const bool usesPidFd = ForkFd::backend() == ForkFd::Backend::PidFd;
    QVERIFY(lineOf("backend", {.argv = {"x"}}).startsWith(usesPidFd ? "pidfd" : "sigchld"));
    QCOMPARE(rung.startsWith("numbered ") || rung == "fork", !usesPidFd);
    QVERIFY(lineOf("library", {.argv = {"x"}}).startsWith("ForkFd 0."));
    QVERIFY(lineOf("wrong option", {.argv = {"x"}}, {.umask = 07777}).contains("umask"));
}

void tst_Describe::keepsErrno()
{
    errno = 12345;
    const std::string text = ForkFd::describe({.argv = {"no-such-program"}});
    QCOMPARE(errno, 12345);
    QVERIFY(!text.empty());
}

QTEST_GUILESS_MAIN(tst_Describe)
#include "tst_describe.moc"
