package dev.banyan.gateway.chain;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.reactive.ServerHttpResponse;

/** What filters must not change: where the reply ends, and anything of a reply that is not the candidate's. */
final class ReplyAsItCame {

    /** What says where a reply ends and who it is for. */
    private static final List<String> ENDS =
            List.of("Content-Length", "Transfer-Encoding", "Connection", "Upgrade", "Trailer");

    private boolean whole;
    private @Nullable HttpStatusCode status;
    private @Nullable HttpHeaders head;

    void note(ServerHttpResponse response, boolean baselines) {
        whole = baselines;
        status = response.getStatusCode();
        head = new HttpHeaders();
        head.addAll(response.getHeaders());
    }

    void restore(ServerHttpResponse response) {
        if (head == null || response.isCommitted()) {
            return; // a filter has answered
        }
        if (whole) {
            response.setStatusCode(status);
            response.getHeaders().clear();
            response.getHeaders().addAll(head);
            return;
        }
        for (String name : ENDS) {
            response.getHeaders().remove(name);
            List<String> came = head.get(name);
            if (came != null) {
                response.getHeaders().addAll(name, came);
            }
        }
    }
}
