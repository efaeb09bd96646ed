// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// The interpreter that an executable file names, against the kernel: as long as that file is missing,
// the kernel reports ENOENT, and when there is a file of the name that was found, it reports something
// else.

#include "fuzzer.h"
#include "hex.h"
#include "inputreader.h"
#include "temporaryfolder.h"
#include "tracedexec.h"

#include "core/start/interpreter.h"

#include <array>
#include <cerrno>
#include <cstring>

#include <elf.h>
#include <unistd.h>

namespace {

enum Kind { Bytes, Script, Elf64, Elf32, KindCount };
constexpr std::array<const char *, KindCount> kinds = {"bytes", "script", "ELF64", "ELF32"};

constexpr const char *file = "file";
constexpr char loader[] = "loader";

template<typename FileHeader, typename ProgramHeader>
std::string imageOf(unsigned char elfClass, unsigned machine)
{
    struct
    {
        FileHeader file;
        ProgramHeader headers[2];
        char loader[8];
    } image;
    std::memset(&image, 0, sizeof image);
    std::memcpy(image.file.e_ident, ELFMAG, SELFMAG);
    image.file.e_ident[EI_CLASS] = elfClass;
    image.file.e_ident[EI_DATA] = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? ELFDATA2LSB : ELFDATA2MSB;
    image.file.e_ident[EI_VERSION] = EV_CURRENT;
    image.file.e_type = ET_DYN;
    image.file.e_machine = static_cast<decltype(image.file.e_machine)>(machine);
    image.file.e_version = EV_CURRENT;
    image.file.e_phoff = sizeof image.file;
    image.file.e_ehsize = sizeof image.file;
    image.file.e_phentsize = sizeof image.headers[0];
    image.file.e_phnum = 2;
    image.headers[0].p_type = PT_INTERP;
    image.headers[0].p_offset = offsetof(decltype(image), loader);
    image.headers[0].p_filesz = sizeof loader;
    image.headers[1].p_type = PT_LOAD;
    image.headers[1].p_filesz = sizeof image;
    image.headers[1].p_memsz = sizeof image;
    std::memcpy(image.loader, loader, sizeof loader);
    return std::string(reinterpret_cast<const char *>(&image), sizeof image);
}

/// That of this program, so that the kernel accepts it.
unsigned ownMachine()
{
    Elf64_Half machine = EM_NONE; // At the same place in both classes.
    std::ifstream program("/proc/self/exe", std::ios::binary);
    program.seekg(offsetof(Elf64_Ehdr, e_machine));
    program.read(reinterpret_cast<char *>(&machine), sizeof machine);
    return machine;
}

std::string templateOf(Kind kind)
{
    static const unsigned machine = ownMachine();
    switch (kind) {
    case Script:
        return "#!";
    case Elf64:
        return imageOf<Elf64_Ehdr, Elf64_Phdr>(ELFCLASS64, machine);
    case Elf32:
        return imageOf<Elf32_Ehdr, Elf32_Phdr>(ELFCLASS32, machine == EM_X86_64 ? EM_386 : machine);
    default:
        return {};
    }
}

// A character of a script, or many: the kernel reads 256 bytes.
void appendText(std::string &content, unsigned which, unsigned count)
{
    const char character = " \t\n\0abc#!xyz."[which % 14];
    content.append(count < 240 ? 1 : (count - 239) * 20, character);
}

struct Sample
{
    explicit Sample(Fuzz::InputReader &reader)
        : kind(static_cast<Kind>(reader.below(KindCount)))
        , content(templateOf(kind))
    {
        while (!reader.isAtEnd()) {
            const unsigned first = reader.byte();
            const std::uint8_t second = reader.byte();
            ++changeCount;
            if (kind == Bytes)
                (content += static_cast<char>(first)) += static_cast<char>(second);
            else if (kind == Script)
                appendText(content, first, second);
            else
                content[first % content.size()] = static_cast<char>(second);
        }
    }

    bool isScript() const { return content.substr(0, 2) == "#!"; }

    const Kind kind;
    std::string content;
    std::size_t changeCount = 0;
};

int exec()
{
    const Fuzz::TracedExec exec([] {
        char *arguments[] = {const_cast<char *>(file), nullptr};
        execv(file, arguments);
    });
    return exec.isTried ? exec.errorCode : -1;
}

/// Whether a file of this name can be made in the folder.
bool isPlainName(const std::string &name)
{
    return !name.empty() && name.size() <= 255 && name.find('/') == std::string::npos && name != "."
        && name != ".." && name != file;
}

// An empty name is missing, too: behind "#!" comes a NUL.
bool mayBeNameless(const Sample &sample)
{
    if (!sample.isScript())
        return sample.changeCount > 0;
    const std::size_t begin = sample.content.find_first_not_of(" \t", 2);
    return begin == std::string::npos || sample.content[begin] == '\0';
}

void compare(const Sample &sample)
{
    const Fuzz::TemporaryFolder folder;
    Fuzz::TemporaryFolder::write(file, sample.content);
    const std::string name = ForkFd::Internal::interpreterOf(file);
    if (exec() != ENOENT)
        return;
    if (name.empty() && !mayBeNameless(sample))
        throw Fuzz::Fault("nameless: the kernel misses an interpreter");
    if (!isPlainName(name))
        return;
    Fuzz::TemporaryFolder::write(name, {});
    if (exec() == ENOENT)
        throw Fuzz::Fault("name: the kernel does not look for \"" + name + '"');
}

} // namespace

namespace Fuzz {

const char *const name = "interpreter";
const Shape shape = {.headSize = 1, .stepSize = 2, .maxSteps = 30};

void setUp()
{
}

std::size_t play(std::span<const std::uint8_t> input)
{
    InputReader reader(input);
    const Sample sample(reader);
    compare(sample);
    return sample.changeCount + 1;
}

std::string describe(std::span<const std::uint8_t> input)
{
    InputReader reader(input);
    const Sample sample(reader);
    return std::string("  ") + kinds[sample.kind] + ' ' + escaped(sample.content) + '\n';
}

} // namespace Fuzz
