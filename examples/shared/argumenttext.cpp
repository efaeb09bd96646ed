// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "argumenttext.h"

#include <QtCore/QByteArrayView>
#include <QtCore/QStringConverter>

std::optional<QString> textOfArgument(const char *argument)
{
    const QByteArrayView bytes(argument);
    QStringDecoder decoder(QStringDecoder::Utf8,
                           QStringDecoder::Flag::Stateless | QStringDecoder::Flag::ConvertInitialBom);
    const QString text = decoder.decode(bytes);
    return text.toUtf8() == bytes ? std::optional(text) : std::nullopt;
}
