// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// forkfd-live [--object] COMMAND [ARGUMENT...]
//
// Prints each line of the command when it arrives, and how the command ended. Stops it at the line
// "stop". With --object it uses a ChildProcess, otherwise run().

#include <ForkFd/run.h>

#include <QtCore/QCoreApplication>
#include <QtCore/QFutureWatcher>
#include <QtCore/QPromise>
#include <QtCore/QTimer>

#include <cstddef>
#include <cstdio>

using ForkFd::ChildProcess;
using ForkFd::RunOptions;
using ForkFd::RunResult;

class Window : public QObject
{
public:
    Window() { stopAsked.start(); }

    void show(const QByteArray &line)
    {
        const QByteArray text = "> " + line + '\n';
        std::fwrite(text.constData(), 1, static_cast<std::size_t>(text.size()), stdout);
        std::fflush(stdout); // Standard output may be a pipe.
        if (line == "stop" && !stopAsked.future().isFinished())
            stopAsked.finish();
    }

    // NOLINTNEXTLINE(readability-convert-member-functions-to-static): a real window is an object.
    void close(const QString &end, bool isComplete)
    {
        std::printf("%s, output %s\n", qPrintable(end), isComplete ? "complete" : "incomplete");
        QCoreApplication::quit();
    }

    QPromise<void> stopAsked;
};

static void runInWindow(Window &window, const QString &program, const QStringList &arguments)
{
    RunOptions options;
    options.context = &window;
    options.onLine = [&window](ChildProcess::ProcessChannel, const QByteArray &line) {
        window.show(line);
    };
    options.stopWhen = window.stopAsked.future();
    auto *watcher = new QFutureWatcher<RunResult>(&window);
    QObject::connect(watcher, &QFutureWatcherBase::finished, &window, [&window, watcher] {
        const RunResult result = watcher->result();
        window.close(ForkFd::endText(result), result.outputComplete);
    });
    watcher->setFuture(ForkFd::run(program, arguments, options));
}

static void showLines(Window &window, ChildProcess &child)
{
    for (const auto channel : {ChildProcess::StandardOutput, ChildProcess::StandardError}) {
        while (child.hasLine(channel))
            window.show(child.takeLine(channel));
    }
}

static void startInWindow(Window &window, ChildProcess &child, const QString &program,
                          const QStringList &arguments)
{
    const auto show = [&window, &child] {
        showLines(window, child);
        if (window.stopAsked.future().isFinished())
            child.stop();
    };
    QObject::connect(&child, &ChildProcess::channelReadyRead, &window, show);
    QObject::connect(&child, &ChildProcess::ended, &window, [&window, &child] {
        showLines(window, child); // The last line may be unfinished.
        window.close(child.endText(), child.outputComplete());
    });
    child.start(program, arguments);
}

int main(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    QStringList words = QCoreApplication::arguments().mid(1);
    const bool usesObject = words.value(0) == QStringLiteral("--object");
    if (usesObject)
        words.removeFirst();
    if (words.isEmpty())
        return 125;
    const QString program = words.takeFirst();
    Window window;
    ChildProcess child;
    // quit() has no effect before exec(), and a start may fail at once.
    QTimer::singleShot(0, &window, [&] {
        if (usesObject)
            startInWindow(window, child, program, words);
        else
            runInWindow(window, program, words);
    });
    return QCoreApplication::exec();
}
