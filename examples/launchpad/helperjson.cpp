// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "helperjson.h"

#include <QtCore/QCoreApplication>
#include <QtCore/QJsonArray>
#include <QtCore/QJsonValue>

#include <algorithm>
#include <array>

using namespace Qt::StringLiterals;

namespace {

constexpr std::array policyNames = {"never", "on-failure", "always"};

/// Takes members out of an object, and remembers the first that is wrong.
class Reader
{
    Q_DECLARE_TR_FUNCTIONS(HelperFile)

public:
    explicit Reader(QJsonObject object)
        : m_object(std::move(object))
    {
    }

    QString text(const QString &name)
    {
        const QJsonValue value = m_object.take(name);
        expect(value.isUndefined() || value.isString(), name, tr("a text"));
        return value.toString();
    }
    bool flag(const QString &name)
    {
        const QJsonValue value = m_object.take(name);
        expect(value.isUndefined() || value.isBool(), name, tr("true or false"));
        return value.toBool();
    }
    std::chrono::milliseconds time(const QString &name, std::chrono::milliseconds otherwise)
    {
        const QJsonValue value = m_object.take(name);
        const double number = value.toDouble(double(otherwise.count()));
        constexpr double day = 24 * 3600 * 1000.0;
        expect((value.isUndefined() || value.isDouble()) && number >= 0 && number <= day, name,
               tr("a number of milliseconds, at most a day"));
        return m_problem.isEmpty() ? std::chrono::milliseconds(qint64(number)) : otherwise;
    }
    QStringList texts(const QString &name)
    {
        const QJsonValue value = m_object.take(name);
        const QJsonArray array = value.toArray();
        expect((value.isUndefined() || value.isArray())
                   && std::all_of(array.begin(), array.end(), [](auto one) { return one.isString(); }),
               name, tr("a list of texts"));
        return QVariant(array.toVariantList()).toStringList();
    }
    QVariantMap changes(const QString &name)
    {
        const QJsonValue value = m_object.take(name);
        const QJsonObject object = value.toObject();
        expect((value.isUndefined() || value.isObject())
                   && std::all_of(object.begin(), object.end(),
                                  [](auto one) { return one.isString() || one.isNull(); }),
               name, tr("an object whose values are texts, or null to remove a variable"));
        QVariantMap result;
        for (auto it = object.begin(); it != object.end(); ++it)
            result.insert(it.key(), it->isNull() ? QVariant() : QVariant(it->toString()));
        return result;
    }
    /// The index of the member's text in `names`; 0 if there is no such member.
    template<typename Names>
    qsizetype choice(const QString &name, const Names &names)
    {
        if (!m_object.contains(name))
            return 0;
        const QString chosen = text(name);
        const auto found = std::find(names.begin(), names.end(), chosen);
        expect(found != names.end(), name, tr("one of: %1").arg(QStringList(names).join(u", "_s)));
        return found == names.end() ? 0 : found - names.begin();
    }

    void expect(bool isRight, const QString &name, const QString &what)
    {
        if (!isRight && m_problem.isEmpty())
            m_problem = tr("\"%1\" has to be %2").arg(name, what);
    }
    QString problem() const { return m_problem; }
    QJsonObject rest() const { return m_object; }

private:
    QJsonObject m_object;
    QString m_problem;
};

QStringList policies()
{
    QStringList names;
    for (const char *name : policyNames)
        names += QString::fromLatin1(name);
    return names;
}

QStringList signalNames()
{
    QStringList names;
    for (const int number : stopSignals)
        names += signalName(number);
    return names;
}

QJsonObject toJson(const QVariantMap &changes)
{
    QJsonObject object;
    for (auto it = changes.begin(); it != changes.end(); ++it)
        object.insert(it.key(), it->isNull() ? QJsonValue(QJsonValue::Null) : it->toString());
    return object;
}

} // namespace

QJsonObject toJson(const Helper &helper)
{
    QJsonObject object = helper.others;
    object.insert(u"name"_s, helper.name);
    object.insert(u"program"_s, helper.program);
    object.insert(u"arguments"_s, QJsonArray::fromStringList(helper.arguments));
    object.insert(u"directory"_s, helper.directory);
    object.insert(u"environment"_s, toJson(helper.environmentChanges));
    object.insert(u"restart"_s, QString::fromLatin1(policyNames.at(size_t(helper.restartPolicy))));
    object.insert(u"restartDelay"_s, qint64(helper.restartDelay.count()));
    object.insert(u"stopSignal"_s, signalName(helper.stopSignal));
    object.insert(u"stopGrace"_s, qint64(helper.stopGrace.count()));
    object.insert(u"startsWithLaunchpad"_s, helper.startsWithLaunchpad);
    object.insert(u"terminal"_s, helper.hasTerminal);
    return object;
}

std::optional<Helper> helperFromJson(const QJsonObject &object, QString *problem)
{
    Reader reader(object);
    Helper helper;
    helper.name = reader.text(u"name"_s);
    helper.program = reader.text(u"program"_s);
    reader.expect(!helper.program.isEmpty(), u"program"_s, Reader::tr("the name of a program"));
    helper.arguments = reader.texts(u"arguments"_s);
    helper.directory = reader.text(u"directory"_s);
    helper.environmentChanges = reader.changes(u"environment"_s);
    if (object.contains(u"restart"_s))
        helper.restartPolicy = RestartPolicy(reader.choice(u"restart"_s, policies()));
    helper.restartDelay = reader.time(u"restartDelay"_s, helper.restartDelay);
    helper.stopSignal = stopSignals.at(size_t(reader.choice(u"stopSignal"_s, signalNames())));
    helper.stopGrace = reader.time(u"stopGrace"_s, helper.stopGrace);
    helper.startsWithLaunchpad = reader.flag(u"startsWithLaunchpad"_s);
    helper.hasTerminal = reader.flag(u"terminal"_s);
    helper.others = reader.rest();
    *problem = reader.problem();
    return problem->isEmpty() ? std::optional(helper) : std::nullopt;
}
