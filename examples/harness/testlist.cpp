// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "testlist.h"

#include "ctestfolder.h"
#include "duration.h"
#include "harnesserror.h"
#include "plaintext.h"
#include "qttestprograms.h"

#include <ForkFd/ChildProcess>

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QFileInfo>
#include <QtCore/QSet>

#include <cmath>
#include <cstdio>
#include <iterator>
#include <utility>

using namespace Qt::StringLiterals;

namespace {

HarnessError notUnderstood(const QString &value, const QString &property)
{
    return HarnessError(u"@%1 does not understand \"%2\""_s.arg(property, value));
}

double numberOf(const QString &value, const QString &property)
{
    bool isNumber = false;
    const double number = value.toDouble(&isNumber);
    if (!isNumber || !(number >= 0 && number <= 1e9))
        throw notUnderstood(value, property);
    return number;
}

int wholeNumberOf(const QString &value, const QString &property)
{
    const double number = numberOf(value, property);
    if (number != std::floor(number))
        throw notUnderstood(value, property);
    return static_cast<int>(number);
}

// A flag has no value.
bool flagOf(const QString &value, const QString &property)
{
    if (!value.isEmpty())
        throw notUnderstood(value, property);
    return true;
}

std::chrono::milliseconds durationOf(const QString &value, const QString &property)
{
    const std::optional<std::chrono::milliseconds> time = ::durationOf(value.toStdString());
    if (!time)
        throw notUnderstood(value, property);
    return *time;
}

void setProperty(Test &test, const QString &property, const QString &value)
{
    if (property == "name"_L1)
        test.name = value;
    else if (property == "directory"_L1)
        test.workingDirectory = value;
    else if (property == "labels"_L1)
        test.labels = value.split(u',', Qt::SkipEmptyParts);
    else if (property == "locks"_L1)
        test.locks = value.split(u',', Qt::SkipEmptyParts);
    else if (property == "after"_L1)
        test.after = value.split(u',', Qt::SkipEmptyParts);
    else if (property == "time-limit"_L1)
        test.timeLimit = durationOf(value, property);
    else if (property == "cost"_L1)
        test.cost = numberOf(value, property);
    else if (property == "processors"_L1)
        test.processors = std::max(1, wholeNumberOf(value, property));
    else if (property == "skip-code"_L1)
        test.skipCode = wholeNumberOf(value, property);
    else if (property == "serial"_L1)
        test.isSerial = flagOf(value, property);
    else if (property == "will-fail"_L1)
        test.isExpectedToFail = flagOf(value, property);
    else
        throw HarnessError(u"unknown property @%1"_s.arg(property));
}

// Takes NAME=value and @property=value from the front of the words.
void takeProperties(QStringList &words, Test &test)
{
    while (!words.isEmpty()) {
        const QString &word = words.constFirst();
        const qsizetype equals = word.indexOf(u'=');
        if (word.startsWith(u'@')) {
            setProperty(test, word.mid(1, equals < 0 ? -1 : equals - 1),
                        equals < 0 ? QString() : word.mid(equals + 1));
        } else if (equals > 0 && !QStringView(word).left(equals).contains(u'/')) {
            test.environmentChanges.insert(word.left(equals), word.mid(equals + 1));
        } else {
            return;
        }
        words.removeFirst();
    }
}

Test testOfLine(const QString &line)
{
    QStringList words = ForkFd::ChildProcess::splitCommand(line);
    Test test;
    takeProperties(words, test);
    if (words.isEmpty())
        throw HarnessError(u"no command"_s);
    if (test.name.isEmpty())
        test.name = words.join(u' ');
    test.program = words.takeFirst();
    test.arguments = words;
    return test;
}

QString contentOf(const QString &fileName)
{
    QFile file(fileName);
    const bool isOpen =
        fileName == "-"_L1 ? file.open(stdin, QIODevice::ReadOnly) : file.open(QIODevice::ReadOnly);
    if (!isOpen)
        throw HarnessError(u"%1: %2"_s.arg(fileName, file.errorString()));
    const QByteArray content = file.readAll();
    if (file.error() != QFile::NoError)
        throw HarnessError(u"%1: %2"_s.arg(fileName, file.errorString()));
    if (!content.isValidUtf8()) // Another program could run, or one with other arguments.
        throw HarnessError(fileName + ": not valid UTF-8"_L1);
    return QString::fromUtf8(content);
}

Test testOfProgram(const QString &program, const QStringList &arguments)
{
    Test test;
    test.name = program;
    // A file is meant, as with ctest, and no program of the PATH.
    test.program = QFileInfo(program).absoluteFilePath();
    test.arguments = arguments;
    return test;
}

void append(TestList &tests, TestList more)
{
    tests.insert(tests.end(), std::make_move_iterator(more.begin()),
                 std::make_move_iterator(more.end()));
}

// Of the tests that have none.
void setTimeLimit(TestList &tests, std::chrono::milliseconds limit)
{
    for (Test &test : tests)
        test.timeLimit = test.timeLimit.value_or(limit);
}

// Reports name tests, each in a line, so that each name has to be unique.
void makeNamesReportable(TestList &tests)
{
    QSet<QString> seen;
    for (Test &test : tests) {
        test.nameInFolder = oneLine(test.name);
        test.name = test.nameInFolder;
        for (int number = 2; seen.contains(test.name); ++number)
            test.name = u"%1 (%2)"_s.arg(test.nameInFolder, QString::number(number));
        seen.insert(test.name);
    }
}

} // namespace

TestList testsOfList(const QString &text, const QString &fileName)
{
    TestList tests;
    int number = 0;
    for (const QString &line : text.split(u'\n')) {
        ++number;
        const QString command = line.trimmed();
        if (command.isEmpty() || command.startsWith(u'#'))
            continue;
        try {
            tests.push_back(testOfLine(command));
        } catch (const HarnessError &error) {
            throw HarnessError(
                u"%1:%2: %3"_s.arg(fileName, QString::number(number), QString::fromUtf8(error.what())));
        }
    }
    return tests;
}

TestList readTests(const Options &options)
{
    TestList tests;
    for (const QString &folder : options.buildFolders) {
        TestList more = testsOfBuildFolder(folder, options.configuration);
        if (!options.isTimeLimitGiven)
            setTimeLimit(more, timeLimitOfBuildFolder(folder));
        append(tests, std::move(more));
    }
    for (const QString &file : options.listFiles)
        append(tests, testsOfList(contentOf(file), file));
    for (const QString &program : options.programs)
        tests.push_back(testOfProgram(program, options.programArguments));
    findQtTests(tests, options.qtTest);
    if (options.isPerFunction)
        tests = splitIntoFunctions(std::move(tests), options.jobs);
    makeNamesReportable(tests);
    return tests;
}
