// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CROSS_CHECK_H
#define FORKFD_CROSS_CHECK_H

#include <ForkFd/spawn.h>

#include <string>

/// Records that the present row has failed, if `isTrue` is false.
void check(bool isTrue, const std::string &what);

/// Notes something about the present row that is no failure.
void note(const std::string &what);

/// The number of checks that have failed.
int failedChecks();

/// Starts `sh -c script`; a failed start is a failed check.
std::optional<ForkFd::Child> startScript(const std::string &script,
                                         const ForkFd::LaunchOptions &options = {});

/// Checks that `sh -c script` exits with `code`.
void checkScript(const std::string &name, const std::string &script,
                 const ForkFd::LaunchOptions &options = {}, int code = 0);

/// A child that ends when it is killed, or when the object is destroyed.
class BlockedChild
{
public:
    BlockedChild();
    ~BlockedChild();
    BlockedChild(const BlockedChild &) = delete;
    BlockedChild &operator=(const BlockedChild &) = delete;

    std::optional<ForkFd::Child> child;

private:
    int m_writeEnd = -1; ///< The child waits for the end of file of the other end.
};

// The rows, each in a file of its subject.
void exitCodes();
void signals();
void waiting();
void usage();
void stolenStatus();
void ownerGoes();

void failedStarts();
void manyAtOnce();
void threads();
void largeProgram();

void options();
void descriptors();
void signalMask();
void treeDiesWithParent();

void copiedProcess();
void calledFunction();
void spawnedProgram();

#endif
