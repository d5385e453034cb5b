package dev.banyan.bench.load;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Many keep-alive connections that have asked once and now say nothing. */
public final class IdleCrowd implements Lane.Owner, AutoCloseable {

    /** How many of them ask at the same time. */
    private static final int ASK_AT_ONCE = 100;

    private final Loader loader;
    private final Ask ask;
    private List<? extends Lane> connections = List.of();
    private CompletableFuture<Integer> round = new CompletableFuture<>();
    private int asked;
    private int answered;

    private IdleCrowd(Loader loader, Ask ask) {
        this.loader = loader;
        this.ask = ask;
    }

    /** Opens {@code count} connections, of which each has asked once when this returns. */
    public static IdleCrowd open(Loader loader, int port, Ask ask, int count) throws InterruptedException {
        var crowd = new IdleCrowd(loader, ask);
        crowd.connections = loader.open(Front.http1(port, count), crowd);
        try {
            crowd.askAll();
        } catch (LoadFailed e) {
            crowd.close();
            throw e;
        }
        return crowd;
    }

    /** Each connection asks once more; throws {@link LoadFailed} when one was closed meanwhile or is not answered. */
    public void askAll() throws InterruptedException {
        loader.loop().submit(this::begin).awaitUninterruptibly();
        try {
            round.get(2, TimeUnit.MINUTES);
        } catch (ExecutionException e) {
            throw LoadFailed.of(e);
        } catch (TimeoutException e) {
            throw new LoadFailed("only " + answered + " of " + connections.size() + " idle connections answer", e);
        }
    }

    private void begin() {
        if (!round.isCompletedExceptionally()) {
            round = new CompletableFuture<>();
            asked = 0;
            answered = 0;
            while (asked < Math.min(ASK_AT_ONCE, connections.size())) {
                connections.get(asked++).send(ask, 0);
            }
        }
    }

    @Override
    public void replied(Lane connection) {
        answered++;
        if (asked < connections.size()) {
            connections.get(asked++).send(ask, 0);
        } else if (answered == connections.size()) {
            round.complete(answered);
        }
    }

    @Override
    public void failed(String why) {
        // One that was closed between two rounds fails the next round too.
        if (!round.completeExceptionally(new LoadFailed(why))) {
            round = CompletableFuture.failedFuture(new LoadFailed(why));
        }
    }

    @Override
    public void close() {
        loader.closeAll(connections);
    }
}
