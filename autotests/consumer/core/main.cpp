// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include <ForkFd/spawn.h>

int main()
{
    auto child = ForkFd::spawn({{"sh", "-c", "exit 3"}});
    return child && child->wait()->code == 3 ? 0 : 1;
}
