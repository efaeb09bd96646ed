// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_EXAMPLES_HARNESSERROR_H
#define FORKFD_EXAMPLES_HARNESSERROR_H

#include <QtCore/QString>

#include <stdexcept>

/// The harness cannot do what it was asked to do: one line for the user.
class HarnessError : public std::runtime_error
{
public:
    explicit HarnessError(const QString &text)
        : std::runtime_error(text.toStdString())
    {
    }
};

#endif
