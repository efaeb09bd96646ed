// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "attributes.h"
#include "forkedcopy.h"
#include "processtest.h"
#include "systemcallfilter.h"

#include <cerrno>

#include <fcntl.h>
#include <linux/sched.h>
#include <unistd.h>

using ForkFd::LaunchOptions;

/// Limits, nice value, umask, processors and OOM score of a child.
/// Holds: L13.
class tst_ResourceLimits : public ProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void inChild_data();
    void inChild();
    void limitsAreTheLastWord();
    void scoreBeforeLimits();
    void niceValueOfAnOrdinaryUser();
    void oomScoreOfOurs_data();
    void oomScoreOfOurs();

private:
    static bool isSupported(const LaunchOptions &options);
};

// The portable library supports every option except those that only Linux has.
bool tst_ResourceLimits::isSupported(const LaunchOptions &options)
{
    return FORKFD_TEST_HAS_VFORK || (options.cpuAffinity.empty() && !options.oomScoreAdjust);
}

// Descriptors that this process has inherited would count against a child's limit.
void tst_ResourceLimits::initTestCase()
{
    for (int fd = STDERR_FILENO + 1; fd < 256; ++fd)
        fcntl(fd, F_SETFD, FD_CLOEXEC);
}

void tst_ResourceLimits::inChild_data()
{
    QTest::addColumn<QByteArray>("words");
    QTest::addColumn<LaunchOptions>("options");
    QTest::addColumn<QByteArray>("printed");
    const auto row = [](const char *name, const char *words, const LaunchOptions &options,
                        const QByteArray &printed) {
        QTest::newRow(name) << QByteArray(words) << options << printed;
    };
    const auto limits = [](const std::vector<ForkFd::ResourceLimit> &list) {
        return LaunchOptions{.resourceLimits = list};
    };
    row("a limit", "limit 7", limits({{RLIMIT_NOFILE, 20, 30}}), "20 30");
    row("twice the same", "limit 7", limits({{RLIMIT_NOFILE, 30, 30}, {RLIMIT_NOFILE, 10, 20}}),
        "10 20");
    row("no cores", "cores", limits({{RLIMIT_CORE, 0, 0}}), "0 0");
    row("nicer", "nice", {.niceValue = nicer(7)}, QByteArray::number(nicer(7)));
    row("nicest", "nice", {.niceValue = 19}, "19");
    row("no permission masked", "umask", {.umask = 0}, "0");
    row("permissions of group and others masked", "umask", {.umask = 0077}, "77");
    row("one processor", "processors", {.cpuAffinity = {0}}, "0");
    row("one processor, and some that are not there", "processors", {.cpuAffinity = {8000, 0, 0}}, "0");
    row("highest OOM score", "oomscore", {.oomScoreAdjust = 1000}, "1000");
}

void tst_ResourceLimits::inChild()
{
    QFETCH(const QByteArray, words);
    QFETCH(const LaunchOptions, options);
    QFETCH(const QByteArray, printed);
    ForkFd::Command command = child({});
    for (const QByteArray &word : words.split(' '))
        command.argv.push_back(word.toStdString());
    const QByteArray before = ownAttributes();
    const QByteArray output = outputOf(command, options);
    QCOMPARE(ownAttributes(), before);
    if (isSupported(options))
        QCOMPARE(output.trimmed(), printed);
    else
        QVERIFY(output.endsWith("Operation not supported"));
}

// Descriptors above the new limit can still be closed and passed on.
void tst_ResourceLimits::limitsAreTheLastWord()
{
    const int high = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 300);
    const LaunchOptions options = {.fileDescriptors = {{310, high}},
                                   .resourceLimits = {{RLIMIT_NOFILE, 16, 16}}};
    const QByteArray numbers = outputOf(child({"fds"}), options);
    close(high);
    QVERIFY(numbers.split(' ').contains("310"));
}

// Before its exec the child has all our descriptors. With the limit set, it could open no file.
void tst_ResourceLimits::scoreBeforeLimits()
{
    if (!FORKFD_TEST_HAS_VFORK)
        QSKIP("POSIX knows no such score.");
    const QByteArray output = inForkedCopy([] {
        while (fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0) < 63) { }
        return outputOf(child({"oomscore"}),
                        {.resourceLimits = {{RLIMIT_NOFILE, 64, 64}}, .oomScoreAdjust = 500});
    });
    QCOMPARE(output, "500\n");
}

void tst_ResourceLimits::niceValueOfAnOrdinaryUser()
{
    const int more = nicer(5);
    const int less = getpriority(PRIO_PROCESS, 0) - 1;
    const QByteArray output = inForkedCopy([=] {
        becomeOrdinaryUserWhoMayReadAll();
        return outputOf(child({"nice"}), {.niceValue = more})
            + outputOf(child({"nice"}), {.niceValue = less});
    });
    QCOMPARE(output, QByteArray::number(more) + "\nniceValue: Permission denied");
}

void tst_ResourceLimits::oomScoreOfOurs_data()
{
    QTest::addColumn<std::vector<Refusal>>("refusals");
    QTest::newRow("as the system can") << std::vector<Refusal>{};
    QTest::newRow("clone") << std::vector<Refusal>{{SYS_clone3, ENOSYS}};
    QTest::newRow("fork") << std::vector<Refusal>{{SYS_clone3, ENOSYS},
                                                  {SYS_clone, EPERM, CLONE_VFORK, CLONE_VFORK}};
}

// The kernel sets the score of all processes that share the memory, except for a vfork() child.
void tst_ResourceLimits::oomScoreOfOurs()
{
    if (!FORKFD_TEST_HAS_VFORK)
        QSKIP("POSIX knows no such score.");
    QFETCH(const std::vector<Refusal>, refusals);
    const QByteArray output = inRefusedCopy(refusals, [&] {
        const QByteArray before = ownAttributes();
        QByteArray all;
        for (const int score : {300, 600})
            all += outputOf(child({"oomscore"}), {.oomScoreAdjust = score});
        return all + (ownAttributes() == before ? "" : "the parent has changed");
    });
    if (output == "no filter")
        QSKIP("This system has no seccomp filters.");
    QCOMPARE(output, "300\n600\n");
}

QTEST_GUILESS_MAIN(tst_ResourceLimits)
#include "tst_resourcelimits.moc"
