package dev.banyan.bridge.change;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ref.Cleaner;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import javax.crypto.Cipher;
import javax.crypto.CipherInputStream;
import javax.crypto.CipherOutputStream;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * A list that is added to at its end, then read from its start, as often as one likes; beyond its first {@code headMax} elements, or the one
 * with which they take {@link #HEAD_BYTES_MAX}, it lies in a file. The file is encrypted under a key that is kept nowhere. It has no name from the start, so that its room is free when the list is, or the
 * process, however that ends.
 */
public final class LargeList<T> extends AbstractList<T> {

    /** What its elements may take in memory, roughly. */
    public static final long HEAD_BYTES_MAX = 16L << 20;

    private static final Cleaner CLEANER = Cleaner.create();
    private static final int BUFFER_BYTES = 16_384;
    private static final int KEY_BYTES = 16;

    /** An element as bytes, and back. */
    public interface Codec<T> {
        void write(DataOutputStream out, T element) throws IOException;

        T read(DataInputStream in) throws IOException;

        /** What {@code element} takes in memory, roughly. */
        long bytes(T element);
    }

    private final Codec<T> codec;
    private final int headMax;
    private final List<T> head = new ArrayList<>();
    private final byte[] key = new byte[KEY_BYTES];
    private long headBytes;
    private int size;
    private @Nullable NamelessFile file;
    private @Nullable DataOutputStream out;

    public LargeList(int headMax, Codec<T> codec) {
        this.headMax = headMax;
        this.codec = codec;
    }

    /** True when a part of it lies in a file. */
    public boolean isInFile() {
        return file != null;
    }

    /** Moves what is still in memory to the file, so that elements from now on go there, too. */
    public void moveToFile() {
        if (file == null) {
            try {
                out = begin();
                for (var element : head) {
                    codec.write(out, element);
                }
                head.clear();
            } catch (IOException e) {
                throw new UncheckedIOException("writing what is too large for memory", e);
            }
        }
    }

    @Override
    public boolean add(T element) {
        size++;
        if (file == null && head.size() < headMax && headBytes < HEAD_BYTES_MAX) {
            headBytes += codec.bytes(element);
            return head.add(element);
        }
        moveToFile();
        var open = out;
        if (open == null) {
            throw new IllegalStateException("a list that was read (expected: one that is still written)");
        }
        try {
            codec.write(open, element);
        } catch (IOException e) {
            throw new UncheckedIOException("writing what is too large for memory", e);
        }
        return true;
    }

    private DataOutputStream begin() throws IOException {
        var made = NamelessFile.create();
        file = made;
        CLEANER.register(this, made::close);
        new SecureRandom().nextBytes(key);
        return new DataOutputStream(new BufferedOutputStream(
                new CipherOutputStream(made.end(), cipher(Cipher.ENCRYPT_MODE)), BUFFER_BYTES));
    }

    /** The key is of this file alone, so the counter may begin anywhere. */
    private Cipher cipher(int mode) {
        try {
            var cipher = Cipher.getInstance("AES/CTR/NoPadding");
            cipher.init(mode, new SecretKeySpec(key, "AES"), new IvParameterSpec(new byte[KEY_BYTES]));
            return cipher;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES, which every Java has, is missing", e);
        }
    }

    @Override
    public int size() {
        return size;
    }

    /** Elements of a list in a file are read in their order alone. */
    @Override
    public T get(int index) {
        if (file != null) {
            throw new UnsupportedOperationException("element " + index + " of a list in a file (expected: iterator())");
        }
        return head.get(index);
    }

    @Override
    public Iterator<T> iterator() {
        var from = file;
        if (from == null) {
            return Collections.unmodifiableList(head).iterator();
        }
        try {
            endWriting();
            var in = new DataInputStream(new BufferedInputStream(
                    new CipherInputStream(from.start(), cipher(Cipher.DECRYPT_MODE)), BUFFER_BYTES));
            return new Reading(in, size);
        } catch (IOException e) {
            throw new UncheckedIOException("reading what is too large for memory", e);
        }
    }

    /** Two threads may begin to read at once. */
    private synchronized void endWriting() throws IOException {
        if (out != null) {
            out.close();
            out = null;
        }
    }

    private final class Reading implements Iterator<T> {

        private final DataInputStream in;
        private int left;

        Reading(DataInputStream in, int left) {
            this.in = in;
            this.left = left;
        }

        @Override
        public boolean hasNext() {
            return left > 0;
        }

        @Override
        public T next() {
            if (left == 0) {
                throw new NoSuchElementException();
            }
            try {
                var element = codec.read(in);
                left--;
                if (left == 0) {
                    in.close();
                }
                return element;
            } catch (IOException e) {
                throw new UncheckedIOException("reading what is too large for memory", e);
            }
        }
    }
}
