// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_GUARDIAN_IMAGE_H
#define FORKFD_GUARDIAN_IMAGE_H

#include <cstddef>

namespace ForkFd::Internal::GuardianProgram {

/// The executable file of the guardian.
extern const unsigned char *const image;
extern const std::size_t imageSize;

} // namespace ForkFd::Internal::GuardianProgram

#endif
