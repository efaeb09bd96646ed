// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_EXAMPLES_ARGUMENTTEXT_H
#define FORKFD_EXAMPLES_ARGUMENTTEXT_H

#include <QtCore/QString>

#include <optional>

/// Returns the text of an argument of main(); empty if it is not valid UTF-8. A byte order mark at its
/// begin is kept, which QFile::decodeName() drops.
std::optional<QString> textOfArgument(const char *argument);

#endif
