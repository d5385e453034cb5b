package dev.banyan.rules.format;

/**
 * One comment of a rule file.
 *
 * @param text from its {@code #} to the end of the line, without blanks at the end
 * @param at its place in the source, in code points from 0
 * @param column counted from 1
 * @param alone nothing but blanks and dashes stands before it on its line
 * @param blankBefore an empty line stands above it
 */
record Comment(String text, int at, int column, boolean alone, boolean blankBefore) {}
