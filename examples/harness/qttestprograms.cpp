// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "qttestprograms.h"

#include <ForkFd/runqueue.h>

#include <QtCore/QFile>
#include <QtCore/QHash>

#include <chrono>

using namespace Qt::StringLiterals;

namespace {

// The names of the libraries that a program needs stand near its beginning.
bool isLinkedWithQtTest(const QString &program)
{
    constexpr qint64 searched = 1024 * 1024;
    QFile file(program);
    if (program.isEmpty() || !file.open(QIODevice::ReadOnly))
        return false;
    const QByteArray begin = file.read(searched);
    return begin.contains("libQt6Test.so") || begin.contains("libQt5Test.so");
}

ForkFd::RunOptions optionsOf(const Test &test)
{
    ForkFd::RunOptions options;
    options.workingDirectory = test.workingDirectory;
    options.environmentChanges = test.environmentChanges;
    options.timeLimit = std::chrono::minutes(1);
    options.signalScope = ForkFd::ChildProcess::SignalScope::Tree;
    options.launchOptions.treeDiesWithParentIfPossible = true;
    return options;
}

// "-functions" prints a line "name()" for each.
QStringList functionsIn(const ForkFd::RunResult &result)
{
    QStringList functions;
    if (result.startError.step || result.exitInfo.code != 0)
        return functions;
    for (const QByteArray &line : result.standardOutput.split('\n')) {
        if (line.endsWith("()"))
            functions += QString::fromUtf8(line.chopped(2));
    }
    return functions;
}

// None if the arguments of the test already name functions.
QStringList functionsToSplit(const Test &test, const ForkFd::RunResult &listing)
{
    QStringList functions = functionsIn(listing);
    for (const QString &argument : test.arguments) {
        if (functions.contains(argument.section(u':', 0, 0)))
            return {};
    }
    return functions;
}

Test functionOf(const Test &program, const QString &function)
{
    Test test = program;
    test.wholeName = program.name;
    test.name += "::"_L1 + function;
    test.arguments += function;
    test.cost = 0; // That of the whole program.
    return test;
}

} // namespace

void findQtTests(TestList &tests, QtTestMode mode)
{
    QHash<QString, bool> known; // Many tests may have the same program.
    for (Test &test : tests) {
        if (mode != QtTestMode::Auto || test.arguments.contains(u"-o"_s)) {
            test.isQtTest = mode == QtTestMode::Always;
            continue;
        }
        auto found = known.find(test.program);
        if (found == known.end())
            found = known.insert(test.program, isLinkedWithQtTest(test.program));
        test.isQtTest = *found;
    }
}

TestList splitIntoFunctions(TestList tests, int jobs)
{
    ForkFd::RunQueue queue(jobs);
    std::vector<QFuture<ForkFd::RunResult>> listings;
    for (const Test &test : tests) {
        listings.emplace_back();
        if (test.isQtTest && !test.isDisabled)
            listings.back() =
                queue.run(test.program, test.arguments + QStringList{u"-functions"_s}, optionsOf(test));
    }
    TestList functions;
    for (std::size_t i = 0; i < tests.size(); ++i) {
        const QStringList names = tests[i].isQtTest && !tests[i].isDisabled
            ? functionsToSplit(tests[i], listings[i].result())
            : QStringList();
        for (const QString &name : names)
            functions.push_back(functionOf(tests[i], name));
        if (names.isEmpty())
            functions.push_back(std::move(tests[i]));
    }
    return functions;
}
