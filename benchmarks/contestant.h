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
};

/// A child that is a QIODevice and reports its events through Qt's event loop.
class DeviceChild : public Child
{
public:
    virtual QIODevice &device() = 0;
    /// Writes with the class's write(const QByteArray &).
    virtual void writeArray(const QByteArray &data) = 0;
    /// Closes the child's standard input after everything is written.
    virtual void closeInput() = 0;
    /// Reads output as it arrives, and drops it.
    virtual void discardOutput() = 0;
};

/// One way to start children. Each contestant is a separate program, so that the signal handlers,
/// threads and heap of one do not affect another.
class Contestant
{
public:
    Contestant() = default;
    virtual ~Contestant() = default;
    Contestant(const Contestant &) = delete;
    Contestant &operator=(const Contestant &) = delete;

    virtual std::unique_ptr<Child> makeChild() = 0;
    /// Like makeChild(), but returns a DeviceChild; null if the contestant has no such class.
    virtual std::unique_ptr<DeviceChild> makeDevice() { return nullptr; }
    /// Runs the task `count` times, `inFlight` at a time, with the library's queue. False if it has
    /// none.
    virtual bool runAll(const Task & /*task*/, int /*count*/, int /*inFlight*/) { return false; }
    /// The library's name and version.
    virtual std::string version() const = 0;
    /// Whether it takes part in all scenarios, not only in those with one child that exits at once.
    virtual bool isComplete() const { return true; }
    /// Whether its children support exchange() in Style::EventLoop.
    virtual bool canExchange() const { return isComplete(); }
    /// Whether makeDevice() returns a child.
    virtual bool hasDevices() const { return false; }
    /// Whether it supports Style::Waiting.
    virtual bool canWait() const { return false; }
    /// Whether it supports Task::hasOptions.
    virtual bool hasOptions() const { return false; }
    /// Whether it supports Task::startsInBackground.
    virtual bool startsInBackground() const { return false; }
    /// Whether it uses ForkFd's SIGCHLD backend.
    virtual bool usesSigChldBackend() const { return false; }
};

/// Each contestant's program defines this function.
std::unique_ptr<Contestant> makeContestant();

} // namespace Benchmarks

#endif
