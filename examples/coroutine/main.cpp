// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// forkfd-coroutine
//
// Runs programs one after another without callbacks; the event loop keeps running. Needs QCoro, and is
// built if CMake finds it.

#include <ForkFd/run.h>

#include <QCoroFuture>
#include <QCoroTask>

#include <QtCore/QCoreApplication>
#include <QtCore/QTimer>

#include <cstdio>

using ForkFd::RunResult;

static ForkFd::RunOptions withInput(const QByteArray &input)
{
    ForkFd::RunOptions options;
    options.input = input;
    return options;
}

// Awaits only named futures: GCC 12 destroys the temporaries of a co_await expression twice.
static QCoro::Task<> sortThreeWords()
{
    const QStringList arguments{QStringLiteral("c\\nb\\na\\n")};
    const auto printing = ForkFd::run(QStringLiteral("printf"), arguments);
    const RunResult words = co_await printing;

    const auto sorting = ForkFd::run(QStringLiteral("sort"), {}, withInput(words.standardOutput));
    const RunResult sorted = co_await sorting;
    std::fputs(sorted.standardOutput.constData(), stdout);

    const auto failing = ForkFd::run(QStringLiteral("/no/such/program"));
    const RunResult failed = co_await failing;
    std::puts(failed.startError.toString().c_str());
    QCoreApplication::quit();
}

int main(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    QTimer::singleShot(0, [] { sortThreeWords(); });
    return QCoreApplication::exec();
}
