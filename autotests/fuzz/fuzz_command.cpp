// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// Commands as one string, against QProcess, and against the words that the string was made of.

#include "fuzzer.h"
#include "inputreader.h"
#include "quietapplication.h"

#include <ForkFd/childprocess.h>

#include <QtCore/QProcess>

namespace {

QString textOf(Fuzz::InputReader &reader)
{
    QString text;
    while (!reader.isAtEnd())
        text += QStringView(u"\"\"\"  \t\n\v\\'ab\u00e9\u3000")[reader.below(14)];
    return text;
}

std::string quoted(const QStringList &words)
{
    return '<' + words.join(QStringLiteral("> <")).toStdString() + '>';
}

/// What a class has made of a command.
template<typename P>
std::string start(const QString &command)
{
    P process;
    process.startCommand(command);
    const bool hasStarted = process.waitForStarted();
    return quoted(QStringList(process.program()) + process.arguments()) + ' '
        + std::to_string(hasStarted) + ' ' + std::to_string(process.error()) + ' '
        + std::to_string(process.state());
}

void compare(const char *what, const std::string &is, const std::string &wanted)
{
    if (is != wanted)
        throw Fuzz::Fault(std::string(what) + ": " + is + ", not " + wanted);
}

// splitCommand(): three quotes are a quote.
QString commandOf(const QStringList &words)
{
    QString command;
    for (QString word : words)
        command += u'"' + word.replace(u'"', QStringLiteral("\"\"\"")) + QStringLiteral("\" ");
    return command;
}

} // namespace

namespace Fuzz {

const char *const name = "command";
const Shape shape = {.headSize = 0, .stepSize = 1, .maxSteps = 30};

void setUp()
{
    qputenv("PATH", "/no/such/folder");
    makeQuietApplication();
}

std::size_t play(std::span<const std::uint8_t> input)
{
    InputReader reader(input);
    const QString text = textOf(reader);
    const QStringList words = ForkFd::ChildProcess::splitCommand(text);
    compare("split", quoted(words), quoted(QProcess::splitCommand(text)));
    if (words.isEmpty()) // QProcess 6.4 crashes.
        compare("empty", start<ForkFd::ChildProcess>(text), start<ForkFd::ChildProcess>(QString()));
    else
        compare("start", start<ForkFd::ChildProcess>(text), start<QProcess>(text));
    // An empty word cannot be written.
    QStringList chosen = text.split(u' ', Qt::SkipEmptyParts);
    compare("words", quoted(ForkFd::ChildProcess::splitCommand(commandOf(chosen))), quoted(chosen));
    return input.size() + 1;
}

std::string describe(std::span<const std::uint8_t> input)
{
    InputReader reader(input);
    return "  " + textOf(reader).toStdString() + '\n';
}

} // namespace Fuzz
