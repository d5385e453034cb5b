package dev.banyan.bridge.lake;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;

/** Where the files and logs of a lake are kept. Paths are relative to the lake, with slashes. */
interface LakeStorage extends AutoCloseable {

    /** Writes a file. */
    @FunctionalInterface
    interface Writing {
        void to(OutputStream out) throws IOException;
    }

    /** Where this is, for a message. */
    String where();

    /** Makes what is needed to write, and shuts other writers out where the place can do that. */
    Closeable lock() throws IOException;

    /** What hinders reading; empty when nothing does. */
    String hindrance() throws IOException;

    /** The paths of the files directly in {@code folder}, in no order. */
    List<String> list(String folder) throws IOException;

    /** Some paths, sorted, and whether none follows. */
    record Page(List<String> paths, boolean isLast) {}

    /** The paths of the next files directly in {@code folder} behind the path {@code after}, in their order. */
    Page page(String folder, String after) throws IOException;

    /** What is in a file; {@link java.nio.file.NoSuchFileException} when it is not there. */
    InputStream read(String path) throws IOException;

    /** Puts what {@code writing} writes in place of a file, whole or not at all; it is safe when this returns. */
    void replace(String path, Writing writing) throws IOException;

    /** The same for a file that nobody changes: where it is there with other bytes, somebody else writes this lake. */
    void create(String path, byte[] bytes) throws IOException;

    /** The same for a file whose name stands for the {@code length} bytes that {@code writing} writes: several may do so at once, and what is there may be left. */
    default void keep(String path, long length, Writing writing) throws IOException {
        replace(path, writing);
    }

    /** The segments that are written but not sealed, oldest first. */
    List<Integer> logs() throws IOException;

    /** Goes on with the log of {@code segment}, or begins it; what is in it goes to {@code units}. */
    LakeLog openLog(int segment, List<LakeUnit> units) throws IOException;

    /** Begins the log of {@code segment}, which nobody has begun: where that is wrong, the first append fails. */
    LakeLog beginLog(int segment) throws IOException;

    /** The whole units of a log, which may be written meanwhile; {@link java.nio.file.NoSuchFileException} when it is gone. */
    List<LakeUnit> readLog(int segment) throws IOException;

    void deleteLog(int segment) throws IOException;

    @Override
    void close();
}
