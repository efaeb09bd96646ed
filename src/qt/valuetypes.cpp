// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include <ForkFd/childprocess.h>
#include <ForkFd/valuetypes.h>

#include <QtCore/QFile>

#include <chrono>

namespace ForkFd {

namespace {
using Milliseconds = std::chrono::duration<double, std::milli>;
} // namespace

double ExitInfoValue::userTime() const noexcept
{
    return Milliseconds(m_info.userTime()).count();
}

double ExitInfoValue::systemTime() const noexcept
{
    return Milliseconds(m_info.systemTime()).count();
}

QString ExitInfoValue::text() const
{
    return endText(m_info);
}

QString StartErrorValue::step() const
{
    return QString::fromLatin1(m_error.step);
}

QString StartErrorValue::subject() const
{
    return QFile::decodeName(m_error.subject.c_str());
}

QString StartErrorValue::text() const
{
    return endText(m_error);
}

} // namespace ForkFd
