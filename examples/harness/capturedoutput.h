// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_EXAMPLES_CAPTUREDOUTPUT_H
#define FORKFD_EXAMPLES_CAPTUREDOUTPUT_H

#include <QtCore/QByteArray>

/// The output of a test. Of a test that writes more than 8 MiB, the beginning and the end.
class CapturedOutput
{
public:
    void add(const QByteArray &bytes);
    QByteArray text() const;
    /// False if the middle is missing.
    bool isComplete() const { return missing() == 0; }

private:
    qint64 missing() const;

    QByteArray m_begin;
    QByteArray m_end;
    qint64 m_missing = 0;
};

#endif
