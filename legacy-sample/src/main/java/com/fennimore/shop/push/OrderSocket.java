package com.fennimore.shop.push;

import com.fennimore.shop.security.LoginUser;
import java.io.IOException;
import java.security.Principal;
import org.springframework.security.core.Authentication;
import org.springframework.stereotype.Component;
import org.springframework.web.socket.CloseStatus;
import org.springframework.web.socket.PingMessage;
import org.springframework.web.socket.TextMessage;
import org.springframework.web.socket.WebSocketSession;
import org.springframework.web.socket.handler.ConcurrentWebSocketSessionDecorator;
import org.springframework.web.socket.handler.TextWebSocketHandler;

/**
 * /ws/orders. A customer who is logged in gets his own orders; who is not (the screen in the packing hall), all of them.
 * Answers "ping" with "pong" and "echo:x" with "x".
 */
@Component
public class OrderSocket extends TextWebSocketHandler {

    private static final String LISTENER = "listener";

    private final OrderPush push;

    public OrderSocket(OrderPush push) {
        this.push = push;
    }

    @Override
    public void afterConnectionEstablished(WebSocketSession session) {
        SocketListener listener = new SocketListener(
                new ConcurrentWebSocketSessionDecorator(session, 2_000, 64 * 1024), onlyOf(session.getPrincipal()));
        session.getAttributes().put(LISTENER, listener);
        push.add(listener);
    }

    @Override
    protected void handleTextMessage(WebSocketSession session, TextMessage message) throws IOException {
        if (session.getAttributes().get(LISTENER) instanceof SocketListener listener) {
            String text = message.getPayload();
            if (text.equals("ping")) {
                listener.session.sendMessage(new TextMessage("pong"));
            } else if (text.startsWith("echo:")) {
                listener.session.sendMessage(new TextMessage(text.substring("echo:".length())));
            }
        }
    }

    @Override
    public void afterConnectionClosed(WebSocketSession session, CloseStatus status) {
        if (session.getAttributes().get(LISTENER) instanceof SocketListener listener) {
            push.remove(listener);
        }
    }

    private static Integer onlyOf(Principal principal) {
        return principal instanceof Authentication authentication
                        && authentication.getPrincipal() instanceof LoginUser user
                ? user.customerId()
                : null;
    }

    private record SocketListener(WebSocketSession session, Integer onlyCustomer) implements OrderPush.Listener {

        @Override
        public void send(int customerId, String json) throws IOException {
            if (onlyCustomer == null || onlyCustomer == customerId) {
                session.sendMessage(new TextMessage(json));
            }
        }

        @Override
        public void keepAlive() throws IOException {
            session.sendMessage(new PingMessage());
        }

        @Override
        public void close() throws IOException {
            session.close(CloseStatus.GOING_AWAY);
        }
    }
}
