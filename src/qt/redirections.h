// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_QT_REDIRECTIONS_H
#define FORKFD_QT_REDIRECTIONS_H

#include "core/base/uniquefd.h"

#include <QtCore/QIODevice>
#include <QtCore/QString>

#include <array>
#include <memory>
#include <optional>
#include <string>

namespace ForkFd::Internal {

/// A file that a standard stream of a child is redirected to.
struct RedirectedFile
{
    int childFd; ///< The number of the stream.
    std::string name; ///< In the encoding of the file system.
    int flags; ///< For open(2).

    /// Opens the file. A relative name is relative to `directory`; AT_FDCWD means the current directory.
    /// Returns an empty descriptor with errno on failure. May block.
    UniqueFd open(int directory) const noexcept;
};

/// The standard streams of a child that lead to files or to other children.
class Redirections
{
public:
    enum Stream { Input, Output, ErrorOutput };

    Redirections() = default;
    /// Removes the redirection of the other child, too.
    ~Redirections();
    Redirections(const Redirections &) = delete;
    Redirections &operator=(const Redirections &) = delete;

    /// Redirects to a file; an empty name removes the redirection.
    void setFile(Stream stream, const QString &name, QIODevice::OpenMode mode);
    /// Pipes the output of one child into the input of another. The first start creates the pipe.
    static void connect(Redirections &source, Redirections &sink);

    bool leadsElsewhere(Stream stream) const noexcept;
    /// Empty unless the stream leads to a file.
    QString fileName(Stream stream) const;
    /// Without a value unless the stream leads to a file.
    std::optional<RedirectedFile> file(Stream stream) const;
    /// Returns the child's descriptor; an empty descriptor with errno on failure.
    UniqueFd open(Stream stream);
    /// Closes the ends of pipes to other children that this child has not taken. After the end or a
    /// failed start: the sink then reads end of file, and the source gets SIGPIPE.
    void closeUnusedEnds() noexcept;

private:
    /// A pipe between two children, shared by both.
    struct Connection
    {
        Redirections *source;
        Redirections *sink;
        Pipe pipe; ///< Holds the end for the child that starts later.
    };
    struct Target
    {
        QString fileName;
        QIODevice::OpenMode mode;
        std::shared_ptr<Connection> connection;
    };

    Target &targetOf(Stream stream);
    void clear(Stream stream) noexcept;
    static UniqueFd openPipe(Pipe &pipe, Stream stream);

    std::unique_ptr<std::array<Target, 3>> m_targets; ///< Null until a redirection is set.
};

} // namespace ForkFd::Internal

#endif
