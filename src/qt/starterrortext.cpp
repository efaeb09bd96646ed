// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "starterrortext.h"

#include <QtCore/QCoreApplication>

#include <string_view>
#include <system_error>

namespace ForkFd::Internal {

namespace {

QString modifierText(const LaunchFailure &failure, const QString &reason)
{
    const QString details = QString::fromLocal8Bit(failure.details.data());
    if (failure.modifierThrew)
        return translate("Child process modifier threw an exception: %1").arg(details);
    if (failure.error.errorCode == 0)
        return translate("Child process modifier reported error: %1").arg(details);
    return translate("Child process modifier reported error: %1: %2").arg(details, reason);
}

// The function that failed, where it is not told.
QLatin1StringView functionOf(std::string_view step)
{
    return QLatin1StringView(step == "exec" ? "execve" : step.data());
}

} // namespace

QString translate(const char *sentence)
{
    return QCoreApplication::translate("QProcess", sentence);
}

QString startErrorText(const LaunchFailure &failure, StandardStreams::Failure streams)
{
    const std::string_view step = failure.error.step;
    const QString reason =
        QString::fromStdString(std::generic_category().message(failure.error.errorCode));
    if (step == "program")
        return translate("No program defined");
    if (step == "clone" || step == "descriptors")
        return translate("Resource error (fork failure): %1").arg(reason);
    if (step == "workingDirectory")
        return QStringLiteral("chdir: ") + reason;
    if (step == "modifier")
        return modifierText(failure, reason);
    switch (streams) {
    case StandardStreams::Pipe:
        return QStringLiteral("pipe: ") + reason;
    case StandardStreams::InputFile:
        return translate("Could not open input redirection for reading");
    case StandardStreams::OutputFile:
        return translate("Could not open output redirection for writing");
    case StandardStreams::Terminal:
    case StandardStreams::None:
        break;
    }
    const QLatin1StringView details(failure.details.data());
    return translate("Child process set up failed: %1: %2")
        .arg(details.isEmpty() ? functionOf(step) : details, reason);
}

} // namespace ForkFd::Internal
