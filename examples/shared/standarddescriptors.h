// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_EXAMPLES_STANDARDDESCRIPTORS_H
#define FORKFD_EXAMPLES_STANDARDDESCRIPTORS_H

/// Occupies those of the descriptors 0, 1 and 2 that are closed, so that no file of this program gets
/// their numbers. Reading from 0 and writing to the others still fails with EBADF, and programs that are
/// started find them closed. Called before anything else opens a file.
void occupyStandardDescriptors();

#endif
