// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_EXPORT_H
#define FORKFD_EXPORT_H

/// Marks what the libraries show to the outside; everything else is built hidden.
#define FORKFD_EXPORT __attribute__((visibility("default")))

#endif
