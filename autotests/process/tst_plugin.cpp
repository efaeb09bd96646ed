// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "forkedcopy.h"
#include "sigchldhandler.h"

#include <QtCore/QFile>
#include <QtCore/QLoggingCategory>
#include <QtCore/QTemporaryDir>

#include <cstdlib>

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>

namespace {

std::atomic<int> callCount;

void countCall(int)
{
    ++callCount;
}

// Ends a forked copy that has failed, and its child, which would keep the test's output open.
[[noreturn]] void leave(pid_t child, int code)
{
    if (child > 0)
        kill(child, SIGKILL);
    _exit(code);
}

} // namespace

/// A plug-in with its own copy of the library is closed while its child runs. The code stays loaded for
/// the threads and the signal handler, and the program's own handler is called as before.
/// Holds: S13, S14.
class tst_Plugin : public SigChldTest
{
    Q_OBJECT

private Q_SLOTS:
    void isLoadedWithoutAnError();
    void isClosedWhileAChildRuns_data();
    void isClosedWhileAChildRuns();
    void isClosedBeforeItsFirstStart();
    void isClosedWhileADetachedProgramRuns();
    void takesTurnsWithTheProgram();
};

// dlerror() reported a function of newer libcs that the library had looked for.
void tst_Plugin::isLoadedWithoutAnError()
{
    const QByteArray result = inForkedCopy([]() -> QByteArray {
        // If the thread already has a record of errors, dlopen() discards the plug-in's errors there.
        dlsym(RTLD_DEFAULT, "noSuchFunction");
        dlerror();
        dlerror(); // Frees the record.
        if (!dlopen(FORKFD_TEST_PLUGIN, RTLD_NOW | RTLD_LOCAL))
            return "no plug-in";
        const char *error = dlerror();
        return error ? error : "no error";
    });
    QCOMPARE(result, "no error");
}

void tst_Plugin::isClosedWhileAChildRuns_data()
{
    QTest::addColumn<bool>("isDeleted");
    QTest::addColumn<bool>("isRelative");
    QTest::newRow("its file stays") << false << false;
    QTest::newRow("its file is deleted") << true << false;
    QTest::newRow("a relative name in another directory") << false << true;
}

// Libraries that Java loads may be deleted at once. Such a plug-in was unloaded under its threads.
void tst_Plugin::isClosedWhileAChildRuns()
{
    QFETCH(const bool, isDeleted);
    QFETCH(const bool, isRelative);
    if (isUnderAddressSanitizer)
        QSKIP("In a copy of the process the leak sanitizer takes what other threads hold for lost.");
    if (FORKFD_TEST_PORTABLE && (isDeleted || isRelative))
        QSKIP("POSIX does not tell which code is the program's.");
    const QTemporaryDir directory;
    const std::string file = directory.filePath("plugin").toStdString();
    QVERIFY(QFile::copy(QStringLiteral(FORKFD_TEST_PLUGIN), QString::fromStdString(file)));
    const std::string fifo = directory.filePath("fifo").toStdString();
    QCOMPARE(mkfifo(fifo.c_str(), 0600), 0);
    // The plug-in's copy of the library keeps threads and descriptors for good. So the test runs in a
    // forked copy.
    const pid_t copy = fork();
    if (copy != 0) {
        QCOMPARE(collectForeignChild(copy), 0);
        return;
    }

    const SigChldAction foreign(countCall);
    if (isRelative && chdir(directory.path().toStdString().c_str()) != 0)
        _exit(1);
    void *plugin = dlopen(isRelative ? "./plugin" : file.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!plugin)
        _exit(1);
    if ((isDeleted && unlink(file.c_str()) != 0) || (isRelative && chdir("/") != 0))
        _exit(1);
    const auto startChild = reinterpret_cast<pid_t (*)(const char *)>(dlsym(plugin, "startChild"));
    const pid_t pid = startChild(fifo.c_str());
    if (pid < 0 || dlclose(plugin) != 0)
        leave(pid, 2);
    // A plug-in with a static copy of the library stays loaded. With a shared library it may be
    // unloaded.
    Dl_info object;
    if (!FORKFD_TEST_SHARED && dladdr(reinterpret_cast<void *>(startChild), &object) == 0)
        leave(pid, 3);
    callCount = 0;
    close(open(fifo.c_str(), O_WRONLY | O_CLOEXEC));
    awaitEnd(pid);
    if (callCount != 1)
        leave(pid, 4);
    raise(SIGCHLD);
    if (callCount != 2)
        leave(pid, 5);
    // The plug-in's sweeper, if it has one, outlives it and reaps the child.
    const auto isReaped = [pid] {
        siginfo_t info;
        return waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT) != 0;
    };
    if (usesSigChld() && !eventually(isReaped))
        leave(pid, 6);
    exit(0); // Runs the destructors that dlclose() has not run.
}

// Qt read the name of the plug-in's logging category, which was no longer mapped.
void tst_Plugin::isClosedBeforeItsFirstStart()
{
    const QByteArray result = inForkedCopy([]() -> QByteArray {
        qInstallMessageHandler([](QtMsgType, const QMessageLogContext &, const QString &) {});
        void *plugin = dlopen(FORKFD_TEST_LOGPLUGIN, RTLD_NOW | RTLD_LOCAL);
        if (!plugin)
            return dlerror();
        reinterpret_cast<void (*)()>(dlsym(plugin, "misuse"))();
        dlclose(plugin);
        if (dlopen(FORKFD_TEST_LOGPLUGIN, RTLD_NOW | RTLD_NOLOAD))
            return "it stays loaded";
        QLoggingCategory::setFilterRules(QStringLiteral("forkfd.childprocess.debug=true"));
        return "the category is usable";
    });
    if (result == "it stays loaded")
        QSKIP("Something else keeps the plug-in loaded.");
    QCOMPARE(result, "the category is usable");
}

// The keeper of a plug-in that had only started a detached program ran code that was no longer mapped.
void tst_Plugin::isClosedWhileADetachedProgramRuns()
{
    if (FORKFD_TEST_PORTABLE)
        QSKIP("POSIX knows no subreapers.");
    const QTemporaryDir directory;
    const std::string fifo = directory.filePath("fifo").toStdString();
    QCOMPARE(mkfifo(fifo.c_str(), 0600), 0);
    const QByteArray result = inForkedCopy([&fifo]() -> QByteArray {
        prctl(PR_SET_CHILD_SUBREAPER, 1); // The program becomes a child of this process.
        void *plugin = dlopen(FORKFD_TEST_LOGPLUGIN, RTLD_NOW | RTLD_LOCAL);
        if (!plugin)
            return dlerror();
        const auto detach = reinterpret_cast<bool (*)(const char *)>(dlsym(plugin, "detach"));
        const bool isStarted = detach(fifo.c_str());
        dlclose(plugin);
        if (!isStarted)
            return "the program was not started";
        close(open(fifo.c_str(), O_WRONLY | O_CLOEXEC));
        return eventually([] { return !hasChildren(); }) ? "reaped" : "a zombie is left";
    });
    QCOMPARE(result, "reaped");
}

// Each copy once put its handler on top of the other's at each start and each sweep, up to 64 in all.
// Each SIGCHLD ran through all of them, and threads with small stacks crashed.
void tst_Plugin::takesTurnsWithTheProgram()
{
    const QByteArray result = inForkedCopy([]() -> QByteArray {
        void *plugin = dlopen(FORKFD_TEST_PLUGIN, RTLD_NOW | RTLD_LOCAL);
        if (!plugin)
            return dlerror();
        const auto runShell = reinterpret_cast<int (*)(const char *)>(dlsym(plugin, "runShell"));
        struct sigaction inTheMiddle = {};
        for (int turn = 1; turn <= 20; ++turn) {
            auto ours = ForkFd::spawn(child({"exit", "4"}));
            if (!ours || ours->wait()->code != 4 || runShell("exit 5") != 5)
                return "wrong exit code";
            if (turn == 10)
                inTheMiddle = SigChldAction::current();
        }
        if (SigChldAction::current().sa_sigaction != inTheMiddle.sa_sigaction)
            return "one more handler";
        return "as before";
    });
    QCOMPARE(result, "as before");
}

int main(int argc, char **argv)
{
    return SigChldTest::run<tst_Plugin>(argc, argv);
}
#include "tst_plugin.moc"
