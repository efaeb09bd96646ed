// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// The search in PATH, against execvp(3) in a tree of folders.

#include "fuzzer.h"
#include "inputreader.h"
#include "temporaryfolder.h"
#include "tracedexec.h"

#include "core/start/programsearch.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

using ForkFd::Internal::EmptyEntry;
namespace fs = std::filesystem;

namespace {

/// What a folder has under the name of the program.
enum Content {
    Nothing,
    Program,
    NotExecutable,
    Folder,
    Link,
    BrokenLink,
    LinkToItself,
    NoFolder,
    FileInsteadOfFolder,
    ContentCount
};
constexpr std::array<const char *, ContentCount> contents = {
    "nothing",        "program",   "notExecutable",      "folder", "link", "broken link",
    "link to itself", "no folder", "file, not a folder",
};

constexpr std::array<const char *, 4> folders = {".", "a", "b", "c"};
constexpr std::array<const char *, 14> entries = {
    "", ".", "a", "b", "c", "a/", "./b", "a//", "a/../b/", "absent", "/bin/", "absolute", "../", "long"};
constexpr const char *program = "forkfd-fuzz-program";

struct Setting
{
    explicit Setting(Fuzz::InputReader &reader)
    {
        for (Content &content : inFolder)
            content = static_cast<Content>(reader.below(ContentCount));
        while (!reader.isAtEnd())
            path.push_back(reader.below(entries.size()));
    }

    std::array<Content, folders.size()> inFolder;
    std::vector<unsigned> path;
};

void fill(const std::string &folder, Content content)
{
    constexpr const char *script = "#!/bin/sh\n";
    if (content == FileInsteadOfFolder && folder != ".")
        Fuzz::TemporaryFolder::write(folder, script);
    if (content >= NoFolder)
        return;
    fs::create_directory(folder);
    const std::string file = folder + '/' + program;
    if (content == Program || content == NotExecutable)
        Fuzz::TemporaryFolder::write(file, script, fs::perms(content == Program ? 0755 : 0644));
    else if (content == Folder)
        fs::create_directory(file);
    else if (content == Link)
        fs::create_symlink(fs::absolute("good"), file);
    else if (content == BrokenLink)
        fs::create_symlink("absent", file);
    else if (content == LinkToItself)
        fs::create_symlink(program, file);
}

/// The entries of PATH.
std::vector<std::string> listOf(const Setting &setting, const Fuzz::TemporaryFolder &folder)
{
    std::vector<std::string> list;
    for (const unsigned number : setting.path) {
        std::string entry = entries[number];
        if (entry == "absolute")
            entry = (folder.path() / "c").string();
        else if (entry == "long")
            entry = std::string(300, 'l');
        list.push_back(entry);
    }
    return list;
}

std::string join(const std::vector<std::string> &list)
{
    std::string path;
    for (std::size_t i = 0; i < list.size(); ++i)
        path += (i == 0 ? "" : ":") + list[i];
    return path;
}

/// A result of the search: a path without "." and "..", or an errno.
struct Result
{
    std::string path;
    int errorCode = 0;

    bool operator==(const Result &) const = default;
    std::string text() const { return path.empty() ? "errno " + std::to_string(errorCode) : path; }
};

Result find(std::string path, EmptyEntry emptyEntry = EmptyEntry::CurrentDirectory)
{
    int errorCode = 0;
    std::replace(path.begin(), path.end(), ':', '\0'); // See absoluteSearchPath().
    const auto found = ForkFd::Internal::findExecutable(path, program, emptyEntry, &errorCode);
    return found ? Result{fs::path(*found).lexically_normal().string(), 0} : Result{{}, errorCode};
}

void compare(const char *what, const Result &is, const Result &wanted)
{
    if (!(is == wanted))
        throw Fuzz::Fault(std::string(what) + ": " + is.text() + ", not " + wanted.text());
}

// execvp(3) of glibc stops at these, and the library goes on.
bool stopsExecvp(const Setting &setting, const std::vector<std::string> &list)
{
    return std::find(setting.inFolder.begin(), setting.inFolder.end(), LinkToItself)
        != setting.inFolder.end()
        || std::any_of(list.begin(), list.end(), [](const auto &entry) { return entry.size() > 255; });
}

bool isFoundByHand(const std::vector<std::string> &list)
{
    return std::any_of(list.begin(), list.end(), [](const std::string &entry) {
        const std::string file = (entry.empty() ? "." : entry) + '/' + program;
        return access(file.c_str(), X_OK) == 0 && fs::is_regular_file(file);
    });
}

void compareWithExec(const Fuzz::TemporaryFolder &folder, const std::string &path)
{
    const Fuzz::TracedExec exec([&path] {
        setenv("PATH", path.c_str(), 1);
        char name[] = "forkfd-fuzz-program";
        char *arguments[] = {name, nullptr};
        execvp(name, arguments);
    });
    if (!exec.isTried)
        return;
    const Result wanted = exec.isExecuted
        ? Result{(folder.path() / exec.script).lexically_normal().string(), 0}
        : Result{{}, exec.errorCode};
    compare("execvp", find(path), wanted);
}

void compareAll(const Setting &setting)
{
    const Fuzz::TemporaryFolder folder;
    Fuzz::TemporaryFolder::write("good", "#!/bin/sh\n");
    for (std::size_t i = 0; i < folders.size(); ++i)
        fill(folders[i], setting.inFolder[i]);
    std::vector<std::string> list = listOf(setting, folder);
    const std::string path = join(list);
    if (!stopsExecvp(setting, list))
        compareWithExec(folder, path);
    if (list.empty())
        list.emplace_back(); // An empty PATH has one empty entry.
    if (find(path).path.empty() == isFoundByHand(list))
        throw Fuzz::Fault("found: " + find(path).text());

    setenv("PATH", path.c_str(), 1);
    compare("absolute", find(ForkFd::Internal::absoluteSearchPath()), find(path));
    std::erase(list, std::string());
    const Result wanted = list.empty() ? Result{{}, ENOENT} : find(join(list));
    compare("without empty", find(path, EmptyEntry::Nothing), wanted);
}

} // namespace

namespace Fuzz {

const char *const name = "programsearch";
const Shape shape = {.headSize = 4, .stepSize = 1, .maxSteps = 8};

void setUp()
{
}

std::size_t play(std::span<const std::uint8_t> input)
{
    InputReader reader(input);
    const Setting setting(reader);
    compareAll(setting);
    return setting.path.size() + 1;
}

std::string describe(std::span<const std::uint8_t> input)
{
    InputReader reader(input);
    const Setting setting(reader);
    std::string text;
    for (std::size_t i = 0; i < folders.size(); ++i)
        text += std::string("  in ") + folders[i] + ": " + contents[setting.inFolder[i]] + '\n';
    text += "  PATH=";
    for (const unsigned entry : setting.path)
        text += std::string(entries[entry]) + ':';
    return text + '\n';
}

} // namespace Fuzz
