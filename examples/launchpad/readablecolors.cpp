// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "readablecolors.h"

#include <QtGui/QFont>

#include <algorithm>
#include <array>
#include <cmath>

static double linear(double value)
{
    return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
}

static double luminance(const QColor &color)
{
    return 0.2126 * linear(color.redF()) + 0.7152 * linear(color.greenF())
        + 0.0722 * linear(color.blueF());
}

double contrastOf(const QColor &a, const QColor &b)
{
    const double first = luminance(a);
    const double second = luminance(b);
    return (std::max(first, second) + 0.05) / (std::min(first, second) + 0.05);
}

QColor readableOn(const QColor &background, QColor color)
{
    // At this luminance black and white have the same contrast.
    const QColor end = luminance(background) > 0.179 ? Qt::black : Qt::white;
    const QColor begin = color;
    constexpr int steps = 20;
    for (int i = 1; i <= steps && contrastOf(color, background) < 4.5; ++i)
        color = mixed(begin, end, double(i) / steps);
    return color;
}

QColor mixed(const QColor &first, const QColor &second, double share)
{
    const auto part = [share](int a, int b) { return int(std::lround(a + (b - a) * share)); };
    return {part(first.red(), second.red()), part(first.green(), second.green()),
            part(first.blue(), second.blue())};
}

// The first 16 colours are the theme's choice, 6×6×6 colours and 24 greys follow.
static QColor tableColor(int index)
{
    static constexpr std::array<QRgb, 16> first = {
        0xff2e3436, 0xffc01c28, 0xff26a269, 0xffc4a000, 0xff1c71d8, 0xffa347ba, 0xff2aa1b3, 0xffc0bfbc,
        0xff77767b, 0xffe01b24, 0xff2ec27e, 0xffe5a50a, 0xff3584e4, 0xffc061cb, 0xff33c7de, 0xffffffff};
    if (index < 16)
        return QColor::fromRgb(first.at(size_t(index)));
    if (index >= 232) {
        const int grey = 8 + (index - 232) * 10;
        return {grey, grey, grey};
    }
    const auto level = [](int step) { return step == 0 ? 0 : 55 + step * 40; };
    const int rest = index - 16;
    return {level(rest / 36), level(rest / 6 % 6), level(rest % 6)};
}

static QColor colorOf(int code, const QColor &otherwise)
{
    if (code == TextStyle::defaultColor)
        return otherwise;
    return code >= TextStyle::rgb ? QColor::fromRgb(QRgb(code - TextStyle::rgb)) : tableColor(code);
}

QTextCharFormat formatOf(const TextStyle &style, const QPalette &palette)
{
    const QColor base = palette.color(QPalette::Base);
    QColor background = colorOf(style.background, base);
    QColor foreground = colorOf(style.foreground, palette.color(QPalette::Text));
    if (style.isInverse)
        std::swap(background, foreground);
    if (style.isFaint)
        foreground = mixed(foreground, background, 0.35);
    QTextCharFormat format;
    format.setForeground(readableOn(background, foreground));
    if (background != base)
        format.setBackground(background);
    if (style.isBold)
        format.setFontWeight(QFont::Bold);
    format.setFontItalic(style.isItalic);
    format.setFontUnderline(style.isUnderlined);
    return format;
}
