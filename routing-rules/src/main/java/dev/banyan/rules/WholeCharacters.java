package dev.banyan.rules;

import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;

/** A text that is read without ever parting the two halves of a character beyond U+FFFF. */
public final class WholeCharacters extends Reader {

    /*
     * snakeyaml-engine 3.0.1 fills its buffer of 1,025 characters and then, when the last is the first half of a pair, reads
     * the other half behind the buffer's end: a file with an emoji in the wrong place threw IndexOutOfBoundsException.
     */

    private final String text;
    private final StringReader rest;
    private int at;

    public WholeCharacters(String text) {
        this.text = text;
        this.rest = new StringReader(text);
    }

    @Override
    public int read(char[] buffer, int offset, int length) throws IOException {
        int end = at + length;
        boolean parts = length > 1 && end < text.length() && Character.isHighSurrogate(text.charAt(end - 1));
        int read = rest.read(buffer, offset, parts ? length - 1 : length);
        at += Math.max(0, read);
        return read;
    }

    @Override
    public void close() {
        rest.close();
    }
}
