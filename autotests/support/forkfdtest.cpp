// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "forkfdtest.h"

#include "forkedcopy.h"

#include <QtCore/QDeadlineTimer>
#include <QtCore/QFile>

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

struct ExecArguments
{
    char *const *argv;
    int standardInput;
};

// Runs in the child between fork and exec: async-signal-safe calls only.
int execute(void *token)
{
    const auto *arguments = static_cast<const ExecArguments *>(token);
    if (arguments->standardInput >= 0)
        ::dup2(arguments->standardInput, STDIN_FILENO);
    ::execv(arguments->argv[0], arguments->argv);
    return 127;
}

int spawnProgram(int flags, pid_t *ppid, const ExecArguments &arguments)
{
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    if (arguments.standardInput >= 0)
        posix_spawn_file_actions_adddup2(&actions, arguments.standardInput, STDIN_FILENO);
    const int ffd =
        ForkFd::spawnfd(flags, ppid, arguments.argv[0], &actions, nullptr, arguments.argv, nullptr);
    const int savedErrno = errno;
    posix_spawn_file_actions_destroy(&actions);
    errno = savedErrno;
    return ffd;
}

int startBy(Starter starter, int flags, pid_t *ppid, ExecArguments arguments)
{
    switch (starter) {
    case Starter::VFork:
        return ForkFd::vforkfd(flags, ppid, execute, &arguments);
    case Starter::Spawn:
        return spawnProgram(flags, ppid, arguments);
    case Starter::RealFork:
        flags |= ForkFd::FFD_USE_FORK;
        break;
    case Starter::Fork:
        break;
    }
    const int ffd = ForkFd::forkfd(flags, ppid);
    if (ffd == ForkFd::FFD_CHILD_PROCESS)
        ::_exit(execute(&arguments));
    return ffd;
}

} // namespace

Leash::Leash()
{
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, m_ends) != 0)
        qFatal("no socket");
}

Leash::~Leash()
{
    ::close(m_ends[1]);
    ::close(m_ends[0]);
}

void Leash::end()
{
    ::shutdown(m_ends[1], SHUT_WR);
}

bool Leash::takeAnswer()
{
    char byte;
    return ::recv(m_ends[1], &byte, sizeof byte, MSG_DONTWAIT) == sizeof byte;
}

void ForkFdTest::addStarterRows()
{
    QTest::addColumn<Starter>("starter");
    QTest::newRow("forkfd") << Starter::Fork;
    QTest::newRow("forkfd with FFD_USE_FORK") << Starter::RealFork;
    QTest::newRow("vforkfd") << Starter::VFork;
    QTest::newRow("spawnfd") << Starter::Spawn;
}

int ForkFdTest::startChild(Starter starter, int flags, pid_t *ppid,
                           const std::vector<std::string> &words, int standardInput)
{
    std::vector<std::string> strings = {FORKFD_TEST_CHILD};
    strings.insert(strings.end(), words.begin(), words.end());
    std::vector<char *> argv;
    for (std::string &string : strings)
        argv.push_back(string.data());
    argv.push_back(nullptr);
    return startBy(starter, flags, ppid, {argv.data(), standardInput});
}

int ForkFdTest::startOnLeash(Starter starter, const Leash &leash, int code, int flags, pid_t *ppid)
{
    return startChild(starter, flags, ppid, {"echo", "exit", std::to_string(code)}, leash.childsEnd());
}

int ForkFdTest::startAnswering(Starter starter, const Leash &leash, pid_t *ppid)
{
    return startChild(starter, ForkFd::FFD_CLOEXEC, ppid, {"echo", "write", "1", "0"},
                      leash.childsEnd());
}

bool ForkFdTest::livesUntilTheEndOf(Leash &leash, pid_t pid)
{
    leash.end();
    return eventually([pid] { return !exists(pid); }) && leash.takeAnswer();
}

int ForkFdTest::startEnding(const std::vector<std::string> &words)
{
    return startChild(Starter::Spawn, ForkFd::FFD_CLOEXEC, nullptr, words);
}

QByteArray ForkFdTest::toText(const ForkFd::forkfd_info &info)
{
    const char *how = info.code == CLD_EXITED ? "exited "
        : info.code == CLD_KILLED             ? "killed "
        : info.code == CLD_DUMPED             ? "dumped "
                                              : "strange ";
    return how + QByteArray::number(info.status);
}

QByteArray ForkFdTest::wait(int ffd, int options)
{
    struct rusage untouched;
    std::memset(&untouched, 0x5a, sizeof untouched);
    struct rusage usage = untouched;
    ForkFd::forkfd_info info = {-7, -8};
    errno = EDOM;
    const int result = ForkFd::forkfd_wait4(ffd, &info, options, &usage);
    const int error = errno;
    if (result == 0)
        return error == EDOM ? toText(info) : QByteArray("errno has changed");
    if (result != -1 || info.code != -7 || info.status != -8
        || std::memcmp(&usage, &untouched, sizeof usage) != 0)
        return "an out-parameter has changed";
    return ::strerrorname_np(error);
}

bool ForkFdTest::becomesReadable(int fd)
{
    const QDeadlineTimer deadline(10000);
    pollfd entry = {fd, POLLIN, 0};
    // SIGCHLD interrupts poll().
    while (::poll(&entry, 1, static_cast<int>(deadline.remainingTime())) < 0 && errno == EINTR) { }
    return (entry.revents & POLLIN) != 0;
}

bool ForkFdTest::exists(pid_t pid)
{
    return ::kill(pid, 0) == 0;
}

bool ForkFdTest::isInPoll(pid_t thread)
{
    QFile file(QStringLiteral("/proc/self/task/%1/syscall").arg(thread));
    if (!file.open(QIODevice::ReadOnly))
        return false;
    const QByteArray number = file.readAll().split(' ').first();
#ifdef SYS_poll // Newer architectures have only the other.
    if (number == QByteArray::number(SYS_poll))
        return true;
#endif
    return number == QByteArray::number(SYS_ppoll);
}

QByteArray ForkFdTest::inCopy(const std::function<const char *()> &body)
{
    int report[2];
    if (::pipe2(report, O_CLOEXEC) != 0)
        return "no pipe";
    const pid_t pid = ::fork();
    if (pid == 0) {
        ::close(report[0]);
        if (const char *failure = body())
            ::_exit(::write(report[1], failure, std::strlen(failure)) > 0 ? 1 : 2);
        ::_exit(0);
    }
    ::close(report[1]);
    char text[256] = {};
    const ssize_t count = ::read(report[0], text, sizeof text - 1);
    ::close(report[0]);
    int status = 0;
    if (::waitpid(pid, &status, 0) != pid)
        return "the copy is lost";
    if (status != 0 && count <= 0)
        return "the copy ended with status " + QByteArray::number(status);
    return text;
}

void ForkFdTest::warmUp()
{
    ProcessTest::warmUp();
    // Close the descriptor of a running child. The library then opens all that it keeps for this case.
    pid_t pid = -1;
    const int ffd = startChild(Starter::Fork, ForkFd::FFD_CLOEXEC, &pid, {"sleep"});
    QVERIFY(ffd >= 0);
    QCOMPARE(ForkFd::forkfd_close(ffd), 0);
    ::kill(pid, SIGKILL);
    awaitLibrary();
}
