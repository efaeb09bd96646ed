// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// What a process inherits or sets.

#include "surrounding.h"

#include <cerrno>
#include <cstdlib>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace Surroundings {

namespace {

std::string beNice()
{
    errno = 0;
    return ::nice(5) == -1 && errno != 0 ? failed("nice") : "";
}

std::string closeStreams()
{
    for (int fd = 0; fd < 3; ++fd)
        ::close(fd);
    return "";
}

std::string fillOutput()
{
    const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
    if (full < 0)
        return failed("open");
    ::dup2(full, STDOUT_FILENO);
    ::dup2(full, STDERR_FILENO);
    ::close(full);
    return "";
}

std::string renouncePrivileges()
{
    return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 ? "" : failed("prctl");
}

std::string hideFromDebuggers()
{
    return ::prctl(PR_SET_DUMPABLE, 0) == 0 ? "" : failed("prctl");
}

std::string maskFiles()
{
    ::umask(077);
    return "";
}

std::string changeLocale()
{
    ::setenv("LC_ALL", "tlh_XX.ISO-8859-42", 1);
    ::setenv("LANGUAGE", "tlh:la", 1);
    return "";
}

std::string emptyEnvironment()
{
    const char *backend = ::getenv("FORKFD_BACKEND");
    const std::string kept = backend ? backend : "auto";
    ::clearenv();
    ::setenv("FORKFD_BACKEND", kept.c_str(), 1);
    return "";
}

std::string deleteDirectory()
{
    char path[] = "/tmp/forkfd-surroundings-XXXXXX";
    return ::mkdtemp(path) && ::chdir(path) == 0 && ::rmdir(path) == 0 ? "" : failed("mkdtemp");
}

} // namespace

std::vector<Surrounding> stateSurroundings()
{
    return {
        {.name = "nice", .enter = beNice},
        {.name = "closed streams", .enter = closeStreams},
        {.name = "full output", .enter = fillOutput},
        {.name = "no new privileges", .enter = renouncePrivileges},
        {.name = "not dumpable", .within = hideFromDebuggers},
        {.name = "umask 077", .enter = maskFiles},
        {.name = "unknown locale", .enter = changeLocale},
        {.name = "empty environment", .enter = emptyEnvironment},
        {.name = "deleted directory", .enter = deleteDirectory},
        {.name = "ended leader", .hasAnotherThread = true},
    };
}

} // namespace Surroundings
