// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "launchrequest.h"

#include <QtCore/QFile>
#include <QtCore/QHash>
#include <QtCore/QStandardPaths>

#include <unistd.h>

extern "C" char **environ;

namespace ForkFd::Internal {

namespace {

QString resolve(const QString &program)
{
    // A name with a NUL is for the plan to refuse.
    const bool isName = !program.contains(u'/') && !program.contains(QChar(u'\0'));
    return isName ? QStandardPaths::findExecutable(program) : program;
}

// The parent's variables that QString cannot hold, by the text that QProcessEnvironment makes of them,
// which several may have in common.
QMultiHash<QString, QByteArray> undecodableVariables()
{
    QMultiHash<QString, QByteArray> variables;
    for (char **entry = environ; *entry; ++entry) {
        const QByteArray bytes(*entry);
        const QString text = QString::fromLocal8Bit(bytes);
        if (text.toLocal8Bit() != bytes)
            variables.insert(text, bytes);
    }
    return variables;
}

std::vector<std::string> encode(const QProcessEnvironment &environment)
{
    QMultiHash<QString, QByteArray> undecodable = undecodableVariables();
    const QStringList entries = environment.toStringList();
    std::vector<std::string> result;
    result.reserve(static_cast<std::size_t>(entries.size()));
    for (const QString &entry : entries) {
        const bool isUndecodable = undecodable.contains(entry);
        result.push_back((isUndecodable ? undecodable.take(entry) : entry.toLocal8Bit()).toStdString());
    }
    return result;
}

} // namespace

LaunchRequest makeLaunchRequest(const QString &program, const QStringList &arguments,
                                const QString &workingDirectory, const QProcessEnvironment &environment)
{
    LaunchRequest request;
    request.executable = QFile::encodeName(resolve(program)).toStdString();
    request.command.argv.push_back(request.executable);
    for (const QString &argument : arguments)
        request.command.argv.push_back(QFile::encodeName(argument).toStdString());
    request.command.workingDirectory = QFile::encodeName(workingDirectory).toStdString();
    if (!environment.inheritsFromParent())
        request.command.environment = encode(environment);
    return request;
}

} // namespace ForkFd::Internal
