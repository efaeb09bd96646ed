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

/// Something that a contestant should have done and has not.
class Failure : public std::runtime_error
{
    using std::runtime_error::runtime_error;
};

/// One child, started and watched in the way of one contestant. Every function throws a Failure.
class Child
{
public:
    Child() = default;
    /// A child that still runs is killed.
    virtual ~Child() = default;
    Child(const Child &) = delete;
    Child &operator=(const Child &) = delete;

    /// Starts the child. Returns when the contestant gives the calling thread back. The task outlives
    /// this object.
    virtual void start(const Task &task) = 0;
    /// Sends SIGKILL.
    virtual void kill() = 0;
    /// Returns when the child's end is known: its exit code, or the negative number of a signal.
    virtual int awaitEnd() = 0;
    /// Reads all of the standard output, and returns how many bytes that were. awaitEnd() is next.
    virtual std::int64_t readToEnd() = 0;
    /// Writes that to the child and reads as many bytes.
    virtual void exchange(std::string_view data) = 0;
};

/// A child whose streams are a QIODevice, and whose events come from Qt's event loop.
class DeviceChild : public Child
{
public:
    virtual QIODevice &device() = 0;
    /// Writes by the class's own function for arrays.
    virtual void writeArray(const QByteArray &data) = 0;
    /// The child reads end of file once everything was written.
    virtual void closeInput() = 0;
    /// Reads all output as it comes, and forgets it.
    virtual void discardOutput() = 0;
};

/// One way to start children. Each is a program of its own, so that none has another's signal handlers,
/// threads and memory in its way.
class Contestant
{
public:
    Contestant() = default;
    virtual ~Contestant() = default;
    Contestant(const Contestant &) = delete;
    Contestant &operator=(const Contestant &) = delete;

    virtual std::unique_ptr<Child> makeChild() = 0;
    /// The same as such a child; null if its children are none.
    virtual std::unique_ptr<DeviceChild> makeDevice() { return nullptr; }
    /// The library's name and version.
    virtual std::string version() const = 0;
    /// Whether it goes beyond single children that only exit.
    virtual bool isComplete() const { return true; }
    /// Whether makeDevice() makes any.
    virtual bool hasDevices() const { return false; }
    /// Whether it can do Style::Waiting.
    virtual bool canWait() const { return false; }
    /// Whether it knows Task::hasOptions.
    virtual bool hasOptions() const { return false; }
    /// Whether it learns of ends through our SIGCHLD backend.
    virtual bool usesSigChldBackend() const { return false; }
};

/// Each contestant's program defines it.
std::unique_ptr<Contestant> makeContestant();

} // namespace Benchmarks

#endif
