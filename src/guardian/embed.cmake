# SPDX-FileCopyrightText: 2026 The ForkFd authors
# SPDX-License-Identifier: MIT

# Writes the bytes of PROGRAM to SOURCE, as src/guardian/image.h declares them.
file(READ ${PROGRAM} bytes HEX)
string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
string(REGEX REPLACE "((0x..,)(0x..,)(0x..,)(0x..,)(0x..,)(0x..,)(0x..,)(0x..,))" "\\1\n" bytes "${bytes}")
file(WRITE ${SOURCE} "#include \"guardian/image.h\"\n
namespace ForkFd::Internal::GuardianProgram {\n
static constexpr unsigned char bytes[] = {\n${bytes}};
const unsigned char *const image = bytes;
const std::size_t imageSize = sizeof bytes;\n
} // namespace ForkFd::Internal::GuardianProgram\n")
