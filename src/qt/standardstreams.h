// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_QT_STANDARDSTREAMS_H
#define FORKFD_QT_STANDARDSTREAMS_H

#include "qt/channel.h"
#include "qt/pseudoterminal.h"
#include "qt/redirections.h"

#include "core/start/pendingstart.h"

#include <ForkFd/childprocess.h>

#include <vector>

namespace ForkFd::Internal {

/// The child's ends of its standard streams, for one start.
struct ChildEnds
{
    std::vector<FileDescriptor> descriptors;
    std::vector<UniqueFd> owned; ///< Closed when the child has inherited them.
    int terminal = -1; ///< The child's end of its pseudo-terminal, or -1.
    bool leavesFilesClosed = false; ///< Redirections to files go to `files`.
    std::vector<RedirectedFile> files; ///< To be opened with openFiles().

    /// Returns false if `descriptor` is empty.
    bool add(int childFd, UniqueFd descriptor);
    /// Adds a file that is not open yet.
    void addClosed(RedirectedFile file);
};

/// Opens the files, and enters them into the child's streams of `request`. A relative name is relative
/// to the directory of the request.
StartFailure openFiles(const std::vector<RedirectedFile> &files, ThreadedRequest &request);

/// The three standard streams of a ChildProcess: where they lead, and the parent's ends.
class StandardStreams
{
public:
    /// What could not be opened; errno is set.
    enum Failure { None, Pipe, InputFile, OutputFile, Terminal };

    /// Creates the streams of a child; a terminal of this size replaces pipes. After a failure: close().
    Failure open(QIODevice::OpenMode mode, const std::optional<TerminalSize> &terminalSize,
                 ChildEnds &ends);
    /// Creates the streams of a detached child; a stream without a redirection is the parent's.
    Failure openDetached(ChildEnds &ends);
    /// The file that could not be opened, after InputFile or OutputFile.
    QString failedFile() const { return redirections.fileName(m_lastRedirected); }
    /// The directions that the device cannot be opened in, because no stream of the child leads there.
    QIODevice::OpenMode closedDirections() const noexcept;
    /// Takes the open streams of `other`.
    void takeOver(StandardStreams &other) noexcept;
    void close() noexcept;
    /// Describes to people where a stream of the next child leads.
    QString describe(Redirections::Stream stream, bool hasTerminal) const;
    /// Discards unread and unwritten data.
    void clear() noexcept;

    ChildProcess::ProcessChannelMode channelMode = ChildProcess::SeparateChannels;
    ChildProcess::InputChannelMode inputMode = ChildProcess::ManagedInputChannel;
    Redirections redirections;

    Channel input{Channel::ToChild};
    Channel output{Channel::FromChild};
    Channel errorOutput{Channel::FromChild};
    PseudoTerminal terminal;

private:
    bool isForwarded(Redirections::Stream stream) const noexcept;
    bool isMerged(Redirections::Stream stream) const noexcept
    {
        return stream == Redirections::ErrorOutput && channelMode == ChildProcess::MergedChannels;
    }
    Failure openTerminal(const TerminalSize &size, bool isRead, ChildEnds &ends);
    Failure openPipes(bool isRead, ChildEnds &ends);
    Failure openInput(ChildEnds &ends);
    Failure openOutput(Redirections::Stream stream, bool isRead, ChildEnds &ends);
    Failure redirect(Redirections::Stream stream, ChildEnds &ends);
    void warnOfContradiction(Redirections::Stream stream, const char *function = "openChannels") const;
    static bool addMerged(ChildEnds &ends);

    /// After a failure, the stream that failed.
    Redirections::Stream m_lastRedirected = Redirections::Input;
};

} // namespace ForkFd::Internal

#endif
