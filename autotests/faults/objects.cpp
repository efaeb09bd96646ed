// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "objects.h"

#include "scenario.h"

#include <QtCore/QVariant>

namespace Faults {

namespace {

// The property with the errors that the process has reported, in their order.
constexpr const char *errors = "errors";

void noteErrors(ForkFd::ChildProcess &process)
{
    if (process.property(errors).isValid())
        return;
    process.setProperty(errors, QString());
    const auto note = [&process](ForkFd::ChildProcess::ProcessError error) {
        process.setProperty(errors, process.property(errors).toString() + u' ' + QString::number(error));
    };
    QObject::connect(&process, &ForkFd::ChildProcess::errorOccurred, &process, note);
}

} // namespace

void start(ForkFd::ChildProcess &process, std::initializer_list<const char *> words)
{
    noteErrors(process);
    QStringList arguments;
    for (const char *word : words)
        arguments.append(QString::fromLatin1(word));
    process.start(QStringLiteral(FORKFD_FAULTS_CHILD), arguments);
}

std::string outcomeOf(ForkFd::ChildProcess &process)
{
    constexpr int patience = 3000;
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
    if (const QString all = process.property(errors).toString(); !all.isEmpty())
        result += ", errors" + all.toStdString();
    return result;
}

} // namespace Faults
