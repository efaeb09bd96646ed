// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "objects.h"

#include "scenario.h"

namespace Faults {

void start(ForkFd::ChildProcess &process, std::initializer_list<const char *> words)
{
    QStringList arguments;
    for (const char *word : words)
        arguments.append(QString::fromLatin1(word));
    process.start(QStringLiteral(FORKFD_FAULTS_CHILD), arguments);
}

std::string outcomeOf(ForkFd::ChildProcess &process)
{
    constexpr int patience = 5000;
    if (process.state() != ForkFd::ChildProcess::NotRunning && !process.waitForFinished(patience)
        && process.state() != ForkFd::ChildProcess::NotRunning)
        return "does not finish";
    return resultOf(process);
}

std::string resultOf(ForkFd::ChildProcess &process)
{
    if (process.error() == ForkFd::ChildProcess::FailedToStart)
        return failure(process.startError());
    std::string result = text(process.exitInfo());
    for (const QByteArray &output : {process.readAllStandardOutput(), process.readAllStandardError()})
        result += ", " + (output.size() > 100 ? std::to_string(output.size()) : output.toStdString());
    if (process.error() != ForkFd::ChildProcess::UnknownError)
        result += ", error " + std::to_string(process.error());
    return result;
}

} // namespace Faults
