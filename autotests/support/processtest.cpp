// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "processtest.h"

#include "forkedcopy.h"
#include "supervisor.h"
#include "testpipe.h"

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QTemporaryDir>

#include <algorithm>

// For each report, even a suppressed one, ThreadSanitizer looks up function names in these files, in any
// thread.
static bool isReadByThreadSanitizer(const QString &file)
{
    return isUnderThreadSanitizer
        && (file.endsWith(QLatin1String("/maps")) || file.contains(QLatin1String(".so"))
            || file.endsWith(QLatin1String(".debug"))
            || file == QFile::symLinkTarget(QStringLiteral("/proc/self/exe")));
}

ProcessState ProcessState::now()
{
    ProcessState state;
    const QStringList numbers =
        QDir(QStringLiteral("/proc/self/fd")).entryList(QDir::Files | QDir::System);
    for (const QString &number : numbers) {
        const QString target = QFile::symLinkTarget(QStringLiteral("/proc/self/fd/") + number);
        if (isReadByThreadSanitizer(target))
            continue;
        // Skip the descriptor of the listing itself.
        if (!target.isEmpty() && !target.endsWith(QLatin1String("/fd")))
            state.descriptors.insert(number.toInt(), target);
    }
    for (int signal = 1; signal < NSIG; ++signal) {
        struct sigaction action = {};
        sigaction(signal, nullptr, &action);
        QByteArray bytes(reinterpret_cast<const char *>(&action.sa_sigaction),
                         sizeof action.sa_sigaction);
        constexpr int restorer = 0x04000000; // Libc sets this flag once it has touched the signal.
        state.dispositions.append(bytes + QByteArray::number(action.sa_flags & ~restorer));
    }
    sigset_t mask;
    pthread_sigmask(SIG_SETMASK, nullptr, &mask);
    for (int signal = 1; signal < NSIG; ++signal)
        state.signalMask.append(sigismember(&mask, signal) == 1 ? '1' : '0');
    state.children = hasChildren() ? 1 : 0;
    return state;
}

QString ProcessState::differencesTo(const ProcessState &later) const
{
    QString text;
    for (auto it = later.descriptors.begin(); it != later.descriptors.end(); ++it) {
        if (!descriptors.contains(it.key()))
            text += QStringLiteral("descriptor %1 was left open: %2\n").arg(it.key()).arg(it.value());
    }
    for (auto it = descriptors.begin(); it != descriptors.end(); ++it) {
        if (!later.descriptors.contains(it.key()))
            text += QStringLiteral("descriptor %1 was closed: %2\n").arg(it.key()).arg(it.value());
    }
    // The SIGCHLD backend puts its handler back on top of the chain, each time with a new entry point.
    const bool ownsSigChld = qgetenv("FORKFD_BACKEND") == "sigchld";
    for (int signal = 1; signal < NSIG; ++signal) {
        if (signal == SIGCHLD && ownsSigChld)
            continue;
        if (dispositions[signal - 1] != later.dispositions[signal - 1])
            text += QStringLiteral("the disposition of signal %1 has changed\n").arg(signal);
    }
    if (signalMask != later.signalMask)
        text += QStringLiteral("the signal mask has changed\n");
    if (later.children != 0)
        text += QStringLiteral("a child was left, alive or a zombie\n");
    return text;
}

ForkFd::Command ProcessTest::child(std::initializer_list<std::string> words)
{
    ForkFd::Command command;
    command.argv.emplace_back(FORKFD_TEST_CHILD);
    command.argv.insert(command.argv.end(), words);
    return command;
}

QByteArray ProcessTest::outcomeOf(const ForkFd::Command &command, const ForkFd::LaunchOptions &options)
{
    ForkFd::StartError error;
    auto process = ForkFd::spawn(command, options, &error);
    if (!process)
        return text(error);
    return text(process->wait().value());
}

QByteArray ProcessTest::outputOf(const ForkFd::Command &command, ForkFd::LaunchOptions options)
{
    TestPipe output;
    options.fileDescriptors.push_back({STDOUT_FILENO, output.writeEnd()});
    ForkFd::StartError error;
    auto process = ForkFd::spawn(command, options, &error);
    if (!process)
        return text(error);
    output.closeWriteEnd();
    const QByteArray result = output.readAll();
    const ForkFd::ExitInfo info = process->wait().value();
    return info.reason == ForkFd::ExitInfo::Exited && info.code == 0 ? result : text(info);
}

QByteArray ProcessTest::text(const ForkFd::ExitInfo &info)
{
    return QByteArray::fromStdString(info.toString());
}

QByteArray ProcessTest::text(const ForkFd::StartError &error)
{
    return QByteArray::fromStdString(ForkFd::StartError{error.step, error.errorCode}.toString());
}

void ProcessTest::warmUp()
{
    leaveChild();
    awaitLibrary();
}

// Starts a child that no caller waits for. It still runs when its object goes, so the library has to
// reap it.
QMap<int, QString> ProcessTest::leaveChild()
{
    const auto before = ProcessState::now().descriptors;
    auto process = ForkFd::spawn(child({"sleep"}));
    if (!process)
        return {};
    QMap<int, QString> itsOwn;
    const auto now = ProcessState::now().descriptors;
    for (auto it = now.begin(); it != now.end(); ++it) {
        if (before.value(it.key()) != it.value() || it.key() == process->descriptor())
            itsOwn.insert(it.key(), it.value());
    }
    const pid_t pid = process->pid();
    process.reset();
    ::kill(pid, SIGKILL);
    return itsOwn;
}

// In milliseconds. On a busy machine QtTest's five seconds are not enough.
static constexpr int patience = 60'000;

// Runs no event loop, so that a forked copy may call it.
void ProcessTest::awaitLibrary()
{
    QVERIFY(eventually([] { return ProcessState::now().children == 0; }));
    // The keeper reaps a child before it closes the child's descriptors, and handles one child after the
    // other. When the descriptors of this last child are closed, those of all children are.
    const auto theLast = leaveChild();
    QVERIFY(!theLast.isEmpty());
    const auto areClosed = [&theLast] {
        const auto now = ProcessState::now().descriptors;
        return std::none_of(theLast.keyValueBegin(), theLast.keyValueEnd(),
                            [&now](const auto &one) { return now.value(one.first) == one.second; });
    };
    QVERIFY(eventually(areClosed));
}

void ProcessTest::init()
{
    if (!m_isWarm) {
        // Without a temporary directory, tests of programs and directories fail for a misleading reason.
        const QTemporaryDir directory;
        QVERIFY2(directory.isValid(), qPrintable(directory.errorString()));
        warmUp();
    }
    m_isWarm = true;
    QTRY_COMPARE_WITH_TIMEOUT(ProcessState::now().children, 0, patience);
    m_before = ProcessState::now();
    m_orphansBefore = Supervisor::livingOrphans();
}

// The living processes that the test function has started and whose parents have ended.
QStringList ProcessTest::newOrphans() const
{
    QStringList orphans = Supervisor::livingOrphans();
    orphans.removeIf([this](const QString &orphan) { return m_orphansBefore.contains(orphan); });
    return orphans;
}

void ProcessTest::cleanup()
{
    // The keeper may need a moment to reap a child that was left to it.
    QTRY_COMPARE_WITH_TIMEOUT(m_before.differencesTo(ProcessState::now()), QString(), patience);
    QTRY_COMPARE_WITH_TIMEOUT(newOrphans(), QStringList(), patience);
}
