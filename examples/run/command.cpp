// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "command.h"

#include "options.h"
#include "report.h"
#include "signalpipe.h"

#include <QtCore/QEventLoop>
#include <QtCore/QFileInfo>
#include <QtCore/QSocketNotifier>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <optional>
#include <vector>

#include <sys/types.h>
#include <unistd.h>
#if __has_include(<sys/prctl.h>)
#include <sys/prctl.h>
#endif

using ForkFd::ChildProcess;

namespace {

/// The command, and what reaches it.
class RunningCommand
{
public:
    explicit RunningCommand(const Options &options);
    QString describe();
    /// Returns when the command has ended and, if it was stopped with its tree, the tree has, too.
    void run(const SignalPipe &pipe);
    const ChildProcess &process() const { return m_process; }
    const Start &start() const { return m_start; }

private:
    void passSignals(const SignalPipe &pipe);
    void pass(const SignalPipe::Signal &signal);
    void stopTree(const SignalPipe::Signal &signal);
    bool hasReachedCommand(const SignalPipe::Signal &signal) const;
    void suspend();
    bool isOver() const;
    void leaveIfOver();

    const Options &m_options;
    ChildProcess m_process;
    QEventLoop m_loop;
    Start m_start;
    std::optional<SignalPipe::Signal> m_stopRequest;
    bool m_hasEnded = false;
    bool m_hasTreeEnded = false;
};

bool isIgnored(int signal)
{
    struct sigaction action = {};
    return ::sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

RunningCommand::RunningCommand(const Options &options)
    : m_options(options)
{
    m_process.setProcessChannelMode(ChildProcess::ForwardedChannels);
    m_process.setInputChannelMode(ChildProcess::ForwardedInputChannel);
    m_process.setTimeLimit(options.timeLimit);
    m_process.setStopGrace(options.grace);
    m_process.setStopSignal(options.stopSignal);
    if (isIgnored(SIGPIPE)) // As if the command ran without us.
        m_process.setUnixProcessParameters(ChildProcess::UnixProcessFlag::IgnoreSigPipe);
    QObject::connect(&m_process, &ChildProcess::started, &m_loop,
                     [this] { m_start.pid = m_process.processId(); });
    QObject::connect(&m_process, &ChildProcess::ended, &m_loop, [this] {
        m_hasEnded = true;
        leaveIfOver();
    });
    if (options.reachesTree) {
        m_process.setSignalScope(ChildProcess::SignalScope::Tree);
        QObject::connect(&m_process, &ChildProcess::treeEnded, &m_loop, [this] {
            m_hasTreeEnded = true;
            leaveIfOver();
        });
    }
    if (options.diesWithParent) {
        ForkFd::LaunchOptions launchOptions;
        launchOptions.dieWithParent = !options.reachesTree;
        launchOptions.treeDiesWithParent = options.reachesTree;
        m_process.setLaunchOptions(launchOptions);
    }
}

QString RunningCommand::describe()
{
    m_process.setProgram(m_options.program);
    m_process.setArguments(m_options.arguments);
    return m_process.describe();
}

void RunningCommand::run(const SignalPipe &pipe)
{
    QSocketNotifier notifier(pipe.descriptor(), QSocketNotifier::Read);
    QObject::connect(&notifier, &QSocketNotifier::activated, &m_process,
                     [this, &pipe] { passSignals(pipe); });
    ForkFd::LaunchOptions launchOptions = m_process.launchOptions();
    launchOptions.signalMask = pipe.previousMask(); // As if the command ran without us.
    m_process.setLaunchOptions(launchOptions);
    m_process.start(m_options.program, m_options.arguments);
    if (!isOver())
        m_loop.exec();
}

// What a stop leaves of a tree is not left behind: the keeper ends it.
bool RunningCommand::isOver() const
{
    const bool waitsForTree =
        m_options.reachesTree && m_process.stopStage() != ChildProcess::StopStage::None;
    return m_hasEnded && (m_hasTreeEnded || !waitsForTree);
}

void RunningCommand::leaveIfOver()
{
    if (isOver())
        m_loop.quit();
}

// The command shares our terminal and our group, to which it may send a signal, as kill(1) 0 does. But a
// terminal that hangs up tells only the leader of its session.
bool RunningCommand::hasReachedCommand(const SignalPipe::Signal &signal) const
{
    if (signal.isFromTerminal)
        return signal.number != SIGHUP || ::getsid(0) != ::getpid();
    return signal.sender > 0 && signal.sender == m_process.processId();
}

void RunningCommand::passSignals(const SignalPipe &pipe)
{
    while (const std::optional<SignalPipe::Signal> signal = pipe.next()) {
        if (signal->number == SIGTSTP)
            suspend();
        else if (m_options.reachesTree || !hasReachedCommand(*signal))
            pass(*signal);
    }
}

void RunningCommand::pass(const SignalPipe::Signal &signal)
{
    const bool isMessage = signal.number == SIGUSR1 || signal.number == SIGUSR2;
    if (!m_options.reachesTree)
        m_process.sendSignal(signal.number);
    else if (!isMessage)
        stopTree(signal);
    else if (const qint64 number = m_process.processId(); number > 0)
        ::kill(static_cast<pid_t>(number), signal.number); // Its descendants expect no such signal.
}

// The second request does not wait for the grace.
void RunningCommand::stopTree(const SignalPipe::Signal &signal)
{
    if (m_stopRequest && signal.repeats(*m_stopRequest))
        return;
    m_stopRequest = m_stopRequest.value_or(signal);
    if (m_process.stopStage() != ChildProcess::StopStage::None) {
        m_process.kill();
        return;
    }
    m_process.setStopSignal(signal.number);
    m_process.stop();
}

// Stops this process as Ctrl-Z does, until it is told to continue. Not with SIGSTOP: the kernel ignores
// SIGTSTP where no shell could continue this process.
void suspendThisProcess()
{
    struct sigaction ours = {};
    struct sigaction standard = {};
    standard.sa_handler = SIG_DFL;
    ::sigaction(SIGTSTP, &standard, &ours);
    ::raise(SIGTSTP);
    ::sigaction(SIGTSTP, &ours, nullptr);
}

// A tree has no terminal that would suspend it.
void RunningCommand::suspend()
{
    m_process.sendSignal(SIGSTOP);
    suspendThisProcess();
    m_process.sendSignal(SIGCONT);
}

// Returns false with errno.
bool dieWithOurParent()
{
#ifdef PR_SET_PDEATHSIG
    const pid_t parent = ::getppid();
    if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
        return false;
    errno = ESRCH;
    return ::getppid() == parent; // It may have died just before.
#else
    errno = ENOTSUP;
    return false;
#endif
}

int fail(const char *what)
{
    std::fprintf(stderr, "forkfd-run: %s: %s\n", what, qPrintable(qt_error_string(errno)));
    return Failed;
}

// So that Ctrl-C ends a loop of a shell, as if the command ran without us.
void dieOfInterrupt(const ChildProcess &process)
{
    if (process.exitInfo().signal != SIGINT || process.timeLimitExceeded())
        return;
    struct sigaction standard = {};
    standard.sa_handler = SIG_DFL;
    ::sigaction(SIGINT, &standard, nullptr);
    ::raise(SIGINT);
}

// The search skips such files, and does not tell that there was one.
bool isInPathWithoutPermission(const QString &name)
{
    if (name.contains(QLatin1Char('/')))
        return false;
    const QStringList folders = qEnvironmentVariable("PATH").split(QLatin1Char(':'), Qt::SkipEmptyParts);
    return std::any_of(folders.begin(), folders.end(), [&name](const QString &folder) {
        const QFileInfo file(folder + QLatin1Char('/') + name);
        return file.isFile() && !file.isExecutable();
    });
}

} // namespace

void describeCommand(const Options &options)
{
    std::fputs(qPrintable(RunningCommand(options).describe()), stdout);
}

int exitCodeOf(const ChildProcess &process)
{
    if (const ForkFd::StartError error = process.startError(); error.step) {
        const bool isProgram = error.step == "exec" || error.step == "program";
        const bool isFound = error.step == "exec"
            && (error.errorCode != ENOENT || isInPathWithoutPermission(process.program()));
        return isProgram ? (isFound ? CannotExecute : NotFound) : Failed;
    }
    const ForkFd::ExitInfo info = process.exitInfo();
    // As with timeout(1), 128 + 9 tells that the stop signal was not enough.
    if (process.timeLimitExceeded() && info.signal != SIGKILL)
        return TimedOut;
    switch (info.reason) {
    case ForkFd::ExitInfo::Exited:
        return info.code;
    case ForkFd::ExitInfo::Signaled:
        return 128 + info.signal;
    case ForkFd::ExitInfo::Unknown:
        break;
    }
    return Failed;
}

int runCommand(const Options &options)
{
    if (options.diesWithParent && !dieWithOurParent())
        return fail("--die-with-parent");
    Report report;
    if (!report.open(options))
        return fail(options.outputFile);
    std::vector<int> numbers = {SIGINT, SIGTERM, SIGQUIT, SIGHUP, SIGUSR1, SIGUSR2};
    if (options.reachesTree)
        numbers.push_back(SIGTSTP);
    const SignalPipe pipe(numbers);
    if (pipe.descriptor() < 0)
        return fail("pipe");
    RunningCommand command(options);
    command.run(pipe);
    report.write(command.process(), command.start());
    dieOfInterrupt(command.process());
    return exitCodeOf(command.process());
}
