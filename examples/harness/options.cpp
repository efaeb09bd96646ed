// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "options.h"

#include "duration.h"
#include "harnesserror.h"

#include <QtCore/QCommandLineParser>
#include <QtCore/QCoreApplication>
#include <QtCore/QFileInfo>
#include <QtCore/QThread>

#include <chrono>

using namespace Qt::StringLiterals;

namespace {

struct OptionText
{
    const char *names; ///< Separated by a space.
    const char *value; ///< Null: none.
    const char *text;
    const char *standard = nullptr;
};

constexpr std::chrono::hours maximumTime(20 * 24); // QTimer counts milliseconds in an int.

// The man page says more about each.
constexpr OptionText optionTexts[] = {
    {"C config", "NAME", "The configuration of the build folders."},
    {"f list-file", "FILE", "Read commands from FILE, one a line; - is standard input."},
    {"j jobs", "N", "Run N tests at the same time; by default as many as there are processors."},
    {"R include", "REGEX", "Only tests whose name matches."},
    {"E exclude", "REGEX", "No tests whose name matches."},
    {"L label", "REGEX", "Only tests with a label that matches."},
    {"exclude-label", "REGEX", "No tests with a label that matches."},
    {"filter", "EXPRESSION", "Only tests that are meant: label(stress) and not name(^tst_slow)."},
    {"partition", "PART", "Only a part of the tests: count:1/3 or hash:1/3."},
    {"group", "NAME=N:EXPRESSION", "At most N tests of this group at the same time."},
    {"retries", "N", "Repeat a test that fails, up to N times (0).", "0"},
    {"time-limit", "TIME", "The limit of tests that have none; 0: no limit (1500s).", "1500"},
    {"grace", "TIME", "The time from SIGTERM to SIGKILL (5s).", "5"},
    {"slow", "TIME", "Name tests that run longer, each time; 0: do not (60s).", "60"},
    {"fail-fast", nullptr, "Start no further test after a failure."},
    {"fail-leaky", nullptr, "A test that leaves processes behind has failed."},
    {"per-function", nullptr, "Run each function of a QtTest program in a process of its own."},
    {"qttest", "WHEN", "Which programs take QtTest's options: auto, always, never (auto).", "auto"},
    {"list", nullptr, "Print the names of the tests, and run none."},
    {"v verbose", nullptr, "On a terminal, name tests that pass, too."},
    {"q quiet", nullptr, "Name only tests that do not pass."},
    {"show", "WHICH", "Show the output of these tests: failed, all, none (failed).", "failed"},
    {"color", "WHEN", "Use colors: auto, always, never (auto).", "auto"},
    {"slowest", "N", "How many of the slowest tests the summary names (5).", "5"},
    {"junit", "FILE", "Write a report in JUnit's XML; - is standard output."},
    {"tap", "FILE", "Write a report in the Test Anything Protocol; - is standard output."},
};

[[noreturn]] void refuse(const QString &option, const QString &value)
{
    throw HarnessError(u"--%1 does not understand \"%2\""_s.arg(option, value));
}

int numberOf(const QString &option, const QString &text, int least)
{
    bool isNumber = false;
    const int number = text.toInt(&isNumber);
    if (!isNumber || number < least)
        refuse(option, text);
    return number;
}

std::chrono::milliseconds timeOf(const QString &option, const QString &text)
{
    const std::optional<std::chrono::milliseconds> time = durationOf(text.toStdString());
    if (!time || *time > maximumTime)
        refuse(option, text);
    return *time;
}

template<typename Enum>
Enum choiceOf(const QString &option, const QString &text,
              std::initializer_list<std::pair<const char *, Enum>> choices)
{
    for (const auto &[word, value] : choices) {
        if (text == QLatin1String(word))
            return value;
    }
    refuse(option, text);
}

Partition partitionOf(const QString &text)
{
    Partition partition;
    const qsizetype colon = text.indexOf(u':');
    const qsizetype slash = text.indexOf(u'/', colon + 1);
    if (colon < 0 || slash < 0)
        refuse(u"partition"_s, text);
    partition.kind = choiceOf<Partition::Kind>(u"partition"_s, text.left(colon),
                                               {{"count", Partition::Count}, {"hash", Partition::Hash}});
    partition.number = numberOf(u"partition"_s, text.mid(colon + 1, slash - colon - 1), 1);
    partition.count = numberOf(u"partition"_s, text.mid(slash + 1), partition.number);
    return partition;
}

Group groupOf(const QString &text)
{
    const qsizetype equals = text.indexOf(u'=');
    const qsizetype colon = text.indexOf(u':', equals + 1);
    if (equals < 0 || colon < 0)
        refuse(u"group"_s, text);
    return {text.left(equals), numberOf(u"group"_s, text.mid(equals + 1, colon - equals - 1), 1),
            parseFilter(text.mid(colon + 1))};
}

void addOptions(QCommandLineParser &parser)
{
    parser.setApplicationDescription(
        u"Runs tests, each in a process of its own, and says how each ended.\n"
        u"A BUILD-FOLDER is one of CMake; its tests are those of ctest. See forkfd-harness(1).\n"
        u"Defaults stand in parentheses. A TIME is a number of seconds, or numbers with units: 1m30s."_s);
    parser.addPositionalArgument(u"tests"_s, u"Programs and build folders."_s,
                                 u"[PROGRAM|BUILD-FOLDER]... [-- ARGUMENT...]"_s);
    for (const OptionText &option : optionTexts) {
        QCommandLineOption added(QString::fromLatin1(option.names).split(u' '));
        added.setDescription(QString::fromLatin1(option.text));
        if (option.value)
            added.setValueName(QString::fromLatin1(option.value));
        if (option.standard)
            added.setDefaultValue(QString::fromLatin1(option.standard));
        parser.addOption(added);
    }
    parser.addOptions(
        {{{u"h"_s, u"help"_s}, u"Print this help."_s}, {u"version"_s, u"Print the version."_s}});
}

void readFilters(const QCommandLineParser &parser, Options &options)
{
    for (const QString &pattern : parser.values(u"include"_s))
        options.filters += nameFilter(pattern);
    for (const QString &pattern : parser.values(u"exclude"_s))
        options.filters += negationOf(nameFilter(pattern));
    for (const QString &pattern : parser.values(u"label"_s))
        options.filters += labelFilter(pattern);
    for (const QString &pattern : parser.values(u"exclude-label"_s))
        options.filters += negationOf(labelFilter(pattern));
    for (const QString &expression : parser.values(u"filter"_s))
        options.filters += parseFilter(expression);
    if (parser.isSet(u"partition"_s))
        options.partition = partitionOf(parser.value(u"partition"_s));
    for (const QString &group : parser.values(u"group"_s))
        options.groups += groupOf(group);
}

void readRunning(const QCommandLineParser &parser, Options &options)
{
    const auto time = [&](const QString &name) { return timeOf(name, parser.value(name)); };
    options.jobs = parser.isSet(u"jobs"_s) ? numberOf(u"jobs"_s, parser.value(u"jobs"_s), 1)
                                           : QThread::idealThreadCount();
    options.retries = numberOf(u"retries"_s, parser.value(u"retries"_s), 0);
    options.timeLimit = time(u"time-limit"_s);
    options.isTimeLimitGiven = parser.isSet(u"time-limit"_s);
    options.grace = time(u"grace"_s);
    options.slowTime = time(u"slow"_s);
    options.failsFast = parser.isSet(u"fail-fast"_s);
    options.failsLeaky = parser.isSet(u"fail-leaky"_s);
    options.isPerFunction = parser.isSet(u"per-function"_s);
    options.qtTest = choiceOf<QtTestMode>(
        u"qttest"_s, parser.value(u"qttest"_s),
        {{"auto", QtTestMode::Auto}, {"always", QtTestMode::Always}, {"never", QtTestMode::Never}});
}

void readPrinting(const QCommandLineParser &parser, Options &options)
{
    options.onlyLists = parser.isSet(u"list"_s);
    options.isVerbose = parser.isSet(u"verbose"_s);
    options.isQuiet = parser.isSet(u"quiet"_s);
    options.show = choiceOf<Show>(u"show"_s, parser.value(u"show"_s),
                                  {{"failed", Show::Failed}, {"all", Show::All}, {"none", Show::None}});
    options.color = choiceOf<ColorMode>(
        u"color"_s, parser.value(u"color"_s),
        {{"auto", ColorMode::Auto}, {"always", ColorMode::Always}, {"never", ColorMode::Never}});
    options.slowestCount = numberOf(u"slowest"_s, parser.value(u"slowest"_s), 0);
    options.junitFile = parser.value(u"junit"_s);
    options.tapFile = parser.value(u"tap"_s);
    if (options.junitFile == "-"_L1 && options.tapFile == "-"_L1)
        throw HarnessError(u"only one report can go to standard output"_s);
    if (!options.junitFile.isEmpty() && options.junitFile == options.tapFile)
        throw HarnessError(u"both reports would go to the same file"_s);
}

} // namespace

Options parseOptions(const QStringList &arguments)
{
    QCommandLineParser parser;
    addOptions(parser);
    const qsizetype dashes = arguments.indexOf(u"--"_s);
    if (!parser.parse(arguments.mid(0, dashes)))
        throw HarnessError(parser.errorText());
    if (parser.isSet(u"help"_s))
        parser.showHelp();
    if (parser.isSet(u"version"_s))
        parser.showVersion();

    Options options;
    if (dashes >= 0)
        options.programArguments = arguments.mid(dashes + 1);
    options.configuration = parser.value(u"config"_s);
    options.listFiles = parser.values(u"list-file"_s);
    for (const QString &argument : parser.positionalArguments())
        (QFileInfo(argument).isDir() ? options.buildFolders : options.programs).append(argument);
    if (options.listFiles.isEmpty() && options.buildFolders.isEmpty() && options.programs.isEmpty())
        throw HarnessError(u"name a program, a build folder or a list file; --help says more"_s);
    readFilters(parser, options);
    readRunning(parser, options);
    readPrinting(parser, options);
    return options;
}
