// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "forkedcopy.h"
#include "rungrefusals.h"
#include "runtest.h"
#include "sharedmemory.h"
#include "testpipe.h"

#include <ForkFd/forkfd.h>

#include <QtCore/QFile>
#include <QtCore/QTemporaryDir>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <ctime>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

using ForkFd::StartError;

namespace {

/// A copy of the helper program that another process holds open for writing until letGo().
class BusyProgram
{
public:
    BusyProgram()
    {
        QFile::copy(QStringLiteral(FORKFD_TEST_CHILD), path());
        m_holder = fork();
        if (m_holder == 0)
            hold();
        m_reports.read();
    }
    ~BusyProgram()
    {
        kill(m_holder, SIGKILL);
        waitpid(m_holder, nullptr, 0);
    }
    BusyProgram(const BusyProgram &) = delete;
    BusyProgram &operator=(const BusyProgram &) = delete;

    QString path() const { return m_directory.filePath(QStringLiteral("program")); }
    ForkFd::Command command(const std::string &code) const
    {
        return {{path().toStdString(), "exit", code}};
    }

    /// Returns when the holder has closed the file. Async-signal-safe: a child may call it.
    void letGo() const
    {
        char byte = 0;
        while (write(m_orders.writeEnd(), &byte, 1) < 0 && errno == EINTR) { }
        while (read(m_reports.readEnd(), &byte, 1) < 0 && errno == EINTR) { }
    }

private:
    // The first order makes it close the file. It answers every order.
    [[noreturn]] void hold() const
    {
        const QByteArray name = QFile::encodeName(path());
        const int file = open(name.constData(), O_WRONLY | O_CLOEXEC);
        char byte = 0;
        while (write(m_reports.writeEnd(), &byte, 1) == 1 && read(m_orders.readEnd(), &byte, 1) == 1)
            close(file);
        _exit(0);
    }

    QTemporaryDir m_directory;
    TestPipe m_orders;
    TestPipe m_reports;
    pid_t m_holder = -1;
};

/// What a start does in its pauses.
enum class InPause {
    Sleep,
    SleepLonger, ///< 50 times as long.
    LetGo, ///< In the first one it lets the program go.
    Stall ///< The first one never ends.
};

/// Looks after the pauses of the starts in its scope, in this thread and in every child.
class PauseWatch
{
public:
    explicit PauseWatch(InPause inPause, const BusyProgram *program = nullptr)
        : m_inPause(inPause)
        , m_program(program)
    {
        current = this;
        isStarting = true;
    }
    ~PauseWatch()
    {
        current = nullptr;
        isStarting = false;
    }
    PauseWatch(const PauseWatch &) = delete;
    PauseWatch &operator=(const PauseWatch &) = delete;

    int count() const { return *m_count; }

    // Also runs in the child between clone and exec. Returns how many times as long a pause is.
    static int notice()
    {
        const bool isOfStart = current && (isStarting || getpid() != current->m_process);
        return isOfStart ? current->noticeHere() : 1;
    }

private:
    int noticeHere() const
    {
        const bool isFirst = ++*m_count == 1;
        while (isFirst && m_inPause == InPause::Stall)
            pause();
        if (isFirst && m_inPause == InPause::LetGo)
            m_program->letGo();
        return m_inPause == InPause::SleepLonger ? 50 : 1;
    }

    static inline const PauseWatch *current = nullptr;
    static inline thread_local bool isStarting = false;

    const InPause m_inPause;
    const BusyProgram *const m_program;
    const pid_t m_process = getpid();
    const SharedMemory<std::atomic<int>> m_count;
};

QByteArray endOf(Process &process)
{
    process.waitForFinished(-1);
    return process.startError().step ? ProcessTest::text(process.startError())
                                     : ProcessTest::text(process.exitInfo());
}

QByteArray startObject(const BusyProgram &program, Process::StartMode mode, bool forks)
{
    Process process;
    process.setStartMode(mode);
    if (forks)
        process.setChildProcessModifier([] {});
    process.start(program.path(), {u"exit"_s, u"3"_s});
    return endOf(process);
}

QByteArray detach(const BusyProgram &program, bool forks)
{
    Process process;
    if (forks)
        process.setChildProcessModifier([] {});
    process.setProgram(program.path());
    process.setArguments({u"exit"_s, u"3"_s});
    return process.startDetached() ? "exited with code 3" : ProcessTest::text(process.startError());
}

QByteArray startByLibc(const BusyProgram &program)
{
    const QByteArray path = QFile::encodeName(program.path());
    char *const argv[] = {const_cast<char *>(path.data()), const_cast<char *>("exit"),
                          const_cast<char *>("3"), nullptr};
    const int ffd =
        ForkFd::spawnfd(ForkFd::FFD_CLOEXEC, nullptr, path.data(), nullptr, nullptr, argv, nullptr);
    if (ffd < 0)
        return ProcessTest::text(StartError{"exec", errno});
    ForkFd::forkfd_info info = {};
    ForkFd::forkfd_wait(ffd, &info, nullptr);
    ForkFd::forkfd_close(ffd);
    return "exited with code " + QByteArray::number(info.status);
}

} // namespace

// The pauses of the library are calls of this function.
extern "C" int nanosleep(const timespec *length, timespec *rest)
{
    constexpr long second = 1'000'000'000;
    const long total = PauseWatch::notice() * (length->tv_sec * second + length->tv_nsec);
    const timespec time = {total / second, total % second};
    return static_cast<int>(syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &time, rest));
}

/// A program that another thread's child still holds open for writing is started all the same.
/// Holds: L16.
class tst_BusyProgram : public RunTest
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void becomesFree_data() { addWays(); }
    void becomesFree();
    void becomesFreeOnRung_data();
    void becomesFreeOnRung();
    void interpreter();
    void staysBusy_data() { addWays(); }
    void staysBusy();
    void pausesRefused();
    void stoppedInPause();
    void freshPrograms();

private:
    static void addWays();
};

void tst_BusyProgram::initTestCase()
{
    const BusyProgram program;
    const QByteArray path = QFile::encodeName(program.path());
    char *const argv[] = {const_cast<char *>(path.data()), nullptr};
    pid_t pid = -1;
    if (posix_spawn(&pid, path.data(), nullptr, nullptr, argv, environ) != 0)
        return;
    waitpid(pid, nullptr, 0);
    QSKIP("This kernel executes programs that are open for writing, as Linux 6.11 does.");
}

using Start = QByteArray (*)(const BusyProgram &);

void tst_BusyProgram::addWays()
{
    using Mode = Process::StartMode;
    QTest::addColumn<Start>("start");
    const auto row = [](const char *name, Start start) { QTest::newRow(name) << start; };
    row("spawn", [](const BusyProgram &program) { return outcomeOf(program.command("3")); });
#if FORKFD_TEST_HAS_VFORK
    row("spawn, dieWithParent", [](const BusyProgram &program) {
        return outcomeOf(program.command("3"), {.dieWithParent = true});
    });
#endif
    row("start", [](const BusyProgram &program) { return startObject(program, Mode::Direct, false); });
    row("start, real fork",
        [](const BusyProgram &program) { return startObject(program, Mode::Direct, true); });
    row("start in the background",
        [](const BusyProgram &program) { return startObject(program, Mode::Background, false); });
    row("run", [](const BusyProgram &program) {
        return RunTest::endOf(ForkFd::run(program.path(), {u"exit"_s, u"3"_s}).result());
    });
    row("detached", [](const BusyProgram &program) { return detach(program, false); });
    row("detached, real fork", [](const BusyProgram &program) { return detach(program, true); });
    row("spawnfd", startByLibc);
}

void tst_BusyProgram::becomesFree()
{
    QFETCH(const Start, start);
    const BusyProgram program;
    const PauseWatch watch(InPause::LetGo, &program);
    QCOMPARE(start(program), "exited with code 3");
    QCOMPARE(watch.count(), 1);
}

void tst_BusyProgram::becomesFreeOnRung_data()
{
    QTest::addColumn<Refusals>("refusals");
    QTest::newRow("as the system can") << Refusals{};
    QTest::newRow("clone") << Refusals{noClone3};
    QTest::newRow("clone, then open") << Refusals{noClone3, noPidFd};
    QTest::newRow("copy") << Refusals{noClone3, noVFork};
    QTest::newRow("fork") << Refusals{noClone3, noVFork, noPidFd};
}

void tst_BusyProgram::becomesFreeOnRung()
{
    QFETCH(const Refusals, refusals);
    qputenv("ASAN_OPTIONS", "detect_leaks=0"); // The leak check calls clone(), which may be refused.
    const BusyProgram program;
    const QByteArray result = inRefusedCopy(refusals, [&program] {
        const PauseWatch watch(InPause::LetGo, &program);
        const QByteArray outcome = outcomeOf(program.command("3"));
        return outcome + ", pauses: " + QByteArray::number(watch.count());
    });
    if (result == "no filter")
        QSKIP("This system has no seccomp filters.");
    QCOMPARE(result, "exited with code 3, pauses: 1");
}

void tst_BusyProgram::interpreter()
{
    const BusyProgram program;
    const PauseWatch watch(InPause::LetGo, &program);
    const QTemporaryDir directory;
    QFile script(directory.filePath(u"script"_s));
    QVERIFY(script.open(QIODevice::WriteOnly));
    script.write("#!" + QFile::encodeName(program.path()) + " args\n");
    script.setPermissions(QFile::ReadOwner | QFile::ExeOwner);
    script.close();
    QCOMPARE(outputOf({{script.fileName().toStdString()}}), QFile::encodeName(script.fileName()) + '\n');
    QCOMPARE(watch.count(), 1);
}

void tst_BusyProgram::staysBusy()
{
    QFETCH(const Start, start);
    const BusyProgram program;
    const PauseWatch watch(InPause::Sleep, &program);
    const auto begin = std::chrono::steady_clock::now();
    QCOMPARE(start(program), text(StartError{"exec", ETXTBSY}));
    QVERIFY(std::chrono::steady_clock::now() - begin >= std::chrono::milliseconds(20));
    QVERIFY(watch.count() > 1);
}

void tst_BusyProgram::pausesRefused()
{
    const BusyProgram program;
    const Refusals refusals = {{SYS_clock_nanosleep, EPERM}, {SYS_nanosleep, EPERM}};
    const QByteArray result =
        inRefusedCopy(refusals, [&program] { return outcomeOf(program.command("3")); });
    if (result == "no filter")
        QSKIP("This system has no seccomp filters.");
    QCOMPARE(result, text(StartError{"exec", ETXTBSY}));
}

// The child has the program's signal mask while it waits.
void tst_BusyProgram::stoppedInPause()
{
    const BusyProgram program;
    const PauseWatch watch(InPause::Stall, &program);
    Process process;
    process.setStartMode(Process::StartMode::Background);
    process.start(program.path(), {});
    QVERIFY(eventually([&watch] { return watch.count() == 1; }));
    process.stop();
    QCOMPARE(::endOf(process), "killed by SIGTERM");
}

// Six threads write scripts and start them at once. Without a second attempt about one start in 100
// failed, with SIGCHLD one in 10. The pauses are longer here, because on a busy machine a child may get
// no processor for 20 ms.
void tst_BusyProgram::freshPrograms()
{
    const PauseWatch watch(InPause::SleepLonger);
    const QTemporaryDir directory;
    std::atomic<int> failures = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 6; ++i) {
        threads.emplace_back([&, i] {
            for (int round = 0; round < 200; ++round) {
                const QString name = directory.filePath(QString::number(i * 1000 + round));
                QFile file(name);
                if (!file.open(QIODevice::WriteOnly))
                    ++failures;
                file.write("#!/bin/sh\nexit 3\n");
                file.setPermissions(QFile::ReadOwner | QFile::ExeOwner);
                file.close();
                const QByteArray outcome = outcomeOf({{name.toStdString()}});
                if (outcome != "exited with code 3")
                    ++failures;
            }
        });
    }
    for (std::thread &thread : threads)
        thread.join();
    QCOMPARE(failures.load(), 0);
}

QTEST_GUILESS_MAIN(tst_BusyProgram)
#include "tst_busyprogram.moc"
