// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_QT_STANDARDSTREAMS_H
#define FORKFD_QT_STANDARDSTREAMS_H

#include "qt/channel.h"
#include "qt/pseudoterminal.h"
#include "qt/redirections.h"

#include <ForkFd/childprocess.h>

#include <vector>

namespace ForkFd::Internal {

/// The child's ends of its standard streams, for one start.
struct ChildEnds
{
    std::vector<FileDescriptor> descriptors;
    std::vector<UniqueFd> owned; ///< What to close once the child has them.
    int terminal = -1; ///< The child's end of its pseudo-terminal; -1: it has none.

    /// False when there is no descriptor.
    bool add(int childFd, UniqueFd descriptor);
};

/// The three standard streams of a ChildProcess: where each leads, and our ends of those that lead to
/// us.
class StandardStreams
{
public:
    /// What could not be opened; errno says why.
    enum Failure { None, Pipe, InputFile, OutputFile, Terminal };

    /// Makes the streams of a child, with a terminal of that size in place of all pipes. With a failure,
    /// our ends are to be closed by close().
    Failure open(QIODevice::OpenMode mode, const std::optional<TerminalSize> &terminalSize,
                 ChildEnds &ends);
    /// The same for one that is nobody's child: what is not redirected stays the parent's own.
    Failure openDetached(ChildEnds &ends);
    /// The file that could not be opened, with InputFile and OutputFile.
    QString failedFile() const { return redirections.fileName(m_lastRedirected); }
    /// What the device cannot be open for, because no stream of the child leads there.
    QIODevice::OpenMode closedDirections() const noexcept;
    /// Has what is open in `other` from now on.
    void takeOver(StandardStreams &other) noexcept;
    void close() noexcept;
    /// Forgets what was not read or written.
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

    Redirections::Stream m_lastRedirected =
        Redirections::Input; ///< The one that failed, after a failure.
};

} // namespace ForkFd::Internal

#endif
