// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "attributes.h"
#include "forkedcopy.h"
#include "processtest.h"
#include "systemcallfilter.h"
#include "testpipe.h"
#include "testterminal.h"

#include <cerrno>
#include <climits>
#include <csignal>

#include <linux/prctl.h>
#include <unistd.h>

using ForkFd::LaunchOptions;
using ForkFd::StartError;

/// If one of the LaunchOptions fails, the start reports its name and errno. The parent does not
/// change.
/// Holds: L13.
class tst_OptionFailures : public ProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void badValues_data();
    void badValues();
    void badTerminals();
    void refusals_data();
    void refusals();

private:
    static void addRows(const std::vector<std::tuple<const char *, LaunchOptions, StartError>> &rows);
};

void tst_OptionFailures::addRows(
    const std::vector<std::tuple<const char *, LaunchOptions, StartError>> &rows)
{
    QTest::addColumn<LaunchOptions>("options");
    QTest::addColumn<StartError>("error");
    for (const auto &[name, options, error] : rows)
        QTest::newRow(name) << options << error;
}

void tst_OptionFailures::badValues_data()
{
    const auto limit = [](int resource, rlim_t soft, rlim_t hard) {
        return LaunchOptions{.resourceLimits = {{resource, soft, hard}}};
    };
    addRows({
        {"a session in a group", {.newSession = true, .processGroup = 1}, {"processGroup", EINVAL}},
            {"a negative group", {.processGroup = -5}, {"processGroup", EINVAL}},
            {"a group of another session", {.processGroup = INT_MAX}, {"processGroup", EPERM}},
            {"no resource", limit(1000, 0, 0), {"resourceLimits", EINVAL}},
            {"a negative resource", limit(-1, 0, 0), {"resourceLimits", EINVAL}},
            {"a soft limit above the hard one", limit(RLIMIT_CORE, 2, 1), {"resourceLimits", EINVAL}},
            {"too nice", {.niceValue = 20}, {"niceValue", EINVAL}},
            {"not nice enough", {.niceValue = -21}, {"niceValue", EINVAL}},
            {"an umask of more than permissions", {.umask = 01000}, {"umask", EINVAL}},
            {"a negative processor", {.cpuAffinity = {-1}}, {"cpuAffinity", EINVAL}},
            {"a processor number far too high", {.cpuAffinity = {INT_MAX}}, {"cpuAffinity", EINVAL}},
            {"the invalid user", {.userId = uid_t(-1)}, {"userId", EINVAL}},
            {"the invalid group", {.groupId = gid_t(-1)}, {"groupId", EINVAL}},
            {"NUL in a name", {.argumentZero = std::string(1, '\0')}, {"argumentZero", EINVAL}},
            {"no death signal",
             {.dieWithParent = true, .parentDeathSignal = 0},
             {"parentDeathSignal", EINVAL}},
            {"a negative death signal",
             {.dieWithParent = true, .parentDeathSignal = -SIGTERM},
             {"parentDeathSignal", EINVAL}},
            {"a death signal too high",
             {.dieWithParent = true, .parentDeathSignal = NSIG},
             {"parentDeathSignal", EINVAL}},
            {"NUL in a path", {.controlGroup = std::string("/\0", 2)}, {"controlGroup", EINVAL}},
            {"a terminal for no channels", {.pseudoTerminal = {{}}}, {"pseudoTerminal", ENOTSUP}},
            {"two terminals",
             {.controllingTerminal = 0, .pseudoTerminal = {{}}},
             {"controllingTerminal", EINVAL}},
            {"a terminal and a group",
             {.processGroup = 1, .pseudoTerminal = {{}}},
             {"processGroup", EINVAL}},
            {"a closed terminal", {.controllingTerminal = 1000000}, {"controllingTerminal", EBADF}},
            {"a negative terminal", {.controllingTerminal = -1}, {"controllingTerminal", EBADF}},
#if FORKFD_TEST_HAS_VFORK
            {"a processor that is not there", {.cpuAffinity = {8191}}, {"cpuAffinity", EINVAL}},
            {"a score too high", {.oomScoreAdjust = 1001}, {"oomScoreAdjust", EINVAL}},
#else
            {"processors", {.cpuAffinity = {0}}, {"cpuAffinity", ENOTSUP}},
            {"a score", {.oomScoreAdjust = 0}, {"oomScoreAdjust", ENOTSUP}},
            {"a control group", {.controlGroup = "/"}, {"controlGroup", ENOTSUP}},
            {"no privileges", {.noNewPrivileges = true}, {"noNewPrivileges", ENOTSUP}},
#endif
    });
}

void tst_OptionFailures::badValues()
{
    QFETCH(const LaunchOptions, options);
    QFETCH(const StartError, error);
    const QByteArray before = ownAttributes();
    QCOMPARE(outcomeOf(child({}), options), text(error));
    QCOMPARE(ownAttributes(), before);
}

void tst_OptionFailures::badTerminals()
{
    const TestTerminal terminal;
    const TestPipe pipe;
    QCOMPARE(outcomeOf(child({}), {.controllingTerminal = terminal.descriptor()}),
             text(StartError{"controllingTerminal", EPERM})); // The child leads no session.
    QCOMPARE(outcomeOf(child({}), {.newSession = true, .controllingTerminal = pipe.readEnd()}),
             text(StartError{"controllingTerminal", ENOTTY}));
}

// Options that fail only for an ordinary user, or not without a filter.
void tst_OptionFailures::refusals_data()
{
    QTest::addColumn<Refusal>("refusal");
    QTest::addColumn<LaunchOptions>("options");
    QTest::addColumn<StartError>("error");
    const auto row = [](const char *name, const Refusal &refusal, const LaunchOptions &options,
                        const StartError &error) { QTest::newRow(name) << refusal << options << error; };
    row("session", {SYS_setsid, EPERM}, {.newSession = true}, {"newSession", EPERM});
    row("group", {SYS_setpgid, EACCES}, {.processGroup = 0}, {"processGroup", EACCES});
    row("nice value", {SYS_setpriority, EACCES}, {.niceValue = 1}, {"niceValue", EACCES});
#if FORKFD_TEST_HAS_VFORK
    row("processors", {SYS_sched_setaffinity, EPERM}, {.cpuAffinity = {0}}, {"cpuAffinity", EPERM});
    row("privileges", {SYS_prctl, EINVAL, ~0U, PR_SET_NO_NEW_PRIVS}, {.noNewPrivileges = true},
        {"noNewPrivileges", EINVAL});
    row("limits", {SYS_prlimit64, EPERM}, {.resourceLimits = {{RLIMIT_CORE, 0, 0}}},
        {"resourceLimits", EPERM});
    row("user", {SYS_setresuid, EAGAIN}, {.userId = 1}, {"userId", EAGAIN});
    row("group of the user", {SYS_setresgid, EPERM}, {.groupId = 1}, {"groupId", EPERM});
#endif
    row("other groups", {SYS_setgroups, EPERM}, {.supplementaryGroups = std::vector<gid_t>()},
        {"supplementaryGroups", EPERM});
}

void tst_OptionFailures::refusals()
{
    QFETCH(const Refusal, refusal);
    QFETCH(const LaunchOptions, options);
    QFETCH(const StartError, error);
    const QByteArray outcome = inRefusedCopy({refusal}, [&] {
        const QByteArray before = ownAttributes();
        const QByteArray first = outcomeOf(child({}), options);
        return first + (ownAttributes() == before ? "" : "the parent has changed");
    });
    if (outcome == "no filter")
        QSKIP("This system has no seccomp filters.");
    QCOMPARE(outcome, text(error));
}

QTEST_GUILESS_MAIN(tst_OptionFailures)
#include "tst_optionfailures.moc"
