// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "options.h"

#include "argumenttext.h"
#include "duration.h"
#include "signalname.h"

#include <cstdio>
#include <optional>

#include <getopt.h>

namespace {

enum LongOption { TimeLimit = 256, Grace, StopSignal, Tree, DieWithParent, Json, Append, Describe };

constexpr option longOptions[] = {
    {"time-limit", required_argument, nullptr, TimeLimit},
    {"grace", required_argument, nullptr, Grace},
    {"stop-signal", required_argument, nullptr, StopSignal},
    {"tree", no_argument, nullptr, Tree},
    {"die-with-parent", no_argument, nullptr, DieWithParent},
    {"json", no_argument, nullptr, Json},
    {"output", required_argument, nullptr, 'o'},
    {"append", no_argument, nullptr, Append},
    {"quiet", no_argument, nullptr, 'q'},
    {"describe", no_argument, nullptr, Describe},
    {"help", no_argument, nullptr, 'h'},
    {"version", no_argument, nullptr, 'V'},
    {nullptr, 0, nullptr, 0},
};

bool complain(const char *what, const char *text)
{
    std::fprintf(stderr, "forkfd-run: %s: %s\n", what, text);
    return false;
}

bool readDuration(const char *text, std::chrono::milliseconds &duration)
{
    const std::optional<std::chrono::milliseconds> read = durationOf(text);
    if (!read)
        return complain("not a duration such as 10s, 1m30s or 500ms", text);
    duration = *read;
    return true;
}

bool readSignal(const char *text, int &number)
{
    const std::optional<int> read = signalNumberOf(text);
    if (!read)
        return complain("not a signal such as TERM or 15", text);
    number = *read;
    return true;
}

bool readOption(int option, Options &options)
{
    switch (option) {
    case TimeLimit:
        return readDuration(optarg, options.timeLimit);
    case Grace:
        return readDuration(optarg, options.grace);
    case StopSignal:
        return readSignal(optarg, options.stopSignal);
    case Tree:
        options.reachesTree = true;
        return true;
    case DieWithParent:
        options.diesWithParent = true;
        return true;
    case Json:
        options.writesJson = true;
        return true;
    case Append:
        options.appends = true;
        return true;
    case Describe:
        options.describes = true;
        return true;
    case 'o':
        options.outputFile = optarg;
        return true;
    case 'q':
        options.isQuiet = true;
        return true;
    case 'h':
        options.showsHelp = true;
        return true;
    case 'V':
        options.showsVersion = true;
        return true;
    default:
        return false; // getopt_long() has said why.
    }
}

// ChildProcess takes text. A word that is none would reach the child as another one.
bool readCommand(char **words, Options &options)
{
    QStringList command;
    for (; *words; ++words) {
        const std::optional<QString> word = textOfArgument(*words);
        if (!word)
            return complain("not valid UTF-8", *words);
        command.push_back(*word);
    }
    options.hasCommand = !command.isEmpty();
    if (options.hasCommand)
        options.program = command.takeFirst();
    options.arguments = command;
    return true;
}

} // namespace

bool readOptions(int argc, char **argv, Options &options)
{
    // "+": the first word that is no option is the command. There is no other thread yet.
    // NOLINTNEXTLINE(concurrency-mt-unsafe)
    for (int option; (option = ::getopt_long(argc, argv, "+o:qhV", longOptions, nullptr)) != -1;) {
        if (!readOption(option, options)) {
            std::fputs("forkfd-run: try \"forkfd-run --help\"\n", stderr);
            return false;
        }
    }
    return readCommand(argv + optind, options);
}

void printHelp()
{
    std::fputs("Usage: forkfd-run [OPTION…] [--] COMMAND [ARGUMENT…]\n"
               "Runs COMMAND, reports how it ended, and exits as it did.\n"
               "\n"
               "      --time-limit TIME   stop the command after TIME, and exit with 124\n"
               "      --grace TIME        send SIGKILL so long after the stop signal (5s)\n"
               "      --stop-signal NAME  the signal that stops the command (TERM)\n"
               "      --tree              signals reach all that the command has started\n"
               "      --die-with-parent   kill the command when forkfd-run or its parent dies;\n"
               "                          with --tree, also all that it has started\n"
               "      --json              write the report as one line of JSON\n"
               "  -o, --output FILE       write the report to FILE, not to standard error\n"
               "      --append            do not empty that FILE first\n"
               "  -q, --quiet             write no report\n"
               "      --describe          print what would be run and how, for a bug report\n"
               "  -h, --help              print this text\n"
               "  -V, --version           print the version\n"
               "\n"
               "TIME is a number of seconds, or numbers with the units ms, s, m, h and d: 1m30s.\n"
               "Without any argument, forkfd-run shows five starts and how each ended.\n"
               "Exit status: that of COMMAND, 128 + the number of the signal that killed it,\n"
               "124 after the time limit, 125 if forkfd-run fails, 126 if COMMAND cannot be\n"
               "executed, 127 if it is not found. See forkfd-run(1).\n",
               stdout);
}
