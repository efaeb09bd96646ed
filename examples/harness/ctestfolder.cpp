// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "ctestfolder.h"

#include "ctestpattern.h"
#include "harnesserror.h"
#include "plaintext.h"

#include <ForkFd/run.h>

#include <QtCore/QFile>
#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>
#include <QtCore/QJsonObject>
#include <QtCore/QJsonValue>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <map>

using namespace Qt::StringLiterals;

namespace {

QStringList listOf(const QJsonValue &value)
{
    if (!value.isArray())
        return {value.toVariant().toString()};
    QStringList list;
    const QJsonArray array = value.toArray();
    for (const auto &element : array)
        list += element.toString();
    return list;
}

void setVariables(Test &test, const QStringList &variables)
{
    for (const QString &variable : variables) {
        const qsizetype equals = variable.indexOf(u'=');
        if (equals < 0) // ctest unsets it.
            test.environmentChanges.insert(variable, QVariant());
        else if (equals > 0)
            test.environmentChanges.insert(variable.left(equals), variable.mid(equals + 1));
    }
}

// The variable as the test has it so far; null if there is none.
QString valueOf(const Test &test, const QString &name)
{
    const auto found = test.environmentChanges.find(name);
    return found != test.environmentChanges.end() ? found->toString()
                                                  : qEnvironmentVariable(name.toLocal8Bit().constData());
}

QString joined(const QString &before, QChar separator, const QString &after)
{
    return before.isEmpty() ? after : before + separator + after;
}

// cmake-properties(7), ENVIRONMENT_MODIFICATION: NAME=operation:value. `environment` is the property
// ENVIRONMENT.
void modifyVariable(Test &test, const QVariantMap &environment, const QString &modification)
{
    const qsizetype equals = modification.indexOf(u'=');
    const qsizetype colon = modification.indexOf(u':', equals + 1);
    if (equals < 1 || colon < 0)
        return;
    const QString name = modification.left(equals);
    const QString operation = modification.mid(equals + 1, colon - equals - 1);
    const QString value = modification.mid(colon + 1);
    const QString current = valueOf(test, name);
    if (operation == "reset"_L1 && environment.contains(name))
        test.environmentChanges.insert(name, environment[name]);
    else if (operation == "reset"_L1)
        test.environmentChanges.remove(name);
    else if (operation == "unset"_L1)
        test.environmentChanges.insert(name, QVariant());
    else if (operation == "set"_L1)
        test.environmentChanges.insert(name, value);
    else if (operation == "string_append"_L1)
        test.environmentChanges.insert(name, current + value);
    else if (operation == "string_prepend"_L1)
        test.environmentChanges.insert(name, value + current);
    else if (operation == "path_list_append"_L1)
        test.environmentChanges.insert(name, joined(current, u':', value));
    else if (operation == "path_list_prepend"_L1)
        test.environmentChanges.insert(name, current.isEmpty() ? value : joined(value, u':', current));
    else if (operation == "cmake_list_append"_L1)
        test.environmentChanges.insert(name, joined(current, u';', value));
    else if (operation == "cmake_list_prepend"_L1)
        test.environmentChanges.insert(name, current.isEmpty() ? value : joined(value, u';', current));
    else
        throw HarnessError(u"test %1: unknown ENVIRONMENT_MODIFICATION %2"_s.arg(test.name, operation));
}

// A pattern that cannot be understood would match nothing, and a test would pass or fail for that.
void checkPatterns(const QString &test, const QStringList &patterns)
{
    for (const QString &pattern : patterns) {
        const QRegularExpression regex = ctestPattern(pattern);
        if (!regex.isValid())
            throw HarnessError(u"test %1: \"%2\" is no regular expression: %3"_s.arg(
                test, pattern, regex.errorString()));
    }
}

// Less than a millisecond is a limit, too, but 0 is none.
std::chrono::milliseconds millisecondsOf(double seconds)
{
    return std::chrono::milliseconds(std::llround(std::ceil(std::clamp(seconds, 0.0, 1e9) * 1000)));
}

// ctest would end some tests earlier, or let them fail.
void warnIfNotSupported(const Test &test, const QString &property)
{
    if (property == "TIMEOUT_AFTER_MATCH"_L1 || property == "TIMEOUT_SIGNAL_NAME"_L1)
        std::fprintf(stderr, "forkfd-harness: test %s: %s is not supported\n",
                     qPrintable(oneLine(test.name)), qPrintable(property));
}

using Setter = std::function<void(Test &, const QJsonValue &)>;

// The properties of cmake-properties(7) that change how a test is run and judged.
const std::map<QString, Setter> &setters()
{
    const auto flag = [](bool Test::*member) {
        return [member](Test &test, const QJsonValue &value) { test.*member = value.toBool(); };
    };
    const auto list = [](QStringList Test::*member) {
        return [member](Test &test, const QJsonValue &value) { test.*member = listOf(value); };
    };
    static const std::map<QString, Setter> table = {
        {u"COST"_s, [](Test &test, const QJsonValue &v) { test.cost = v.toVariant().toDouble(); }},
        {u"DEPENDS"_s, list(&Test::after)},
        {u"DISABLED"_s, flag(&Test::isDisabled)},
        {u"ENVIRONMENT"_s, [](Test &test, const QJsonValue &v) { setVariables(test, listOf(v)); }},
        {u"FAIL_REGULAR_EXPRESSION"_s, list(&Test::failPatterns)},
        {u"FIXTURES_CLEANUP"_s, list(&Test::fixturesCleanedUp)},
        {u"FIXTURES_REQUIRED"_s, list(&Test::fixturesRequired)},
        {u"FIXTURES_SETUP"_s, list(&Test::fixturesSetUp)},
        {u"LABELS"_s, list(&Test::labels)},
        {u"PASS_REGULAR_EXPRESSION"_s, list(&Test::passPatterns)},
        {u"PROCESSORS"_s,
         [](Test &test, const QJsonValue &v) { test.processors = std::max(1, v.toVariant().toInt()); }},
        {u"REQUIRED_FILES"_s, list(&Test::requiredFiles)},
        {u"RESOURCE_LOCK"_s, list(&Test::locks)},
        {u"RUN_SERIAL"_s, flag(&Test::isSerial)},
        {u"SKIP_REGULAR_EXPRESSION"_s, list(&Test::skipPatterns)},
        {u"SKIP_RETURN_CODE"_s,
         [](Test &test, const QJsonValue &v) { test.skipCode = v.toVariant().toInt(); }},
        {u"TIMEOUT"_s,
         [](Test &test, const QJsonValue &v) {
             test.timeLimit = millisecondsOf(v.toVariant().toDouble());
         }},
        {u"WILL_FAIL"_s, flag(&Test::isExpectedToFail)},
        {u"WORKING_DIRECTORY"_s,
         [](Test &test, const QJsonValue &v) { test.workingDirectory = v.toString(); }},
    };
    return table;
}

Test testOf(const QJsonObject &object)
{
    Test test;
    test.name = object.value("name"_L1).toString();
    test.arguments = listOf(object.value("command"_L1));
    test.program = test.arguments.takeFirst(); // Empty without a command.
    QStringList modifications;
    const QJsonArray properties = object.value("properties"_L1).toArray();
    for (const auto &element : properties) {
        const QJsonObject property = element.toObject();
        const QString name = property.value("name"_L1).toString();
        const auto setter = setters().find(name);
        if (setter != setters().end())
            setter->second(test, property.value("value"_L1));
        else if (name == "ENVIRONMENT_MODIFICATION"_L1)
            modifications = listOf(property.value("value"_L1));
        else
            warnIfNotSupported(test, name);
    }
    const QVariantMap environment = test.environmentChanges;
    for (const QString &modification : std::as_const(modifications))
        modifyVariable(test, environment, modification);
    for (const QStringList *patterns : {&test.passPatterns, &test.failPatterns, &test.skipPatterns})
        checkPatterns(test.name, *patterns);
    return test;
}

} // namespace

TestList testsOfJson(const QByteArray &json)
{
    // ctest first prints what it has against patterns.
    const QJsonDocument document = QJsonDocument::fromJson(json.mid(json.indexOf('{')));
    if (document["kind"_L1].toString() != "ctestInfo"_L1)
        throw HarnessError(u"ctest did not print its tests; is it older than 3.14?"_s);
    TestList tests;
    const QJsonArray array = document["tests"_L1].toArray();
    for (const auto &test : array)
        tests.push_back(testOf(test.toObject()));
    return tests;
}

std::chrono::milliseconds timeLimitOfBuildFolder(const QString &folder)
{
    QFile file(folder + "/DartConfiguration.tcl"_L1);
    if (file.open(QIODevice::ReadOnly)) {
        for (const QByteArray &line : file.readAll().split('\n')) {
            if (line.startsWith("TimeOut:"))
                return millisecondsOf(line.mid(line.indexOf(':') + 1).trimmed().toDouble());
        }
    }
    return std::chrono::seconds(1500);
}

TestList testsOfBuildFolder(const QString &folder, const QString &configuration)
{
    QStringList arguments = {u"--show-only=json-v1"_s};
    if (!configuration.isEmpty())
        arguments += {u"-C"_s, configuration};
    ForkFd::RunOptions options;
    options.workingDirectory = folder;
    const ForkFd::RunResult result = ForkFd::run(u"ctest"_s, arguments, options).result();
    if (result.startError.step || result.exitInfo.code != 0)
        throw HarnessError(u"ctest in %1: %2 %3"_s.arg(
            folder, ForkFd::endText(result), QString::fromUtf8(result.standardError.trimmed())));
    TestList tests = testsOfJson(result.standardOutput);
    for (Test &test : tests)
        test.folder = folder;
    return tests;
}
