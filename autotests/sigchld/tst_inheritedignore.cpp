// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "sigchldhandler.h"

#include "forkfdtest.h"
#include "systemcallfilter.h"

#include <cstdio>
#include <cstdlib>
#include <thread>

#include <fcntl.h>
#include <sys/syscall.h>

namespace {

std::atomic<bool> isToBeHeld;
std::atomic<bool> isHeld;

} // namespace

#ifdef FORKFD_TEST_INTERPOSES
// Replaces waitid() for the library, too: holds a look at all children until a thread has started one.
extern "C" __attribute__((visibility("default"))) int waitid(idtype_t type, id_t id, siginfo_t *info,
                                                             int options)
{
    if (type == P_ALL && isToBeHeld.exchange(false)) {
        isHeld = true;
        while (isHeld) { }
    }
    return static_cast<int>(syscall(SYS_waitid, type, id, info, options, nullptr));
}
#endif

/// In a program that was started with SIGCHLD ignored, or that told the kernel to reap its children, no
/// zombies pile up while our handler is installed, and our statuses are right. Children inherit an
/// ignored SIGCHLD. The program is this test, started once more with an argument.
/// Holds: S11.
class tst_InheritedIgnore : public ProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void works_data();
    void works();
};

namespace Inside {

[[noreturn]] void fail(const char *what)
{
    std::puts(what);
    std::fflush(stdout);
    _exit(0);
}

void check(bool condition, const char *what)
{
    if (!condition)
        fail(what);
}

// Checks that the child is reaped although the test does not wait for it.
void checkGone(pid_t pid, const char *what)
{
    siginfo_t info;
    // Atomic, because in a forked copy ThreadSanitizer calls handlers at atomic operations.
    for (std::atomic<int> tries = 0; tries < 10'000; ++tries) {
        if (waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT) != 0)
            return;
        usleep(1000);
    }
    fail(what);
}

void checkOurs(int code)
{
    auto process = ForkFd::spawn(ProcessTest::child({"exit", std::to_string(code)}));
    check(process.has_value(), "a child of ours did not start");
    const auto info = process->wait(std::chrono::seconds(10));
    check(info.has_value(), "the end of a child of ours is missing");
    if (usesSigChld())
        check(info->reason == ForkFd::ExitInfo::Exited, "a status of ours is lost");
    check(info->reason == ForkFd::ExitInfo::Unknown || info->code == code, "a status of ours is wrong");
}

void checkStrangers()
{
    std::vector<pid_t> strangers;
    for (int i = 0; i < 50; ++i)
        strangers.push_back(spawnForeignChild({"exit", "1"}));
    for (const pid_t pid : strangers)
        checkGone(pid, "a foreign child became a zombie");
}

// Whether the child inherits an ignored SIGCHLD.
bool inheritsIgnore(bool isOurs)
{
    int ends[2];
    check(pipe2(ends, O_CLOEXEC) == 0, "pipe2");
    ForkFd::LaunchOptions options;
    options.fileDescriptors = {{1, ends[1]}};
    if (isOurs) {
        auto process = ForkFd::spawn(ProcessTest::child({"signals"}), options);
        check(process && process->wait(std::chrono::seconds(10)), "signals");
    } else {
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
        std::string program = FORKFD_TEST_CHILD;
        std::string word = "signals";
        char *argv[] = {program.data(), word.data(), nullptr};
        pid_t pid = -1;
        check(posix_spawn(&pid, program.c_str(), &actions, nullptr, argv, environ) == 0, "posix_spawn");
        posix_spawn_file_actions_destroy(&actions);
        checkGone(pid, "signals");
    }
    close(ends[1]);
    std::string text(4096, '\0');
    text.resize(
        static_cast<std::size_t>(std::max<ssize_t>(0, ::read(ends[0], text.data(), text.size()))));
    close(ends[0]);
    const auto position = text.find("SigIgn:");
    check(position != std::string::npos, "signals");
    return std::stoull(text.substr(position + 7), nullptr, 16) >> (SIGCHLD - 1) & 1;
}

// In a forked copy the handler finds no table. Then, before the handler looks at all children, another
// thread starts the copy's first child, and the child ends.
void checkFirstStartDuringTheHandler()
{
    isToBeHeld = true;
    std::optional<ForkFd::ExitInfo> info;
    std::thread starter([&info] {
        SigChldTest::changeMask(SIG_BLOCK);
        while (!isHeld) { }
        auto process = ForkFd::spawn(ProcessTest::child({"exit", "7"}));
        siginfo_t end;
        waitid(P_PID, static_cast<id_t>(process->pid()), &end, WEXITED | WNOWAIT);
        isHeld = false;
        info = process->wait(std::chrono::seconds(10));
    });
    raise(SIGCHLD);
    starter.join();
    check(info && info->reason == ForkFd::ExitInfo::Exited && info->code == 7,
          "a forked copy has lost the status of its first child");
}

int run(const std::string &how)
{
    alarm(120);
    const bool isInherited = inheritsIgnore(false);
    auto living = ForkFd::spawn(ProcessTest::child({"sleep"}));
    check(living.has_value(), "a child of ours did not start");
    // As after `old = signal(SIGCHLD, SIG_DFL)`, but no sweep can see SIG_DFL.
    if (how == "restored")
        std::signal(SIGCHLD, SigChldAction::current().sa_handler);
    checkOurs(3);
    checkStrangers();
    check(inheritsIgnore(true) == isInherited, "a child of ours inherits something else");

    SigChldTest::changeMask(SIG_BLOCK);
    checkOurs(4);
    checkStrangers();
    living->sendSignal(SIGKILL);
    check(living->wait(std::chrono::seconds(10)).has_value(), "the end of a child of ours is missing");
    // The sweeper must go on although none of our children lives: no handler gets the signals. The test
    // waits longer than an idle library thread lives, which is two seconds.
    usleep(2'500'000);
    checkStrangers();
    SigChldTest::changeMask(SIG_UNBLOCK);
    checkStrangers();

    int ends[2];
    check(pipe2(ends, O_CLOEXEC) == 0, "pipe2");
    const pid_t copy = fork();
    if (copy == 0) {
        checkStrangers();
#ifdef FORKFD_TEST_INTERPOSES
        if (usesSigChld())
            checkFirstStartDuringTheHandler();
#endif
        check(::write(ends[1], "x", 1) == 1, "write");
        _exit(0);
    }
    close(ends[1]);
    char end = 0;
    check(::read(ends[0], &end, 1) == 1, "a forked copy did not come to its end");
    close(ends[0]);
    checkGone(copy, "a forked copy became a zombie");
    return 0;
}

// Signals coalesce, so that a few zombies may stay. One child at a time leaves none. A child that ended
// before is not reaped.
int runIgnoredLater(pid_t older)
{
    check(ForkFd::spawn(ProcessTest::child({"exit", "0"})).has_value(), "a child of ours did not start");
    for (int i = 0; i < 20; ++i)
        checkGone(spawnForeignChild({"exit", "1"}), "a foreign child became a zombie");
    checkOurs(5);
    check(waitpid(older, nullptr, 0) == older, "an older zombie was reaped");
    return 0;
}

// A filter that refuses pidfd_open and allows CLONE_PIDFD, as Docker's did before 20.10. After a child
// that is watched by number, children with pidfds did not inherit an ignored SIGCHLD.
int runWithBothBackends()
{
    setenv("FORKFD_BACKEND", "auto", 1);
    if (!refuse({{SYS_pidfd_open, EPERM}, {SYS_pidfd_send_signal, EPERM}}))
        return 0; // This system has no filters.
    check(inheritsIgnore(true), "the first child does not inherit the disposition");
    const int numbered =
        ForkFdTest::startChild(Starter::Spawn, ForkFd::FFD_CLOEXEC, nullptr, {"exit", "0"});
    check(ForkFdTest::wait(numbered) == "exited 0", "a child that is watched by number did not exit");
    check(inheritsIgnore(true), "a later child does not inherit the disposition");
    return 0;
}

} // namespace Inside

void tst_InheritedIgnore::works_data()
{
    QTest::addColumn<QString>("how");
    QTest::newRow("SIG_IGN") << "ignored";
    QTest::newRow("SIG_IGN, with both backends") << "both";
    QTest::newRow("SIG_IGN, put back with signal()") << "restored";
    QTest::newRow("SIG_IGN, set after the first start") << "later";
    QTest::newRow("SA_NOCLDWAIT") << "nocldwait";
    QTest::newRow("SA_NOCLDWAIT with a handler") << "handler";
}

void tst_InheritedIgnore::works()
{
    QFETCH(QString, how);
    if (isUnderThreadSanitizer && how == QLatin1String("later"))
        QSKIP("ThreadSanitizer delays signals, and then does not tell which child has ended.");
    ForkFd::Command command;
    command.argv = {QCoreApplication::applicationFilePath().toStdString(), "inside", how.toStdString()};
    QCOMPARE(outputOf(command), QByteArray());
}

int main(int argc, char **argv)
{
    if (argc != 3 || argv[1] != std::string("inside"))
        return SigChldTest::run<tst_InheritedIgnore>(argc, argv);
    const std::string how = argv[2];
    if (how == "later") {
        SigChldTest::changeMask(SIG_UNBLOCK);
        Inside::checkOurs(3);
        const pid_t older = spawnForeignChild({"exit", "1"});
        siginfo_t end;
        waitid(P_PID, static_cast<id_t>(older), &end, WEXITED | WNOWAIT);
        std::signal(SIGCHLD, SIG_IGN);
        return Inside::runIgnoredLater(older);
    }
    if (how == "ignored" || how == "restored" || how == "both") {
        if (SigChldAction::current().sa_handler != SIG_IGN) { // Not inherited yet.
            std::signal(SIGCHLD, SIG_IGN);
            SigChldTest::changeMask(SIG_UNBLOCK);
            execv(argv[0], argv);
        }
        return how == "both" ? Inside::runWithBothBackends() : Inside::run(how);
    }
    const SigChldAction action(how == "handler" ? [](int) {} : SIG_DFL, SA_NOCLDWAIT | SA_RESTART);
    SigChldTest::changeMask(SIG_UNBLOCK);
    return Inside::run(how);
}
#include "tst_inheritedignore.moc"
