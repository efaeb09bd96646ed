// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_BENCHMARKS_TABLE_H
#define FORKFD_BENCHMARKS_TABLE_H

#include "../contestant.h"

#include <memory>
#include <string>

namespace Benchmarks {

/// Throws Failure if there is no such contestant.
std::unique_ptr<Contestant> makeContestant(const std::string &name);

// The files of the same names define these; childprocess.cpp the five that use ForkFd.
std::unique_ptr<Contestant> makeLimit();
std::unique_ptr<Contestant> makeNotifier();
std::unique_ptr<Contestant> makePosixSpawn();
std::unique_ptr<Contestant> makeQProcess();
std::unique_ptr<Contestant> makeChildProcess();
std::unique_ptr<Contestant> makeSigChld();
std::unique_ptr<Contestant> makeBackground();
std::unique_ptr<Contestant> makeRun();
std::unique_ptr<Contestant> makeRunQueue();
std::unique_ptr<Contestant> makeLibUv();
std::unique_ptr<Contestant> makeGLib();
std::unique_ptr<Contestant> makeBoost();

} // namespace Benchmarks

#endif
