package com.fennimore.shop.push;

import java.io.IOException;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/** /events/orders: the same messages for browsers that cannot do WebSockets. */
@RestController
public class OrderEventsController {

    private static final long NO_TIMEOUT = 0L;

    private final OrderPush push;

    public OrderEventsController(OrderPush push) {
        this.push = push;
    }

    @GetMapping(path = "/events/orders", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    public SseEmitter events() throws IOException {
        SseEmitter emitter = new SseEmitter(NO_TIMEOUT);
        OrderPush.Listener listener = new OrderPush.Listener() {
            @Override
            public void send(int customerId, String json) throws IOException {
                emitter.send(SseEmitter.event().name("status").data(json, MediaType.TEXT_PLAIN));
            }

            @Override
            public void keepAlive() throws IOException {
                emitter.send(SseEmitter.event().comment("still here"));
            }

            @Override
            public void close() {
                emitter.complete();
            }
        };
        emitter.onCompletion(() -> push.remove(listener));
        emitter.onTimeout(() -> push.remove(listener));
        emitter.onError(e -> push.remove(listener));
        emitter.send(SseEmitter.event().name("hello").data("orders", MediaType.TEXT_PLAIN));
        push.add(listener);
        return emitter;
    }
}
