// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_EXAMPLES_OPTIONS_H
#define FORKFD_EXAMPLES_OPTIONS_H

#include "filter.h"

#include <QtCore/QList>
#include <QtCore/QStringList>

#include <chrono>

/// Tests of which only some run at the same time.
struct Group
{
    QString name;
    int limit = 1;
    Filter filter;
};

/// A part of the tests, for one of several machines.
struct Partition
{
    enum Kind { None, Count, Hash };
    Kind kind = None;
    int number = 1; ///< From 1 to `count`.
    int count = 1;
};

/// Which programs are QtTest programs.
enum class QtTestMode { Auto, Always, Never };

/// Of which tests the output is shown.
enum class Show { Failed, All, None };

enum class ColorMode { Auto, Always, Never };

/// What the user has asked for.
struct Options
{
    QStringList buildFolders;
    QString configuration;
    QStringList listFiles;
    QStringList programs;
    QStringList programArguments; ///< Of each program.

    QList<Filter> filters; ///< All of them have to match.
    Partition partition;
    QList<Group> groups;
    int jobs = 1;
    int retries = 0;
    std::chrono::milliseconds timeLimit{0}; ///< Of tests that have none; 0: none.
    bool isTimeLimitGiven = false; ///< It replaces that of a build folder.
    std::chrono::milliseconds grace{0};
    std::chrono::milliseconds slowTime{0}; ///< 0: no notices.
    bool failsFast = false;
    bool failsLeaky = false;
    bool isPerFunction = false;
    QtTestMode qtTest = QtTestMode::Auto;

    bool onlyLists = false;
    bool isVerbose = false;
    bool isQuiet = false;
    Show show = Show::Failed;
    ColorMode color = ColorMode::Auto;
    int slowestCount = 5;
    QString junitFile; ///< "-" is standard output, also below.
    QString tapFile;

    bool usesStandardOutput() const
    {
        return junitFile == QLatin1String("-") || tapFile == QLatin1String("-");
    }
};

/// Parses the command line. Prints the help or the version and exits if they are wanted. Throws
/// HarnessError.
Options parseOptions(const QStringList &arguments);

#endif
