// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// The child that exits at once, as most programs are linked: with shared libraries.

int main()
{
    return 3;
}
