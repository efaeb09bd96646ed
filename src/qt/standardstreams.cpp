// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "qt/standardstreams.h"

#include "qt/messages.h"

#include "core/base/writeends.h"
#include "core/stop/startcontrol.h"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

namespace ForkFd::Internal {

namespace {

constexpr int childFdOf(Redirections::Stream stream)
{
    return static_cast<int>(stream); // Both are numbered as in POSIX.
}

constexpr std::size_t streamCount = 3;

// Stands for the descriptor of a file that is not open yet.
constexpr int placeholderOf(const RedirectedFile &file)
{
    return -2 - file.childFd;
}

} // namespace

bool ChildEnds::add(int childFd, UniqueFd descriptor)
{
    if (!descriptor)
        return false;
    descriptors.reserve(streamCount);
    owned.reserve(streamCount);
    descriptors.push_back({childFd, descriptor.get()});
    owned.push_back(std::move(descriptor));
    return true;
}

void ChildEnds::addClosed(RedirectedFile file)
{
    descriptors.push_back({file.childFd, placeholderOf(file)});
    files.push_back(std::move(file));
}

StartFailure openFiles(const std::vector<RedirectedFile> &files, ThreadedRequest &request)
{
    const int directory = request.directory >= 0 ? request.directory : AT_FDCWD;
    for (const RedirectedFile &file : files) {
        if (request.start.control->isCanceled()) // Do not truncate a file for nothing.
            return {Step::Canceled, ECANCELED};
        UniqueFd descriptor = file.open(directory);
        if (!descriptor) {
            StartFailure failure(Step::Channels, errno, file.name);
            failure.redirectedStream = file.childFd;
            return failure;
        }
        for (FileDescriptor &channel : request.start.channels) {
            if (channel.parentFd == placeholderOf(file))
                channel.parentFd = descriptor.get();
        }
        request.opened.add(std::move(descriptor));
    }
    return {};
}

StandardStreams::Failure StandardStreams::open(QIODevice::OpenMode mode,
                                               const std::optional<TerminalSize> &terminalSize,
                                               ChildEnds &ends)
{
    const bool isRead = mode.testFlag(QIODevice::ReadOnly);
    Failure failure = terminalSize ? openTerminal(*terminalSize, isRead, ends) : None;
    if (failure == None)
        failure = openPipes(isRead, ends);
    const auto isTerminal = [&ends](const FileDescriptor &end) { return end.parentFd == ends.terminal; };
    if (failure == None && terminalSize
        && std::none_of(ends.descriptors.begin(), ends.descriptors.end(), isTerminal))
        terminal.hold(UniqueFd(::fcntl(ends.terminal, F_DUPFD_CLOEXEC, 0)));
    return failure;
}

// Output to /dev/tty is read even if no stream leads to the terminal.
StandardStreams::Failure StandardStreams::openTerminal(const TerminalSize &size, bool isRead,
                                                       ChildEnds &ends)
{
    UniqueFd childEnd = terminal.open(size);
    UniqueFd ours = childEnd ? terminal.duplicate() : UniqueFd();
    if (!ours)
        return Terminal;
    output.adopt(std::move(ours), PseudoTerminal::capacity);
    if (!isRead)
        output.discard();
    WriteEnds::add(childEnd.get());
    ends.terminal = childEnd.get();
    ends.owned.push_back(std::move(childEnd));
    return None;
}

StandardStreams::Failure StandardStreams::openPipes(bool isRead, ChildEnds &ends)
{
    Failure failure = openInput(ends);
    if (failure == None)
        failure = openOutput(Redirections::Output, isRead, ends);
    if (failure != None)
        return failure;
    if (!isMerged(Redirections::ErrorOutput))
        return openOutput(Redirections::ErrorOutput, isRead, ends);
    warnOfContradiction(Redirections::ErrorOutput);
    addMerged(ends);
    return None;
}

StandardStreams::Failure StandardStreams::openDetached(ChildEnds &ends)
{
    for (const auto stream : {Redirections::Input, Redirections::Output, Redirections::ErrorOutput}) {
        if (!redirections.leadsElsewhere(stream))
            continue;
        if (isForwarded(stream) || isMerged(stream))
            warnOfContradiction(stream, "openChannelsForDetached");
        if (const Failure failure = redirect(stream, ends); failure != None)
            return failure;
    }
    const bool isMerging =
        isMerged(Redirections::ErrorOutput) && !redirections.leadsElsewhere(Redirections::ErrorOutput);
    if (isMerging && !addMerged(ends) && ::fcntl(STDOUT_FILENO, F_GETFD) >= 0)
        ends.descriptors.push_back({STDERR_FILENO, STDOUT_FILENO});
    return None;
}

QIODevice::OpenMode StandardStreams::closedDirections() const noexcept
{
    QIODevice::OpenMode closed;
    closed.setFlag(QIODevice::WriteOnly, redirections.leadsElsewhere(Redirections::Input));
    closed.setFlag(QIODevice::ReadOnly,
                   redirections.leadsElsewhere(Redirections::Output)
                       && (isMerged(Redirections::ErrorOutput)
                           || redirections.leadsElsewhere(Redirections::ErrorOutput)));
    return closed;
}

// Checks in the same order as open().
QString StandardStreams::describe(Redirections::Stream stream, bool hasTerminal) const
{
    if (isMerged(stream))
        return QStringLiteral("as standard output");
    if (isForwarded(stream))
        return QStringLiteral("the parent's");
    if (const QString file = redirections.fileName(stream); !file.isEmpty())
        return QLatin1StringView("file ") + file;
    if (redirections.leadsElsewhere(stream))
        return QStringLiteral("pipe to another child");
    return hasTerminal ? QStringLiteral("pseudo-terminal") : QStringLiteral("pipe");
}

void StandardStreams::takeOver(StandardStreams &other) noexcept
{
    input.takeOver(other.input);
    output.takeOver(other.output);
    errorOutput.takeOver(other.errorOutput);
    terminal = std::move(other.terminal);
}

void StandardStreams::close() noexcept
{
    for (Channel *channel : {&input, &output, &errorOutput})
        channel->close();
    terminal.close();
    redirections.closeUnusedEnds();
}

void StandardStreams::clear() noexcept
{
    for (Channel *channel : {&input, &output, &errorOutput})
        channel->reset();
}

bool StandardStreams::isForwarded(Redirections::Stream stream) const noexcept
{
    switch (stream) {
    case Redirections::Input:
        return inputMode == ChildProcess::ForwardedInputChannel;
    case Redirections::Output:
        return channelMode == ChildProcess::ForwardedChannels
            || channelMode == ChildProcess::ForwardedOutputChannel;
    case Redirections::ErrorOutput:
        break;
    }
    return channelMode == ChildProcess::ForwardedChannels
        || channelMode == ChildProcess::ForwardedErrorChannel;
}

StandardStreams::Failure StandardStreams::openInput(ChildEnds &ends)
{
    if (isForwarded(Redirections::Input)) {
        warnOfContradiction(Redirections::Input);
        return None;
    }
    if (redirections.leadsElsewhere(Redirections::Input))
        return redirect(Redirections::Input, ends);
    if (!terminal.isOpen())
        return ends.add(STDIN_FILENO, input.open()) ? None : Pipe;
    input.adopt(terminal.duplicate(), PseudoTerminal::capacity);
    ends.descriptors.push_back({STDIN_FILENO, ends.terminal});
    return input.isOpen() ? None : Terminal;
}

StandardStreams::Failure StandardStreams::openOutput(Redirections::Stream stream, bool isRead,
                                                     ChildEnds &ends)
{
    if (isForwarded(stream)) {
        warnOfContradiction(stream);
        return None;
    }
    if (redirections.leadsElsewhere(stream))
        return redirect(stream, ends);
    if (terminal.isOpen() && isRead) {
        ends.descriptors.push_back({childFdOf(stream), ends.terminal});
        return None;
    }
    // Output that cannot be read is discarded, so that the child neither blocks nor gets SIGPIPE.
    Channel &channel = stream == Redirections::Output ? output : errorOutput;
    UniqueFd end = isRead ? channel.open() : UniqueFd(::open("/dev/null", O_WRONLY | O_CLOEXEC));
    return ends.add(childFdOf(stream), std::move(end)) ? None : Pipe;
}

StandardStreams::Failure StandardStreams::redirect(Redirections::Stream stream, ChildEnds &ends)
{
    m_lastRedirected = stream;
    if (std::optional<RedirectedFile> file = redirections.file(stream); file && ends.leavesFilesClosed) {
        ends.addClosed(std::move(*file));
        return None;
    }
    if (ends.add(childFdOf(stream), redirections.open(stream)))
        return None;
    return stream == Redirections::Input ? InputFile : OutputFile;
}

void StandardStreams::warnOfContradiction(Redirections::Stream stream, const char *function) const
{
    constexpr const char *names[] = {"stdin", "stdout", "stderr"};
    if (redirections.leadsElsewhere(stream))
        qCWarning(childProcessLog, "QProcess::%s: Inconsistent %s channel configuration", function,
                  names[stream]);
}

// Directs standard error to where standard output leads, unless that is the parent's standard output.
bool StandardStreams::addMerged(ChildEnds &ends)
{
    const auto isOutput = [](const FileDescriptor &end) { return end.childFd == STDOUT_FILENO; };
    const auto end = std::find_if(ends.descriptors.begin(), ends.descriptors.end(), isOutput);
    if (end == ends.descriptors.end())
        return false;
    ends.descriptors.push_back({STDERR_FILENO, end->parentFd});
    return true;
}

} // namespace ForkFd::Internal
