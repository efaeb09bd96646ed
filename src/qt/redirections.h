// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_QT_REDIRECTIONS_H
#define FORKFD_QT_REDIRECTIONS_H

#include "core/base/uniquefd.h"

#include <QtCore/QIODevice>
#include <QtCore/QString>

#include <array>
#include <memory>

namespace ForkFd::Internal {

/// Where each of a child's standard streams leads, if neither to our object nor to the parent's own.
class Redirections
{
public:
    enum Stream { Input, Output, ErrorOutput };

    Redirections() = default;
    /// The other end of a pipe to another child is a plain stream again.
    ~Redirections();
    Redirections(const Redirections &) = delete;
    Redirections &operator=(const Redirections &) = delete;

    /// To a file; an empty name means nowhere in particular again.
    void setFile(Stream stream, const QString &name, QIODevice::OpenMode mode);
    /// The output of one child is the input of another. Whichever starts first makes the pipe.
    static void connect(Redirections &source, Redirections &sink);

    bool leadsElsewhere(Stream stream) const noexcept;
    /// Empty unless it leads to a file.
    QString fileName(Stream stream) const;
    /// What the child gets. None with errno on failure.
    UniqueFd open(Stream stream);

private:
    /// Between two children; both know it.
    struct Connection
    {
        Redirections *source;
        Redirections *sink;
        Pipe pipe; ///< What the child that is not started yet will get.
    };
    struct Target
    {
        QString fileName;
        QIODevice::OpenMode mode;
        std::shared_ptr<Connection> connection;
    };

    Target &targetOf(Stream stream);
    void clear(Stream stream) noexcept;
    static UniqueFd openFile(const Target &target, Stream stream);
    static UniqueFd openPipe(Pipe &pipe, Stream stream);

    std::unique_ptr<std::array<Target, 3>> m_targets; ///< None unless one was set.
};

} // namespace ForkFd::Internal

#endif
