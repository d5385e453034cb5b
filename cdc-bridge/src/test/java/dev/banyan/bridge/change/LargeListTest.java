package dev.banyan.bridge.change;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is too large for memory lies in a file that nobody has to clear up. */
class LargeListTest {

    private static final int COUNT = 100_000;

    private static final LargeList.Codec<Integer> NUMBERS = new LargeList.Codec<>() {
        @Override
        public void write(DataOutputStream out, Integer element) throws IOException {
            out.writeInt(element);
        }

        @Override
        public Integer read(DataInputStream in) throws IOException {
            return in.readInt();
        }

        @Override
        public long bytes(Integer element) {
            return Integer.BYTES;
        }
    };

    /** Elements that say that they are of 5 MiB. */
    private static final LargeList.Codec<Integer> HUGE = new LargeList.Codec<>() {
        @Override
        public void write(DataOutputStream out, Integer element) throws IOException {
            NUMBERS.write(out, element);
        }

        @Override
        public Integer read(DataInputStream in) throws IOException {
            return NUMBERS.read(in);
        }

        @Override
        public long bytes(Integer element) {
            return 5L << 20;
        }
    };

    @TempDir
    Path folder;

    private static LargeList<Integer> filled() {
        var list = new LargeList<>(10, NUMBERS);
        IntStream.range(0, COUNT).forEach(list::add);
        return list;
    }

    /** Has a list in a file, says so, and waits to be killed. */
    static final class Holder {
        public static void main(String[] arguments) throws Exception {
            var list = filled();
            System.out.println(list.isInFile());
            System.in.read();
            System.out.println(list.size());
        }
    }

    @Test
    void isReadAgainAndByTwoAtOnceThoughOneOfThemIsInterrupted() {
        var list = filled();
        assertThat(list.isInFile()).isTrue();
        var expected = IntStream.range(0, COUNT).boxed().toList();
        var first = list.iterator();
        var second = list.iterator();
        var read = List.of(new ArrayList<Integer>(), new ArrayList<Integer>());
        Thread.currentThread().interrupt();
        try {
            while (first.hasNext() && second.hasNext()) {
                read.getFirst().add(first.next());
                read.getLast().add(second.next());
            }
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
        assertThat(read).allSatisfy(each -> assertThat(each).isEqualTo(expected));
        assertThat(new ArrayList<>(list)).isEqualTo(expected);
    }

    @Test
    void fewThatAreHugeLieInAFileToo() {
        var list = new LargeList<>(COUNT, HUGE);
        for (var element = 0; element < 4; element++) {
            list.add(element);
        }
        assertThat(list.isInFile())
                .as("the fourth is the one with which they are 16 MiB")
                .isFalse();
        list.add(4);
        assertThat(list.isInFile()).isTrue();
        assertThat(new ArrayList<>(list)).containsExactly(0, 1, 2, 3, 4);
    }

    @Test
    void aKillLeavesNoFileBehind() throws Exception {
        var holder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-XX:TieredStopAtLevel=1",
                        "-Djava.io.tmpdir=" + folder,
                        "-cp",
                        System.getProperty("java.class.path"),
                        Holder.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (var said = holder.inputReader()) {
            assertThat(said.readLine()).as("it is in a file").isEqualTo("true");
        } finally {
            holder.destroyForcibly();
        }
        assertThat(holder.waitFor(60, TimeUnit.SECONDS)).isTrue();
        try (var left = Files.list(folder)) {
            assertThat(left.filter(file -> file.getFileName().toString().startsWith("banyan-")))
                    .isEmpty();
        }
    }
}
