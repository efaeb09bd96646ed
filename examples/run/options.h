// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_EXAMPLES_RUN_OPTIONS_H
#define FORKFD_EXAMPLES_RUN_OPTIONS_H

#include <QtCore/QString>
#include <QtCore/QStringList>

#include <chrono>
#include <csignal>

/// What the command line asks for.
struct Options
{
    std::chrono::milliseconds timeLimit{0}; ///< 0: no limit.
    std::chrono::milliseconds grace{5000};
    int stopSignal = SIGTERM;
    bool reachesTree = false;
    bool diesWithParent = false;
    bool writesJson = false;
    bool isQuiet = false;
    const char *outputFile = nullptr; ///< Null: standard error.
    bool appends = false;
    bool showsHelp = false;
    bool showsVersion = false;
    bool describes = false;
    bool hasCommand = false;
    QString program;
    QStringList arguments;
};

/// Reads the command line. Returns false after it has printed what is wrong.
bool readOptions(int argc, char **argv, Options &options);

void printHelp();

#endif
