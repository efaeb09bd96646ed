// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include <ForkFd/childprocess.h>
#include <ForkFd/run.h>
#include <ForkFd/spawn.h>

extern "C" __attribute__((visibility("default"))) int pluginMain()
{
    ForkFd::ChildProcess process;
    process.start(QStringLiteral("sh"), {QStringLiteral("-c"), QStringLiteral("exit 3")});
    const auto child = ForkFd::spawn({{"sh", "-c", "exit 3"}});
    return process.waitForFinished() && child && !ForkFd::run(QStringLiteral("sh")).isCanceled();
}
