// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_SURROUNDINGS_OBJECTPLAY_H
#define FORKFD_SURROUNDINGS_OBJECTPLAY_H

#include <ForkFd/childprocess.h>

#include <initializer_list>
#include <string>

namespace Surroundings {

/// The arguments as a list of strings.
QStringList wordsOf(std::initializer_list<const char *> words);
/// Starts the program child.
void start(ForkFd::ChildProcess &process, std::initializer_list<const char *> words);
/// Waits for the end. Returns how the child ended and what it wrote, or why it did not start.
std::string outcomeOf(ForkFd::ChildProcess &process);
/// The same without waiting.
std::string resultOf(ForkFd::ChildProcess &process);

} // namespace Surroundings

#endif
