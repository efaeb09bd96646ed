// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "selection.h"

#include <QtCore/QSet>

#include <cstdint>

namespace {

bool matchesAll(const Test &test, const QList<Filter> &filters)
{
    for (const Filter &filter : filters) {
        if (!filter(test))
            return false;
    }
    return true;
}

// FNV-1a, which every machine and every Qt computes alike, and the last step of MurmurHash3, because the
// remainders of FNV-1a are uneven.
std::uint64_t hashOf(const QString &name)
{
    std::uint64_t hash = 14695981039346656037U;
    const QByteArray bytes = name.toUtf8();
    for (const char c : bytes) {
        hash ^= static_cast<unsigned char>(c);
        hash *= 1099511628211U;
    }
    hash = (hash ^ (hash >> 33U)) * 0xff51afd7ed558ccdU;
    hash = (hash ^ (hash >> 33U)) * 0xc4ceb9fe1a85ec53U;
    return hash ^ (hash >> 33U);
}

bool isInPartition(const Test &test, std::uint64_t place, const Partition &partition)
{
    const auto count = static_cast<std::uint64_t>(partition.count);
    const auto wanted = static_cast<std::uint64_t>(partition.number - 1);
    switch (partition.kind) {
    case Partition::None:
        break;
    case Partition::Count:
        return place % count == wanted;
    case Partition::Hash:
        return hashOf(test.name) % count == wanted;
    }
    return true;
}

bool hasOneOf(const QString &folder, const QStringList &names, const QSet<NameInFolder> &wanted)
{
    for (const QString &name : names) {
        if (wanted.contains({folder, name}))
            return true;
    }
    return false;
}

// A test that sets up a fixture may require another one.
void addFixtures(const TestList &tests, std::vector<bool> &isSelected)
{
    QSet<NameInFolder> required;
    for (bool hasChanged = true; hasChanged;) {
        hasChanged = false;
        for (std::size_t i = 0; i < tests.size(); ++i) {
            const QString &folder = tests[i].folder;
            if (!isSelected[i]
                && (hasOneOf(folder, tests[i].fixturesSetUp, required)
                    || hasOneOf(folder, tests[i].fixturesCleanedUp, required)))
                isSelected[i] = true;
            if (!isSelected[i] || tests[i].isDisabled) // A disabled test uses no fixture, as in ctest.
                continue;
            for (const QString &fixture : tests[i].fixturesRequired) {
                hasChanged = hasChanged || !required.contains({folder, fixture});
                required.insert({folder, fixture});
            }
        }
    }
}

} // namespace

TestList selectTests(const TestList &tests, const QList<Filter> &filters, const Partition &partition)
{
    std::vector<bool> isSelected(tests.size());
    std::uint64_t place = 0;
    for (std::size_t i = 0; i < tests.size(); ++i) {
        if (matchesAll(tests[i], filters))
            isSelected[i] = isInPartition(tests[i], place++, partition);
    }
    addFixtures(tests, isSelected);
    TestList selected;
    for (std::size_t i = 0; i < tests.size(); ++i) {
        if (isSelected[i])
            selected.push_back(tests[i]);
    }
    return selected;
}
