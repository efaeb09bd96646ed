// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "capturedoutput.h"

#include <algorithm>

namespace {

constexpr qsizetype half = 4 * 1024 * 1024;

}

void CapturedOutput::add(const QByteArray &bytes)
{
    const qsizetype first = std::min(half - m_begin.size(), bytes.size());
    m_begin.append(bytes.constData(), first);
    m_end.append(bytes.constData() + first, bytes.size() - first);
    if (m_end.size() > 2 * half) { // Not at each call: it moves what stays.
        m_missing += m_end.size() - half;
        m_end = m_end.right(half);
    }
}

qint64 CapturedOutput::missing() const
{
    return m_missing + std::max(m_end.size() - half, qsizetype{0});
}

QByteArray CapturedOutput::text() const
{
    if (isComplete())
        return m_begin + m_end;
    return m_begin + "\n[" + QByteArray::number(missing()) + " bytes are missing here]\n"
        + m_end.right(half);
}
