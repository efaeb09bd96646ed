// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "qt/messages.h"

#include "qt/onlyone.h"

#include <ForkFd/childprocess.h>

#include <QtCore/QCoreApplication>
#include <QtCore/QFile>

namespace ForkFd::Internal {

namespace {

constexpr auto separator = QLatin1StringView(": ");

QString modifierText(const StartFailure &failure, const QString &reason)
{
    const QString details = QString::fromLocal8Bit(failure.details.data());
    if (failure.modifierThrew)
        return translate("Child process modifier threw an exception: %1").arg(details);
    if (failure.errorCode == 0)
        return translate("Child process modifier reported error: %1").arg(details);
    return translate("Child process modifier reported error: %1: %2").arg(details, reason);
}

QString setUpText(const char *function, const QString &reason)
{
    return translate("Child process set up failed: %1: %2").arg(QLatin1StringView(function), reason);
}

// A failure in the parent. Since 6.9 QProcess's text is the same as for the child (compared: 6.8, 6.11).
QString parentText(const char *function, const QString &reason)
{
    if (QT_VERSION >= QT_VERSION_CHECK(6, 9, 0))
        return setUpText(function, reason);
    return QLatin1StringView(function) + separator + reason;
}

QString cloneText(const StartFailure &failure, StartKind kind, const QString &reason)
{
    if (kind == StartKind::Plain)
        return translate("Resource error (fork failure): %1").arg(reason);
    return failure.isInChild ? setUpText("fork", reason) : parentText("fork", reason);
}

QString redirectionText(StandardStreams::Failure streams)
{
    return streams == StandardStreams::InputFile
        ? translate("Could not open input redirection for reading")
        : translate("Could not open output redirection for writing");
}

QString subjectOf(const StartFailure &failure)
{
    if (failure.interpreter.empty())
        return QFile::decodeName(failure.subject.c_str());
    return translateOwn(QT_TRANSLATE_NOOP("ForkFd::ChildProcess", "interpreter %1 of %2"))
        .arg(QFile::decodeName(failure.interpreter.c_str()),
             QFile::decodeName(failure.interpreted.c_str()));
}

bool isRedirection(StandardStreams::Failure streams)
{
    return streams == StandardStreams::InputFile || streams == StandardStreams::OutputFile;
}

// The text of QProcess.
QString textOfQProcess(const StartFailure &failure, StandardStreams::Failure streams, StartKind kind,
                       const QString &reason)
{
    const Step step = failure.step;
    if (step == Step::Program && failure.subject.empty())
        return translate("No program defined");
    if (step == Step::Clone || step == Step::Descriptors)
        return cloneText(failure, kind, reason);
    if (step == Step::WorkingDirectory)
        return parentText("chdir", reason);
    if (step == Step::Modifier)
        return modifierText(failure, reason);
    if (streams == StandardStreams::Pipe)
        return parentText("pipe", reason);
    if (isRedirection(streams))
        return redirectionText(streams);
    if (failure.details.front() != '\0')
        return setUpText(failure.details.data(), reason);
    return setUpText(step == Step::Exec ? "execve" : nameOf(step), reason);
}

} // namespace

QString translate(const char *sentence)
{
    return QCoreApplication::translate("QProcess", sentence);
}

QString translateOwn(const char *sentence)
{
    return QCoreApplication::translate("ForkFd::ChildProcess", sentence);
}

QString textOfErrno(int code)
{
    return code == -1 ? QStringLiteral("Unknown error -1") : qt_error_string(code);
}

QString startErrorText(const StartFailure &failure, StandardStreams::Failure streams, StartKind kind)
{
    const QString reason = textOfErrno(failure.errorCode);
    QString text = textOfQProcess(failure, streams, kind, reason);
    const QString subject = subjectOf(failure);
    // The text of a modifier's error comes from the user. Qt's own tests check how the text ends.
    const bool isModifiers = failure.step == Step::Modifier;
    if (!subject.isEmpty() && !isModifiers)
        text += separator + subject;
    if (isRedirection(streams))
        text += separator + reason;
    return text;
}

} // namespace ForkFd::Internal

namespace ForkFd {

using Internal::OnlyOne;

namespace {

// Not a literal: Qt still reads the name of the category after a plug-in with a static copy of the
// library was unloaded.
struct CategoryName
{
    char text[sizeof "forkfd.childprocess"] = "forkfd.childprocess";
};

struct Category : private CategoryName, QLoggingCategory
{
    Category()
        : QLoggingCategory(text, QtWarningMsg)
    {
    }
};

// Not Q_LOGGING_CATEGORY: it defines a static of a function, whose lock a forked copy could find locked.
constinit OnlyOne<const Category> category;

std::string textOf(const StartError &error)
{
    return error.step ? error.toString() : "no error";
}

} // namespace

const QLoggingCategory &childProcessLog()
{
    return category.get();
}

/// Prints no quotes.
QDebug operator<<(QDebug debug, const ExitInfo &info)
{
    const QDebugStateSaver saver(debug);
    return debug.noquote() << QString::fromStdString(info.toString());
}

/// Prints no quotes.
QDebug operator<<(QDebug debug, const StartError &error)
{
    const QDebugStateSaver saver(debug);
    return debug.noquote() << QString::fromStdString(textOf(error));
}

/// Used by QTest::toString(). Values that differ only in the resource usage print the same text.
char *toString(const ExitInfo &info)
{
    return qstrdup(info.toString().c_str());
}

/// Used by QTest::toString().
char *toString(const StartError &error)
{
    return qstrdup(textOf(error).c_str());
}

} // namespace ForkFd
