// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_VALUETYPES_H
#define FORKFD_VALUETYPES_H

#include <ForkFd/exitinfo.h>
#include <ForkFd/export.h>

#include <QtCore/QString>
#include <QtCore/qobjectdefs.h>

#include <utility>

/// \file
/// ExitInfo and StartError as value types for QML: the types of the properties `exitInfo` and
/// `startError` of ChildProcess.

namespace ForkFd {

/// An ExitInfo whose members QML can read. \ingroup ending
/// \since 0.1
class ExitInfoValue
{
    Q_GADGET_EXPORT(FORKFD_EXPORT)
    /// The exit code, 0 to 255; -1 if the child did not exit.
    Q_PROPERTY(int code READ code CONSTANT)
    /// The number of the signal that killed the child, or 0.
    Q_PROPERTY(int signal READ signal CONSTANT)
    /// Whether the kernel wrote a core dump.
    Q_PROPERTY(bool coreDumped READ coreDumped CONSTANT)
    /// Whether the resource usage was measured.
    Q_PROPERTY(bool hasUsage READ hasUsage CONSTANT)
    /// The milliseconds spent in user mode.
    Q_PROPERTY(double userTime READ userTime CONSTANT)
    /// The milliseconds that the kernel spent for the child.
    Q_PROPERTY(double systemTime READ systemTime CONSTANT)
    /// The largest resident size, in bytes.
    Q_PROPERTY(qint64 maxResidentBytes READ maxResidentBytes CONSTANT)
    /// The text of endText(), such as "killed by SIGSEGV, core dumped".
    Q_PROPERTY(QString text READ text CONSTANT)

public:
    /// Creates the value that ChildProcess has before its first child has ended.
    ExitInfoValue() = default;
    /// Creates a copy of `info`.
    ExitInfoValue(const ExitInfo &info)
        : m_info(info)
    {
    }

    /// Returns the value for C++.
    const ExitInfo &value() const noexcept { return m_info; }

    /// Compares the values.
    friend bool operator==(const ExitInfoValue &a, const ExitInfoValue &b) noexcept
    {
        return a.m_info == b.m_info;
    }
    /// Compares the values.
    friend bool operator!=(const ExitInfoValue &a, const ExitInfoValue &b) noexcept { return !(a == b); }

private:
    int code() const noexcept { return m_info.code; }
    int signal() const noexcept { return m_info.signal; }
    bool coreDumped() const noexcept { return m_info.coreDumped; }
    bool hasUsage() const noexcept { return m_info.hasUsage; }
    double userTime() const noexcept;
    double systemTime() const noexcept;
    qint64 maxResidentBytes() const noexcept { return m_info.maxResidentBytes(); }
    QString text() const;

    ExitInfo m_info;
};

/// A StartError whose members QML can read. \ingroup starting
/// \since 0.1
class StartErrorValue
{
    Q_GADGET_EXPORT(FORKFD_EXPORT)
    /// The name of the failed step; empty if nothing failed.
    Q_PROPERTY(QString step READ step CONSTANT)
    /// An errno value; 0 if nothing failed.
    Q_PROPERTY(int errorCode READ errorCode CONSTANT)
    /// The program, file or directory that the step failed on.
    Q_PROPERTY(QString subject READ subject CONSTANT)
    /// The text of endText(); empty if nothing failed.
    Q_PROPERTY(QString text READ text CONSTANT)

public:
    /// Creates the value for a start that did not fail.
    StartErrorValue() = default;
    /// Creates a copy of `error`.
    StartErrorValue(StartError error) noexcept
        : m_error(std::move(error))
    {
    }

    /// Returns the value for C++.
    const StartError &value() const noexcept { return m_error; }

    /// Compares the steps, the errno values and the subjects.
    friend bool operator==(const StartErrorValue &a, const StartErrorValue &b) noexcept
    {
        return a.m_error == b.m_error && a.m_error.subject == b.m_error.subject;
    }
    /// Compares the steps, the errno values and the subjects.
    friend bool operator!=(const StartErrorValue &a, const StartErrorValue &b) noexcept
    {
        return !(a == b);
    }

private:
    QString step() const;
    int errorCode() const noexcept { return m_error.errorCode; }
    QString subject() const;
    QString text() const;

    StartError m_error;
};

} // namespace ForkFd

#endif
