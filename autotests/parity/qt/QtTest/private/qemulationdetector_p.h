// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_PARITY_QEMULATIONDETECTOR_P_H
#define FORKFD_PARITY_QEMULATIONDETECTOR_P_H

// Replaces Qt's private header of this name. Under an emulator, some rows of the tests expect less.
namespace QTestPrivate {

inline bool isRunningArmOnX86()
{
    return false;
}

} // namespace QTestPrivate

#endif
