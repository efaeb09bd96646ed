// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// forkfd-futures [COUNT]
//
// Runs a program for each number up to COUNT (default: 1000), at most eight at the same time, and adds
// up the numbers that they print. Fails if the sum is not COUNT * (COUNT + 1).

#include <ForkFd/runqueue.h>

#include <QtCore/QCoreApplication>

#include <cstdio>
#include <stdexcept>

using ForkFd::RunQueue;
using ForkFd::RunResult;

static qlonglong numberIn(const RunResult &result)
{
    if (result.startError.step)
        throw std::runtime_error(result.startError.toString());
    return result.standardOutput.trimmed().toLongLong();
}

static qlonglong zero(const std::exception &error)
{
    std::fprintf(stderr, "forkfd-futures: %s\n", error.what());
    return 0;
}

int main(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    const int count = argc > 1 ? QString::fromLocal8Bit(argv[1]).toInt() : 1000;
    int finishedCount = 0;
    qlonglong sum = 0;
    QObject context; // Lives in this thread, and so does the last continuation. The others do not.
    const auto add = [&](qlonglong number) {
        sum += number;
        if (++finishedCount == count)
            QCoreApplication::quit();
    };

    RunQueue queue(8);
    for (int i = 1; i <= count; ++i) {
        const QString script = QStringLiteral("echo $((%1 * 2))").arg(i);
        queue.run(QStringLiteral("sh"), {QStringLiteral("-c"), script})
            .then(numberIn)
            .onFailed(zero)
            .then(&context, add);
    }
    if (count > 0)
        QCoreApplication::exec();
    std::printf("%d programs, sum %lld\n", count, sum);
    return sum == qlonglong{count} * (count + 1) ? 0 : 1;
}
