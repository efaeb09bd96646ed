// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_BENCHMARKS_CONTESTANT_H
#define FORKFD_BENCHMARKS_CONTESTANT_H

#include <QtCore/QByteArray>
#include <QtCore/QIODevice>

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace Benchmarks {

class Task;

/// A contestant did not do what the scenario asked for.
class Failure : public std::runtime_error
{
    using std::runtime_error::runtime_error;
};

/// One child, started and watched by one contestant. Every function may throw a Failure.
class Child
{
public:
    Child() = default;
    /// Kills the child if it still runs.
    virtual ~Child() = default;
    Child(const Child &) = delete;
    Child &operator=(const Child &) = delete;

    /// Starts the child. Returns as soon as the contestant's own start function does. The task must
    /// outlive this object.
    virtual void start(const Task &task) = 0;
    /// Sends SIGKILL.
    virtual void kill() = 0;
    /// Waits for the child's end. Returns its exit code, or the negated number of the fatal signal.
    virtual int awaitEnd() = 0;
    /// Reads standard output until end of file, and returns the number of bytes. Call awaitEnd() next.
    virtual std::int64_t readToEnd() = 0;
    /// Writes `data` to the child, and reads as many bytes back.
    virtual void exchange(std::string_view data) = 0;
    /// Writes `data` and then end of file. Needs Skill::Feed.
    virtual void feed(const QByteArray &data);
    /// After start(): reads output as it arrives in Qt's event loop, and drops it. Needs Skill::Discard.
    virtual void discardOutput();
};

/// A child that is a QIODevice and reports its events through Qt's event loop.
class DeviceChild : public Child
{
public:
    virtual QIODevice &device() = 0;
    /// Closes the child's standard input after everything is written.
    virtual void closeInput() = 0;
};

/// What a contestant can do. A scenario lists the skills that it needs.
enum class Skill : unsigned {
    Single = 1U << 0, ///< Start one child and wait for its end.
    Wait = 1U << 1, ///< The same in Style::Waiting.
    Hold = 1U << 2, ///< Separate the start from the wait for the end.
    Crowd = 1U << 3, ///< Have many children, at most 4,000, at the same time.
    Thousands = 1U << 4, ///< Have 10,000.
    Read = 1U << 5, ///< Child::readToEnd().
    Exchange = 1U << 6, ///< Child::exchange() in Style::EventLoop.
    Feed = 1U << 7, ///< Child::feed().
    Discard = 1U << 8, ///< Child::discardOutput().
    Device = 1U << 9, ///< Contestant::makeDevice().
    Many = 1U << 10, ///< Contestant::runMany().
    Threads = 1U << 11, ///< Have children in several threads.
    Options = 1U << 12, ///< Task::hasOptions.
    Background = 1U << 13, ///< Starts do not wait for the exec.
    PipeSize = 1U << 14, ///< Task::pipeSize.
    SigChld = 1U << 15, ///< Uses ForkFd's SIGCHLD backend.
};

/// A set of skills.
class Skills
{
public:
    constexpr Skills(Skill skill) noexcept // NOLINT(google-explicit-constructor): a skill is a set.
        : m_bits(static_cast<unsigned>(skill))
    {
    }

    constexpr Skills operator|(Skills other) const noexcept { return Skills(m_bits | other.m_bits); }
    constexpr bool contain(Skills others) const noexcept
    {
        return (m_bits & others.m_bits) == others.m_bits;
    }

private:
    explicit constexpr Skills(unsigned bits) noexcept
        : m_bits(bits)
    {
    }

    unsigned m_bits;
};

constexpr Skills operator|(Skill one, Skill other) noexcept
{
    return Skills(one) | Skills(other);
}

/// One way to start children. It does nothing before its first use, so that one program can have all
/// of them.
class Contestant
{
public:
    Contestant() = default;
    virtual ~Contestant() = default;
    Contestant(const Contestant &) = delete;
    Contestant &operator=(const Contestant &) = delete;

    /// The library's name and version.
    virtual std::string version() const = 0;
    virtual Skills skills() const = 0;
    virtual std::unique_ptr<Child> makeChild() = 0;
    /// Like makeChild(), but returns a DeviceChild. Needs Skill::Device.
    virtual std::unique_ptr<DeviceChild> makeDevice();
    /// Runs the task `count` times, `inFlight` at a time. Without a queue of the library's, each child
    /// makes room for the next one in the order of the starts. May be called in any thread.
    virtual void runMany(const Task &task, int count, int inFlight);
};

} // namespace Benchmarks

#endif
