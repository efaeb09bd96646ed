// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "childprocesstest.h"
#include "forkedcopy.h"
#include "systemcallfilter.h"
#include "temporarychange.h"

#include <ForkFd/forkfd.h>
#include <ForkFd/run.h>

#include <QtCore/QFile>
#include <QtCore/QSet>

#include <cerrno>
#include <csignal>
#include <cstring>

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using ForkFd::ChildProcess;
using ForkFd::StartError;
using Refusals = std::vector<Refusal>;
using SignalScope = ChildProcess::SignalScope;

namespace {

constexpr int answers[] = {ENOSYS, EPERM, EACCES, EINVAL};

// Returns refusals of reads from all pipes of this process.
std::vector<Refusal> refusalsToReadPipes(int answer)
{
    std::vector<Refusal> refusals;
    for (int fd = STDERR_FILENO + 1; fd < 64; ++fd) {
        struct stat status = {};
        if (fstat(fd, &status) == 0 && S_ISFIFO(status.st_mode)
            && (fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDONLY)
            refusals.push_back({SYS_read, answer, ~0U, static_cast<unsigned>(fd), 0});
    }
    return refusals;
}

// Returns the eventfds of this process.
QSet<int> eventDescriptors()
{
    QSet<int> found;
    for (int fd = STDERR_FILENO + 1; fd < 64; ++fd) {
        const auto target = QFile::symLinkTarget(QStringLiteral("/proc/self/fd/%1").arg(fd));
        if (target.contains(u"eventfd"_s))
            found.insert(fd);
    }
    return found;
}

bool hasEnded(ChildProcess &process)
{
    return process.waitForFinished(60000);
}

} // namespace

/// The Qt class under filters; tst_refusals has the core. The table is docs/sandboxes.md.
/// Holds: B1, P5 (noWayToSignal).
class tst_RefusalsQt : public ChildProcessTest
{
    Q_OBJECT

protected:
    /// No warm-up: each forked copy asks the kernel itself.
    void warmUp() override { }

private Q_SLOTS:
    void initTestCase();
    void noWayToSignal_data();
    void noWayToSignal();
    void notAllowedToSignal_data();
    void notAllowedToSignal();
    void noPollSets_data();
    void noPollSets();
    void closingDescriptors_data();
    void closingDescriptors();
    void detached_data();
    void detached();
    void noReceiving();
    void noTellingTheEventLoop();
    void noReading_data();
    void noReading();
    void noQuietWriting_data();
    void noQuietWriting();
    void noAccess();
};

void tst_RefusalsQt::initTestCase()
{
    if (!hasSystemCallFilters())
        QSKIP("This system has no seccomp filters.");
}

void tst_RefusalsQt::noWayToSignal_data()
{
    QTest::addColumn<int>("answer");
    QTest::addColumn<SignalScope>("scope");
    for (const int answer : answers) {
        for (const auto scope : {SignalScope::Process, SignalScope::Group, SignalScope::Tree})
            QTest::addRow("%s, %s", strerror(answer), qPrintable(nameOf(scope))) << answer << scope;
    }
}

// kill(), stop() and the time limit once had no effect.
void tst_RefusalsQt::noWayToSignal()
{
    QFETCH(int, answer);
    QFETCH(SignalScope, scope);
    const QByteArray result = inRefusedCopy({{SYS_pidfd_send_signal, answer}}, [scope]() -> QByteArray {
        QByteArray all;
        ChildProcess process;
        process.setSignalScope(scope);
        process.start(childProgram(), words("sleep"));
        process.kill();
        all += hasEnded(process) ? "killed, " : "not killed, ";
        process.setTimeLimit(std::chrono::milliseconds(1));
        process.setStopGrace(std::chrono::milliseconds(1));
        process.start(childProgram(), words("ignore 15 sleep"));
        all += hasEnded(process) ? "stopped" : "not stopped";
        return all;
    });
    QCOMPARE(result, "killed, stopped");
}

void tst_RefusalsQt::notAllowedToSignal_data()
{
    QTest::addColumn<Refusals>("refusals");
    QTest::newRow("by the kernel") << Refusals{};
    QTest::newRow("by the kernel and a filter") << Refusals{{SYS_pidfd_send_signal, EPERM}};
}

// The child has another identity: the kernel refuses, and a second try by number changes nothing.
void tst_RefusalsQt::notAllowedToSignal()
{
    QFETCH(Refusals, refusals);
    if (geteuid() != 0)
        QSKIP("Only root has children that it may lose.");
    const QByteArray result = inForkedCopy([&]() -> QByteArray {
        ChildProcess process;
        process.start(childProgram(), words("echo"));
        becomeOrdinaryUser();
        if (!refuse(refusals))
            return "no filter";
        const QByteArray answer = process.sendSignal(SIGTERM) ? "sent" : strerror(errno);
        process.closeWriteChannel();
        return answer + (hasEnded(process) ? ", ended" : ", runs");
    });
    QCOMPARE(result, "Operation not permitted, ended");
}

void tst_RefusalsQt::noPollSets_data()
{
    QTest::addColumn<Refusals>("refusals");
    for (const int answer : answers) {
        QTest::addRow("no set: %s", strerror(answer)) << Refusals{{SYS_epoll_create1, answer}};
        QTest::addRow("no members: %s", strerror(answer)) << Refusals{{SYS_epoll_ctl, answer}};
        QTest::addRow("no new members: %s", strerror(answer))
            << Refusals{{SYS_epoll_ctl, answer, ~0U, EPOLL_CTL_ADD, 1}};
    }
}

// Without epoll(7) the threads that wait for many children, and kill them, use poll(2).
void tst_RefusalsQt::noPollSets()
{
    QFETCH(Refusals, refusals);
    const QByteArray result = inRefusedCopy(refusals, [&]() -> QByteArray {
        QByteArray all;
        {
            ChildProcess process;
            process.setStopGrace(std::chrono::milliseconds(1));
            process.setDestructionPolicy(ChildProcess::DestructionPolicy::Stop);
            process.start(childProgram(), words("ignore 15 sleep"));
        }
        const auto run = ForkFd::run(childProgram(), words("args hello")).result();
        all += run.standardOutput + text(run.startError);
        return all + (eventually([] { return !hasChildren(); }) ? "collected" : "left");
    });
    QCOMPARE(result, "hello\ncollected");
}

void tst_RefusalsQt::closingDescriptors_data()
{
    QTest::addColumn<Refusals>("refusals");
    for (const int answer : answers) {
        QTest::addRow("close_range: %s", strerror(answer)) << Refusals{{SYS_close_range, answer}};
        QTest::addRow("and /proc: %s", strerror(answer))
            << Refusals{{SYS_close_range, answer}, {SYS_getdents64, answer}};
    }
}

// The soft limit bounds the number of the next descriptor, but not the numbers of open ones.
void tst_RefusalsQt::closingDescriptors()
{
    QFETCH(Refusals, refusals);
    const QByteArray result = inForkedCopy([&]() -> QByteArray {
        dup2(STDERR_FILENO, 500);
        dup2(STDERR_FILENO, 900);
        const TemporaryLimit lowered(RLIMIT_NOFILE, 256);
        if (!refuse(refusals))
            return "no filter";
        ChildProcess process;
        process.setUnixProcessParameters(ChildProcess::UnixProcessFlag::CloseFileDescriptors);
        const bool listsItself = refusals.size() == 1;
        process.start(childProgram(), listsItself ? words("fds") : words("eof 500 eof 900 args closed"));
        process.waitForFinished();
        return process.readAll().trimmed();
    });
    QCOMPARE(result, refusals.size() == 1 ? "0 1 2" : "closed");
}

void tst_RefusalsQt::detached_data()
{
    QTest::addColumn<int>("answer");
    QTest::addColumn<QByteArray>("outcome");
    QTest::newRow("refused") << EPERM << QByteArray("started");
    QTest::newRow("out of memory") << ENOMEM << QByteArray("clone: Cannot allocate memory");
    // The start once reported ENOMEM, whatever mmap(2) had reported.
    QTest::newRow("out of locked memory")
        << EAGAIN << QByteArray("clone: Resource temporarily unavailable");
}

void tst_RefusalsQt::detached()
{
    QFETCH(int, answer);
    if (isUnderThreadSanitizer || !FORKFD_TEST_HAS_VFORK)
        QSKIP("The library needs no stack there.");
    const QByteArray result =
        inRefusedCopy({{SYS_mmap, answer, MAP_NORESERVE, MAP_NORESERVE, 3}}, []() -> QByteArray {
            ChildProcess process;
            process.setProgram(childProgram());
            process.setArguments(words("exit 0"));
            return process.startDetached() ? "started" : text(process.startError());
        });
    QTEST(result, "outcome");
}

// The fault walker found that a child at the gate exited with 125, as if its program had.
void tst_RefusalsQt::noReceiving()
{
    const QByteArray result = inRefusedCopy({{SYS_recvfrom, EPERM}}, []() -> QByteArray {
        QByteArray all;
        ChildProcess process;
        process.setChildProcessModifier([] {});
        for (const QString &program : {childProgram(), u"/no/such/program"_s}) {
            process.start(program, words("exit 3"));
            all += hasEnded(process) ? text(process.exitInfo()) : text(process.startError());
            all += "; ";
        }
        return all;
    });
    QVERIFY2(result.startsWith("exited with code 3; exec: No such file or directory"),
             result.constData());
}

// The filter comes after the eventfd is open. Each later start once stayed Starting, because the event
// loop was not woken.
void tst_RefusalsQt::noTellingTheEventLoop()
{
    if (FORKFD_TEST_PORTABLE)
        QSKIP("There are no eventfds whose write(2) a filter can refuse.");
    const QByteArray result = inForkedCopy([]() -> QByteArray {
        const QSet<int> before = eventDescriptors();
        ChildProcess process;
        const auto startAndServe = [&process] {
            process.start(childProgram(), words("exit 3"));
            return QTest::qWaitFor([&] { return process.state() == ChildProcess::NotRunning; }, 60000);
        };
        if (!startAndServe())
            return "the first was not served";
        std::vector<Refusal> refusals;
        const QSet<int> fresh = eventDescriptors() - before;
        for (const int fd : fresh)
            refusals.push_back({SYS_write, EPERM, ~0U, static_cast<unsigned>(fd), 0});
        if (refusals.empty() || !refuse(refusals))
            return "nothing is refused";
        return startAndServe() && startAndServe() ? text(process.exitInfo()) : "not served";
    });
    QCOMPARE(result, "exited with code 3");
}

void tst_RefusalsQt::noReading_data()
{
    QTest::addColumn<bool>("isAtTheEnd");
    QTest::newRow("while it runs") << false;
    QTest::newRow("the rest at its end") << true;
}

// The fault walker found that the output was lost without a ReadError.
void tst_RefusalsQt::noReading()
{
    QFETCH(bool, isAtTheEnd);
    const QByteArray result = inForkedCopy([isAtTheEnd]() -> QByteArray {
        ChildProcess process;
        QByteArray all;
        connect(&process, &ChildProcess::errorOccurred, [&](auto error) {
            all += nameOf(error).toLatin1() + ' ' + process.errorString().toLatin1() + ", ";
        });
        process.setProcessChannelMode(ChildProcess::MergedChannels);
        process.start(childProgram(), words("echo write 5 1 exit 3"));
        process.waitForStarted();
        if (!refuse(refusalsToReadPipes(EIO)))
            return "no filter";
        process.closeWriteChannel();
        siginfo_t info;
        if (isAtTheEnd)
            waitid(P_PID, static_cast<id_t>(process.processId()), &info, WEXITED | WNOWAIT);
        all += hasEnded(process) ? QByteArray::number(process.exitCode()) : "not finished";
        return all;
    });
    QCOMPARE(result, "ReadError Error reading from process, 3");
}

void tst_RefusalsQt::noQuietWriting_data()
{
    QTest::addColumn<int>("answer");
    QTest::newRow("before Linux 6.18") << EOPNOTSUPP;
    for (const int answer : answers)
        QTest::newRow(strerror(answer)) << answer;
}

// The data arrives, and a write to a child that has closed its input does not end this program.
void tst_RefusalsQt::noQuietWriting()
{
    QFETCH(int, answer);
    const auto write = []() -> QByteArray {
        std::signal(SIGPIPE, SIG_DFL);
        ChildProcess process;
        process.start(childProgram(), words("echo"));
        process.write(QByteArray(200000, 'x'));
        process.closeWriteChannel();
        QByteArray all =
            hasEnded(process) ? QByteArray::number(process.readAll().size()) : "not finished";
        process.start(childProgram(), words("leave 0 write 1 1 sleep"));
        process.waitForReadyRead();
        process.write("unread input");
        process.waitForBytesWritten();
        return all + ", " + nameOf(process.error()).toLatin1();
    };
    QCOMPARE(inRefusedCopy({{SYS_pwritev2, answer}}, write), "200000, WriteError");
}

// Filters that are older than faccessat2(2) (Linux 5.8) answer EPERM. Once the start then reported that
// the directory could not be entered.
void tst_RefusalsQt::noAccess()
{
    const auto start = []() -> QByteArray {
        ChildProcess process;
        process.setWorkingDirectory(u"/"_s);
        process.start(u"no-such-program"_s);
        return QByteArray::fromStdString(process.startError().toString());
    };
    QCOMPARE(inRefusedCopy({{SYS_faccessat2, EPERM}}, start),
             "exec: no-such-program: No such file or directory");
}

QTEST_GUILESS_MAIN(tst_RefusalsQt)
#include "tst_refusals_qt.moc"
