// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// forkfd-run [OPTION…] [--] COMMAND [ARGUMENT…]   runs the command and reports how it ended
// forkfd-run                                      runs a few children and shows how each ended

#include "command.h"
#include "options.h"
#include "standarddescriptors.h"
#include "tour.h"

#include <QtCore/QCoreApplication>

#include <cstdio>
#include <memory>

namespace {

void ignoreMessage(QtMsgType, const QMessageLogContext &, const QString &)
{
}

// Qt removes words that it knows from the arguments, and warns of a locale such as C, which is usual in
// a cron job. Neither concerns the command.
std::unique_ptr<QCoreApplication> makeApplication(char **argv)
{
    static int ours = 1; // clazy:exclude=non-pod-global-static
    const QtMessageHandler usual = qInstallMessageHandler(ignoreMessage);
    auto application = std::make_unique<QCoreApplication>(ours, argv);
    qInstallMessageHandler(usual);
    return application;
}

// A full disk is no success.
int finish()
{
    if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0)
        return 0;
    std::fputs("forkfd-run: standard output cannot be written\n", stderr);
    return Failed;
}

} // namespace

int main(int argc, char **argv)
{
    occupyStandardDescriptors();
    Options options;
    if (!readOptions(argc, argv, options))
        return Failed;
    if (options.showsHelp) {
        printHelp();
        return finish();
    }
    if (options.showsVersion) {
        std::puts("forkfd-run " FORKFD_RUN_VERSION);
        if (!options.describes)
            return finish();
    }
    const auto application = makeApplication(argv);
    if (options.describes) {
        options.hasCommand ? describeCommand(options) : describeSystem();
        return finish();
    }
    if (argc == 1) {
        showTour();
        return finish();
    }
    if (!options.hasCommand) {
        std::fputs("forkfd-run: no command; try \"forkfd-run --help\"\n", stderr);
        return Failed;
    }
    return runCommand(options);
}
