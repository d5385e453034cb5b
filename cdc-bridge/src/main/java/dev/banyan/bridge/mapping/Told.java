package dev.banyan.bridge.mapping;

import dev.banyan.bridge.change.LargeList;
import dev.banyan.bridge.mapping.Conditions.Item;
import dev.banyan.bridge.mapping.Conditions.Many;
import java.util.Iterator;

/** What the events of one name tell of in a transaction, as conditions see it. Beyond some thousands it lies in a file. */
final class Told implements Many {

    private static final int IN_MEMORY = 5_000;

    private final LargeList<byte[]> all = new LargeList<>(IN_MEMORY, ToldBytes.CODEC);
    private final StateWords words;
    private final Runnable eachRead;

    /** Nothing yet; {@code eachRead} runs whenever one is looked at, and may break it off. */
    Told(StateWords words, Runnable eachRead) {
        this.words = words;
        this.eachRead = eachRead;
    }

    void add(byte[] told) {
        all.add(told);
    }

    @Override
    public int size() {
        return all.size();
    }

    @Override
    public Iterator<Item> iterator() {
        var from = all.iterator();
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return from.hasNext();
            }

            @Override
            public Item next() {
                eachRead.run();
                var bytes = from.next();
                return new Item(words.of(ToldBytes.read(bytes)), bytes.length);
            }
        };
    }
}
