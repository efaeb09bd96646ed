// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// forkfd-harness [OPTION...] [PROGRAM|BUILD-FOLDER]... [-- ARGUMENT...]
//
// Runs tests at the same time, each in a process of its own, and says how each ended.

#include "argumenttext.h"
#include "harnesserror.h"
#include "interruption.h"
#include "options.h"
#include "progress.h"
#include "report.h"
#include "screen.h"
#include "selection.h"
#include "session.h"
#include "standarddescriptors.h"
#include "summary.h"
#include "testlist.h"
#include "testtimes.h"

#include <QtCore/QCoreApplication>
#include <QtCore/QElapsedTimer>
#include <QtCore/QLoggingCategory>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <optional>

#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

enum ExitCode { AllPassed = 0, SomeFailed = 1, WrongUse = 2, NoTests = 4, SignalBase = 128 };

int listTests(const TestList &tests)
{
    for (const Test &test : tests)
        std::printf("%s\n", qUtf8Printable(test.name));
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
        throw HarnessError(u"standard output cannot be written"_s);
    return AllPassed;
}

// Returns the signal that has stopped the run; 0 if there was none.
int run(Session &session, std::chrono::milliseconds grace)
{
    const Interruption interruption([&session] { session.interrupt(); });
    if (!interruption.isListening())
        throw HarnessError(u"pipe: "_s + qt_error_string(errno));
    session.run();
    // The stopped tests end now, or are killed when their grace is over.
    ForkFd::ChildProcess::waitForStopped(grace + 1s);
    return interruption.signal();
}

// A report that cannot be written does not keep the others from being written.
void writeReports(const Session &session, std::chrono::nanoseconds time, const Options &options)
{
    std::optional<HarnessError> failure;
    const auto tryTo = [&failure](const auto &write) {
        try {
            write();
        } catch (const HarnessError &error) {
            failure = failure.value_or(error);
        }
    };
    const std::vector<TestResult> &results = session.results();
    tryTo([&] {
        writeReport(options.junitFile,
                    [&](QIODevice &device) { return writeJunit(device, results, time); });
    });
    tryTo([&] {
        writeReport(options.tapFile, [&](QIODevice &device) { return writeTap(device, results); });
    });
    writeTestTimes(options.buildFolders, results);
    if (failure)
        throw HarnessError(*failure);
}

int runTests(const TestList &tests, const Options &options)
{
    // Reports are written although the reader of the output has gone. The library resets this in the
    // tests.
    std::signal(SIGPIPE, SIG_IGN);
    Screen screen(options.usesStandardOutput() ? STDERR_FILENO : STDOUT_FILENO, options.color);
    Progress progress(options, screen);
    Session session(tests, options, progress);
    QElapsedTimer clock;
    clock.start();
    const int signal = run(session, options.grace);
    const auto time = std::chrono::nanoseconds(clock.nsecsElapsed());

    printSummary(session.results(), time, options, screen);
    writeReports(session, time, options);
    if (signal != 0)
        return SignalBase + signal;
    const bool hasFailure = std::any_of(session.results().begin(), session.results().end(),
                                        [](const auto &r) { return isFailure(r.outcome()); });
    return hasFailure ? SomeFailed : AllPassed;
}

// Not QCoreApplication::arguments(): Qt removes its own options, and changes arguments that are not
// UTF-8.
QStringList argumentsOf(char **argv)
{
    QStringList arguments;
    for (; *argv; ++argv) {
        const std::optional<QString> argument = textOfArgument(*argv);
        if (!argument)
            throw HarnessError(u"not valid UTF-8: "_s + QString::fromUtf8(*argv));
        arguments += *argument;
    }
    return arguments;
}

int runHarness(char **argv)
{
    const Options options = parseOptions(argumentsOf(argv));
    TestList tests = selectTests(readTests(options), options.filters, options.partition);
    if (options.onlyLists)
        return listTests(tests);
    if (tests.empty()) {
        std::fputs("forkfd-harness: there are no such tests\n", stderr);
        return NoTests;
    }
    readTestTimes(options.buildFolders, tests);
    return runTests(tests, options);
}

// So that Ctrl-C ends a loop of a shell, too. The tests have ended, and the reports are written.
void dieOfInterrupt()
{
    struct sigaction standard = {};
    standard.sa_handler = SIG_DFL;
    ::sigaction(SIGINT, &standard, nullptr);
    ::raise(SIGINT);
}

} // namespace

int main(int, char **argv)
{
    occupyStandardDescriptors();
    int ours = 1;
    const QCoreApplication application(ours, argv);
    QCoreApplication::setApplicationName(u"forkfd-harness"_s);
    QCoreApplication::setApplicationVersion(QStringLiteral(FORKFD_VERSION));
    // Where a tree can only be a group, the library warns; the man page says what follows from that.
    QLoggingCategory::setFilterRules(u"forkfd.childprocess.warning=false"_s);
    try {
        const int code = runHarness(argv);
        if (code == SignalBase + SIGINT)
            dieOfInterrupt();
        return code;
    } catch (const HarnessError &error) {
        std::fprintf(stderr, "forkfd-harness: %s\n", error.what());
        return WrongUse;
    }
}
