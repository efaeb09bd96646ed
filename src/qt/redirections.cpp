// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "qt/redirections.h"

#include <QtCore/QFile>

#include <cerrno>
#include <utility>

#include <fcntl.h>

namespace ForkFd::Internal {

namespace {

// Without this flag a file over 2 GiB cannot be opened if off_t has 32 bits.
#ifdef O_LARGEFILE
constexpr int largeFile = O_LARGEFILE;
#else
constexpr int largeFile = 0;
#endif

} // namespace

UniqueFd RedirectedFile::open(int directory) const noexcept
{
    if (name.find('\0') != std::string::npos) { // The system would open another file.
        errno = EINVAL;
        return {};
    }
    int fd;
    do {
        fd = ::openat(directory, name.c_str(), flags, 0666);
    } while (fd < 0 && errno == EINTR); // Opening a FIFO may block (open(2)).
    return UniqueFd(fd);
}

Redirections::~Redirections()
{
    for (const Stream stream : {Input, Output, ErrorOutput})
        clear(stream);
}

Redirections::Target &Redirections::targetOf(Stream stream)
{
    if (!m_targets)
        m_targets = std::make_unique<std::array<Target, 3>>();
    return (*m_targets)[stream];
}

void Redirections::clear(Stream stream) noexcept
{
    if (!m_targets)
        return;
    const Target target = std::exchange(targetOf(stream), {});
    if (!target.connection)
        return;
    if (stream == Input)
        target.connection->source->targetOf(Output) = {};
    else
        target.connection->sink->targetOf(Input) = {};
}

void Redirections::setFile(Stream stream, const QString &name, QIODevice::OpenMode mode)
{
    clear(stream);
    targetOf(stream) = {name, mode, {}};
}

void Redirections::connect(Redirections &source, Redirections &sink)
{
    // A child that has started may have one end of the pipe, and the other end waits for the other
    // child.
    const auto *targets = source.m_targets.get();
    const auto *known = targets ? (*targets)[Output].connection.get() : nullptr;
    if (known && known->sink == &sink)
        return;
    source.clear(Output);
    sink.clear(Input);
    const auto connection = std::make_shared<Connection>(Connection{&source, &sink, {}});
    source.targetOf(Output).connection = connection;
    sink.targetOf(Input).connection = connection;
}

bool Redirections::leadsElsewhere(Stream stream) const noexcept
{
    if (!m_targets)
        return false;
    const Target &target = (*m_targets)[stream];
    return target.connection || !target.fileName.isEmpty();
}

QString Redirections::fileName(Stream stream) const
{
    return m_targets ? (*m_targets)[stream].fileName : QString();
}

std::optional<RedirectedFile> Redirections::file(Stream stream) const
{
    const QString name = fileName(stream);
    if (name.isEmpty())
        return std::nullopt;
    const bool isAppended = (*m_targets)[stream].mode.testFlag(QIODevice::Append);
    const int howToWrite = O_WRONLY | O_CREAT | (isAppended ? O_APPEND : O_TRUNC);
    return RedirectedFile{stream, QFile::encodeName(name).toStdString(),
                          O_CLOEXEC | largeFile | (stream == Input ? O_RDONLY : howToWrite)};
}

UniqueFd Redirections::open(Stream stream)
{
    const std::optional<RedirectedFile> redirected = file(stream);
    return redirected ? redirected->open(AT_FDCWD) : openPipe(targetOf(stream).connection->pipe, stream);
}

void Redirections::closeUnusedEnds() noexcept
{
    if (!m_targets)
        return;
    if (const auto &toSink = (*m_targets)[Output].connection)
        toSink->pipe.writeEnd.reset();
    if (const auto &fromSource = (*m_targets)[Input].connection)
        fromSource->pipe.readEnd.reset();
}

UniqueFd Redirections::openPipe(Pipe &pipe, Stream stream)
{
    UniqueFd &end = stream == Input ? pipe.readEnd : pipe.writeEnd;
    // The previous child has taken this end: create a new pipe.
    if (!end)
        pipe.open();
    return std::move(end);
}

} // namespace ForkFd::Internal
