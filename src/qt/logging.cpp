// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "qt/logging.h"

namespace ForkFd {

Q_LOGGING_CATEGORY(childProcessLog, "forkfd.childprocess")

} // namespace ForkFd
