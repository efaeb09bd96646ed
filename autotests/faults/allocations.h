// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_FAULTS_ALLOCATIONS_H
#define FORKFD_FAULTS_ALLOCATIONS_H

namespace Faults {

/// From now on malloc(), calloc() and realloc() of this process, and with them operator new, first ask
/// the walker, which may let them fail. They do so only for the library, and not for its calls of Qt:
/// most of Qt's containers end the program without memory.
void reportAllocations();

} // namespace Faults

#endif
