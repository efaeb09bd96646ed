// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_FUZZ_TEMPORARYFOLDER_H
#define FORKFD_FUZZ_TEMPORARYFOLDER_H

#include "fuzzer.h"

#include <filesystem>
#include <fstream>

#include <stdlib.h>

namespace Fuzz {

/// A folder for one input. It is the current directory as long as the object lives.
class TemporaryFolder
{
public:
    TemporaryFolder()
        : m_previous(std::filesystem::current_path())
    {
        std::string path = (std::filesystem::temp_directory_path() / "forkfd-fuzz-XXXXXX").string();
        if (!mkdtemp(path.data()))
            throw Fault("folder: it cannot be made");
        m_path = path;
        std::filesystem::current_path(m_path);
    }
    ~TemporaryFolder()
    {
        std::error_code error;
        std::filesystem::current_path(m_previous, error);
        std::filesystem::remove_all(m_path, error);
    }
    TemporaryFolder(const TemporaryFolder &) = delete;
    TemporaryFolder &operator=(const TemporaryFolder &) = delete;

    const std::filesystem::path &path() const { return m_path; }

    /// Writes a file that may be executed, unless `permissions` says otherwise.
    static void write(const std::string &file, const std::string &content,
                      std::filesystem::perms permissions = std::filesystem::perms(0755))
    {
        std::ofstream(file, std::ios::binary) << content;
        std::filesystem::permissions(file, permissions);
    }

private:
    std::filesystem::path m_previous;
    std::filesystem::path m_path;
};

} // namespace Fuzz

#endif
